//! `siteworthy rules`.

use super::choice::write_file;
use super::rules_diff::Diff;
use super::{Ending, print, print_problems};
use crate::app;
use crate::config::Config;
use crate::corpus::Corpus;
use crate::error::Error;
use crate::schemas::{self, FileKind};
use chrono::Utc;
use clap::Subcommand;
use serde_json::Value;
use siteworthy_rules::as_of::find_days_to_come;
use siteworthy_rules::words::counted;
use std::fs;
use std::path::{Path, PathBuf};

/// What can be done with the rules.
#[derive(Subcommand, Debug)]
pub enum Rules {
    /// Print every problem of every rule and dataset file, with file and key
    Check,
    /// Print the JSON Schemas of the rule and layout files, from which editors complete
    Schema {
        /// measures, weights, resources, preconditions, reliability, costing, profile, remedy, layout
        /// or flat-file; all of them, by kind, otherwise
        kind: Option<FileKind>,
        /// Write KIND.schema.json into this folder, a file a kind
        #[arg(long, value_name = "FOLDER")]
        output: Option<PathBuf>,
    },
    /// Say what two sets of rules say differently, and which sites stand otherwise by them
    Diff(Diff),
}

impl Rules {
    /// Runs the command.
    pub async fn run(self, config: &Config) -> Result<Ending, Error> {
        match self {
            Self::Check => check(config),
            Self::Diff(diff) => diff.run(config).await,
            Self::Schema { kind, output: Some(folder) } => write_schemas(kind, &folder),
            Self::Schema { kind, output: None } => {
                print(&pretty(&kind.map_or_else(schemas::all, FileKind::schema)))
            }
        }
    }
}

/// Checks all files and prints what is in force, or every problem.
fn check(config: &Config) -> Result<Ending, Error> {
    let corpus = Corpus::load(config.rules.as_deref(), config.datasets.as_deref())?;
    let today = Utc::now().date_naive();
    match app::Rules::read(&corpus, today) {
        Err(problems) => {
            print_problems(&problems);
            eprintln!("{}.", counted(problems.len(), "problem", "problems"));
            Ok(Ending::Problems)
        }
        Ok(rules) => {
            let rulebook = &rules.rulebook;
            print_problems(&find_days_to_come(&corpus.rulebook_files(), today));
            let requirements: usize =
                rulebook.profiles.iter().map(|profile| profile.requirements.len()).sum();
            print(&format!(
                "No problems: {} measures, {} profiles with {requirements} requirements, {} resources, \
                 {} remedies, {} benchmarks, {} layouts.\nRulebook hash {}\n",
                rulebook.dictionary.len(),
                rulebook.profiles.len(),
                rulebook.resources.len(),
                rulebook.remedies.len(),
                rulebook.benchmarks.len(),
                rules.layouts.iter().count(),
                rulebook.hash,
            ))
        }
    }
}

fn write_schemas(kind: Option<FileKind>, folder: &Path) -> Result<Ending, Error> {
    fs::create_dir_all(folder).map_err(|error| {
        Error::Invalid(format!("cannot make the folder {}: {error}", folder.display()))
    })?;
    let kinds = kind.as_ref().map_or(FileKind::ALL, std::slice::from_ref);
    for kind in kinds {
        let path = folder.join(format!("{kind}.schema.json"));
        write_file(&path, pretty(&kind.schema()).as_bytes())?;
    }
    Ok(Ending::Clean)
}

fn pretty(schema: &Value) -> String {
    format!("{schema:#}\n")
}
