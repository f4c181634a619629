//! `siteworthy layouts`.

use super::choice::write_file;
use super::import::receive;
use super::{Ending, print, print_problems, read_rules};
use crate::app::Rules;
use crate::config::Config;
use crate::error::Error;
use crate::intake::{FactorLayout, Upload, detect, is_workbook, read_factors, write_template};
use crate::upload::ReceivedFile;
use crate::view::gap::find_technology;
use clap::{Args, Subcommand, ValueEnum};
use siteworthy_rules::judge::for_each_measure;
use siteworthy_rules::rulebook::Rulebook;
use std::path::{Path, PathBuf};

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
    let layouts = rules.layouts.iter().map(|layout| (&layout.id, &layout.title, &layout.help));
    let factors =
        rules.factor_layout.iter().map(|layout| (&layout.id, &layout.title, &layout.help));
    let lines = layouts.chain(factors);
    lines.map(|(id, title, help)| format!("{id:<24} {title}\n{:<24} {help}\n", "")).collect()
}

fn find(rules: &Rules, path: &Path) -> Result<Ending, Error> {
    let file = receive(path, None)?;
    if let Some(layout) = rules.factor_layout.as_ref().filter(|_| is_workbook(&file.bytes)) {
        return find_factors(&file, layout);
    }
    let upload = Upload { name: &file.name, bytes: &file.bytes, received_on: file.at.date_naive() };
    match detect(&upload, &rules.layouts, &rules.rulebook.dictionary) {
        Err(problems) => {
            print_problems(&problems);
            Ok(Ending::Problems)
        }
        Ok(fits) => {
            let lines = fits.iter().map(|fit| {
                let verdict = if fit.is_complete() { "fits." } else { "does not fit." };
                format!("{:<24} {verdict} {}\n", fit.layout.id, fit.reason)
            });
            print(&lines.collect::<String>())?;
            let found = fits.iter().any(|fit| fit.is_complete());
            Ok(if found { Ending::Clean } else { Ending::Problems })
        }
    }
}

/// A workbook is one of conversion factors or none that is read.
fn find_factors(file: &ReceivedFile, layout: &FactorLayout) -> Result<Ending, Error> {
    match read_factors(&file.name, &file.bytes, layout) {
        Err(problems) => {
            print_problems(&problems);
            Ok(Ending::Problems)
        }
        Ok(set) => print(&format!("{:<24} fits. {}.\n", layout.id, set.title(layout))),
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
    let at = find_technology(rulebook, technology)?;
    let mut measures = Vec::new();
    for requirement in &rulebook.profiles[at].requirements {
        for_each_measure(rulebook, &requirement.asks, |measure| {
            measures.push(rulebook.dictionary.get(measure).id.as_str());
        });
    }
    // What works are paid by: without the areas the gaps that the survey finds could not be costed.
    for area in [rulebook.areas.site, rulebook.areas.space] {
        measures.push(rulebook.dictionary.get(area).id.as_str());
    }
    Ok(measures)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::Corpus;
    use crate::upload::MAX_FILE_BYTES;
    use std::fs;

    #[test]
    fn a_file_that_is_too_large_to_import_is_not_detected_either() {
        let corpus = Corpus::load(None, None).expect("the embedded files");
        let rules = Rules::read(&corpus, chrono::NaiveDate::MAX).expect("sound rules");
        let name = format!("siteworthy-detect-{}.csv", std::process::id());
        let path = std::env::temp_dir().join(name);
        let file = fs::File::create(&path).expect("a file");
        file.set_len(MAX_FILE_BYTES as u64 + 1).expect("a sparse file");
        let found = find(&rules, &path);
        fs::remove_file(&path).expect("the file is there");
        assert!(matches!(found, Err(Error::TooLarge(_))), "{found:?}");
    }
}
