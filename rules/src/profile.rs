//! What one technology demands: requirements with thresholds, and shares of common resources.
//!
//! Judging a site against a profile is `judge`; paying for what is missing is `gap`.

use crate::dated::Evidence;
use crate::fields::{Fields, Problems, number, parse_table};
use crate::judge::MAX_CHECKLIST;
use crate::measure::{Better, Dictionary, Domain, Kind, MeasureIndex, Scale, Scope};
use crate::place::SpaceKind;
use crate::resource::{Resource, ResourceIndex, steady};
use crate::words::words;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Weights of the domains, in the order of [`Domain::ALL`].
pub type DomainWeights = [u32; Domain::ALL.len()];

/// The heaviest weight of a domain.
pub const MAX_WEIGHT_OF_DOMAIN: u32 = 100;

/// The heaviest weight of a requirement.
pub const MAX_WEIGHT: u32 = 10;

/// The most that the weights of one domain of a profile may add up to. Judging packs sums of up to 400,
/// and asking how far a result hangs on one weight multiplies all by ten: 10 x 39 + 10 = 400.
pub const MAX_DOMAIN_WEIGHT: u32 = 39;

/// The most gates of a profile: judging packs their counts.
pub const MAX_GATES: usize = 15;

words! {
    /// Whether a technology can be deployed today.
    Horizon {
        /// It can.
        Now = "now",
        /// It cannot yet: shown apart, never in totals.
        Future = "future",
    }
}

words! {
    /// How far a technology has come in the health service, where a source says so.
    AdoptionStatus {
        /// Approved for use.
        Approved = "approved",
        /// Holds an innovator passport: proved at one trust, taken on trust by the others.
        InnovatorPassport = "innovator-passport",
        /// Research and trials only.
        Research = "research",
    }
}

/// How far a technology has come, with the source that says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adoption {
    /// How far.
    pub status: AdoptionStatus,
    /// Who says so.
    pub reference: String,
    /// How well that is supported.
    pub evidence: Evidence,
}

/// Where a profile is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// At the site as a whole.
    Site,
    /// In every space of a kind; the site shows its best one.
    Space(SpaceKind),
}

impl Place {
    /// The word in rule files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Site => "site",
            Self::Space(kind) => kind.word(),
        }
    }
}

/// What one technology demands.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// Stable kebab-case id.
    pub id: String,
    /// Heading.
    pub title: String,
    /// Edition of the profile.
    pub edition: String,
    /// When it was last checked.
    pub as_of: NaiveDate,
    /// The day from which this edition holds.
    pub in_force_from: NaiveDate,
    /// Where it is judged.
    pub place: Place,
    /// Whether it can be deployed today.
    pub horizon: Horizon,
    /// What the technology is, in a sentence.
    pub summary: String,
    /// How far it has come, where a source says so.
    pub adoption: Option<Adoption>,
    /// Weights of the domains.
    pub weights: DomainWeights,
    /// What must be so.
    pub requirements: Vec<Requirement>,
    /// What it takes of common resources.
    pub demands: Vec<Demand>,
    /// Life and energy, where a figure is published.
    pub lifecycle: Lifecycle,
}

impl Profile {
    /// What one deployed unit takes of a resource at full use, in the resource's unit, whenever that
    /// is. Diversity is left out: it says how much of this falls on the site's own peak.
    #[must_use]
    pub fn full_demand_on(&self, resource: ResourceIndex) -> f64 {
        self.demands
            .iter()
            .filter(|demand| demand.resource == resource)
            .map(|demand| demand.per_unit)
            .sum()
    }

    /// What one deployed unit takes of a resource at the site's peak, in the resource's unit: diversity
    /// included.
    #[must_use]
    pub fn demand_on(&self, resource: ResourceIndex) -> f64 {
        demand_on(&self.demands, resource)
    }
}

/// What one unit takes of a resource at the site's peak, diversity included.
fn demand_on(demands: &[Demand], resource: ResourceIndex) -> f64 {
    demands
        .iter()
        .filter(|demand| demand.resource == resource)
        .map(|demand| demand.per_unit * demand.diversity)
        .sum()
}

/// One thing that must be so, with its weight, reference and evidence.
#[derive(Clone, Debug, PartialEq)]
pub struct Requirement {
    /// Stable kebab-case id within the profile.
    pub id: String,
    /// What is asked.
    pub asks: Question,
    /// The domain in which it counts.
    pub domain: Domain,
    /// What is good enough, in the unit of what is asked.
    pub threshold: Threshold,
    /// The scale on which attainment is linear.
    pub scale: Scale,
    /// Whether its minimum must be met, whatever the score.
    pub gate: bool,
    /// Weight within the domain, 1 to 10.
    pub weight: u32,
    /// How well the threshold is supported.
    pub evidence: Evidence,
    /// Where the threshold comes from.
    pub reference: String,
    /// Why it matters: a plain sentence.
    pub why: String,
}

/// What a requirement asks about.
#[derive(Clone, Debug, PartialEq)]
pub enum Question {
    /// The value of a measure.
    Measure(MeasureIndex),
    /// What is left of a resource, in the resource's unit.
    Headroom(ResourceIndex),
    /// The share of a list of measures that is met, 0 to 1.
    Checklist(Vec<MeasureIndex>),
}

/// What is good enough.
#[derive(Clone, Debug, PartialEq)]
pub enum Threshold {
    /// More is better.
    AtLeast(Limits),
    /// Less is better.
    AtMost(Limits),
    /// Between two values is good.
    Within {
        /// The lower edges.
        low: Limits,
        /// The upper edges.
        high: Limits,
    },
    /// Attainment, 0 to 1, of each choice of the measure; none where the choice does not apply.
    Choices(Vec<Option<f64>>),
    /// The flag must have this value.
    Is(bool),
}

/// Floor, minimum and target. Attainment is 0 at the floor, 0.5 at the minimum, 1 at the target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// At or beyond it nothing counts.
    pub floor: f64,
    /// What must be reached.
    pub minimum: f64,
    /// What is wanted.
    pub target: f64,
}

impl Limits {
    /// All three multiplied.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        Self {
            floor: steady(self.floor * factor),
            minimum: steady(self.minimum * factor),
            target: steady(self.target * factor),
        }
    }
}

/// What one deployed unit takes of a resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Demand {
    /// The resource.
    pub resource: ResourceIndex,
    /// In the resource's unit, for one unit at full use.
    pub per_unit: f64,
    /// Share of full use that falls together with the site's peak, 0 to 1.
    pub diversity: f64,
    /// Where the figure comes from.
    pub reference: String,
    /// How well it is supported.
    pub evidence: Evidence,
}

/// Life and energy of one unit. What has no published figure is unknown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lifecycle {
    /// Years in service, from and to.
    pub life_years: Option<(f64, f64)>,
    /// Electricity in use, kWh a year, from and to.
    pub annual_kwh: Option<(f64, f64)>,
    /// Where the figures come from.
    pub reference: Option<String>,
    /// How well they are supported.
    pub evidence: Option<Evidence>,
}

/// Reads one file of `profiles/`.
#[must_use]
pub fn read_profile(
    file: &str,
    text: &str,
    context: &ProfileContext<'_>,
    problems: &mut Problems,
) -> Option<Profile> {
    let table = parse_table(file, text, problems)?;
    let mut fields = Fields::new(&table, file, "", problems);
    let edition = fields.text("edition");
    let id = fields.id_of_file(edition.as_deref());
    let title = fields.text("title");
    let as_of = fields.date("as_of");
    let in_force_from = fields.date("in_force_from");
    let place = read_place(&mut fields);
    let horizon = fields.word("horizon");
    let summary = fields.text("summary");
    let adoption = fields
        .table_if_any("adoption")
        .and_then(|(entry, path)| fields.within(entry, path, read_adoption));
    let weights = read_weights(&mut fields, context.weights);
    let listed = fields.tables("demand");
    let listed_count = listed.len();
    let demands: Vec<Demand> = listed
        .into_iter()
        .filter_map(|(entry, path)| {
            fields.within(entry, path, |fields| read_demand(fields, context))
        })
        .collect();
    let known_demands = (demands.len() == listed_count).then_some(&demands[..]);
    let requirements = read_requirements(&mut fields, context, known_demands, &weights);
    let lifecycle = match fields.table_if_any("lifecycle") {
        Some((entry, path)) => fields.within(entry, path, read_lifecycle),
        None => Lifecycle::default(),
    };
    fields.finish();
    Some(Profile {
        id: id?,
        title: title?,
        edition: edition?,
        as_of: as_of?,
        in_force_from: in_force_from?,
        place: place?,
        horizon: horizon?,
        summary: summary?,
        adoption,
        weights,
        requirements,
        demands,
        lifecycle,
    })
}

/// What a profile may refer to.
pub struct ProfileContext<'a> {
    /// The measures.
    pub dictionary: &'a Dictionary,
    /// The resources.
    pub resources: &'a [Resource],
    /// The default weights of the domains.
    pub weights: DomainWeights,
    /// What many technologies ask, by id; none where it is named but could not be read.
    pub preconditions: &'a Preconditions,
}

/// Requirements that many technologies share, by id; none where one is named but could not be read,
/// so that its problem is not said again by every profile that takes it in.
pub type Preconditions = BTreeMap<String, Option<Requirement>>;

/// Reads `preconditions.toml`. Weight and gate are said by each profile; here they are 1 and no.
#[must_use]
pub fn read_preconditions(
    file: &str,
    text: &str,
    dictionary: &Dictionary,
    problems: &mut Problems,
) -> Preconditions {
    let mut preconditions = Preconditions::new();
    let Some(table) = parse_table(file, text, problems) else {
        return preconditions;
    };
    let mut fields = Fields::new(&table, file, "", problems);
    fields.date("as_of");
    let nothing = Preconditions::new();
    let context = ProfileContext {
        dictionary,
        resources: &[],
        weights: [0; Domain::ALL.len()],
        preconditions: &nothing,
    };
    for (entry, path) in fields.tables("precondition") {
        let (id, requirement) = fields.within(entry, path.clone(), |fields| {
            let id = fields.id();
            (id.clone(), read_asked(fields, &context, None, id))
        });
        let Some(id) = id else { continue };
        if preconditions.insert(id, requirement).is_some() {
            fields.problem(
                "precondition",
                format!("{path} is defined twice."),
                "Give one of them another id.",
            );
        }
    }
    fields.finish();
    preconditions
}

fn read_adoption(fields: &mut Fields<'_>) -> Option<Adoption> {
    let status = fields.word("status");
    let reference = fields.text("reference");
    let evidence = fields.word("evidence");
    Some(Adoption { status: status?, reference: reference?, evidence: evidence? })
}

fn read_place(fields: &mut Fields<'_>) -> Option<Place> {
    let word = fields.text("place")?;
    if word == "site" {
        return Some(Place::Site);
    }
    let kind = word.parse().ok();
    if kind.is_none() {
        let message = format!("This is neither site nor a kind of space: {}.", SpaceKind::list());
        fields.problem("place", message, "Use one of these words.");
    }
    kind.map(Place::Space)
}

/// Reads a table of domain weights over the defaults.
pub fn read_weights(fields: &mut Fields<'_>, defaults: DomainWeights) -> DomainWeights {
    let Some((entry, path)) = fields.table_if_any("weights") else {
        return defaults;
    };
    fields.within(entry, path, |fields| read_domain_weights(fields, defaults))
}

/// Reads weights whose keys are domains.
pub fn read_domain_weights(fields: &mut Fields<'_>, defaults: DomainWeights) -> DomainWeights {
    let mut weights = defaults;
    fields.all_keys_are_names();
    for (word, value) in fields.entries() {
        let domain = word.parse::<Domain>();
        let weight = value
            .as_integer()
            .and_then(|weight| u32::try_from(weight).ok())
            .filter(|weight| *weight <= MAX_WEIGHT_OF_DOMAIN);
        match (domain, weight) {
            (Ok(domain), Some(weight)) => weights[domain as usize] = weight,
            (Err(message), _) => {
                fields.problem(word, format!("{message}."), "Use the word of a domain.")
            }
            (_, None) => {
                let message =
                    format!("A weight is a whole number from 0 to {MAX_WEIGHT_OF_DOMAIN}.");
                fields.problem(word, message, "Write it so.");
            }
        }
    }
    weights
}

fn read_demand(fields: &mut Fields<'_>, context: &ProfileContext<'_>) -> Option<Demand> {
    let resource = find_resource(fields, "resource", context);
    let per_unit = fields.number("per_unit");
    let diversity = fields.number("diversity");
    if diversity.is_some_and(|share| !(0.0..=1.0).contains(&share)) {
        fields.problem(
            "diversity",
            "Diversity is a share from 0 to 1.",
            "Write 80 per cent as 0.8.",
        );
    }
    if per_unit.is_some_and(|amount| amount <= 0.0) {
        fields.problem(
            "per_unit",
            "A demand is above zero.",
            "Leave the demand out where there is none.",
        );
    }
    let reference = fields.text("reference");
    let evidence = fields.word("evidence");
    Some(Demand {
        resource: resource?,
        per_unit: per_unit?,
        diversity: diversity?,
        reference: reference?,
        evidence: evidence?,
    })
}

fn find_resource(
    fields: &mut Fields<'_>,
    key: &'static str,
    context: &ProfileContext<'_>,
) -> Option<ResourceIndex> {
    let id = fields.text(key)?;
    let at = context.resources.iter().position(|resource| resource.id == id);
    if at.is_none() {
        fields.problem(
            key,
            "There is no such resource.",
            "Use the id of a resource in resources.toml.",
        );
    }
    at.and_then(|at| u8::try_from(at).ok()).map(ResourceIndex)
}

fn read_lifecycle(fields: &mut Fields<'_>) -> Lifecycle {
    let lifecycle = Lifecycle {
        life_years: fields.number_or_range_if_any("life_years"),
        annual_kwh: fields.number_or_range_if_any("annual_kwh"),
        reference: fields.text_if_any("reference"),
        evidence: fields.word_if_any("evidence"),
    };
    let has_figure = lifecycle.life_years.is_some() || lifecycle.annual_kwh.is_some();
    if has_figure && (lifecycle.reference.is_none() || lifecycle.evidence.is_none()) {
        fields.problem("", "A life or energy figure has no reference or no evidence.", "Add both.");
    }
    lifecycle
}

fn read_requirements(
    fields: &mut Fields<'_>,
    context: &ProfileContext<'_>,
    demands: Option<&[Demand]>,
    weights: &DomainWeights,
) -> Vec<Requirement> {
    let mut seen = BTreeMap::new();
    let mut requirements = Vec::new();
    let listed = fields.tables("requirement");
    let count = listed.len();
    if listed.is_empty() {
        fields.problem("requirement", "A profile needs at least one requirement.", "Add one.");
    }
    for (entry, path) in listed {
        let read = fields.within(entry, path.clone(), |fields| {
            let requirement = read_requirement(fields, context, demands)?;
            if weights[requirement.domain as usize] == 0 {
                let message = format!(
                    "Its domain {} has no weight here, so it would never count.",
                    requirement.domain
                );
                fields.problem("", message, "Give the domain a weight or remove the requirement.");
            }
            Some(requirement)
        });
        if let Some(requirement) = read {
            if let Some(other) = seen.insert(requirement.id.clone(), path) {
                fields.problem(
                    "requirement",
                    format!("{other} is defined twice."),
                    "Give one of them another id.",
                );
            }
            requirements.push(requirement);
        }
    }
    check_sums(fields, &requirements);
    check_asked_once(fields, &requirements);
    if let Some(demands) = demands.filter(|_| requirements.len() == count) {
        check_demands_are_asked(fields, context, demands, &requirements);
    }
    requirements
}

/// Two requirements on one measure would count it twice, or contradict each other.
fn check_asked_once(fields: &mut Fields<'_>, requirements: &[Requirement]) {
    for (at, one) in requirements.iter().enumerate() {
        let is_headroom = matches!(one.asks, Question::Headroom(_));
        if let Some(first) = requirements[..at].iter().find(|first| first.asks == one.asks)
            && !is_headroom
        {
            let key = format!("requirement[{}]", one.id);
            let message = format!("It asks the same as {}.", first.id);
            fields.problem(&key, message, "Put both into one requirement, such as a range.");
        }
    }
}

/// Judging adds weights and gates up in a few bits each.
fn check_sums(fields: &mut Fields<'_>, requirements: &[Requirement]) {
    for domain in Domain::ALL {
        let own = requirements.iter().filter(|one| one.domain == *domain);
        let sum: u32 = own.map(|one| one.weight).sum();
        if sum > MAX_DOMAIN_WEIGHT {
            let message = format!(
                "The weights of the domain {domain} add up to {sum}, which is above {MAX_DOMAIN_WEIGHT}."
            );
            fields.problem("requirement", message, "Use smaller weights in this domain.");
        }
    }
    // In a deployment room for the technology is a gate too.
    let is_gate = |one: &&Requirement| one.gate || matches!(one.asks, Question::Headroom(_));
    let gates = requirements.iter().filter(is_gate).count();
    if gates > MAX_GATES {
        let message = format!(
            "There are {gates} gates and demands for headroom, which is more than {MAX_GATES}."
        );
        fields.problem("requirement", message, "Keep as gates only what must stop a deployment.");
    }
}

/// What is demanded of a resource is judged and added up through the requirement on its headroom:
/// without one the demand would count nowhere, with two it would count twice.
fn check_demands_are_asked(
    fields: &mut Fields<'_>,
    context: &ProfileContext<'_>,
    demands: &[Demand],
    requirements: &[Requirement],
) {
    for (at, resource) in (0..).map(ResourceIndex).zip(context.resources) {
        let is_demanded = demands.iter().any(|demand| demand.resource == at);
        let asks =
            |one: &&Requirement| matches!(&one.asks, Question::Headroom(asked) if *asked == at);
        let asked = requirements.iter().filter(asks).count();
        if is_demanded && asked != 1 {
            fields.problem(
                "demand",
                format!("{asked} requirements ask for the headroom of {}.", resource.id),
                "Let exactly one requirement ask for the headroom of each resource that is demanded.",
            );
        }
    }
}

/// `demands` is none where one of them could not be read: what is asked of them is then not checked.
fn read_requirement(
    fields: &mut Fields<'_>,
    context: &ProfileContext<'_>,
    demands: Option<&[Demand]>,
) -> Option<Requirement> {
    let asked = if fields.has("precondition") {
        read_precondition(fields, context)
    } else {
        let id = fields.id();
        read_asked(fields, context, demands, id)
    };
    let gate = fields.flag_if_any("gate").unwrap_or(false);
    let weight = read_weight(fields);
    Some(Requirement { gate, weight: weight?, ..asked? })
}

fn read_precondition(fields: &mut Fields<'_>, context: &ProfileContext<'_>) -> Option<Requirement> {
    let id = fields.text("precondition")?;
    let found = context.preconditions.get(&id);
    if found.is_none() {
        fields.problem(
            "precondition",
            "There is no such precondition.",
            "Use the id of a precondition in preconditions.toml.",
        );
    }
    found?.clone()
}

/// What is asked and what is good enough, with its reasons: all of a requirement but weight and gate.
fn read_asked(
    fields: &mut Fields<'_>,
    context: &ProfileContext<'_>,
    demands: Option<&[Demand]>,
    id: Option<String>,
) -> Option<Requirement> {
    fields.knows(&THRESHOLDS);
    let question = read_question(fields, context);
    let threshold =
        question.as_ref().and_then(|asks| read_threshold(fields, context, demands, asks));
    let evidence = fields.word("evidence");
    let reference = fields.text("reference");
    let why = fields.text("why");
    let asks = question?;
    let (domain, scale) = domain_and_scale(&asks, context);
    Some(Requirement {
        id: id?,
        asks,
        domain,
        threshold: threshold?,
        scale,
        gate: false,
        weight: 1,
        evidence: evidence?,
        reference: reference?,
        why: why?,
    })
}

fn read_weight(fields: &mut Fields<'_>) -> Option<u32> {
    let given = fields.number("weight")?;
    let is_whole = given.fract() == 0.0 && (1.0..=f64::from(MAX_WEIGHT)).contains(&given);
    if !is_whole {
        let message = format!("A weight is a whole number from 1 to {MAX_WEIGHT}.");
        fields.problem("weight", message, "Write it so.");
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a whole number from 1 to 10"
    )]
    let weight = given as u32;
    Some(weight)
}

fn domain_and_scale(asks: &Question, context: &ProfileContext<'_>) -> (Domain, Scale) {
    match asks {
        Question::Headroom(resource) => (context.resources[resource.at()].domain, Scale::Linear),
        Question::Checklist(measures) => {
            (context.dictionary.get(measures[0]).domain, Scale::Linear)
        }
        Question::Measure(index) => {
            let measure = context.dictionary.get(*index);
            let scale = match measure.kind {
                Kind::Quantity { scale, .. } => scale,
                _ => Scale::Linear,
            };
            (measure.domain, scale)
        }
    }
}

fn read_question(fields: &mut Fields<'_>, context: &ProfileContext<'_>) -> Option<Question> {
    let given =
        ["measure", "headroom", "checklist"].into_iter().filter(|key| fields.has(key)).count();
    if given != 1 {
        fields.problem(
            "",
            "A requirement asks exactly one thing.",
            "Give one of measure, headroom or checklist.",
        );
        return None;
    }
    if fields.has("headroom") {
        return find_resource(fields, "headroom", context).map(Question::Headroom);
    }
    if fields.has("measure") {
        let id = fields.text("measure")?;
        let found = context.dictionary.find(&id);
        if found.is_none() {
            fields.problem(
                "measure",
                "There is no such measure.",
                "Use the id of a measure in measures.toml.",
            );
        }
        return found.map(|(index, _)| Question::Measure(index));
    }
    let ids = fields.texts_if_any("checklist")?;
    if ids.len() > MAX_CHECKLIST {
        let message = format!("There are {} items, which is more than {MAX_CHECKLIST}.", ids.len());
        fields.problem("checklist", message, "Make two checklists of it.");
        return None;
    }
    let mut items = Vec::with_capacity(ids.len());
    for id in &ids {
        match context.dictionary.find(id) {
            Some((index, measure)) if is_checklist_item(measure, context, items.first()) => items.push(index),
            Some(_) => fields.problem(
                "checklist",
                format!("{id} is not a choice or flag of the same domain and scope as the first item."),
                "Use measures of one domain and scope that are flags or choices from not met to met.",
            ),
            None => fields.problem("checklist", format!("There is no measure {id}."), "Use ids of measures.toml."),
        }
    }
    (!items.is_empty() && items.len() == ids.len()).then_some(Question::Checklist(items))
}

fn is_checklist_item(
    measure: &crate::measure::Measure,
    context: &ProfileContext<'_>,
    first: Option<&MeasureIndex>,
) -> bool {
    let like_first = first.is_none_or(|first| {
        let first = context.dictionary.get(*first);
        first.domain == measure.domain && first.scope == measure.scope
    });
    like_first && matches!(measure.kind, Kind::Choice { .. } | Kind::Flag)
}

/// What limits are held against when they are read.
#[derive(Clone, Copy)]
struct Ruler {
    scale: Scale,
    /// The values that can come up at all. A limit outside them is met always or never.
    range: (f64, f64),
}

fn ruler_of(asks: &Question, context: &ProfileContext<'_>) -> Ruler {
    let scale = domain_and_scale(asks, context).1;
    let unbounded = (f64::NEG_INFINITY, f64::INFINITY);
    let range = match asks {
        Question::Checklist(_) => (0.0, 1.0),
        Question::Measure(index) => match context.dictionary.get(*index).kind {
            Kind::Quantity { range, .. } => range,
            _ => unbounded,
        },
        // In multiples of the profile's own demand.
        Question::Headroom(_) => (0.0, f64::INFINITY),
    };
    Ruler { scale, range }
}

const THRESHOLDS: [&str; 5] = ["at_least", "at_most", "within", "choices", "is"];

fn read_threshold(
    fields: &mut Fields<'_>,
    context: &ProfileContext<'_>,
    demands: Option<&[Demand]>,
    asks: &Question,
) -> Option<Threshold> {
    let given: Vec<&str> = THRESHOLDS.into_iter().filter(|key| fields.has(key)).collect();
    let [form] = given[..] else {
        fields.problem(
            "",
            "A requirement has exactly one threshold.",
            "Give one of at_least, at_most, within, choices or is.",
        );
        return None;
    };
    let kind = match asks {
        Question::Measure(index) => Some(&context.dictionary.get(*index).kind),
        Question::Headroom(_) | Question::Checklist(_) => None,
    };
    let fits = matches!(
        (form, kind),
        ("at_least", None | Some(Kind::Quantity { .. }))
            | ("at_most" | "within", Some(Kind::Quantity { .. }))
            | ("choices", Some(Kind::Choice { .. }))
            | ("is", Some(Kind::Flag))
    );
    if !fits {
        fields.problem(form, "This form of threshold does not fit what is asked.", "Quantities take at_least, at_most or within; choices take choices; flags take is; headroom and checklists take at_least.");
        return None;
    }
    if let Some(Kind::Quantity { better, .. }) = kind
        && matches!((form, better), ("at_least", Better::Lower) | ("at_most", Better::Higher))
    {
        let message = format!("Of what this measures, {better} is better.");
        fields.problem(form, message, "Turn the threshold round, or correct the measure.");
        return None;
    }
    let ruler = ruler_of(asks, context);
    let threshold = match (form, kind) {
        ("choices", Some(Kind::Choice { choices, not_applicable })) => {
            read_choices(fields, choices, *not_applicable)
        }
        ("is", _) => fields.flag_if_any("is").map(Threshold::Is),
        ("within", _) => read_within(fields, ruler),
        ("at_most", _) => read_limits(fields, "at_most", ruler, -1.0).map(Threshold::AtMost),
        _ => {
            let limits = read_limits(fields, "at_least", ruler, 1.0)?;
            let Question::Headroom(resource) = asks else {
                return check_can_fire(fields, form, ruler.range, Threshold::AtLeast(limits));
            };
            let demand = demand_on(demands?, *resource);
            if demand <= 0.0 {
                fields.problem(
                    "headroom",
                    "The profile demands nothing of this resource.",
                    "Add a [[demand]] on it.",
                );
                return None;
            }
            Some(Threshold::AtLeast(limits.times(demand)))
        }
    };
    check_can_fire(fields, form, ruler.range, threshold?)
}

fn read_limits(
    fields: &mut Fields<'_>,
    key: &'static str,
    ruler: Ruler,
    sign: f64,
) -> Option<Limits> {
    let (entry, path) = fields.table_if_any(key)?;
    fields.within(entry, path, |fields| {
        let minimum = fields.number("minimum");
        let floor = fields.number_if_any("floor").or(minimum);
        let target = fields.number_if_any("target").or(minimum);
        let limits = Limits { floor: floor?, minimum: minimum?, target: target? };
        check_limits(fields, limits, ruler, sign).then_some(limits)
    })
}

/// Whether floor, minimum and target are in order (rising for sign 1, falling for -1) and have a
/// place on the scale.
fn check_limits(fields: &mut Fields<'_>, limits: Limits, ruler: Ruler, sign: f64) -> bool {
    let Ruler { scale, range: (low, high) } = ruler;
    let all = [limits.floor, limits.minimum, limits.target];
    if !all.map(|limit| limit * sign).is_sorted() {
        fields.problem(
            "",
            "Floor, minimum and target are not in order.",
            "Put the worst first and the best last.",
        );
        return false;
    }
    let has_place = |limit: &f64| scale.place(*limit).is_finite();
    if !all.iter().all(has_place) {
        let message = format!("A limit has no place on the {scale} scale of the measure.");
        fields.problem(
            "",
            message,
            "Use limits above zero for log10 and below 100 per cent for nines.",
        );
        return false;
    }
    if !all.iter().all(|limit| (low..=high).contains(limit)) {
        let message = format!("A limit lies outside {low} to {high}, where all values lie.");
        fields.problem("", message, "Correct the limit, or the range of the measure.");
        return false;
    }
    true
}

/// Whether some value misses the target: a requirement that every value meets in full could never
/// count against anyone, and would only raise scores.
fn check_can_fire(
    fields: &mut Fields<'_>,
    key: &'static str,
    range: (f64, f64),
    threshold: Threshold,
) -> Option<Threshold> {
    let (low, high) = range;
    let never_fires = match &threshold {
        Threshold::AtLeast(limits) => limits.target <= low,
        Threshold::AtMost(limits) => limits.target >= high,
        Threshold::Within { low: from, high: to } => from.target <= low && to.target >= high,
        Threshold::Choices(attainments) => attainments.iter().flatten().all(|share| *share >= 1.0),
        Threshold::Is(_) => false,
    };
    if never_fires {
        let message = "Every value that can come up meets the target, so this can never fail.";
        fields.problem(
            key,
            message,
            "Set a target that some values miss, or remove the requirement.",
        );
        return None;
    }
    let can_be_met = match &threshold {
        Threshold::Choices(attainments) => attainments.iter().flatten().any(|share| *share >= 0.5),
        _ => true,
    };
    if !can_be_met {
        let message = "No choice attains 0.5, so this can never be met.";
        fields.problem(key, message, "Let at least one choice meet the minimum.");
        return None;
    }
    Some(threshold)
}

fn read_within(fields: &mut Fields<'_>, ruler: Ruler) -> Option<Threshold> {
    let (entry, path) = fields.table_if_any("within")?;
    fields.within(entry, path, |fields| {
        let minimum = fields.range_if_any("minimum");
        if !fields.has("minimum") {
            fields.problem(
                "minimum",
                "Give the range that must be kept.",
                "Write it as [low, high].",
            );
        }
        let floor = fields.range_if_any("floor").or(minimum);
        let target = fields.range_if_any("target").or(minimum);
        let (floor, minimum, target) = (floor?, minimum?, target?);
        let low = Limits { floor: floor.0, minimum: minimum.0, target: target.0 };
        let high = Limits { floor: floor.1, minimum: minimum.1, target: target.1 };
        let good = check_limits(fields, low, ruler, 1.0) & check_limits(fields, high, ruler, -1.0);
        good.then_some(Threshold::Within { low, high })
    })
}

fn read_choices(
    fields: &mut Fields<'_>,
    choices: &[String],
    not_applicable: Option<usize>,
) -> Option<Threshold> {
    let (entry, path) = fields.table_if_any("choices")?;
    fields.within(entry, path, |fields| {
        fields.all_keys_are_names();
        let mut attainments = vec![None; choices.len()];
        for (word, value) in fields.entries() {
            let at = choices.iter().position(|choice| choice == word);
            let share = number(value).filter(|share| (0.0..=1.0).contains(share));
            match (at, share) {
                (Some(at), Some(share)) => attainments[at] = Some(share),
                (None, _) => fields.problem(
                    word,
                    format!("This is not a choice of the measure: {}.", choices.join(", ")),
                    "Use its choices.",
                ),
                (_, None) => {
                    fields.problem(word, "An attainment is a number from 0 to 1.", "Write it so.")
                }
            }
        }
        let missing: Vec<&str> = (0..choices.len())
            .filter(|at| attainments[*at].is_none() && Some(*at) != not_applicable)
            .map(|at| choices[at].as_str())
            .collect();
        if !missing.is_empty() {
            fields.problem(
                "",
                format!("No attainment is given for: {}.", missing.join(", ")),
                "Give every choice one.",
            );
            return None;
        }
        let worst_first =
            (0..choices.len()).filter(|at| Some(*at) != not_applicable).map(|at| attainments[at]);
        if !worst_first.is_sorted() {
            let message = format!("Attainments fall along the choices: {}.", choices.join(", "));
            fields.problem("", message, "Choices stand worst first: let no later one attain less.");
            return None;
        }
        Some(Threshold::Choices(attainments))
    })
}

/// Whether what is asked is read of the whole site even in a profile that is judged in spaces.
#[must_use]
pub fn is_read_of_site(asks: &Question, dictionary: &Dictionary) -> bool {
    match asks {
        Question::Headroom(_) => true,
        Question::Measure(measure) => dictionary.get(*measure).scope == Scope::Site,
        Question::Checklist(measures) => dictionary.get(measures[0]).scope == Scope::Site,
    }
}
