//! What would lower emissions, and the cheapest set that meets a path: `abatement`.

use super::deployment::{DeployedInput, find_deployment};
use super::sites::SiteFilterInput;
use super::words::{AbatementPath, Evidence, LeftOutKind};
use super::{in_turn, view};
use crate::error::Error;
use crate::view::View;
use crate::view::abatement::{Abatement, DEFAULT_YEAR, Met, Question, Valued};
use async_graphql::{Context, Object, SimpleObject};
use siteworthy_rules::carbon::bundle::{Step, Sum};
use siteworthy_rules::carbon::demand::Carrier;
use siteworthy_rules::cost::Estimate;
use std::sync::Arc;

/// Queries of abatement.
#[derive(Default)]
pub struct AbatementQuery;

#[Object]
impl AbatementQuery {
    /// What would lower the emissions of a scope, or of one site with a deployment, cheapest for a tonne
    /// first, and the cheapest set of it that meets a path by a year. Pooled entries count.
    #[graphql(complexity = "super::HEAVY_COMPLEXITY + child_complexity")]
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the query")]
    async fn abatement(
        &self,
        context: &Context<'_>,
        filter: Option<SiteFilterInput>,
        #[graphql(desc = "Code of one site, in place of a filter.")] site: Option<String>,
        #[graphql(default, desc = "What is deployed at the site: its electricity counts.")]
        deployment: Vec<DeployedInput>,
        #[graphql(desc = "Which path is to be met; CRREM where it is not given.")] path: Option<
            AbatementPath,
        >,
        #[graphql(desc = "By which year; 2040 where it is not given.")] year: Option<i32>,
        #[graphql(
            desc = "Tonnes emitted in the baseline year of the national target: without them nobody \
                    can say what that path allows."
        )]
        baseline_tonnes: Option<f64>,
    ) -> async_graphql::Result<AbatementNode> {
        let view = view(context)?;
        let question = Question {
            path: path.unwrap_or(AbatementPath::Crrem).into(),
            year: year.unwrap_or(DEFAULT_YEAR),
            baseline_t: baseline_tonnes,
        };
        let found = in_turn(context, || match (&site, filter) {
            (Some(_), Some(_)) => {
                Err(Error::Invalid("give a site or a filter, and not both".to_owned()))
            }
            (Some(code), None) => {
                let (site, items) = find_deployment(view, code, &deployment)?;
                view.abatement_at(site, &items, &question)
            }
            (None, _) if !deployment.is_empty() => {
                Err(Error::Invalid("a deployment is at one site; name it".to_owned()))
            }
            (None, filter) => view.abatement(&filter.unwrap_or_default().into(), &question),
        });
        found.await.map(|found| AbatementNode { view: Arc::clone(view), found })
    }
}

/// A range of three whole runs: low is the cheap one and high the dear one. None where it cannot be
/// told.
#[derive(SimpleObject)]
pub(super) struct RunsOf {
    /// In the cheap run.
    low: Option<f64>,
    /// In the central run.
    central: Option<f64>,
    /// In the dear run.
    high: Option<f64>,
}

impl From<Estimate<f64>> for RunsOf {
    fn from(of: Estimate<f64>) -> Self {
        of.map(Some).into()
    }
}

impl From<Estimate<Option<f64>>> for RunsOf {
    fn from(of: Estimate<Option<f64>>) -> Self {
        Self { low: of.low, central: of.central, high: of.high }
    }
}

/// What something costs and saves.
#[derive(SimpleObject)]
struct CostAndSaving {
    /// Capital, in pounds.
    capital_gbp: RunsOf,
    /// Upkeep of a year, in pounds.
    running_gbp_per_year: RunsOf,
    /// What energy costs less in a year, in pounds; below zero where it costs more.
    energy_gbp_per_year: RunsOf,
    /// Present value of capital and upkeep less energy over the life, in pounds.
    net_cost_gbp: RunsOf,
    /// Gas that is saved in a year, in kWh.
    gas_saved_kwh: RunsOf,
    /// Electricity that is saved in a year, in kWh; below zero where more is taken.
    electricity_saved_kwh: RunsOf,
    /// Saved over the life by marginal factors, in tonnes of CO2 equivalent.
    saved_tonnes: RunsOf,
}

impl From<Estimate<Sum>> for CostAndSaving {
    fn from(of: Estimate<Sum>) -> Self {
        let pick = |pick: fn(&Sum) -> f64| -> RunsOf { of.map(|sum| pick(&sum)).into() };
        Self {
            capital_gbp: pick(|sum| sum.effect.capital_gbp),
            running_gbp_per_year: pick(|sum| sum.effect.running_gbp_per_year),
            energy_gbp_per_year: pick(|sum| sum.effect.energy_gbp_per_year),
            net_cost_gbp: pick(|sum| sum.effect.net_cost_gbp),
            gas_saved_kwh: pick(|sum| sum.effect.saved.of(Carrier::NaturalGas)),
            electricity_saved_kwh: pick(|sum| sum.effect.saved.of(Carrier::Electricity)),
            saved_tonnes: pick(|sum| sum.effect.marginal_kg / 1000.0),
        }
    }
}

/// One step of the curve.
#[derive(SimpleObject)]
struct AbatementStep {
    /// Id of the remedy.
    remedy: String,
    /// Its heading.
    title: String,
    /// Sites where it does something.
    sites: usize,
    /// How much of it, in its unit.
    quantity: RunsOf,
    /// The unit.
    unit: &'static str,
    /// Years in service.
    life_years: u32,
    /// What it adds to the remedies before it.
    adds: CostAndSaving,
    /// Net present cost for a tonne saved over its life, in pounds; none where a run saves none.
    gbp_per_tonne: RunsOf,
    /// Saved with all before it over their lives, in tonnes of CO2 equivalent.
    cumulative_tonnes: RunsOf,
    /// Carbon that it embodies, in tonnes, where a source gives it; in no other figure.
    embodied_tonnes: RunsOf,
    /// The weakest evidence that it rests on.
    evidence: Evidence,
    /// What it assumes.
    assumptions: Vec<AssumptionNode>,
    /// A warning to show beside it.
    caution: Option<String>,
}

/// One number that a saving rests on.
#[derive(SimpleObject)]
#[graphql(name = "Assumption")]
struct AssumptionNode {
    /// What it is.
    what: String,
    /// Low.
    low: f64,
    /// Central.
    central: f64,
    /// High.
    high: f64,
    /// Where it comes from.
    reference: String,
    /// How well it is supported.
    evidence: Evidence,
}

/// A remedy that is left out.
#[derive(SimpleObject)]
struct RemedyLeftOut {
    /// Id of the remedy.
    remedy: String,
    /// What kind of reason.
    kind: LeftOutKind,
    /// Why, with the measure to survey where that would mend it.
    reason: String,
    /// At how many of the sites that are counted.
    sites: usize,
}

/// Sites in no figure.
#[derive(SimpleObject)]
struct SitesLeftOut {
    /// Why.
    reason: String,
    /// How many.
    sites: usize,
}

/// Tonnes and what they are worth at low, central and high carbon values.
#[derive(SimpleObject)]
struct ValuedTonnes {
    /// Tonnes of CO2 equivalent.
    tonnes: f64,
    /// Pounds; none where a carbon value is missing.
    gbp: Option<RunsOf>,
}

impl From<Valued> for ValuedTonnes {
    fn from(valued: Valued) -> Self {
        Self { tonnes: valued.tonnes, gbp: valued.gbp.map(RunsOf::from) }
    }
}

/// A set of remedies.
#[derive(SimpleObject)]
struct RemedySet {
    /// Ids of its remedies, in the order in which they are applied.
    remedies: Vec<String>,
    /// What they cost and save together.
    together: CostAndSaving,
    /// What they save in the year by the factors of the path, in tonnes, in the central run.
    saved_in_year_tonnes: f64,
}

/// How a path is met.
#[derive(SimpleObject)]
struct PathMet {
    /// Emitted in the year without any remedy, in tonnes of CO2 equivalent.
    emitted_tonnes: f64,
    /// Allowed by the path, in tonnes.
    allowed_tonnes: f64,
    /// What must be saved, in tonnes.
    needed_tonnes: f64,
    /// The cheapest set that saves it or, where none does, the cheapest of those that save most.
    set: RemedySet,
    /// The sets that no other beats, by what they save: what more saving costs.
    choices: Vec<RemedySet>,
    /// What no set reaches in the year, at the carbon values of that year.
    residual: ValuedTonnes,
    /// What stays above the path with the set to 2050, as a present value; none where the path does not
    /// tell every year.
    to_2050: Option<ValuedTonnes>,
}

/// What would lower the emissions of a scope.
struct AbatementNode {
    view: Arc<View>,
    found: Abatement,
}

impl AbatementNode {
    fn id(&self, remedy: usize) -> String {
        self.view.rulebook.remedies[remedy].id.clone()
    }

    fn step(&self, step: &Step) -> AbatementStep {
        let priced = &self.found.priced[step.remedy];
        let remedy = &self.view.rulebook.remedies[priced.remedy];
        let embodied = |kg: Option<f64>, quantity: f64| kg.map(|kg| kg * quantity / 1000.0);
        let assumptions = remedy.saves.iter().flat_map(|saves| &saves.assumptions);
        AbatementStep {
            remedy: remedy.id.clone(),
            title: remedy.title.clone(),
            sites: step.sites,
            quantity: step.quantity.into(),
            unit: remedy.quantity.unit.symbol(),
            life_years: priced.life_years,
            adds: step.added.into(),
            gbp_per_tonne: step.gbp_per_tonne.into(),
            cumulative_tonnes: step.cumulative.map(|sum| sum.effect.marginal_kg / 1000.0).into(),
            embodied_tonnes: RunsOf {
                low: embodied(priced.embodied_kg.low, step.quantity.low),
                central: embodied(priced.embodied_kg.central, step.quantity.central),
                high: embodied(priced.embodied_kg.high, step.quantity.high),
            },
            evidence: priced.evidence.into(),
            assumptions: assumptions
                .map(|one| AssumptionNode {
                    what: one.what.clone(),
                    low: one.range.low,
                    central: one.range.central,
                    high: one.range.high,
                    reference: one.reference.clone(),
                    evidence: one.evidence.into(),
                })
                .collect(),
            caution: remedy.caution.clone(),
        }
    }

    fn path_met(&self, met: &Met) -> PathMet {
        PathMet {
            emitted_tonnes: met.emitted_t,
            allowed_tonnes: met.allowed_t,
            needed_tonnes: met.needed_t,
            set: RemedySet {
                remedies: met.set.iter().map(|member| self.id(member.remedy)).collect(),
                together: met.sum.into(),
                saved_in_year_tonnes: met.saved_t,
            },
            choices: met
                .choices
                .iter()
                .map(|choice| RemedySet {
                    remedies: choice.remedies.iter().map(|at| self.id(*at)).collect(),
                    together: choice.sum.into(),
                    saved_in_year_tonnes: choice.saved_t,
                })
                .collect(),
            residual: met.residual.into(),
            to_2050: met.to_2050.map(ValuedTonnes::from),
        }
    }
}

#[Object(name = "Abatement")]
impl AbatementNode {
    /// Sites in scope.
    async fn sites(&self) -> usize {
        self.found.sites
    }

    /// Sites of which enough is known; the others are in no figure.
    async fn sites_counted(&self) -> usize {
        self.found.sites_counted
    }

    /// Why the others are not.
    async fn sites_left_out(&self) -> Vec<SitesLeftOut> {
        let left_out = self.found.sites_left_out.iter();
        left_out
            .map(|(reason, sites)| SitesLeftOut { reason: reason.clone(), sites: *sites })
            .collect()
    }

    /// The curve, cheapest for a tonne first by marginal factors; each step is what it adds.
    async fn curve(&self) -> Vec<AbatementStep> {
        self.found.steps.iter().flatten().map(|step| self.step(step)).collect()
    }

    /// The remedies that are left out at some sites or at all, and why.
    async fn left_out(&self) -> Vec<RemedyLeftOut> {
        let left_out = self.found.left_out.iter().map(|one| RemedyLeftOut {
            remedy: self.id(one.remedy),
            kind: one.why.kind.into(),
            reason: one.why.reason.clone(),
            sites: one.sites,
        });
        left_out.collect()
    }

    /// Which path is to be met.
    async fn path(&self) -> AbatementPath {
        self.found.question.path.into()
    }

    /// By which year.
    async fn year(&self) -> i32 {
        self.found.question.year
    }

    /// How it is met; none where nobody can say, and `unknown` says why.
    async fn met(&self) -> Option<PathMet> {
        self.found.met.as_ref().ok().map(|met| self.path_met(met))
    }

    /// Why nobody can say how the path is met; empty where it can be said.
    async fn unknown(&self) -> Vec<String> {
        self.found.met.as_ref().err().cloned().unwrap_or_default()
    }

    /// What the deployment adds, in kWh a year: the upper figure.
    async fn added_kwh(&self) -> f64 {
        self.found.added_kwh
    }

    /// The prices of all money in the answer, such as `prices of 2025`.
    async fn prices(&self) -> String {
        self.found.base.to_string()
    }

    /// The sets of factors, paths and prices that the answer rests on.
    async fn rests_on(&self) -> Vec<String> {
        self.found.pinned.clone()
    }
}
