//! The golden cases: reads the files of `golden/`, builds the place of each case, and says what is
//! found there.
//!
//! Where the expected figures come from is said in the files. Which cases must hold, and which must
//! not once a rule has changed, is for the tests that read them.

use crate::places::Site;
use serde::Deserialize;
use siteworthy_rules::estate::Estate;
use siteworthy_rules::judge::{Judged, Readiness, Verdict, WHOLE_BP, assess, judge, read};
use siteworthy_rules::place::SpaceKind;
use siteworthy_rules::profile::{Place, Profile};
use siteworthy_rules::rulebook::Rulebook;
use siteworthy_rules::tally::Score;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use toml::Table;

/// The cases of one profile.
pub struct Golden {
    /// Its place in the rulebook.
    pub profile: usize,
    /// Its cases, as in the file.
    pub cases: Vec<Case>,
}

/// One place, and what must be said of it.
pub struct Case {
    /// A sentence.
    pub name: String,
    /// The site with its spaces.
    pub site: Site,
    /// What must be said.
    pub expected: Said,
}

/// What is said of a profile at a site.
#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Said {
    pub readiness: Readiness,
    pub score_bp: Option<u16>,
    pub low_bp: u16,
    pub high_bp: u16,
    pub coverage_bp: u16,
    pub soft_bp: u16,
    pub gates_failed: Vec<String>,
    pub gates_unknown: Vec<String>,
    pub spaces: u32,
    pub spaces_ready: u32,
    pub best_space: Option<u32>,
    #[serde(default)]
    pub requirements: BTreeMap<String, Attained>,
}

/// Verdict and attainment in basis points, with what can be attained at best where that differs.
#[derive(Debug, Deserialize, PartialEq)]
pub struct Attained(Verdict, u16, #[serde(default)] Option<u16>);

impl From<Judged> for Attained {
    fn from(judged: Judged) -> Self {
        let Judged { verdict, attainment_bp, at_best_bp } = judged;
        let usual_bp = if verdict == Verdict::Unknown { WHOLE_BP } else { attainment_bp };
        Self(verdict, attainment_bp, (at_best_bp != usual_bp).then_some(at_best_bp))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GoldenFile {
    profile: String,
    good: Good,
    case: Vec<CaseEntry>,
}

/// A place that meets every target.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Good {
    site: Table,
    #[serde(default)]
    space: Table,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseEntry {
    name: String,
    #[serde(default)]
    starts: Start,
    #[serde(default)]
    unknown: Vec<String>,
    #[serde(default)]
    site: Table,
    #[serde(default)]
    space: Vec<SpaceEntry>,
    expect: Said,
}

/// What a case starts from.
#[derive(Clone, Copy, Default, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Start {
    #[default]
    Good,
    Nothing,
}

impl Start {
    /// What is said of a requirement that a case does not list.
    fn usual(self) -> Attained {
        match self {
            Self::Good => Attained(Verdict::MeetsTarget, WHOLE_BP, None),
            Self::Nothing => Attained(Verdict::Unknown, 0, None),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SpaceEntry {
    kind: SpaceKind,
    #[serde(default)]
    unknown: Vec<String>,
    #[serde(default)]
    values: Table,
}

/// Reads every golden file, in order of profile.
pub fn read_golden(rulebook: &Rulebook) -> Vec<Golden> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut read: Vec<Golden> = fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let text = fs::read_to_string(&path).expect("a text");
            let file: GoldenFile =
                toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            golden(rulebook, file)
        })
        .collect();
    read.sort_by_key(|golden| golden.profile);
    read
}

fn golden(rulebook: &Rulebook, file: GoldenFile) -> Golden {
    let id = &file.profile;
    let at = rulebook.find_profile(id).unwrap_or_else(|| panic!("{id} is no profile"));
    let profile = &rulebook.profiles[at];
    let cases = file.case.into_iter().map(|entry| {
        let site = site_of(&file.good, &entry, profile.place);
        let mut expected = entry.expect;
        for requirement in &profile.requirements {
            let of = expected.requirements.entry(requirement.id.clone());
            of.or_insert_with(|| entry.starts.usual());
        }
        Case { name: entry.name, site, expected }
    });
    let cases: Vec<Case> = cases.collect();
    let names: BTreeSet<&String> = cases.iter().map(|case| &case.name).collect();
    assert_eq!(names.len(), cases.len(), "{id}: two cases have one name");
    Golden { profile: at, cases }
}

fn site_of(good: &Good, case: &CaseEntry, place: Place) -> Site {
    let nothing = Table::new();
    let is_good = case.starts == Start::Good;
    let start = if is_good { &good.site } else { &nothing };
    let spaces = case.space.iter().map(|space| {
        let start =
            if is_good && place == Place::Space(space.kind) { &good.space } else { &nothing };
        (space.kind, changed(start, &space.unknown, &space.values))
    });
    Site { values: changed(start, &case.unknown, &case.site), spaces: spaces.collect() }
}

/// A copy of `start` without `unknown` and with `values`.
fn changed(start: &Table, unknown: &[String], values: &Table) -> Table {
    let mut table = start.clone();
    for id in unknown {
        assert!(table.remove(id).is_some(), "{id} was not known before");
    }
    table.extend(values.clone());
    table
}

/// What is said of a profile at the one site of an estate.
pub fn say(rulebook: &Rulebook, estate: &Estate, profile: &Profile) -> Said {
    let outcome = assess(rulebook, estate, profile, 0);
    let (mut gates_failed, mut gates_unknown) = (Vec::new(), Vec::new());
    let mut requirements = BTreeMap::new();
    for requirement in &profile.requirements {
        let judged = judge(requirement, read(rulebook, estate, requirement, outcome.spot()));
        requirements.insert(requirement.id.clone(), judged.into());
        match judged.verdict {
            Verdict::Short if requirement.gate => gates_failed.push(requirement.id.clone()),
            Verdict::Unknown if requirement.gate => gates_unknown.push(requirement.id.clone()),
            _ => {}
        }
    }
    let Score { gates_failed: failed, gates_unknown: unknown, .. } = outcome.score;
    let counted = (usize::from(failed), usize::from(unknown));
    assert_eq!(counted, (gates_failed.len(), gates_unknown.len()), "{}", profile.id);
    let score = outcome.score;
    Said {
        readiness: score.readiness,
        score_bp: score.score_bp,
        low_bp: score.low_bp,
        high_bp: score.high_bp,
        coverage_bp: score.coverage_bp,
        soft_bp: score.soft_bp,
        gates_failed,
        gates_unknown,
        spaces: outcome.spaces.into(),
        spaces_ready: outcome.spaces_ready.into(),
        best_space: outcome.spot().space().map(|row| row - estate.sites()),
        requirements,
    }
}
