//! Reads the project's own rule and dataset files for the tests of this crate.

use siteworthy_rules::rulebook::{FOLDERS, RuleFile, Rulebook};
use std::fs;
use std::path::Path;

/// Every rule and dataset file with its path from the root, in order of path.
pub fn files() -> Vec<(String, String)> {
    let root =
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the workspace");
    let mut files = Vec::new();
    let own = ["rules/profiles", "rules/remedies"];
    for folder in FOLDERS.into_iter().map(|folder| folder.trim_end_matches('/')).chain(own) {
        for entry in fs::read_dir(root.join(folder)).expect("the folder is there") {
            let path = entry.expect("an entry").path();
            let is_data = path.extension().is_some_and(|end| end == "toml" || end == "csv");
            let name = path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
            if is_data && name != "Cargo.toml" {
                files
                    .push((format!("{folder}/{name}"), fs::read_to_string(&path).expect("a text")));
            }
        }
    }
    files.sort();
    files
}

/// Reads a rulebook from texts.
pub fn read(files: &[(String, String)]) -> Result<Rulebook, Vec<String>> {
    let borrowed: Vec<RuleFile<'_>> =
        files.iter().map(|(path, text)| RuleFile { path, text }).collect();
    Rulebook::read(&borrowed).map_err(|problems| problems.iter().map(ToString::to_string).collect())
}

/// The project's own rulebook.
pub fn rulebook() -> Rulebook {
    read(&files()).unwrap_or_else(|problems| panic!("{}", problems.join("\n")))
}
