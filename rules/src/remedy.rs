//! Ways to close a gap: which gaps each closes, how much of it is needed, and what that costs.
//!
//! The rates are benchmarks of `cost`; the gaps themselves and the arithmetic are `gap`.

use crate::cost::{Benchmark, Money, StatedRate};
use crate::dated::Evidence;
use crate::fields::{Fields, Problems, parse_table};
use crate::measure::{Dictionary, MeasureIndex};
use crate::resource::{AREA_UNIT, Resource, ResourceIndex};
use crate::unit::Unit;
use crate::words::words;
use chrono::NaiveDate;

words! {
    /// What the quantity of a remedy follows from.
    Basis {
        /// The gap itself, in its own unit.
        Gap = "gap",
        /// What the technologies take of a resource.
        Demand = "demand",
        /// The floor area of the place.
        Area = "area",
    }
}

/// A gap that a remedy closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Closes {
    /// A measure that is short.
    Measure(MeasureIndex),
    /// A resource that is short.
    Headroom(ResourceIndex),
}

/// One way to close a gap.
#[derive(Clone, Debug, PartialEq)]
pub struct Remedy {
    /// Stable kebab-case id.
    pub id: String,
    /// Heading.
    pub title: String,
    /// When it was last checked.
    pub as_of: NaiveDate,
    /// What it is, in a sentence.
    pub summary: String,
    /// The gaps it closes.
    pub closes: Vec<Closes>,
    /// How much of it is needed.
    pub quantity: Quantity,
    /// What it costs, as parts that add up.
    pub costs: Vec<Cost>,
    /// Why its running cost is not known, where no part is a running cost.
    pub running_unknown: Option<String>,
    /// A warning to show beside the cost.
    pub caution: Option<String>,
}

/// How much of a remedy is needed.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    /// What it follows from.
    pub basis: Basis,
    /// Unit in which it is counted: every rate of the remedy is pounds for one of it.
    pub unit: Unit,
    /// The resource, where the basis is demand.
    pub resource: Option<ResourceIndex>,
    /// What the basis is multiplied by.
    pub factor: f64,
    /// Where the rule comes from.
    pub reference: String,
    /// How well it is supported.
    pub evidence: Evidence,
}

/// One part of a remedy's cost.
#[derive(Clone, Debug, PartialEq)]
pub struct Cost {
    /// The rate, as an index into the rulebook's benchmarks.
    pub benchmark: usize,
    /// Capital or running.
    pub money: Money,
    /// Why this part belongs to the remedy.
    pub why: String,
}

/// What a remedy may refer to.
pub struct RemedyContext<'a> {
    /// The measures.
    pub dictionary: &'a Dictionary,
    /// The resources.
    pub resources: &'a [Resource],
    /// The benchmarks.
    pub benchmarks: &'a [Benchmark],
    /// The rates that are no benchmarks, for want of estimates.
    pub stated_rates: &'a [StatedRate],
}

/// Reads one file of `remedies/`.
#[must_use]
pub fn read_remedy(
    file: &str,
    text: &str,
    context: &RemedyContext<'_>,
    problems: &mut Problems,
) -> Option<Remedy> {
    let table = parse_table(file, text, problems)?;
    let mut fields = Fields::new(&table, file, "", problems);
    let id = fields.id_of_file(None);
    let title = fields.text("title");
    let as_of = fields.date("as_of");
    let summary = fields.text("summary");
    let closes = read_closes(&mut fields, context);
    let closed = closes.as_deref().unwrap_or_default();
    let quantity = match fields.table_if_any("quantity") {
        Some((entry, path)) => {
            fields.within(entry, path, |fields| read_quantity(fields, context, closed))
        }
        None => {
            fields.problem(
                "quantity",
                "A remedy says how much of it is needed.",
                "Add a [quantity] table.",
            );
            None
        }
    };
    let unit = quantity.as_ref().map(|quantity| quantity.unit);
    let listed = fields.tables("cost");
    let listed_count = listed.len();
    let costs: Vec<Cost> = listed
        .into_iter()
        .filter_map(|(entry, path)| {
            fields.within(entry, path, |fields| read_cost(fields, context, unit))
        })
        .collect();
    if listed_count == 0 {
        fields.problem(
            "cost",
            "A remedy needs at least one cost.",
            "Add a [[cost]] with its benchmark.",
        );
    }
    let running_unknown = fields.text_if_any("running_unknown");
    let has_running = costs.iter().any(|cost| cost.money == Money::Running);
    if costs.len() == listed_count && running_unknown.is_some() == has_running {
        fields.problem(
            "running_unknown",
            "Either a running cost or the reason why none is known must be given, and not both.",
            "Add a running [[cost]], or running_unknown with the reason.",
        );
    }
    let caution = fields.text_if_any("caution");
    fields.finish();
    Some(Remedy {
        id: id?,
        title: title?,
        as_of: as_of?,
        summary: summary?,
        closes: closes?,
        quantity: quantity?,
        costs,
        running_unknown,
        caution,
    })
}

fn read_closes(fields: &mut Fields<'_>, context: &RemedyContext<'_>) -> Option<Vec<Closes>> {
    let given = fields.texts_if_any("closes");
    let names = given.as_deref().unwrap_or_default();
    if names.is_empty() && (given.is_some() || !fields.has("closes")) {
        fields.problem(
            "closes",
            "A remedy closes at least one gap.",
            "List measures, or headroom:resource.",
        );
    }
    let mut closes = Vec::with_capacity(names.len());
    for name in names {
        let found = match name.strip_prefix("headroom:") {
            Some(resource) => find_resource(context, resource).map(Closes::Headroom),
            None => context.dictionary.find(name).map(|(index, _)| Closes::Measure(index)),
        };
        if found.is_none() {
            fields.problem(
                "closes",
                format!("There is no measure or resource {name}."),
                "Correct its spelling.",
            );
        }
        // A remedy at a place is paid once, and this would be owed for each technology.
        let is_owed_by_each = |closes: &Closes| matches!(closes, Closes::Measure(measure) if context.dictionary.get(*measure).per_technology);
        if found.as_ref().is_some_and(is_owed_by_each) {
            fields.problem(
                "closes",
                format!(
                    "{name} is a fact about one technology, and no remedy is counted by technology."
                ),
                "Remove it: what is short in it is listed as without a remedy.",
            );
            continue;
        }
        closes.extend(found);
    }
    (!closes.is_empty() && closes.len() == names.len()).then_some(closes)
}

fn find_resource(context: &RemedyContext<'_>, id: &str) -> Option<ResourceIndex> {
    let at = context.resources.iter().position(|resource| resource.id == id)?;
    u8::try_from(at).ok().map(ResourceIndex)
}

fn read_quantity(
    fields: &mut Fields<'_>,
    context: &RemedyContext<'_>,
    closes: &[Closes],
) -> Option<Quantity> {
    let basis = fields.word("basis");
    let symbol = fields.text("unit");
    let unit = symbol.as_deref().and_then(Unit::parse);
    if symbol.is_some() && unit.is_none() {
        fields.problem("unit", "This unit is not known.", "Use a unit of rules/src/unit.rs.");
    }
    let resource = fields.text_if_any("resource").and_then(|id| {
        let found = find_resource(context, &id);
        if found.is_none() {
            fields.problem(
                "resource",
                "There is no such resource.",
                "Use the id of a resource in resources.toml.",
            );
        }
        found
    });
    if (basis == Some(Basis::Demand)) != resource.is_some() {
        fields.problem(
            "resource",
            "The resource goes with basis = \"demand\", and only with it.",
            "Add or remove it.",
        );
    }
    let factor = fields.number_if_any("factor").unwrap_or(1.0);
    if factor <= 0.0 {
        fields.problem("factor", "A factor is above zero.", "Correct it.");
    }
    let reference = fields.text("reference");
    let evidence = fields.word("evidence");
    let (basis, unit) = (basis?, unit?);
    // A quantity in the wrong unit is left out, so that its rates are not called wrong too.
    if !check_unit(fields, context, basis, unit, resource, closes) {
        return None;
    }
    Some(Quantity { basis, unit, resource, factor, reference: reference?, evidence: evidence? })
}

/// Whether a quantity is in the unit of what it follows from: nothing converts it on the way.
fn check_unit(
    fields: &mut Fields<'_>,
    context: &RemedyContext<'_>,
    basis: Basis,
    unit: Unit,
    resource: Option<ResourceIndex>,
    closes: &[Closes],
) -> bool {
    let of_resource = |index: ResourceIndex| {
        let resource = &context.resources[index.at()];
        (resource.id.as_str(), resource.unit.symbol())
    };
    let followed: Vec<(&str, &str)> = match basis {
        Basis::Gap => closes
            .iter()
            .map(|gap| match gap {
                Closes::Headroom(index) => of_resource(*index),
                Closes::Measure(index) => {
                    let measure = context.dictionary.get(*index);
                    (measure.id.as_str(), measure.unit_symbol())
                }
            })
            .collect(),
        Basis::Demand => resource.map(of_resource).into_iter().collect(),
        Basis::Area => vec![("the floor area", AREA_UNIT)],
    };
    let wrong = followed.into_iter().find(|(_, symbol)| *symbol != unit.symbol());
    if let Some((name, symbol)) = wrong {
        let has =
            if symbol.is_empty() { "has no unit".to_owned() } else { format!("is in {symbol}") };
        let message = format!("The quantity follows from {name}, which {has}.");
        fields.problem("unit", message, "Give the quantity the unit of what it follows from.");
    }
    wrong.is_none()
}

/// `unit` is that of the quantity; none where it could not be read, and is then not checked.
fn read_cost(
    fields: &mut Fields<'_>,
    context: &RemedyContext<'_>,
    unit: Option<Unit>,
) -> Option<Cost> {
    let benchmark = fields.text("benchmark").and_then(|id| {
        let found = context.benchmarks.iter().position(|benchmark| benchmark.id == id);
        let is_stated = context.stated_rates.iter().any(|rate| rate.id == id);
        if found.is_none() {
            let (message, advice) = if is_stated {
                (
                    "Its source gives no low, central and high estimates of this rate.",
                    "Use a rate that has all three.",
                )
            } else {
                ("There is no such benchmark.", "Use an id of costs/benchmarks.csv.")
            };
            fields.problem("benchmark", message, advice);
        }
        found
    });
    let money: Option<Money> = fields.word("money");
    if let (Some(at), Some(unit), Some(money)) = (benchmark, unit, money) {
        let per_year = if money == Money::Running { "/year" } else { "" };
        let expected = format!("GBP/{}{per_year}", unit.symbol());
        let rate = &context.benchmarks[at];
        if rate.unit != expected {
            let message =
                format!("The rate is in {}, and the quantity takes {expected}.", rate.unit);
            fields.problem("benchmark", message, "Use a rate for one unit of the quantity.");
        }
    }
    let why = fields.text("why");
    Some(Cost { benchmark: benchmark?, money: money?, why: why? })
}
