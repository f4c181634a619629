//! What a remedy saves of a site's energy: which carriers, by which assumptions, and where it applies.
//!
//! Every number is an assumption with a name, a range, a reference and a grade; the rest of the table
//! says only how they are multiplied. What a site takes, and what that comes to, is `carbon::saving`.

use super::RemedyContext;
use crate::carbon::demand::Carrier;
use crate::cost::Estimate;
use crate::dated::Evidence;
use crate::factor::embodied::read_item;
use crate::fields::Fields;
use crate::measure::MeasureIndex;
use crate::words::words;

words! {
    /// When a remedy is applied: each to what those of earlier stages leave, so that what no longer
    /// needs heat or light is not paid for twice.
    Stage {
        /// It lowers what the building needs.
        Demand = "demand",
        /// It gives the same with less.
        Plant = "plant",
        /// It makes energy on the site.
        Generation = "generation",
    }
}

words! {
    /// Which end of an assumption makes a tonne cheaper.
    Favours {
        /// The low end.
        Low = "low",
        /// The high end.
        High = "high",
    }
}

words! {
    /// What a saving is a share of.
    Of {
        /// What the site still takes of the carrier.
        Carrier = "carrier",
        /// The quantity of the remedy: so many kWh for one unit.
        Quantity = "quantity",
    }
}

/// One number that a saving rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Assumption {
    /// Id within the remedy.
    pub id: String,
    /// What it is, in words.
    pub what: String,
    /// Low, central and high.
    pub range: Estimate<f64>,
    /// Which end makes a tonne cheaper.
    pub favours: Favours,
    /// Where it comes from.
    pub reference: String,
    /// How well it is supported.
    pub evidence: Evidence,
}

/// A product and quotient of assumptions, by their places in the list of the remedy.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Formula {
    /// What is multiplied.
    pub times: Vec<usize>,
    /// What it is divided by.
    pub over: Vec<usize>,
}

/// Energy that is no longer taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Less {
    /// Of which carrier.
    pub carrier: Carrier,
    /// What the formula is applied to.
    pub of: Of,
    /// The share, or the kWh for a unit.
    pub formula: Formula,
}

/// Energy that is taken instead.
#[derive(Clone, Debug, PartialEq)]
pub struct More {
    /// Of which carrier.
    pub carrier: Carrier,
    /// It follows from what the remedy saves of this carrier.
    pub for_saved: Carrier,
    /// kWh for each kWh that is saved.
    pub formula: Formula,
}

/// What a remedy saves.
#[derive(Clone, Debug, PartialEq)]
pub struct Saves {
    /// When it is applied.
    pub stage: Stage,
    /// Of remedies of one group at most one is carried out.
    pub group: Option<String>,
    /// Why nobody can say what it saves; then nothing below is given.
    pub unknown: Option<String>,
    /// What it takes less, in the order of the file.
    pub less: Vec<Less>,
    /// What it takes more.
    pub more: Vec<More>,
    /// The measure that says, in per cent, how much of the remedy is done already.
    pub done: Option<MeasureIndex>,
    /// A measure that counts what the remedy replaces: where it is zero there is nothing to do.
    pub only_where: Option<MeasureIndex>,
    /// Id of the item of embodied carbon for one unit.
    pub embodied: Option<String>,
    /// The numbers it rests on.
    pub assumptions: Vec<Assumption>,
}

impl Formula {
    /// Its value where each assumption takes the value that `of` gives.
    #[must_use]
    pub fn value(&self, of: impl Fn(usize) -> f64) -> f64 {
        let product: f64 = self.times.iter().map(|at| of(*at)).product();
        self.over.iter().fold(product, |value, at| value / of(*at))
    }
}

pub(super) fn read_assumptions(fields: &mut Fields<'_>) -> Vec<Assumption> {
    let listed = fields.tables("assumption");
    let read: Vec<Assumption> = listed
        .into_iter()
        .filter_map(|(entry, path)| fields.within(entry, path, read_assumption))
        .collect();
    for (at, one) in read.iter().enumerate() {
        if read[..at].iter().any(|other| other.id == one.id) {
            let message = format!("The assumption {} is made twice.", one.id);
            fields.problem("assumption", message, "Remove one of the two.");
        }
    }
    read
}

fn read_assumption(fields: &mut Fields<'_>) -> Option<Assumption> {
    let id = fields.id();
    let what = fields.text("what");
    let [low, central, high] = ["low", "central", "high"].map(|key| fields.number(key));
    let favours = fields.word("favours");
    let reference = fields.text("reference");
    let evidence = fields.word("evidence");
    let range = Estimate { low: low?, central: central?, high: high? };
    if range.low <= 0.0 || range.low > range.central || range.central > range.high {
        let message = "Its estimates do not rise from above zero.";
        fields.problem("low", message, "Put low below central below high, all above zero.");
    }
    Some(Assumption {
        id: id?,
        what: what?,
        range,
        favours: favours?,
        reference: reference?,
        evidence: evidence?,
    })
}

pub(super) fn read_formula(fields: &mut Fields<'_>, assumptions: &[Assumption]) -> Formula {
    let mut find = |key: &'static str| -> Vec<usize> {
        let names = fields.texts_if_any(key).unwrap_or_default();
        let mut found = Vec::new();
        for name in names {
            match assumptions.iter().position(|one| one.id == name) {
                Some(at) => found.push(at),
                None => fields.problem(
                    key,
                    format!("There is no assumption {name}."),
                    "Use the id of an [[assumption]] of this file.",
                ),
            }
        }
        found
    };
    Formula { times: find("times"), over: find("over") }
}

/// A share that could be above one would save more than there is.
fn check_share(fields: &mut Fields<'_>, less: &Less, assumptions: &[Assumption]) {
    let most = less.formula.value(|at| assumptions[at].range.high);
    if less.of == Of::Carrier && (!less.formula.over.is_empty() || most > 1.0) {
        let message = "What it saves of a carrier may come to more than all of it.";
        fields.problem("times", message, "Multiply shares of at most 1, and divide by nothing.");
    }
}

pub(super) fn read_saves(
    fields: &mut Fields<'_>,
    context: &RemedyContext<'_>,
    assumptions: Vec<Assumption>,
    unit: Option<&str>,
) -> Option<Saves> {
    let stage = fields.word("stage");
    let group = fields.text_if_any("group");
    let unknown = fields.text_if_any("unknown");
    let done = read_measure(fields, context, "done", Some("%"));
    let only_where = read_measure(fields, context, "only_where", Some("count"));
    let less: Vec<Less> = fields
        .tables("less")
        .into_iter()
        .filter_map(|(entry, path)| {
            fields.within(entry, path, |fields| {
                let carrier = fields.word("carrier");
                let of = fields.word_if_any("of").unwrap_or(Of::Carrier);
                let formula = read_formula(fields, &assumptions);
                let less = Less { carrier: carrier?, of, formula };
                check_share(fields, &less, &assumptions);
                Some(less)
            })
        })
        .collect();
    let saved: Vec<Carrier> = less.iter().map(|one| one.carrier).collect();
    let more: Vec<More> = fields
        .tables("more")
        .into_iter()
        .filter_map(|(entry, path)| {
            fields.within(entry, path, |fields| {
                let carrier = fields.word("carrier");
                let for_saved: Option<Carrier> = fields.word("for_saved");
                let formula = read_formula(fields, &assumptions);
                if for_saved.is_some_and(|carrier| !saved.contains(&carrier)) {
                    let message = "It follows from a carrier of which nothing is saved.";
                    fields.problem("for_saved", message, "Name a carrier of a [[saves.less]].");
                }
                Some(More { carrier: carrier?, for_saved: for_saved?, formula })
            })
        })
        .collect();
    if unknown.is_some() != (less.is_empty() && !fields.has("less")) {
        fields.problem(
            "unknown",
            "Either what it saves or the reason why nobody can say must be given, and not both.",
            "Add a [[saves.less]], or unknown with the reason.",
        );
    }
    let per_unit = unit.map(|unit| format!("kgCO2e/{unit}"));
    let embodied = read_item(
        fields,
        context.embodied,
        per_unit.as_deref(),
        ("the quantity is not", "Use an item for one unit of the quantity."),
    );
    let stage = stage?;
    Some(Saves { stage, group, unknown, less, more, done, only_where, embodied, assumptions })
}

pub(super) fn read_measure(
    fields: &mut Fields<'_>,
    context: &RemedyContext<'_>,
    key: &'static str,
    unit: Option<&str>,
) -> Option<MeasureIndex> {
    let id = fields.text_if_any(key)?;
    let Some((index, measure)) = context.dictionary.find(&id) else {
        fields.problem(key, "There is no such measure.", "Use an id of measures.toml.");
        return None;
    };
    if unit.is_some_and(|unit| measure.unit_symbol() != unit) {
        let message = format!("This measure is in {:?}.", measure.unit_symbol());
        fields.problem(key, message, "Use a measure in the unit that is asked for here.");
        return None;
    }
    Some(index)
}
