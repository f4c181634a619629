//! `siteworthy layouts`.

use super::tables::write_file;
use super::{Ending, print, print_problems, read_rules};
use crate::app::Rules;
use crate::config::Config;
use crate::error::Error;
use crate::intake::{Upload, detect, write_template};
use clap::{Args, Subcommand, ValueEnum};
use siteworthy_rules::judge::for_each_measure;
use siteworthy_rules::rulebook::Rulebook;
use std::fs;
use std::path::PathBuf;

/// Lists the layouts, or does what is said.
#[derive(Args, Debug)]
pub struct Layouts {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Say which layout fits a file, and what keeps the others from fitting
    Detect {
        /// The file
        file: PathBuf,
    },
    /// Write an empty survey template as CSV
    Template {
        /// One row a place with a column a measure, or one row a value
        #[arg(long, value_enum, default_value = "wide")]
        form: TemplateForm,
        /// Only the measures that this technology asks about
        #[arg(long, value_name = "ID")]
        technology: Option<String>,
        /// Where to write it; standard output otherwise
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
}

#[derive(ValueEnum, Clone, Copy, Debug)]
enum TemplateForm {
    /// One row a place, a column a measure
    Wide,
    /// One row a value
    Long,
}

impl Layouts {
    /// Runs the command.
    pub fn run(self, config: &Config) -> Result<Ending, Error> {
        let rules = read_rules(config)?;
        match self.command {
            None => print(&list(&rules)),
            Some(Command::Detect { file }) => find(&rules, &file),
            Some(Command::Template { form, technology, output }) => {
                let text = template(&rules, form, technology.as_deref())?;
                match output {
                    Some(path) => write_file(&path, text.as_bytes()),
                    None => print(&text),
                }
            }
        }
    }
}

fn list(rules: &Rules) -> String {
    let lines = rules
        .layouts
        .iter()
        .map(|layout| format!("{:<18} {}\n{:<18} {}\n", layout.id, layout.title, "", layout.help));
    lines.collect()
}

fn find(rules: &Rules, file: &PathBuf) -> Result<Ending, Error> {
    let bytes = fs::read(file)
        .map_err(|error| Error::Invalid(format!("cannot read {}: {error}", file.display())))?;
    let name = file.to_string_lossy();
    let upload =
        Upload { name: &name, bytes: &bytes, received_on: chrono::Utc::now().date_naive() };
    match detect(&upload, &rules.layouts, &rules.rulebook.dictionary) {
        Err(problems) => {
            print_problems(&problems);
            Ok(Ending::Problems)
        }
        Ok(fits) => {
            let mut text = String::new();
            for fit in &fits {
                let verdict = if fit.is_complete() {
                    "fits".to_owned()
                } else {
                    format!("does not fit; missing: {}", fit.missing.join(", "))
                };
                text.push_str(&format!("{:<18} {verdict}\n", fit.layout.id));
            }
            print(&text)?;
            let found = fits.iter().any(|fit| fit.is_complete());
            Ok(if found { Ending::Clean } else { Ending::Problems })
        }
    }
}

fn template(rules: &Rules, form: TemplateForm, technology: Option<&str>) -> Result<String, Error> {
    let id = match form {
        TemplateForm::Wide => "siteworthy-survey-wide",
        TemplateForm::Long => "siteworthy-survey-long",
    };
    let layout = rules.layouts.find(id);
    let layout = layout.ok_or_else(|| Error::NotFound(format!("there is no layout {id}")))?;
    let rulebook = &rules.rulebook;
    let measures = technology.map(|id| measures_of(rulebook, id)).transpose()?;
    write_template(layout, &rulebook.dictionary, measures.as_deref()).map_err(Error::Invalid)
}

/// The ids of the measures that a technology asks about.
fn measures_of<'a>(rulebook: &'a Rulebook, technology: &str) -> Result<Vec<&'a str>, Error> {
    let at = rulebook.find_profile(technology).ok_or_else(|| {
        let known: Vec<&str> =
            rulebook.profiles.iter().map(|profile| profile.id.as_str()).collect();
        let known = known.join(", ");
        Error::NotFound(format!("there is no technology {technology:?}; use one of {known}"))
    })?;
    let mut measures = Vec::new();
    for requirement in &rulebook.profiles[at].requirements {
        for_each_measure(rulebook, &requirement.asks, |measure| {
            measures.push(rulebook.dictionary.get(measure).id.as_str());
        });
    }
    Ok(measures)
}
