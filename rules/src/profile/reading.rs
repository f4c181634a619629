//! How the files of profiles and `preconditions.toml` are read and checked: every mistake at once, with
//! its key.
//!
//! What the keys mean is `profile`; thresholds are read by `threshold`.

use super::threshold::{THRESHOLDS, read_threshold};
use super::{
    Adoption, Demand, DomainWeights, Lifecycle, MAX_DOMAIN_WEIGHT, MAX_GATES, MAX_WEIGHT,
    MAX_WEIGHT_OF_DOMAIN, Place, Profile, Question, Requirement,
};
use crate::factor::embodied::{EmbodiedItem, read_item};
use crate::fields::{Fields, Problems, parse_table};
use crate::judge::MAX_CHECKLIST;
use crate::measure::{Dictionary, Domain, Kind, MeasureIndex, Scale};
use crate::place::SpaceKind;
use crate::resource::{Resource, ResourceIndex};
use std::collections::BTreeMap;

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
        Some((entry, path)) => fields.within(entry, path, |fields| read_lifecycle(fields, context)),
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
    /// The items of embodied carbon; none where they could not be read.
    pub embodied: Option<&'a BTreeMap<String, EmbodiedItem>>,
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
        embodied: None,
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

fn read_lifecycle(fields: &mut Fields<'_>, context: &ProfileContext<'_>) -> Lifecycle {
    let lifecycle = Lifecycle {
        life_years: fields.number_or_range_if_any("life_years"),
        annual_kwh: fields.number_or_range_if_any("annual_kwh"),
        embodied: read_item(
            fields,
            context.embodied,
            Some("kgCO2e"),
            ("a technology is one item", "Use an item in kgCO2e."),
        ),
        reference: fields.text_if_any("reference"),
        evidence: fields.word_if_any("evidence"),
    };
    let has_figure = lifecycle.life_years.is_some()
        || lifecycle.annual_kwh.is_some()
        || lifecycle.embodied.is_some();
    if has_figure && (lifecycle.reference.is_none() || lifecycle.evidence.is_none()) {
        fields.problem(
            "",
            "A life, energy or carbon figure has no reference or no evidence.",
            "Add both.",
        );
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

pub(super) fn domain_and_scale(asks: &Question, context: &ProfileContext<'_>) -> (Domain, Scale) {
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
