//! The file `costing.toml`: on which terms works are priced and when money is spent where nobody asks
//! for others, and what may be asked instead.
//!
//! What a line costs on its terms is `costing`; which lines there are is `investment`.

use super::simulation::{MAX_DRAWS, MIN_DRAWS, Simulation};
use super::{Risk, Terms, Unpriced, Vat};
use crate::dated::Evidence;
use crate::factor::Factors;
use crate::factor::{CalendarYear, FinancialYear, PriceBase};
use crate::fields::{Fields, Problems, parse_table};
use crate::measure::{Dictionary, MeasureIndex};
use crate::place::Nation;
use crate::words::words;
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;
use std::collections::BTreeMap;

words! {
    /// What is allowed for the risk that work costs more than thought.
    Allowance {
        /// The optimism bias of the kind of project.
        OptimismBias = "optimism-bias",
        /// A contingency.
        Contingency = "contingency",
        /// Nothing.
        None = "none",
    }
}

words! {
    /// What happens to value added tax.
    Treatment {
        /// Not in the figures.
        Excluded = "excluded",
        /// Paid, and not recovered.
        Included = "included",
        /// Paid and recovered.
        Recovered = "recovered",
    }
}

words! {
    /// Which end of the published optimism bias is taken.
    Bound {
        /// The lower.
        Lower = "lower",
        /// The upper.
        Upper = "upper",
    }
}

/// Where a figure of the file comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Grounds {
    /// Where it comes from.
    pub reference: String,
    /// How well it is supported.
    pub evidence: Evidence,
}

/// On which terms an investment gap is priced and spent: what may be asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Pricing {
    /// What is allowed for risk.
    pub allowance: Allowance,
    /// Share of the optimism bias that is mitigated, 0 to 1.
    pub mitigated: Decimal,
    /// The contingency, as a fraction.
    pub contingency: Decimal,
    /// Professional fees, as a fraction; nothing where none is known.
    pub fees: Option<Decimal>,
    /// What happens to VAT.
    pub vat: Treatment,
    /// Of which prices the answer is; nothing for those of the rates.
    pub prices: Option<PriceBase>,
    /// Whether backlog is grossed up by the same allowances.
    pub gross_up: bool,
    /// The first year in which capital is spent.
    pub start: FinancialYear,
    /// Over how many years capital is spent.
    pub years: u32,
}

/// Everything that `costing.toml` says.
#[derive(Clone, Debug, PartialEq)]
pub struct CostingRules {
    /// What is taken where nobody asks otherwise.
    pub usual: Pricing,
    /// Which end of the published optimism bias is taken.
    pub bound: Bound,
    /// Where the allowance for risk comes from.
    pub risk: Grounds,
    /// Why no fees are known, where none are.
    pub fees_unknown: Option<String>,
    /// The rate of VAT, as a fraction.
    pub vat_rate: Decimal,
    /// Why VAT is treated as it is.
    pub vat_reason: String,
    /// Where the rate of VAT comes from.
    pub vat: Grounds,
    /// The deflator by which money is moved to other prices.
    pub deflator: String,
    /// Where it comes from.
    pub prices: Grounds,
    /// How many years of running cost are shown.
    pub running_years: u32,
    /// Why money is spent when it is.
    pub spend: Grounds,
    /// How totals are simulated.
    pub simulation: Simulation,
    /// Where that comes from.
    pub simulated: Grounds,
    /// The measures of backlog, in the order of their risk.
    pub backlog: Vec<MeasureIndex>,
    /// The kind of project that backlog is when it is grossed up.
    pub backlog_project: String,
    /// What backlog leaves out, and where that comes from.
    pub backlog_grounds: Grounds,
    /// The place of the list of locations by which a nation is priced.
    pub locations: BTreeMap<Nation, String>,
}

/// A share that is asked for, such as fees.
///
/// # Errors
/// Where it is not between 0 and 1.
pub fn share(what: &str, value: Decimal) -> Result<Decimal, String> {
    if (Decimal::ZERO..=Decimal::ONE).contains(&value) {
        Ok(value)
    } else {
        Err(format!("{what} must be a share from 0 to 1, such as 0.12 for 12 %, not {value}"))
    }
}

/// Reads a share as people write it: `0.12` or `12 %`.
///
/// # Errors
/// Where it is neither, or no share.
pub fn parse_share(text: &str) -> Result<Decimal, String> {
    let wrong = || format!("{text:?} is no share; write 0.12, or 12%, for twelve in a hundred");
    let (number, is_percent) = match text.trim().strip_suffix('%') {
        Some(number) => (number.trim_end(), true),
        None => (text.trim(), false),
    };
    let number: Decimal = number.parse().map_err(|_| wrong())?;
    let value = if is_percent { number / Decimal::ONE_HUNDRED } else { number };
    share("it", value).map_err(|_| wrong())
}

impl CostingRules {
    /// The terms of a kind of project by it, at a place whose prices are `location` times those of
    /// the rates.
    ///
    /// # Errors
    /// [`Unpriced`] where no optimism bias of the kind is published.
    pub fn terms(
        &self,
        factors: &Factors,
        project: &str,
        pricing: &Pricing,
        location: Decimal,
    ) -> Result<Terms, Unpriced> {
        let risk = match pricing.allowance {
            Allowance::None => {
                Risk::None { reason: "no allowance for risk is asked for".to_owned() }
            }
            Allowance::Contingency => Risk::Contingency { fraction: pricing.contingency },
            Allowance::OptimismBias => {
                let bound = self.bound.word();
                let percent =
                    factors.cost_risks.bias_percent(project, "capital-expenditure", bound)?;
                Risk::bias_of_percent(percent, pricing.mitigated)?
            }
        };
        Ok(Terms {
            location,
            risk,
            fees: pricing.fees.unwrap_or_default(),
            vat: self.vat_of(pricing.vat),
        })
    }

    /// The terms of running cost: what is published of a year, without allowances.
    #[must_use]
    pub fn running_terms(&self, pricing: &Pricing, location: Decimal) -> Terms {
        Terms {
            location,
            risk: Risk::None { reason: "a running cost is that of a year".to_owned() },
            fees: Decimal::ZERO,
            vat: self.vat_of(pricing.vat),
        }
    }

    fn vat_of(&self, treatment: Treatment) -> Vat {
        let (rate, reason) = (self.vat_rate, self.vat_reason.clone());
        match treatment {
            Treatment::Excluded => Vat::Excluded { reason },
            Treatment::Included => Vat::Included { rate, reason },
            Treatment::Recovered => Vat::Recovered { rate, reason },
        }
    }

    /// The prices of a place relative to those of the rates: 1 where nobody says which place it is.
    ///
    /// # Errors
    /// [`Unpriced`] where the place has no factor.
    pub fn location(&self, factors: &Factors, nation: Option<Nation>) -> Result<Decimal, Unpriced> {
        let place = nation.and_then(|nation| self.locations.get(&nation));
        let Some(place) = place else { return Ok(Decimal::ONE) };
        let value = factors.cost_risks.location(place)?;
        Decimal::from_f64(value).ok_or(Unpriced::NotPlausible("the location factor is no number"))
    }
}

/// Reads `costing.toml`; whatever is wrong in it is added to `problems`. A table of factors that could
/// not be read is empty: what refers to it is then not called wrong too.
#[must_use]
pub fn read_costing(
    file: &str,
    text: &str,
    dictionary: &Dictionary,
    factors: Option<&Factors>,
    problems: &mut Problems,
) -> Option<CostingRules> {
    let table = parse_table(file, text, problems)?;
    let mut fields = Fields::new(&table, file, "", problems);
    fields.date("as_of");
    let risk = section(&mut fields, "risk", read_risk);
    let fees = section(&mut fields, "fees", read_fees);
    let vat = section(&mut fields, "vat", read_vat);
    let prices = section(&mut fields, "prices", |fields| read_prices(fields, factors));
    let spend = section(&mut fields, "spend", |fields| read_spend(fields, factors));
    let simulation = section(&mut fields, "simulation", read_simulation);
    let backlog =
        section(&mut fields, "backlog", |fields| read_backlog(fields, dictionary, factors));
    let locations = read_locations(&mut fields, factors);
    fields.finish();
    let (allowance, bound, mitigated, contingency, risk) = risk?;
    let (fees, fees_unknown) = fees?;
    let (treatment, vat_rate, vat_reason, vat) = vat?;
    let (deflator, prices) = prices?;
    let (start, years, running_years, spend) = spend?;
    let (simulation, simulated) = simulation?;
    let (backlog, backlog_project, backlog_grounds) = backlog?;
    Some(CostingRules {
        usual: Pricing {
            allowance,
            mitigated,
            contingency,
            fees,
            vat: treatment,
            prices: None,
            gross_up: false,
            start,
            years,
        },
        bound,
        risk,
        fees_unknown,
        vat_rate,
        vat_reason,
        vat,
        deflator,
        prices,
        running_years,
        spend,
        simulation,
        simulated,
        backlog,
        backlog_project,
        backlog_grounds,
        locations,
    })
}

/// Reads a table that must be there.
fn section<T>(
    fields: &mut Fields<'_>,
    key: &'static str,
    read: impl FnOnce(&mut Fields<'_>) -> Option<T>,
) -> Option<T> {
    let Some((entry, path)) = fields.table_if_any(key) else {
        if !fields.has(key) {
            let advice = format!("Add a [{key}] table.");
            fields.problem(key, "This table is missing.", &advice);
        }
        return None;
    };
    fields.within(entry, path, read)
}

fn read_grounds(fields: &mut Fields<'_>) -> Option<Grounds> {
    let (reference, evidence) = (fields.text("reference"), fields.word("evidence"));
    Some(Grounds { reference: reference?, evidence: evidence? })
}

/// A share from 0 to 1 under a key.
fn read_share(fields: &mut Fields<'_>, key: &'static str) -> Option<Decimal> {
    let value = fields.number(key).and_then(Decimal::from_f64)?;
    share("This", value)
        .map_err(|_| fields.problem(key, "This is no share from 0 to 1.", "Write 0.12 for 12 %."))
        .ok()
}

type ReadRisk = (Allowance, Bound, Decimal, Decimal, Grounds);

fn read_risk(fields: &mut Fields<'_>) -> Option<ReadRisk> {
    let allowance = fields.word("allow");
    let bound = fields.word("bound");
    let mitigated = read_share(fields, "mitigated");
    let contingency = read_share(fields, "contingency");
    let grounds = read_grounds(fields);
    Some((allowance?, bound?, mitigated?, contingency?, grounds?))
}

fn read_fees(fields: &mut Fields<'_>) -> Option<(Option<Decimal>, Option<String>)> {
    let fees = if fields.has("share") { Some(read_share(fields, "share")?) } else { None };
    let unknown = fields.text_if_any("unknown");
    if fees.is_some() == unknown.is_some() {
        let message = "Either a share of fees is given or the reason why none is known.";
        fields.problem("share", message, "Give one of share and unknown.");
        return None;
    }
    Some((fees, unknown))
}

fn read_vat(fields: &mut Fields<'_>) -> Option<(Treatment, Decimal, String, Grounds)> {
    let treatment = fields.word("treatment");
    let rate = read_share(fields, "rate");
    let reason = fields.text("reason");
    let grounds = read_grounds(fields);
    Some((treatment?, rate?, reason?, grounds?))
}

fn read_prices(fields: &mut Fields<'_>, factors: Option<&Factors>) -> Option<(String, Grounds)> {
    let deflator = fields.text("deflator");
    let grounds = read_grounds(fields);
    let deflator = deflator?;
    let factors = factors.filter(|factors| !factors.deflators.vintages.is_empty());
    if let Some(Err(why)) = factors.map(|factors| factors.deflators.of(&deflator)) {
        fields.problem("deflator", sentence(&why.to_string()), "Use one of these names.");
        return None;
    }
    Some((deflator, grounds?))
}

/// A reason as a sentence.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    format!("{}{}.", first.into_iter().flatten().collect::<String>(), letters.as_str())
}

/// A whole number from 1 to `most`.
fn read_count(fields: &mut Fields<'_>, key: &'static str, most: u32) -> Option<u32> {
    let value = fields.number(key)?;
    if value.fract() != 0.0 || !(1.0..=f64::from(most)).contains(&value) {
        let message = format!("This must be a whole number from 1 to {most}.");
        fields.problem(key, message, "Correct it.");
        return None;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked above")]
    let count = value as u32;
    Some(count)
}

type ReadSpend = (FinancialYear, u32, u32, Grounds);

fn read_spend(fields: &mut Fields<'_>, factors: Option<&Factors>) -> Option<ReadSpend> {
    let start = fields.word::<FinancialYear>("start");
    let years = read_count(fields, "years", 20);
    let running_years = read_count(fields, "running_years", 60);
    let grounds = read_grounds(fields);
    let years = years?;
    let factors = factors.filter(|factors| !factors.cost_risks.spend.is_empty());
    if let Some(Err(why)) = factors.map(|factors| factors.cost_risks.spend_shares(years)) {
        let advice = "Use a length of datasets/costs/spend-profiles.csv.";
        fields.problem("years", sentence(&why.to_string()), advice);
        return None;
    }
    Some((start?, years, running_years?, grounds?))
}

fn read_simulation(fields: &mut Fields<'_>) -> Option<(Simulation, Grounds)> {
    let seed = read_count(fields, "seed", u32::MAX);
    let draws = read_count(fields, "draws", MAX_DRAWS);
    let rho = fields.number("rho");
    let grounds = read_grounds(fields);
    if draws.is_some_and(|draws| draws < MIN_DRAWS) {
        let message = format!("Fewer than {MIN_DRAWS} draws tell no tenth percentile.");
        fields.problem("draws", message, "Use more.");
        return None;
    }
    if rho.is_some_and(|rho| !(0.0..=1.0).contains(&rho)) {
        fields.problem("rho", "A correlation of costs lies from 0 to 1.", "Correct it.");
        return None;
    }
    Some((Simulation { seed: u64::from(seed?), draws: draws?, rho: rho? }, grounds?))
}

type ReadBacklog = (Vec<MeasureIndex>, String, Grounds);

fn read_backlog(
    fields: &mut Fields<'_>,
    dictionary: &Dictionary,
    factors: Option<&Factors>,
) -> Option<ReadBacklog> {
    let ids = fields.texts_if_any("measures").unwrap_or_default();
    if ids.is_empty() {
        fields.problem("measures", "No measure of backlog is listed.", "List them.");
    }
    let mut measures = Vec::with_capacity(ids.len());
    for id in &ids {
        let found = dictionary.find(id).map(|(index, _)| index);
        let is_money = |index: &MeasureIndex| dictionary.get(*index).unit_symbol() == "GBP";
        match found.filter(is_money) {
            Some(index) if !measures.contains(&index) => measures.push(index),
            Some(_) => fields.problem(
                "measures",
                format!("{id} is listed twice, and would be counted twice."),
                "Remove one of the two.",
            ),
            None => fields.problem(
                "measures",
                format!("There is no measure {id} in GBP."),
                "Use an id of measures.toml whose unit is GBP.",
            ),
        }
    }
    let project = read_project(fields, "project", factors);
    let grounds = read_grounds(fields);
    (!measures.is_empty() && measures.len() == ids.len()).then_some((measures, project?, grounds?))
}

/// The kind of project under a key, of which an optimism bias is published.
pub(crate) fn read_project(
    fields: &mut Fields<'_>,
    key: &'static str,
    factors: Option<&Factors>,
) -> Option<String> {
    let project = fields.text(key)?;
    let factors = factors.filter(|factors| !factors.cost_risks.bias.is_empty());
    let Some(factors) = factors else { return Some(project) };
    let found = factors.cost_risks.bias_percent(&project, "capital-expenditure", "upper");
    if found.is_err() {
        let message = "No optimism bias of the capital of such projects is published.";
        let advice = "Use a project_type of datasets/costs/optimism-bias.csv.";
        fields.problem(key, message, advice);
        return None;
    }
    Some(project)
}

fn read_locations(fields: &mut Fields<'_>, factors: Option<&Factors>) -> BTreeMap<Nation, String> {
    let factors = factors.filter(|factors| !factors.cost_risks.locations.is_empty());
    let mut locations = BTreeMap::new();
    for (entry, path) in fields.tables("location") {
        let read = fields.within(entry, path, |fields| {
            let (nation, place) = (fields.word::<Nation>("nation"), fields.text("place"));
            let place = place?;
            if let Some(Err(why)) = factors.map(|factors| factors.cost_risks.location(&place)) {
                fields.problem("place", sentence(&why.to_string()), "Use one of these places.");
                return None;
            }
            Some((nation?, place))
        });
        let Some((nation, place)) = read else { continue };
        if locations.insert(nation, place).is_some() {
            let message = format!("{nation} has two places.");
            fields.problem("location", message, "Remove one of the two.");
        }
    }
    locations
}

/// The prices that a text names: a calendar year such as 2025 or a financial year such as 2025-26.
///
/// # Errors
/// Where it is neither.
pub fn prices_of(text: &str) -> Result<PriceBase, String> {
    let wrong = || {
        format!(
            "{text:?} names no year of prices; write 2025 for a calendar or 2025-26 for a financial year"
        )
    };
    let base = match text.parse::<FinancialYear>() {
        Ok(year) => (PriceBase::Financial(year), year.0),
        Err(_) => {
            let year = text.parse().map_err(|_| wrong())?;
            (PriceBase::Calendar(CalendarYear(year)), year)
        }
    };
    if (1900..=2200).contains(&base.1) { Ok(base.0) } else { Err(wrong()) }
}
