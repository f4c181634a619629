//! The measure dictionary: what can be observed, in which unit, within which limits.
//!
//! Columns of the template, API documentation, headings and forms derive from it. Which values
//! are good enough is `profile`.

use crate::dated::Evidence;
use crate::fields::{Fields, Problems, parse_table};
use crate::unit::Unit;
use crate::words::words;
use chrono::NaiveDate;
use std::collections::HashMap;

pub use crate::fields::is_kebab_case;

words! {
    /// The part of a building or service that a measure describes.
    Domain {
        /// Supply, standby, batteries.
        Power = "power",
        /// Wi-Fi, mobile, wide area links.
        Connectivity = "connectivity",
        /// Noise, speech, light.
        Acoustics = "acoustics",
        /// Air, temperature, cooling.
        Environment = "environment",
        /// Areas, routes, floors, lifts.
        Space = "space",
        /// Cyber security, responsible handover and approvals.
        Cyber = "cyber",
        /// Trained people, safety officers and skills.
        Workforce = "workforce",
        /// Energy and floor area.
        Sustainability = "sustainability",
    }
}

words! {
    /// Where a measure is read: of the whole site, or of a space (and then perhaps of the site too).
    Scope {
        /// Of the whole site.
        Site = "site",
        /// Of a room or zone.
        Space = "space",
    }
}

words! {
    /// Which way is better.
    Better {
        /// More is better.
        Higher = "higher",
        /// Less is better.
        Lower = "lower",
        /// Neither, or only a range is good.
        Neither = "neither",
    }
}

words! {
    /// The scale on which attainment is linear.
    Scale {
        /// The value itself.
        Linear = "linear",
        /// Common logarithm of the value: latency, jitter, bandwidth.
        Log10 = "log10",
        /// Nines of an availability in per cent: -log10(1 - value / 100).
        Nines = "nines",
    }
}

impl Scale {
    /// Where a value lies on the scale; not finite where it has no place.
    ///
    /// Only shares of a distance are ever taken, and those are the same to every base: the natural
    /// logarithm is the quickest.
    #[inline]
    #[must_use]
    pub fn place(self, value: f64) -> f64 {
        match self {
            Self::Linear => value,
            Self::Log10 => value.ln(),
            Self::Nines => -(1.0 - value / 100.0).ln(),
        }
    }
}

words! {
    /// The word for what values a measure takes.
    KindWord {
        /// A number with a unit.
        Quantity = "quantity",
        /// One of a list.
        Choice = "choice",
        /// Yes or no.
        Flag = "flag",
        /// A calendar date.
        Date = "date",
        /// Free text.
        Text = "text",
    }
}

/// What values a measure takes.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A number with a unit.
    Quantity {
        /// The one unit in which values are kept.
        unit: Unit,
        /// Plausible limits, both allowed; outside them a value is refused.
        range: (f64, f64),
        /// Which way is better.
        better: Better,
        /// The scale on which attainment is linear.
        scale: Scale,
    },
    /// One of a list, worst first.
    Choice {
        /// The choices as written.
        choices: Vec<String>,
        /// The choice that takes the measure out of a checklist, as an index.
        not_applicable: Option<usize>,
    },
    /// Yes or no.
    Flag,
    /// A calendar date.
    Date,
    /// Free text, kept and shown but never judged.
    Text,
}

/// One entry of the dictionary.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    /// Stable kebab-case id with the unit last.
    pub id: String,
    /// Heading.
    pub title: String,
    /// The part of a building that it describes.
    pub domain: Domain,
    /// Of a site or of a space.
    pub scope: Scope,
    /// What values it takes.
    pub kind: Kind,
    /// A measure of the same site above which this one is flagged.
    pub not_above: Option<MeasureIndex>,
    /// What to measure and how.
    pub help: String,
    /// Where the definition or its limits come from.
    pub reference: String,
    /// How well the definition or its limits are supported.
    pub evidence: Evidence,
    /// When the entry was last checked.
    pub as_of: NaiveDate,
}

impl Measure {
    /// The unit's symbol, or nothing for a measure without a unit.
    #[must_use]
    pub fn unit_symbol(&self) -> &str {
        match &self.kind {
            Kind::Quantity { unit, .. } => unit.symbol(),
            _ => "",
        }
    }

    /// The word for the kind of value.
    #[must_use]
    pub const fn kind_word(&self) -> &'static str {
        let word = match self.kind {
            Kind::Quantity { .. } => KindWord::Quantity,
            Kind::Choice { .. } => KindWord::Choice,
            Kind::Flag => KindWord::Flag,
            Kind::Date => KindWord::Date,
            Kind::Text => KindWord::Text,
        };
        word.word()
    }
}

/// A measure's place in the dictionary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MeasureIndex(pub u16);

impl MeasureIndex {
    /// As a list index.
    #[must_use]
    pub const fn at(self) -> usize {
        self.0 as usize
    }
}

/// All measures, found by id or by place.
#[derive(Clone, Debug, Default)]
pub struct Dictionary {
    measures: Vec<Measure>,
    by_id: HashMap<String, MeasureIndex>,
}

impl Dictionary {
    /// Reads `measures.toml`; whatever is wrong in it is added to `problems`.
    #[must_use]
    pub fn read(file: &str, text: &str, problems: &mut Problems) -> Self {
        let mut dictionary = Self::default();
        let Some(table) = parse_table(file, text, problems) else {
            return dictionary;
        };
        let mut fields = Fields::new(&table, file, "", problems);
        let as_of = fields.date("as_of");
        let mut ceilings = Vec::new();
        for (entry, path) in fields.tables("measure") {
            let read = fields.within(entry, path.clone(), |fields| {
                read_measure(fields, as_of.unwrap_or_default())
            });
            if let Some((measure, ceiling)) = read {
                dictionary.add(measure, ceiling, path, &mut fields, &mut ceilings);
            }
        }
        for (index, ceiling, path) in ceilings {
            match dictionary.find(&ceiling) {
                Some((found, _)) => dictionary.measures[index].not_above = Some(found),
                None => fields.problems.add(
                    file,
                    &format!("{path}.not_above"),
                    Some(ceiling),
                    "There is no such measure.".to_owned(),
                    "Use the id of a measure.",
                ),
            }
        }
        fields.finish();
        dictionary
    }

    fn add(
        &mut self,
        measure: Measure,
        ceiling: Option<String>,
        path: String,
        fields: &mut Fields<'_>,
        ceilings: &mut Vec<(usize, String, String)>,
    ) {
        let at = self.measures.len();
        let Ok(index) = u16::try_from(at) else { return };
        if self.by_id.insert(measure.id.clone(), MeasureIndex(index)).is_some() {
            fields.problem(
                "",
                format!("The measure {} is defined twice.", measure.id),
                "Remove one of the two.",
            );
        }
        ceilings.extend(ceiling.map(|ceiling| (at, ceiling, path)));
        self.measures.push(measure);
    }

    /// Finds a measure by id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<(MeasureIndex, &Measure)> {
        self.by_id.get(id).map(|index| (*index, &self.measures[index.at()]))
    }

    /// The measure at a place that this dictionary gave out.
    #[must_use]
    pub fn get(&self, index: MeasureIndex) -> &Measure {
        &self.measures[index.at()]
    }

    /// Every measure in the order of the file, with its place.
    pub fn iter(&self) -> impl Iterator<Item = (MeasureIndex, &Measure)> {
        (0..).map(MeasureIndex).zip(&self.measures)
    }

    /// How many measures there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.measures.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.measures.is_empty()
    }
}

fn read_measure(fields: &mut Fields<'_>, as_of: NaiveDate) -> Option<(Measure, Option<String>)> {
    let id = fields.id();
    let title = fields.text("title");
    let domain = fields.word("domain");
    let scope = fields.word("scope");
    let kind = read_kind(fields);
    let ceiling = fields.text_if_any("not_above");
    let help = fields.text("help");
    let reference = fields.text("reference");
    let evidence = fields.word("evidence");
    let as_of = fields.date_if_any("as_of").unwrap_or(as_of);
    let measure = Measure {
        id: id?,
        title: title?,
        domain: domain?,
        scope: scope?,
        kind: kind?,
        not_above: None,
        help: help?,
        reference: reference?,
        evidence: evidence?,
        as_of,
    };
    Some((measure, ceiling))
}

/// The most choices of a measure: columns keep a choice in one byte, and a zero for unknown.
pub const MAX_CHOICES: usize = 254;

/// The keys that only some kinds have.
const KEYS_OF_KINDS: [&str; 6] = ["unit", "range", "better", "scale", "choices", "not_applicable"];

fn read_kind(fields: &mut Fields<'_>) -> Option<Kind> {
    let Some(kind) = fields.text("kind") else {
        fields.knows(&KEYS_OF_KINDS);
        return None;
    };
    match kind.parse() {
        Ok(KindWord::Quantity) => read_quantity(fields),
        Ok(KindWord::Choice) => read_choice(fields),
        Ok(KindWord::Flag) => Some(Kind::Flag),
        Ok(KindWord::Date) => Some(Kind::Date),
        Ok(KindWord::Text) => Some(Kind::Text),
        Err(_) => {
            fields.knows(&KEYS_OF_KINDS);
            fields.problem(
                "kind",
                "This kind is not known.",
                "Use quantity, choice, flag, date or text.",
            );
            None
        }
    }
}

fn read_quantity(fields: &mut Fields<'_>) -> Option<Kind> {
    let symbol = fields.text("unit");
    let unit = symbol.as_deref().and_then(Unit::parse);
    if symbol.is_some() && unit.is_none() {
        fields.problem(
            "unit",
            "This unit is not known.",
            "Use a unit of rules/src/unit.rs, or add it there.",
        );
    }
    let range = fields.range_if_any("range");
    if !fields.has("range") {
        fields.problem("range", "This key is missing.", "Add the plausible limits as [low, high].");
    }
    let better = fields.word("better");
    let scale = fields.word_if_any("scale").unwrap_or(Scale::Linear);
    Some(Kind::Quantity { unit: unit?, range: range?, better: better?, scale })
}

fn read_choice(fields: &mut Fields<'_>) -> Option<Kind> {
    fields.knows(&["not_applicable"]);
    let Some(choices) = fields.texts_if_any("choices") else {
        if !fields.has("choices") {
            fields.problem("choices", "This key is missing.", "List the choices, worst first.");
        }
        return None;
    };
    if choices.len() > MAX_CHOICES {
        let message =
            format!("There are {} choices, which is more than {MAX_CHOICES}.", choices.len());
        fields.problem("choices", message, "Put choices together.");
    }
    let is_given = !choices.is_empty() && choices.iter().all(|choice| !choice.trim().is_empty());
    let is_distinct = (1..choices.len()).all(|at| !choices[..at].contains(&choices[at]));
    if !is_given || !is_distinct {
        fields.problem(
            "choices",
            "Choices are texts that are not empty, each given once.",
            "List the choices, worst first.",
        );
    }
    let excluded = fields.text_if_any("not_applicable");
    let not_applicable =
        excluded.as_ref().and_then(|word| choices.iter().position(|choice| choice == word));
    if excluded.is_some() && not_applicable.is_none() {
        fields.problem(
            "not_applicable",
            "This is not one of the choices.",
            "Use one of the choices.",
        );
    }
    Some(Kind::Choice { choices, not_applicable })
}
