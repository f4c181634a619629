//! The measure dictionary: what can be observed, in which unit, within which limits.
//!
//! Columns of the template, API documentation, headings and forms derive from it. Which values
//! are good enough is `profile`; which of two answers counts at a place is `estate`.

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
    /// Whether it is a fact about one technology and not about the place: a site may then answer it for
    /// each technology, and where it gives one answer only, that stands for all of them.
    pub per_technology: bool,
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

/// What stands between the id of a measure and that of a technology, in the id of an answer for one
/// technology: `dcb0160-complete@voice-scribe`. No id of either holds it.
pub const FOR_TECHNOLOGY: char = '@';

/// All measures, found by id or by place.
///
/// After them stand the answers for one technology, one for each technology and each measure that is
/// asked of one: they are found by id or place like measures, and are not listed.
#[derive(Clone, Debug, Default)]
pub struct Dictionary {
    measures: Vec<Measure>,
    by_id: HashMap<String, MeasureIndex>,
    /// How many are measures; the others are answers for one technology.
    listed: usize,
    /// Of each answer for one technology, in their order, the measure that it answers.
    general: Vec<MeasureIndex>,
    /// Of each measure its answers for one technology, in the order of the technologies.
    answers: Vec<Vec<MeasureIndex>>,
    /// Ids of the technologies.
    technologies: Vec<String>,
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
        dictionary.listed = dictionary.measures.len();
        dictionary.answers = vec![Vec::new(); dictionary.listed];
        dictionary
    }

    /// Adds the technologies, by id and title: whatever is asked of one can then be answered for each of
    /// them. Called once.
    pub fn add_technologies<'a>(
        &mut self,
        technologies: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) {
        let technologies: Vec<(&str, &str)> = technologies.into_iter().collect();
        self.technologies = technologies.iter().map(|(id, _)| (*id).to_owned()).collect();
        for at in 0..self.listed {
            if !self.measures[at].per_technology {
                continue;
            }
            for (id, title) in &technologies {
                // Places are of two bytes: what finds none is answered for all technologies alone.
                let Ok(index) = u16::try_from(self.measures.len()).map(MeasureIndex) else {
                    return;
                };
                let Ok(general) = u16::try_from(at).map(MeasureIndex) else { return };
                let measure = &self.measures[at];
                let answer = Measure {
                    id: format!("{}{FOR_TECHNOLOGY}{id}", measure.id),
                    title: format!("{}, for {title}", measure.title),
                    ..measure.clone()
                };
                self.by_id.insert(answer.id.clone(), index);
                self.measures.push(answer);
                self.general.push(general);
                self.answers[at].push(index);
            }
        }
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

    /// Finds a measure, or an answer for one technology, by id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<(MeasureIndex, &Measure)> {
        self.by_id.get(id).map(|index| (*index, &self.measures[index.at()]))
    }

    /// The measure, or the answer for one technology, at a place that this dictionary gave out.
    #[must_use]
    pub fn get(&self, index: MeasureIndex) -> &Measure {
        &self.measures[index.at()]
    }

    /// Every measure in the order of the file, with its place. Answers for one technology are not among
    /// them: see [`Self::answers_of`].
    pub fn iter(&self) -> impl Iterator<Item = (MeasureIndex, &Measure)> {
        (0..).map(MeasureIndex).zip(&self.measures[..self.listed])
    }

    /// How many measures there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.listed
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.listed == 0
    }

    /// How many places it has given out, to measures and to answers for one technology.
    #[must_use]
    pub const fn places(&self) -> usize {
        self.measures.len()
    }

    /// The technologies for each of which can be answered what is asked of one, by id.
    #[must_use]
    pub fn technologies(&self) -> &[String] {
        &self.technologies
    }

    /// The answer to a measure for one technology; the measure itself where it is not asked of one.
    #[must_use]
    pub fn answer_for(&self, measure: MeasureIndex, technology: &str) -> MeasureIndex {
        let at = self.technologies.iter().position(|id| id == technology);
        at.and_then(|at| self.answers_of(measure).get(at)).copied().unwrap_or(measure)
    }

    /// The answers to a measure for one technology each, in the order of [`Self::technologies`]; none
    /// for what is asked of no technology, and for such an answer.
    #[must_use]
    pub fn answers_of(&self, measure: MeasureIndex) -> &[MeasureIndex] {
        self.answers.get(measure.at()).map_or(&[], Vec::as_slice)
    }

    /// The measure that an answer for one technology answers; a measure itself.
    #[must_use]
    pub fn general(&self, index: MeasureIndex) -> MeasureIndex {
        index.at().checked_sub(self.listed).map_or(index, |at| self.general[at])
    }

    /// Of each answer for one technology, whose places follow those of the measures, the measure that it
    /// answers.
    #[must_use]
    pub fn general_of_answers(&self) -> &[MeasureIndex] {
        &self.general
    }

    /// Whether values that are coded by the other one's places mean the same by this one's.
    #[must_use]
    pub fn is_coded_like(&self, other: &Self) -> bool {
        self.iter().eq(other.iter()) && self.technologies == other.technologies
    }
}

fn read_measure(fields: &mut Fields<'_>, as_of: NaiveDate) -> Option<(Measure, Option<String>)> {
    let id = fields.id();
    let title = fields.text("title");
    let domain = fields.word("domain");
    let scope = fields.word("scope");
    let kind = read_kind(fields);
    let ceiling = fields.text_if_any("not_above");
    let per_technology = fields.flag_if_any("per_technology").unwrap_or(false);
    if per_technology && scope == Some(Scope::Space) {
        fields.problem(
            "per_technology",
            "What is measured in a space is not asked of a technology.",
            "Use scope = \"site\", or remove this.",
        );
    }
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
        per_technology,
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
