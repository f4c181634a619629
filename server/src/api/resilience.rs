//! How a site stands through an outage: `resilience`.

use super::deployment::{DeployedInput, find_deployment};
use super::measures::MeasureNode;
use super::readiness::InputNode;
use super::words::{Evidence, PlantFigure, Start};
use super::{fail, in_turn, view};
use crate::error::Error;
use crate::view::View;
use crate::view::outage::Stand;
use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use siteworthy_rules::measure::MeasureIndex;
use siteworthy_rules::plant::{DAY_H, Group, Origin, Overrides, Unanswered, Used};
use siteworthy_rules::reliability::Role;
use siteworthy_rules::resilience::{FuelHorizon, MAX_HOURS, Survival};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Queries of resilience.
#[derive(Default)]
pub struct ResilienceQuery;

/// A standby plant otherwise than it was surveyed.
#[derive(InputObject, Clone, Default)]
pub struct ResilienceInput {
    /// Figures in place of those surveyed, or of the rulebook's defaults; each at most once.
    #[graphql(default)]
    figures: Vec<PlantFigureInput>,
    /// Generator sets beside those that are there.
    #[graphql(default)]
    extra_sets: Vec<ExtraSetsInput>,
    /// Solar power that can be relied on in each of the 24 hours of the day from midnight, in kW.
    solar_kw: Option<Vec<f64>>,
}

/// One figure of a plant.
#[derive(InputObject, Clone)]
pub struct PlantFigureInput {
    /// Which.
    figure: PlantFigure,
    /// In the unit that its name ends with.
    value: f64,
}

/// Identical generator sets.
#[derive(InputObject, Clone)]
pub struct ExtraSetsInput {
    /// How many.
    sets: i32,
    /// Standby rating of each, in kVA.
    rating_kva: f64,
}

/// The longest outage that is worked out, as a GraphQL number.
const LONGEST_H: i32 = 168;
const _: () = assert!(LONGEST_H as usize == MAX_HOURS, "the two say the same");

#[Object]
impl ResilienceQuery {
    /// The probability that the essential load of a site is carried through an outage, hour by hour: as
    /// it stands, and with a deployment or another plant.
    #[graphql(complexity = "super::HEAVY_COMPLEXITY + child_complexity")]
    async fn resilience(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Code of the site.")] site: String,
        #[graphql(default, desc = "What it takes of the resource standby is added to the load.")]
        deployment: Vec<DeployedInput>,
        #[graphql(default_with = "LONGEST_H", desc = "Hours of the outage, 1 to 168.")] hours: i32,
        #[graphql(desc = "A plant otherwise than it was surveyed.")] what_if: Option<
            ResilienceInput,
        >,
    ) -> async_graphql::Result<ResilienceNode> {
        let view = view(context)?;
        let (site, items) = find_deployment(view, &site, &deployment).map_err(fail)?;
        let hours = outage_hours(hours).map_err(fail)?;
        let overrides = what_if.map(TryInto::try_into).transpose().map_err(fail)?;
        let node = in_turn(context, || {
            let outage = view.outage(site, &items, overrides.as_ref(), hours)?;
            let stand = |answer| PlantNode { view: Arc::clone(view), site, answer };
            Ok(ResilienceNode {
                before: stand(outage.before),
                after: outage.after.map(stand),
                added_kva: outage.added_kva,
                untold: outage.untold,
            })
        });
        node.await
    }
}

fn outage_hours(hours: i32) -> Result<usize, Error> {
    let number = usize::try_from(hours).ok().filter(|hours| (1..=MAX_HOURS).contains(hours));
    number.ok_or_else(|| Error::Invalid(format!("hours must be from 1 to {MAX_HOURS}")))
}

impl TryFrom<ResilienceInput> for Overrides {
    type Error = Error;

    fn try_from(input: ResilienceInput) -> Result<Self, Error> {
        let values: Vec<(Role, f64)> =
            input.figures.iter().map(|one| (one.figure.into(), one.value)).collect();
        let mut seen = BTreeSet::new();
        if let Some((role, _)) = values.iter().find(|(role, _)| !seen.insert(*role)) {
            return Err(Error::Invalid(format!("the figure {role} is given twice")));
        }
        let group = |one: &ExtraSetsInput| match u32::try_from(one.sets) {
            Ok(sets) if sets > 0 => Ok(Group { sets, rating_kva: one.rating_kva }),
            _ => Err(Error::Invalid("extraSets needs at least one set a rating".to_owned())),
        };
        let extra_sets = input.extra_sets.iter().map(group).collect::<Result<_, _>>()?;
        let wrong = |_| {
            Error::Invalid(format!("solarKw needs {DAY_H} values, one for each hour of the day"))
        };
        let pv_kw = input.solar_kw.map(<[f64; DAY_H]>::try_from).transpose().map_err(wrong)?;
        Ok(Self { values, extra_sets, pv_kw })
    }
}

/// How a site stands through an outage.
#[derive(SimpleObject)]
#[graphql(name = "Resilience")]
pub struct ResilienceNode {
    /// As it was surveyed, with nothing deployed.
    before: PlantNode,
    /// With the deployment, and the plant as it was asked about; none where neither was.
    after: Option<PlantNode>,
    /// What the deployment adds to the essential load, in kVA.
    added_kva: f64,
    /// Of which technologies nobody tells what they add, in a sentence; none where all is told.
    untold: Option<String>,
}

/// A plant and its load, and how they stand through an outage.
pub struct PlantNode {
    view: Arc<View>,
    site: u32,
    answer: Result<Stand, Unanswered>,
}

impl PlantNode {
    fn survival(&self) -> Option<&Survival> {
        self.answer.as_ref().ok().map(|stand| &stand.survival)
    }

    fn measures(&self, list: Option<&[MeasureIndex]>) -> Vec<MeasureNode> {
        let indexes = list.unwrap_or_default().iter();
        indexes.map(|index| MeasureNode { view: Arc::clone(&self.view), index: *index }).collect()
    }
}

/// The probability of carrying an outage of so many hours.
#[derive(SimpleObject)]
struct CarriedNode {
    /// Hours of the outage.
    hours: usize,
    /// Probability, 0 to 1, that the load is carried to its end, apart from the interruption at the
    /// start.
    probability: f64,
}

/// How long fuel lasts.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
enum FuelLasts {
    /// So many whole hours, wherever in the day the outage begins.
    Hours,
    /// Nothing is burned, or deliveries never fail.
    Endless,
    /// The sets in service cannot carry the load, so none can be told.
    NotCarried,
}

/// A plant and its load, and how they stand through an outage. Where too little is known, all that it
/// would say is none, and `reason`, `missing` and `contradictions` say why.
#[Object(name = "PlantStanding")]
impl PlantNode {
    /// Why nothing can be told, in words; none where it can.
    async fn reason(&self) -> Option<String> {
        let unanswered = self.answer.as_ref().err()?;
        Some(unanswered.reason(&self.view.rulebook.dictionary))
    }

    /// What must be surveyed before anything can be told.
    async fn missing(&self) -> Vec<MeasureNode> {
        self.measures(self.answer.as_ref().err().map(|unanswered| &unanswered.missing[..]))
    }

    /// Figures that cannot be true, in full sentences.
    async fn contradictions(&self) -> Vec<String> {
        let unanswered = self.answer.as_ref().err().into_iter();
        unanswered.flat_map(|one| &one.contradictions).map(ToString::to_string).collect()
    }

    /// The essential load that must be carried, in kVA, with what the deployment adds.
    async fn demand_kva(&self) -> Option<f64> {
        self.answer.as_ref().ok().map(|stand| stand.load.demand_kva)
    }

    /// Why the load is not carried to the end of the outage even if every set in service works, in full
    /// sentences; empty where it then is.
    async fn shortfalls(&self) -> Vec<String> {
        self.answer.as_ref().map(Stand::shortfalls).unwrap_or_default()
    }

    /// The probability of carrying outages of 1, 2, ... hours.
    #[graphql(complexity = "MAX_HOURS * child_complexity")]
    async fn carried(&self) -> Option<Vec<CarriedNode>> {
        let hours = self.survival()?.carried.iter().enumerate().skip(1);
        Some(
            hours
                .map(|(hours, probability)| CarriedNode { hours, probability: *probability })
                .collect(),
        )
    }

    /// Mean number of whole hours carried in an outage as long as was asked.
    async fn expected_hours(&self) -> Option<f64> {
        self.survival().map(|survival| survival.expected_h)
    }

    /// What happens in the seconds after the mains is lost.
    async fn start(&self) -> Option<Start> {
        self.survival().map(|survival| survival.start.into())
    }

    /// For how many seconds the essential load is without supply then; none where that is not known, or
    /// where it is not carried at all.
    async fn interruption_s(&self) -> Option<f64> {
        self.survival()?.interruption_s
    }

    /// How long the fuel lasts if every set in service works.
    async fn fuel(&self) -> Option<FuelLasts> {
        Some(match self.survival()?.fuel {
            FuelHorizon::Hours(_) => FuelLasts::Hours,
            FuelHorizon::Endless => FuelLasts::Endless,
            FuelHorizon::NotCarried => FuelLasts::NotCarried,
        })
    }

    /// The hours that it lasts, where it is a number of hours.
    async fn fuel_hours(&self) -> Option<u32> {
        match self.survival()?.fuel {
            FuelHorizon::Hours(hours) => Some(hours),
            FuelHorizon::Endless | FuelHorizon::NotCarried => None,
        }
    }

    /// How many of the sets in service, the largest first, can be lost and the highest load of the day
    /// still be carried; none where all of them together cannot carry it.
    async fn redundancy_left(&self) -> Option<u32> {
        self.survival()?.redundancy_left
    }

    /// Every figure that the answer rests on.
    #[graphql(complexity = "20 * child_complexity")]
    async fn used(&self) -> Vec<UsedNode> {
        let found = self.answer.as_ref().ok().into_iter();
        let used = found.flat_map(|stand| &stand.found.used);
        used.map(|used| UsedNode::new(&self.view, self.site, used)).collect()
    }

    /// Measures that were not surveyed and whose figures were left out on the safe side.
    async fn left_out(&self) -> Vec<MeasureNode> {
        self.measures(self.answer.as_ref().ok().map(|stand| &stand.found.left_out[..]))
    }
}

/// Where a figure comes from.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
enum FigureOrigin {
    /// A survey of the site gives it.
    Surveyed,
    /// It follows from what surveys of the site give.
    WorkedOut,
    /// The rulebook's figure stands in for a survey.
    Default,
    /// It was asked for in the question.
    Asked,
}

/// A figure that an answer rests on, with its origin.
#[derive(SimpleObject)]
struct UsedNode {
    /// Which figure.
    figure: PlantFigure,
    /// The measure that tells it.
    measure: MeasureNode,
    /// The value.
    value: f64,
    /// Unit; empty for a choice.
    unit: String,
    /// Where it comes from.
    origin: FigureOrigin,
    /// The rows of surveys that it comes from.
    inputs: Vec<InputNode>,
    /// Where the rulebook's figure comes from.
    reference: Option<String>,
    /// How well that figure is supported.
    evidence: Option<Evidence>,
}

impl UsedNode {
    fn new(view: &Arc<View>, site: u32, used: &Used) -> Self {
        let rows = |measures: &[MeasureIndex]| {
            let rows = measures.iter();
            rows.filter_map(|measure| InputNode::find(view, *measure, site)).collect()
        };
        let (origin, inputs, reference, evidence) = match &used.origin {
            Origin::Surveyed(measure) => (FigureOrigin::Surveyed, rows(&[*measure]), None, None),
            Origin::WorkedOut(measures) => (FigureOrigin::WorkedOut, rows(measures), None, None),
            Origin::Default { reference, evidence } => {
                let evidence = Evidence::from(*evidence);
                (FigureOrigin::Default, Vec::new(), Some(reference.clone()), Some(evidence))
            }
            Origin::Asked => (FigureOrigin::Asked, Vec::new(), None, None),
        };
        let index = view.rulebook.reliability.measure(used.role);
        Self {
            figure: used.role.into(),
            measure: MeasureNode { view: Arc::clone(view), index },
            value: used.value,
            unit: used.role.unit_symbol().to_owned(),
            origin,
            inputs,
            reference,
            evidence,
        }
    }
}
