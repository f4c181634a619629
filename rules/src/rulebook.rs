//! The rulebook: every measure, resource, profile, remedy and benchmark in force, cross-checked,
//! with a hash that names them all.
//!
//! Reading files from disk or from the binary is the server's; here they are texts.

use crate::cost::{Benchmark, StatedRate, read_benchmarks};
use crate::costing::pricing::{CostingRules, read_costing};
use crate::dated::Evidence;
use crate::factor::{self, Factors};
use crate::fields::{Fields, Problems, parse_table};
use crate::measure::{Dictionary, Domain};
use crate::problem::Problem;
use crate::profile::reading::{
    ProfileContext, read_domain_weights, read_preconditions, read_profile,
};
use crate::profile::{DomainWeights, Profile};
use crate::reliability::{ReliabilityRules, read_reliability};
use crate::remedy::{Closes, Remedy, RemedyContext, read_remedy};
use crate::resource::{Areas, Resource, ResourceIndex, read_resources};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A text of the rulebook with its path, such as `rules/profiles/voice-scribe.toml`.
#[derive(Clone, Copy, Debug)]
pub struct RuleFile<'a> {
    /// Path from the root of the project, with `/` between the parts.
    pub path: &'a str,
    /// The whole text.
    pub text: &'a str,
}

/// Scores and coverage at which readiness changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Bands {
    /// Least score for `ready`, in basis points.
    pub ready_bp: u16,
    /// Least score for `ready-with-actions`, in basis points.
    pub ready_with_actions_bp: u16,
    /// Least coverage for any verdict but `indeterminate`, in basis points.
    pub coverage_bp: u16,
    /// Where the bands come from.
    pub reference: String,
    /// How well they are supported.
    pub evidence: Evidence,
}

/// Everything in force.
#[derive(Clone, Debug)]
pub struct Rulebook {
    /// BLAKE3 of all paths and texts, in hexadecimal.
    pub hash: String,
    /// The measures.
    pub dictionary: Dictionary,
    /// The shared resources.
    pub resources: Vec<Resource>,
    /// The measures of floor area.
    pub areas: Areas,
    /// The technologies, by id: of each the edition in force.
    pub profiles: Vec<Profile>,
    /// Every edition of every technology, by id and then by the day from which it holds.
    pub editions: Vec<Profile>,
    /// The ways to close a gap, by id.
    pub remedies: Vec<Remedy>,
    /// The rates.
    pub benchmarks: Vec<Benchmark>,
    /// The rates of which a source gives less than three estimates: for people to look up.
    pub stated_rates: Vec<StatedRate>,
    /// What others published of carbon, prices and targets.
    pub factors: Arc<Factors>,
    /// What the probability of carrying an outage is worked out from.
    pub reliability: ReliabilityRules,
    /// On which terms works are priced and when money is spent.
    pub costing: CostingRules,
    /// The bands of readiness.
    pub bands: Bands,
    /// The one calendar year whose prices all remedies that close gaps use.
    pub price_base_year: i32,
}

/// Path of the measures, the first of the files that are not lists of one kind.
pub const MEASURES: &str = "rules/measures.toml";
pub(crate) const WEIGHTS: &str = "rules/weights.toml";
pub(crate) const RESOURCES: &str = "rules/resources.toml";
pub(crate) const PRECONDITIONS: &str = "rules/preconditions.toml";
pub(crate) const RELIABILITY: &str = "rules/reliability.toml";
pub(crate) const COSTING: &str = "rules/costing.toml";
pub(crate) const BENCHMARKS: &str = "datasets/costs/benchmarks.csv";

/// The folders whose files, below them too, are the rulebook's: the rules, and what others published
/// and the rules use.
pub const FOLDERS: [&str; 4] =
    ["rules/", "datasets/carbon/", "datasets/costs/", "datasets/prices/"];

/// Folders of which every file is one profile or one remedy.
pub(crate) const PROFILES: &str = "rules/profiles/";
pub(crate) const REMEDIES: &str = "rules/remedies/";

impl Rulebook {
    /// Reads and cross-checks all files. Files that are not the rulebook's, such as layouts, only
    /// enter the hash.
    ///
    /// # Errors
    /// Every problem of every file at once; where a file that the others refer to is missing, only
    /// that, and where one is no TOML, only what is wrong with the syntax.
    pub fn read(files: &[RuleFile<'_>]) -> Result<Self, Vec<Problem>> {
        let mut problems = Problems::default();
        check_places(files, &mut problems);
        let texts = [MEASURES, WEIGHTS, RESOURCES, PRECONDITIONS, RELIABILITY, COSTING, BENCHMARKS]
            .map(|path| find_text(files, path, &mut problems));
        // Without one of these, every line that refers to it would be a problem too.
        let [
            Some(measures),
            Some(weights),
            Some(resources),
            Some(preconditions),
            Some(reliability),
            Some(costing),
            Some(benchmarks),
        ] = texts
        else {
            return Err(problems.into_vec());
        };
        // Where one of these is no TOML, every line that refers to it would be a problem too: only the
        // syntax of the files is told.
        let shared = [measures, weights, resources, preconditions];
        if shared.iter().any(|text| text.parse::<toml::Table>().is_err()) {
            for file in files.iter().filter(|file| is_rule(file.path)) {
                parse_table(file.path, file.text, &mut problems);
            }
            problems.advise("The files that refer to it were not checked.");
            return Err(problems.into_vec());
        }
        let mut dictionary = Dictionary::read(MEASURES, measures, &mut problems);
        let (weights, bands) = read_weights_file(weights, &mut problems);
        let (resources, areas) = read_resources(RESOURCES, resources, &dictionary, &mut problems);
        let reliability = read_reliability(RELIABILITY, reliability, &dictionary, &mut problems);
        let rates = read_benchmarks(BENCHMARKS, benchmarks, &mut problems);
        let benchmarks = rates.benchmarks;
        let factors = Factors::read(
            |path| files.iter().find(|file| file.path == path).map(|file| file.text),
            &mut problems,
        );

        let costing = read_costing(COSTING, costing, &dictionary, factors.as_ref(), &mut problems);
        let preconditions =
            read_preconditions(PRECONDITIONS, preconditions, &dictionary, &mut problems);
        let context = ProfileContext {
            dictionary: &dictionary,
            resources: &resources,
            weights,
            preconditions: &preconditions,
            embodied: factors.as_ref().map(|factors| &factors.embodied),
        };
        let mut editions: Vec<(&str, Profile)> = files_in(files, PROFILES)
            .filter_map(|file| {
                Some((file.path, read_profile(file.path, file.text, &context, &mut problems)?))
            })
            .collect();
        editions.sort_by_key(|(path, profile)| (profile.id.clone(), profile.in_force_from, *path));
        check_editions(&editions, &mut problems);
        let mut editions: Vec<Profile> = editions.into_iter().map(|(_, profile)| profile).collect();
        let newest = in_force(&editions, NaiveDate::MAX);
        let named = newest.iter().map(|profile| (profile.id.as_str(), profile.title.as_str()));
        dictionary.add_technologies(named);
        ask_of_technologies(&mut editions, &dictionary);

        let context = RemedyContext {
            dictionary: &dictionary,
            resources: &resources,
            benchmarks: &benchmarks,
            stated_rates: &rates.stated,
            factors: factors.as_ref(),
            embodied: factors.as_ref().map(|factors| &factors.embodied),
        };
        let mut remedies: Vec<Remedy> = files_in(files, REMEDIES)
            .filter_map(|file| read_remedy(file.path, file.text, &context, &mut problems))
            .collect();
        remedies.sort_by(|a, b| a.id.cmp(&b.id));
        let price_base_year = check_price_base(&remedies, &benchmarks, &mut problems);

        let (Some(bands), Some(areas), Some(reliability), Some(costing), Some(factors), true) =
            (bands, areas, reliability, costing, factors, problems.is_empty())
        else {
            return Err(problems.into_vec());
        };
        let hash = hash(files);
        Ok(Self {
            hash,
            dictionary,
            resources,
            areas,
            profiles: in_force(&editions, NaiveDate::MAX),
            editions,
            remedies,
            benchmarks,
            stated_rates: rates.stated,
            factors: Arc::new(factors),
            reliability,
            costing,
            bands,
            price_base_year,
        })
    }

    /// The same rules with the editions of the technologies that are in force on a day. A technology
    /// of which no edition holds yet is not among them.
    #[must_use]
    pub fn on(&self, day: NaiveDate) -> Self {
        Self { profiles: in_force(&self.editions, day), ..self.clone() }
    }

    /// Finds a profile by id.
    #[must_use]
    pub fn find_profile(&self, id: &str) -> Option<usize> {
        self.profiles.iter().position(|profile| profile.id == id)
    }

    /// Finds a resource by id.
    #[must_use]
    pub fn find_resource(&self, id: &str) -> Option<ResourceIndex> {
        let mut all = (0..).map(ResourceIndex).zip(&self.resources);
        all.find(|(_, resource)| resource.id == id).map(|(at, _)| at)
    }

    /// The headings of profiles in one text, each once and in order; none where there are no profiles.
    #[must_use]
    pub fn titles_of(&self, profiles: impl Iterator<Item = usize>) -> Option<String> {
        let titles: BTreeSet<&str> = profiles.map(|at| self.profiles[at].title.as_str()).collect();
        (!titles.is_empty()).then(|| titles.into_iter().collect::<Vec<_>>().join("; "))
    }

    /// Every remedy that closes a gap, by its place in [`Self::remedies`], in order of id.
    pub fn remedies_for(&self, gap: Closes) -> impl Iterator<Item = usize> {
        let closes = move |(_, remedy): &(usize, &Remedy)| remedy.closes.contains(&gap);
        self.remedies.iter().enumerate().filter(closes).map(|(at, _)| at)
    }
}

/// Lets each technology read the answers that a site gives for it.
fn ask_of_technologies(editions: &mut [Profile], dictionary: &Dictionary) {
    for profile in editions {
        for requirement in &mut profile.requirements {
            let asks = requirement.asks.clone();
            requirement.asks = asks.of_technology(&profile.id, dictionary);
        }
    }
}

/// Of each technology the last edition that holds on a day.
fn in_force(editions: &[Profile], day: NaiveDate) -> Vec<Profile> {
    let holding = editions.iter().filter(|edition| edition.in_force_from <= day);
    let newest: BTreeMap<&str, &Profile> =
        holding.map(|edition| (edition.id.as_str(), edition)).collect();
    newest.into_values().cloned().collect()
}

/// Which of two editions holds must never depend on the order of their files.
fn check_editions(editions: &[(&str, Profile)], problems: &mut Problems) {
    for pair in editions.windows(2) {
        let [(_, one), (file, other)] = pair else { continue };
        if one.id == other.id && one.in_force_from == other.in_force_from {
            let message = format!(
                "The editions {} and {} of {} both hold from {}.",
                one.edition, other.edition, one.id, one.in_force_from
            );
            problems.add(file, "in_force_from", None, message, "Give each edition its own day.");
        }
    }
}

fn find_text<'a>(files: &[RuleFile<'a>], path: &str, problems: &mut Problems) -> Option<&'a str> {
    let found = files.iter().find(|file| file.path == path);
    if found.is_none() {
        problems.add(path, "", None, "This file is missing.".to_owned(), "Add it.");
    }
    found.map(|file| file.text)
}

/// A rule file in a folder that nobody reads would be left out without a word.
fn check_places(files: &[RuleFile<'_>], problems: &mut Problems) {
    let is_read = |path: &str| {
        [MEASURES, WEIGHTS, RESOURCES, PRECONDITIONS, RELIABILITY, COSTING].contains(&path)
            || path.starts_with(PROFILES)
            || path.starts_with(REMEDIES)
    };
    for file in files.iter().filter(|file| is_rule(file.path) && !is_read(file.path)) {
        let message = "No rule file is read at this place.".to_owned();
        let advice = "Move it to rules/profiles or rules/remedies, or remove it.";
        problems.add(file.path, "", None, message, advice);
    }
    let is_published = |path: &str| {
        let is_below = FOLDERS.iter().any(|folder| path.starts_with(folder));
        is_below && path.ends_with(".csv")
    };
    let is_table = |path: &str| path == BENCHMARKS || factor::FILES.contains(&path);
    for file in files.iter().filter(|file| is_published(file.path) && !is_table(file.path)) {
        let message = "No table is read at this place.".to_owned();
        let advice = "Give it the name of a table that is read, or remove it.";
        problems.add(file.path, "", None, message, advice);
    }
    if files_in(files, PROFILES).next().is_none() {
        let message = "There is no profile at all.".to_owned();
        problems.add(PROFILES, "", None, message, "Add one file a technology.");
    }
}

fn is_rule(path: &str) -> bool {
    path.starts_with("rules/") && path.ends_with(".toml")
}

fn files_in<'a, 'b>(
    files: &'b [RuleFile<'a>],
    folder: &'static str,
) -> impl Iterator<Item = &'b RuleFile<'a>> {
    files.iter().filter(move |file| file.path.starts_with(folder) && file.path.ends_with(".toml"))
}

fn hash(files: &[RuleFile<'_>]) -> String {
    let sorted: BTreeMap<&str, &str> = files.iter().map(|file| (file.path, file.text)).collect();
    let mut hasher = blake3::Hasher::new();
    for (path, text) in sorted {
        for part in [path, text] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
    }
    hasher.finalize().to_hex().to_string()
}

fn read_weights_file(text: &str, problems: &mut Problems) -> (DomainWeights, Option<Bands>) {
    let mut weights = [0; Domain::ALL.len()];
    let Some(table) = parse_table(WEIGHTS, text, problems) else {
        return (weights, None);
    };
    let mut fields = Fields::new(&table, WEIGHTS, "", problems);
    fields.date("as_of");
    match fields.table_if_any("domains") {
        Some((entry, path)) => {
            weights = fields.within(entry, path, |fields| read_domain_weights(fields, weights))
        }
        None => fields.problem(
            "domains",
            "The weights of the domains are missing.",
            "Add a [domains] table.",
        ),
    }
    let reference = match fields.table_if_any("reference") {
        Some((entry, path)) => {
            fields.within(entry, path, |fields| (fields.text("text"), fields.word("evidence")))
        }
        None => {
            fields.problem(
                "reference",
                "Weights and bands need a reference.",
                "Add [reference] with text and evidence.",
            );
            (None, None)
        }
    };
    let limits = match fields.table_if_any("bands") {
        Some((entry, path)) => fields.within(entry, path, read_bands),
        None => {
            fields.problem("bands", "The bands of readiness are missing.", "Add a [bands] table.");
            None
        }
    };
    fields.finish();
    let bands = limits.and_then(|[ready_bp, ready_with_actions_bp, coverage_bp]| {
        let (reference, evidence) = (reference.0?, reference.1?);
        Some(Bands { ready_bp, ready_with_actions_bp, coverage_bp, reference, evidence })
    });
    (weights, bands)
}

fn read_bands(fields: &mut Fields<'_>) -> Option<[u16; 3]> {
    let ready = fields.number("ready");
    let with_actions = fields.number("ready_with_actions");
    let coverage = fields.number("coverage");
    let (ready, with_actions, coverage) = (ready?, with_actions?, coverage?);
    let in_order = 0.0 <= with_actions
        && with_actions <= ready
        && ready <= 100.0
        && (0.0..=1.0).contains(&coverage);
    if !in_order {
        fields.problem(
            "",
            "The bands are not in order.",
            "Use 0 to 100 for scores, with ready the higher, and 0 to 1 for coverage.",
        );
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked above to lie within 0 to 10,000"
    )]
    let bp = |share: f64| (share * 10_000.0).round() as u16;
    Some([bp(ready / 100.0), bp(with_actions / 100.0), bp(coverage)])
}

/// Costs of different price bases must not be added together. Those of remedies that only save are moved
/// to this base where they are used.
fn check_price_base(remedies: &[Remedy], benchmarks: &[Benchmark], problems: &mut Problems) -> i32 {
    let mut base: Option<(i32, &str)> = None;
    let closing = remedies.iter().filter(|remedy| !remedy.closes.is_empty());
    for benchmark in
        closing.flat_map(|remedy| &remedy.costs).map(|cost| &benchmarks[cost.benchmark])
    {
        let (year, first) = *base.get_or_insert((benchmark.price_base_year, &benchmark.id));
        if year != benchmark.price_base_year {
            let message = format!(
                "It is in prices of {}, while {first} is in prices of {year}; the two cannot be added.",
                benchmark.price_base_year
            );
            problems.add(BENCHMARKS, &benchmark.id, None, message, "Bring both to one price base.");
        }
    }
    base.map_or(0, |(year, _)| year)
}
