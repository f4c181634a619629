//! `siteworthy rules`.

use super::{Ending, print, print_problems};
use crate::app;
use crate::config::Config;
use crate::corpus::Corpus;
use crate::error::Error;
use chrono::Utc;
use clap::Subcommand;

/// What can be done with the rules.
#[derive(Subcommand, Debug)]
pub enum Rules {
    /// Print every problem of every rule and dataset file, with file and key
    Check,
}

/// Checks all files and prints what is in force, or every problem.
pub fn check(config: &Config) -> Result<Ending, Error> {
    let corpus = Corpus::load(config.rules.as_deref(), config.datasets.as_deref())?;
    match app::Rules::read(&corpus, Utc::now().date_naive()) {
        Err(problems) => {
            print_problems(&problems);
            eprintln!("{} problems.", problems.len());
            Ok(Ending::Problems)
        }
        Ok(rules) => {
            let rulebook = &rules.rulebook;
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
