//! What the benchmarks of judging share: the rulebook, a made-up estate, and two peers of the batch.
//!
//! The figures are made and printed by `benches/judge.rs` and `src/bin/scale.rs`.

pub mod estate;
pub mod plain;
pub mod zen;

use siteworthy_rules::batch::Batch;
use siteworthy_rules::estate::Estate;
use siteworthy_rules::judge::Outcome;
use siteworthy_rules::rulebook::{FOLDERS, RuleFile, Rulebook};
use std::fs;
use std::path::Path;

/// How many technologies are judged: the first of the rulebook, by id.
pub const PROFILES: usize = 17;

/// The project's own rulebook, with all its technologies.
///
/// # Panics
/// Where a file cannot be read or has a problem.
#[must_use]
pub fn rulebook() -> Rulebook {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    let own = ["rules/profiles", "rules/remedies"];
    for folder in FOLDERS.into_iter().map(|folder| folder.trim_end_matches('/')).chain(own) {
        for entry in fs::read_dir(root.join(folder)).expect("the folder is there") {
            let path = entry.expect("an entry").path();
            let is_data = path.extension().is_some_and(|end| end == "toml" || end == "csv");
            let name = path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
            if is_data && name != "Cargo.toml" {
                let text = fs::read_to_string(&path).expect("a text");
                files.push((format!("{folder}/{name}"), text));
            }
        }
    }
    files.sort();
    let borrowed: Vec<RuleFile<'_>> =
        files.iter().map(|(path, text)| RuleFile { path, text }).collect();
    Rulebook::read(&borrowed).unwrap_or_else(|problems| panic!("{problems:?}"))
}

/// The rulebook with the first [`PROFILES`] technologies alone.
///
/// # Panics
/// Where there are fewer.
#[must_use]
pub fn first_profiles(mut rulebook: Rulebook) -> Rulebook {
    assert!(rulebook.profiles.len() >= PROFILES, "the rulebook has too few technologies");
    rulebook.profiles.truncate(PROFILES);
    rulebook
}

/// Lists of outcomes for an estate, a list a technology, to be judged into.
#[must_use]
pub fn lists(rulebook: &Rulebook, estate: &Estate) -> Vec<Vec<Outcome>> {
    vec![vec![Outcome::unjudged(); estate.sites() as usize]; rulebook.profiles.len()]
}

/// Judges the whole estate on this core.
pub fn judge(batch: &Batch<'_>, outcomes: &mut [Vec<Outcome>]) {
    let mut lists: Vec<&mut [Outcome]> = outcomes.iter_mut().map(Vec::as_mut_slice).collect();
    batch.judge(0, &mut lists);
}
