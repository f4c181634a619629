//! What energy emits and how far that is from where it is to be: `footprint` and `netZero`.

use super::deployment::{DeployedInput, find_deployment};
use super::sites::SiteFilterInput;
use super::words::{EnergyCarrier, FootprintPart};
use super::{in_turn, view};
use crate::error::Error;
use crate::view::View;
use crate::view::carbon::{BASE_YEAR, FootprintOfScope, NATIONAL_UNKNOWN, NetZero};
use crate::view::filter::SiteFilter;
use async_graphql::{Context, Object, SimpleObject};
use siteworthy_rules::carbon::Unknown;
use siteworthy_rules::carbon::crrem::{Misalignment, Projection};
use siteworthy_rules::carbon::footprint::Part;
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

    /// How a scope stands against the pathway of CRREM, as one building, or one site, without a
    /// deployment and with it.
    #[graphql(complexity = "super::HEAVY_COMPLEXITY + child_complexity")]
    async fn net_zero(
        &self,
        context: &Context<'_>,
        filter: Option<SiteFilterInput>,
        #[graphql(desc = "Code of one site, in place of a filter.")] site: Option<String>,
        #[graphql(default, desc = "What is deployed at the site.")] deployment: Vec<DeployedInput>,
    ) -> async_graphql::Result<NetZeroNode> {
        let view = view(context)?;
        let found = in_turn(context, || match (&site, filter) {
            (Some(_), Some(_)) => {
                Err(Error::Invalid("give a site or a filter, and not both".to_owned()))
            }
            (Some(code), None) => {
                let (site, items) = find_deployment(view, code, &deployment)?;
                Ok(view.net_zero_at(site, &items))
            }
            (None, _) if !deployment.is_empty() => {
                Err(Error::Invalid("a deployment is at one site; name it".to_owned()))
            }
            (None, filter) => view.net_zero(&filter.unwrap_or_default().into()),
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
    /// As it is.
    async fn without(&self) -> ProjectionNode {
        (&self.found.without).into()
    }

    /// With the deployment, by the low figure of what it takes; none where none was asked.
    async fn with_low(&self) -> Option<ProjectionNode> {
        self.found.deployed.as_ref().map(|deployed| (&deployed.with[0]).into())
    }

    /// The same by the high figure.
    async fn with_high(&self) -> Option<ProjectionNode> {
        self.found.deployed.as_ref().map(|deployed| (&deployed.with[1]).into())
    }

    /// What is emitted above the pathway from the base year to 2050, in tonnes.
    async fn excess_tonnes(&self) -> Option<f64> {
        self.found.excess.as_ref().map(|excess| excess.tonnes)
    }

    /// What that is worth at the Green Book carbon values, in pounds, as a present value.
    async fn excess_cost(&self) -> Option<PoundsRange> {
        let cost = self.found.excess.as_ref()?.cost_gbp;
        Some(PoundsRange { low: cost.low, central: cost.central, high: cost.high })
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

    /// Why the path of the nation is not told.
    async fn national_unknown(&self) -> &str {
        NATIONAL_UNKNOWN
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

/// A range of pounds.
#[derive(SimpleObject)]
struct PoundsRange {
    /// The low estimate.
    low: f64,
    /// The central estimate.
    central: f64,
    /// The high estimate.
    high: f64,
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
    /// Every year.
    years: Vec<ProjectionYear>,
    /// Why nothing can be told; empty where it can.
    unknown: Vec<String>,
}

impl From<&Result<Projection, Vec<Unknown>>> for ProjectionNode {
    fn from(found: &Result<Projection, Vec<Unknown>>) -> Self {
        let projection = match found {
            Ok(projection) => projection,
            Err(unknown) => {
                return Self {
                    misalignment_year: None,
                    energy_kwh_per_m2: None,
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
            years: years.collect(),
            unknown: Vec::new(),
        }
    }
}
