//! What energy emits and how far that is from where it is to be: `footprint` and `netZero`.

use super::deployment::{DeployedInput, find_deployment};
use super::national::{AboveNode, NationalNode};
use super::sites::SiteFilterInput;
use super::words::{EnergyCarrier, FootprintPart};
use super::{in_turn, view};
use crate::error::Error;
use crate::view::View;
use crate::view::carbon::{BASE_YEAR, Excess, FootprintOfScope, NetZero};
use crate::view::filter::SiteFilter;
use async_graphql::{Context, Object, SimpleObject};
use siteworthy_rules::carbon::Unknown;
use siteworthy_rules::carbon::crrem::{Misalignment, Projection};
use siteworthy_rules::carbon::footprint::Part;
use siteworthy_rules::cost::Estimate;
use siteworthy_rules::factor::SetYear;
use siteworthy_rules::factor::pathway::VINTAGE;
use std::sync::Arc;

/// Queries of carbon.
#[derive(Default)]
pub struct CarbonQuery;

#[Object]
impl CarbonQuery {
    /// What the energy of a scope emitted in a year, location-based: scopes 1 and 2 and the energy part
    /// of scope 3. Pooled entries count.
    #[graphql(complexity = "super::HEAVY_COMPLEXITY + child_complexity")]
    async fn footprint(
        &self,
        context: &Context<'_>,
        filter: Option<SiteFilterInput>,
        #[graphql(desc = "Year of the set of conversion factors, in place of each site's own.")]
        set_year: Option<i32>,
    ) -> async_graphql::Result<FootprintNode> {
        let view = view(context)?;
        let filter: SiteFilter = filter.unwrap_or_default().into();
        let found = in_turn(context, || view.footprint(&filter, set_year.map(SetYear))).await?;
        Ok((&found).into())
    }

    /// How a scope, or one site, stands against the pathway of CRREM, as one building, and against the
    /// targets of its nation; without a deployment and with it.
    #[graphql(complexity = "super::HEAVY_COMPLEXITY + child_complexity")]
    async fn net_zero(
        &self,
        context: &Context<'_>,
        filter: Option<SiteFilterInput>,
        #[graphql(desc = "Code of one site, in place of a filter.")] site: Option<String>,
        #[graphql(default, desc = "What is deployed at the site.")] deployment: Vec<DeployedInput>,
        #[graphql(
            desc = "Tonnes that the energy of the sites emitted in the baseline year of the national \
                    target: without them its paths are told as shares alone."
        )]
        baseline_tonnes: Option<f64>,
    ) -> async_graphql::Result<NetZeroNode> {
        let view = view(context)?;
        let found = in_turn(context, || match (&site, filter) {
            (Some(_), Some(_)) => {
                Err(Error::Invalid("give a site or a filter, and not both".to_owned()))
            }
            (Some(code), None) => {
                let (site, items) = find_deployment(view, code, &deployment)?;
                view.net_zero_at(site, &items, baseline_tonnes)
            }
            (None, _) if !deployment.is_empty() => {
                Err(Error::Invalid("a deployment is at one site; name it".to_owned()))
            }
            (None, filter) => view.net_zero(&filter.unwrap_or_default().into(), baseline_tonnes),
        });
        found.await.map(|found| NetZeroNode { view: Arc::clone(view), found })
    }
}

/// One part of a footprint.
#[derive(SimpleObject)]
struct FootprintPartNode {
    /// Which part.
    part: FootprintPart,
    /// What is known of it, in tonnes of CO2 equivalent.
    tonnes: f64,
    /// Sites of which some of it is not known.
    sites_unknown: usize,
    /// Whether it counts in the total.
    in_total: bool,
}

/// One carrier of energy.
#[derive(SimpleObject)]
struct FootprintCarrierNode {
    /// Which carrier.
    carrier: EnergyCarrier,
    /// What was taken where it is known, in kWh.
    kwh: f64,
    /// What that emitted as far as it is known, in tonnes of CO2 equivalent; none where it is known of
    /// nothing that was taken.
    tonnes: Option<f64>,
    /// Sites where what was taken is not known, or what it emits.
    sites_unknown: usize,
}

/// Why something is not known.
#[derive(SimpleObject)]
struct ReasonNode {
    /// Why.
    reason: String,
    /// At how many sites.
    sites: usize,
}

/// What the energy of a scope emitted in a year.
#[derive(SimpleObject)]
#[graphql(name = "Footprint")]
struct FootprintNode {
    /// Sites in scope, pooled entries among them.
    sites: usize,
    /// Sites of which every carrier, every factor and the floor area are known.
    sites_whole: usize,
    /// What is known of all parts that count, in tonnes of CO2 equivalent: at least this was emitted.
    total_tonnes: f64,
    /// Sites of which some of it is not known.
    sites_unknown: usize,
    /// What the wholly known sites emitted for each square metre, in kg of CO2 equivalent.
    whole_kg_per_m2: Option<f64>,
    /// By part.
    parts: Vec<FootprintPartNode>,
    /// By carrier.
    carriers: Vec<FootprintCarrierNode>,
    /// The years of the sets of conversion factors that were used.
    set_years: Vec<i32>,
    /// What is not known, and why.
    unknown: Vec<ReasonNode>,
}

impl From<&FootprintOfScope> for FootprintNode {
    fn from(found: &FootprintOfScope) -> Self {
        let part = |(part, sum): (&Part, &crate::view::carbon::PartOfScope)| FootprintPartNode {
            part: (*part).into(),
            tonnes: sum.kg / 1000.0,
            sites_unknown: sum.sites_unknown,
            in_total: Part::IN_TOTAL.contains(part),
        };
        let carriers = found.carriers.iter().map(|(carrier, sum)| FootprintCarrierNode {
            carrier: (*carrier).into(),
            kwh: sum.kwh,
            tonnes: sum.known_kg().map(|kg| kg / 1000.0),
            sites_unknown: sum.sites_unknown,
        });
        let unknown = found
            .reasons
            .iter()
            .map(|(reason, sites)| ReasonNode { reason: reason.clone(), sites: *sites });
        Self {
            sites: found.sites,
            sites_whole: found.sites_whole,
            total_tonnes: found.total_kg / 1000.0,
            sites_unknown: found.sites_unknown,
            whole_kg_per_m2: found.whole_kg_per_m2(),
            parts: found.parts.iter().map(part).collect(),
            carriers: carriers.collect(),
            set_years: found.sets.iter().map(|year| year.0).collect(),
            unknown: unknown.collect(),
        }
    }
}

/// How a scope stands against the pathway of CRREM for health care, and against its nation's.
struct NetZeroNode {
    view: Arc<View>,
    found: NetZero,
}

#[Object(name = "NetZero")]
impl NetZeroNode {
    /// As it is, against CRREM.
    async fn without(&self) -> ProjectionNode {
        ProjectionNode::new(&self.found.without, self.found.excess.as_ref())
    }

    /// With the deployment, by the low figure of what it takes, in every year; none where none was
    /// asked.
    async fn with_low(&self) -> Option<ProjectionNode> {
        self.with(0)
    }

    /// The same by the high figure.
    async fn with_high(&self) -> Option<ProjectionNode> {
        self.with(1)
    }

    /// What is emitted above the pathway from the base year to 2050, in tonnes.
    async fn excess_tonnes(&self) -> Option<f64> {
        self.found.excess.as_ref().map(|excess| excess.tonnes)
    }

    /// What that is worth at the Green Book carbon values, in pounds, as a present value.
    async fn excess_cost(&self) -> Option<PoundsRange> {
        self.found.excess.as_ref().map(|excess| excess.cost_gbp.into())
    }

    /// The year whose prices those pounds are in.
    async fn price_base_year(&self) -> Option<i32> {
        self.found.excess.as_ref().map(|excess| excess.price_base.0)
    }

    /// The set of UK conversion factors that fuels keep.
    async fn set_year(&self) -> Option<i32> {
        self.found.scope.set.map(|year| year.0)
    }

    /// Name and vintage of the path of the grid.
    async fn grid_path(&self) -> &str {
        &self.view.rulebook.factors.crrem.id
    }

    /// The year from which the excess is counted, and to which its value is discounted.
    async fn base_year(&self) -> i32 {
        BASE_YEAR.0
    }

    /// Name and vintage of the pathway.
    async fn pathway(&self) -> &str {
        VINTAGE
    }

    /// How it stands against the targets of its nation.
    async fn national(&self) -> NationalNode {
        NationalNode { view: Arc::clone(&self.view), found: self.found.national.clone() }
    }

    /// Why the targets of the nation are not told in tonnes; none where they are.
    async fn national_unknown(&self) -> Option<&str> {
        self.found.national.unknown.as_deref()
    }

    /// Sites in scope.
    async fn sites(&self) -> usize {
        self.found.scope.sites
    }

    /// Sites that do not give every carrier of energy. What they give is in the sums, which are too low
    /// by what they leave out.
    async fn sites_with_gaps(&self) -> usize {
        self.found.scope.sites_with_gaps
    }

    /// Sites that give no floor area. Their energy is in the sums, so that what is shown for a square
    /// metre is too high.
    async fn sites_without_area(&self) -> usize {
        self.found.scope.sites_without_area
    }
}

impl NetZeroNode {
    fn with(&self, at: usize) -> Option<ProjectionNode> {
        let deployed = self.found.deployed.as_ref()?;
        Some(ProjectionNode::new(&deployed.with[at], deployed.excess[at].as_ref()))
    }
}

/// A range of pounds.
#[derive(SimpleObject)]
pub(super) struct PoundsRange {
    /// The low estimate.
    low: f64,
    /// The central estimate.
    central: f64,
    /// The high estimate.
    high: f64,
}

impl From<Estimate<f64>> for PoundsRange {
    fn from(Estimate { low, central, high }: Estimate<f64>) -> Self {
        Self { low, central, high }
    }
}

/// One year of a projection.
#[derive(SimpleObject)]
struct ProjectionYear {
    /// The year.
    year: i32,
    /// Emissions for a square metre, in kg of CO2 equivalent.
    kg_per_m2: f64,
    /// What the pathway allows.
    allowed_kg_per_m2: f64,
    /// Emissions above it, in tonnes.
    excess_tonnes: f64,
}

/// A scope from its reporting year to 2050; where it cannot be told, `unknown` says why.
#[derive(SimpleObject)]
#[graphql(name = "Projection")]
struct ProjectionNode {
    /// The first year above the pathway; none where there is none until 2050, or nothing can be told.
    misalignment_year: Option<i32>,
    /// Energy for a square metre and year, in kWh.
    energy_kwh_per_m2: Option<f64>,
    /// What lies above the pathway from the base year to 2050, and its worth; none where it cannot be
    /// told.
    above: Option<AboveNode>,
    /// Every year.
    years: Vec<ProjectionYear>,
    /// Why nothing can be told; empty where it can.
    unknown: Vec<String>,
}

impl ProjectionNode {
    fn new(found: &Result<Projection, Vec<Unknown>>, above: Option<&Excess>) -> Self {
        let projection = match found {
            Ok(projection) => projection,
            Err(unknown) => {
                return Self {
                    misalignment_year: None,
                    energy_kwh_per_m2: None,
                    above: None,
                    years: Vec::new(),
                    unknown: unknown.iter().map(ToString::to_string).collect(),
                };
            }
        };
        let years = projection.years.iter().map(|year| ProjectionYear {
            year: year.year.0,
            kg_per_m2: year.carbon_intensity,
            allowed_kg_per_m2: year.allowed_intensity,
            excess_tonnes: year.excess.tonnes(),
        });
        Self {
            misalignment_year: match projection.misalignment {
                Misalignment::In(year) => Some(year.0),
                Misalignment::Beyond2050 => None,
            },
            energy_kwh_per_m2: Some(projection.energy_intensity),
            above: above.map(AboveNode::from),
            years: years.collect(),
            unknown: Vec::new(),
        }
    }
}
