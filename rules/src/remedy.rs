//! Ways to close a gap or to save carbon: what each closes or saves, how much of it is needed, and what
//! that costs.
//!
//! The rates are benchmarks of `cost`; the gaps themselves and their arithmetic are `gap`, and what is
//! saved at a site is `carbon::saving`.

pub mod saves;

use crate::carbon::demand::Carrier;
use crate::cost::{Benchmark, Money, StatedRate};
use crate::costing::pricing::read_project;
use crate::dated::Evidence;
use crate::factor::Factors;
use crate::factor::embodied::EmbodiedItem;
use crate::fields::{Fields, Problems, parse_table};
use crate::measure::{Dictionary, MeasureIndex};
use crate::resource::{AREA_UNIT, Resource, ResourceIndex};
use crate::unit::Unit;
use crate::words::words;
use chrono::NaiveDate;
use saves::{Assumption, Formula, Saves, read_assumptions, read_formula, read_measure, read_saves};
use std::collections::BTreeMap;

words! {
    /// What the quantity of a remedy follows from.
    Basis {
        /// The gap itself, in its own unit.
        Gap = "gap",
        /// What the technologies take of a resource.
        Demand = "demand",
        /// The floor area of the place.
        Area = "area",
        /// What it saves of a carrier: only of a remedy that saves.
        Saved = "saved",
        /// A measure of the site: only of a remedy that saves.
        Measure = "measure",
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

/// One way to close a gap, to save carbon, or both.
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
    /// The gaps it closes; none where it only saves.
    pub closes: Vec<Closes>,
    /// What it saves, if it is one that saves.
    pub saves: Option<Saves>,
    /// The kind of project that it is, by which its optimism bias is looked up.
    pub project: Project,
    /// Whether it renews what stands, so that a backlog may hold some of it as well.
    pub renews: bool,
    /// How much of it is needed.
    pub quantity: Quantity,
    /// What it costs, as parts that add up.
    pub costs: Vec<Cost>,
    /// Why its cost is not known, where it has no part; only of a remedy that saves.
    pub cost_unknown: Option<String>,
    /// Why its running cost is not known, where no part is a running cost.
    pub running_unknown: Option<String>,
    /// Why it has no running cost beyond that of today; only of a remedy that saves.
    pub running_none: Option<String>,
    /// A warning to show beside the cost.
    pub caution: Option<String>,
}

/// Which kind of project a remedy is.
#[derive(Clone, Debug, PartialEq)]
pub struct Project {
    /// A kind of `datasets/costs/optimism-bias.csv`.
    pub kind: String,
    /// Why it is of this kind.
    pub reference: String,
    /// How well that is supported.
    pub evidence: Evidence,
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
    /// The carrier, where the basis is what is saved.
    pub carrier: Option<Carrier>,
    /// The assumptions that turn what is saved into the unit.
    pub formula: Formula,
    /// The measure, where the basis is one.
    pub measure: Option<MeasureIndex>,
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
    /// What others published; none where it could not be read.
    pub factors: Option<&'a Factors>,
    /// The items of embodied carbon; none where they could not be read.
    pub embodied: Option<&'a BTreeMap<String, EmbodiedItem>>,
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
    let project = match fields.table_if_any("project") {
        Some((entry, path)) => fields.within(entry, path, |fields| {
            let kind = read_project(fields, "kind", context.factors);
            let (reference, evidence) = (fields.text("reference"), fields.word("evidence"));
            Some(Project { kind: kind?, reference: reference?, evidence: evidence? })
        }),
        None => {
            let message = "A remedy says which kind of project it is.";
            fields.problem("project", message, "Add a [project] table with its kind.");
            None
        }
    };
    let renews = fields.flag("renews");
    let is_saving = fields.has("saves");
    let closes = if is_saving && !fields.has("closes") {
        Some(Vec::new())
    } else {
        read_closes(&mut fields, context)
    };
    let closed = closes.as_deref().unwrap_or_default();
    let assumptions = read_assumptions(&mut fields);
    let quantity = match fields.table_if_any("quantity") {
        Some((entry, path)) => fields.within(entry, path, |fields| {
            read_quantity(fields, context, closed, &assumptions, is_saving)
        }),
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
    if !is_saving && !assumptions.is_empty() {
        let message = "Assumptions go with a [saves] table, and only with it.";
        fields.problem("assumption", message, "Add the table, or remove them.");
    }
    let saves = fields.table_if_any("saves").and_then(|(entry, path)| {
        let symbol = unit.map(|unit| unit.symbol().to_owned());
        fields.within(entry, path, |fields| {
            read_saves(fields, context, assumptions, symbol.as_deref())
        })
    });
    let priced = read_costs(&mut fields, context, unit, is_saving);
    let caution = fields.text_if_any("caution");
    fields.finish();
    let quantity = quantity?;
    check_saved(&saves, &quantity, file, problems);
    Some(Remedy {
        id: id?,
        title: title?,
        as_of: as_of?,
        summary: summary?,
        closes: closes?,
        saves,
        project: project?,
        renews: renews?,
        quantity,
        costs: priced.costs,
        cost_unknown: priced.cost_unknown,
        running_unknown: priced.running_unknown,
        running_none: priced.running_none,
        caution,
    })
}

/// A quantity that follows from what is saved of a carrier needs a saving of that carrier.
fn check_saved(saves: &Option<Saves>, quantity: &Quantity, file: &str, problems: &mut Problems) {
    let (Some(saves), Some(carrier)) = (saves, quantity.carrier) else { return };
    let is_saved = saves.less.iter().any(|less| less.carrier == carrier);
    if !is_saved && saves.unknown.is_none() {
        let message = format!("It follows from {carrier}, of which nothing is saved.");
        let advice = "Name a carrier of a [[saves.less]].";
        problems.add(file, "quantity.carrier", None, message, advice);
    }
}

/// The costs of a remedy, or why there are none.
struct ReadCosts {
    costs: Vec<Cost>,
    cost_unknown: Option<String>,
    running_unknown: Option<String>,
    running_none: Option<String>,
}

fn read_costs(
    fields: &mut Fields<'_>,
    context: &RemedyContext<'_>,
    unit: Option<Unit>,
    is_saving: bool,
) -> ReadCosts {
    let listed = fields.tables("cost");
    let listed_count = listed.len();
    let costs: Vec<Cost> = listed
        .into_iter()
        .filter_map(|(entry, path)| {
            fields.within(entry, path, |fields| read_cost(fields, context, unit))
        })
        .collect();
    let mut only_saving = |key: &'static str| {
        let text = fields.text_if_any(key);
        if text.is_some() && !is_saving {
            let message = "This goes with a [saves] table, and only with it.";
            fields.problem(key, message, "Remove it, or use running_unknown.");
            return None;
        }
        text
    };
    let cost_unknown = only_saving("cost_unknown");
    let running_none = only_saving("running_none");
    if listed_count == 0 && cost_unknown.is_none() {
        fields.problem(
            "cost",
            "A remedy needs at least one cost.",
            "Add a [[cost]] with its benchmark.",
        );
    }
    if listed_count > 0 && cost_unknown.is_some() {
        let message = "Its cost is given, and is said not to be known.";
        fields.problem("cost_unknown", message, "Remove one of the two.");
    }
    let running_unknown = fields.text_if_any("running_unknown");
    let has_running = costs.iter().any(|cost| cost.money == Money::Running);
    let is_said = running_unknown.is_some() != running_none.is_some();
    let is_said_twice = running_unknown.is_some() && running_none.is_some();
    let is_needed = cost_unknown.is_none() || is_said_twice;
    if costs.len() == listed_count && is_needed && is_said == has_running {
        fields.problem(
            "running_unknown",
            "Either a running cost or the reason why none is known must be given, and not both.",
            "Add a running [[cost]], or running_unknown with the reason.",
        );
    }
    ReadCosts { costs, cost_unknown, running_unknown, running_none }
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
    assumptions: &[Assumption],
    is_saving: bool,
) -> Option<Quantity> {
    let basis: Option<Basis> = fields.word("basis");
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
    if basis.is_some_and(Basis::is_of_saving) && !is_saving {
        let message = "This basis goes with a [saves] table, and only with it.";
        fields.problem("basis", message, "Use gap, demand or area.");
        fields.knows(&["carrier", "measure", "times", "over", "factor", "reference", "evidence"]);
        return None;
    }
    let carrier: Option<Carrier> = fields.word_if_any("carrier");
    if (basis == Some(Basis::Saved)) != carrier.is_some() {
        let message = "The carrier goes with basis = \"saved\", and only with it.";
        fields.problem("carrier", message, "Add or remove it.");
    }
    let measure = read_measure(fields, context, "measure", None);
    if (basis == Some(Basis::Measure)) != fields.has("measure") {
        let message = "The measure goes with basis = \"measure\", and only with it.";
        fields.problem("measure", message, "Add or remove it.");
    }
    let formula = read_formula(fields, assumptions);
    if basis != Some(Basis::Saved) && formula != Formula::default() {
        let message = "Assumptions turn what is saved into a quantity, and nothing else.";
        fields.problem("times", message, "Remove times and over, or use basis = \"saved\".");
    }
    let factor = fields.number_if_any("factor").unwrap_or(1.0);
    if factor <= 0.0 {
        fields.problem("factor", "A factor is above zero.", "Correct it.");
    }
    let reference = fields.text("reference");
    let evidence = fields.word("evidence");
    let (basis, unit) = (basis?, unit?);
    // A quantity in the wrong unit is left out, so that its rates are not called wrong too.
    if !check_unit(fields, context, (basis, unit, measure), resource, closes) {
        return None;
    }
    Some(Quantity {
        basis,
        unit,
        resource,
        factor,
        carrier,
        formula,
        measure,
        reference: reference?,
        evidence: evidence?,
    })
}

impl Basis {
    /// Whether only a remedy that saves can have it.
    const fn is_of_saving(self) -> bool {
        matches!(self, Self::Saved | Self::Measure)
    }
}

/// Whether a quantity is in the unit of what it follows from: nothing converts it on the way.
fn check_unit(
    fields: &mut Fields<'_>,
    context: &RemedyContext<'_>,
    (basis, unit, measure): (Basis, Unit, Option<MeasureIndex>),
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
        // What is saved is turned into the unit by assumptions, whose units nobody checks.
        Basis::Saved => Vec::new(),
        Basis::Measure => measure
            .map(|index| context.dictionary.get(index))
            .map(|measure| (measure.id.as_str(), measure.unit_symbol()))
            .into_iter()
            .collect(),
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
