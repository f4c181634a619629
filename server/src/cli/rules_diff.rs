//! `siteworthy rules diff`: what two sets of rules say differently, and which sites stand otherwise by
//! them.
//!
//! What differs is found in `rules::difference` and `view::rules_change`; here the two sets are read and
//! the answer is written.

use super::tables::new_table;
use super::{Ending, open_existing, print, print_problems, write_out};
use crate::app::editions_on;
use crate::config::Config;
use crate::corpus::Corpus;
use crate::error::Error;
use crate::recall::parse_day;
use crate::render::csv::inert;
use crate::store::Store;
use crate::view::rules_change::{Counts, compare_rules};
use chrono::{NaiveDate, Utc};
use clap::{Args, ValueEnum};
use serde_json::{Map, Value};
use siteworthy_rules::difference::{Difference, Side, find_differences};
use siteworthy_rules::judge::Readiness;
use siteworthy_rules::problem::Problem;
use siteworthy_rules::rulebook::Rulebook;
use std::path::{Path, PathBuf};

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Table,
    Csv,
    Json,
}

/// Compares two sets of rules. Each is a day, for the editions in force on it, or a folder: of rules, or
/// one that holds `rules` and `datasets`, with the editions in force today.
#[derive(Args, Debug)]
pub struct Diff {
    /// The old rules: a folder, or a day such as 2026-03-31
    old: Rules,

    /// The new rules: a folder, or a day, which may lie in the future
    new: Rules,

    /// How to write the answer
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

/// Where one set of rules is found.
#[derive(Clone, Debug)]
enum Rules {
    On(NaiveDate),
    In(PathBuf),
}

impl From<&str> for Rules {
    fn from(text: &str) -> Self {
        parse_day(text).map_or_else(|_| Self::In(text.into()), Self::On)
    }
}

/// One set of rules, read.
struct Set {
    rulebook: Rulebook,
    files: Vec<(String, String)>,
}

/// The headings of the answer. A line is of one `part`: "rule" tells a key, "count" how many sites stand
/// somewhere, "site" a site whose readiness changes.
const HEADINGS: [&str; 9] =
    ["part", "subject", "technology", "file", "key", "site_code", "site", "old", "new"];

/// A line of the answer; none where a heading does not apply or nothing stands there.
type Row = [Option<String>; HEADINGS.len()];

impl Diff {
    /// Answers.
    pub async fn run(self, config: &Config) -> Result<Ending, Error> {
        let today = Utc::now().date_naive();
        let (old, new) = match (self.old.read(config, today)?, self.new.read(config, today)?) {
            (Ok(old), Ok(new)) => (old, new),
            (old, new) => {
                let mut problems = old.err().unwrap_or_default();
                for problem in new.err().unwrap_or_default() {
                    // Two days of the same broken rules have the same problems.
                    if !problems.contains(&problem) {
                        problems.push(problem);
                    }
                }
                print_problems(&problems);
                eprintln!("{} problems.", problems.len());
                return Ok(Ending::Problems);
            }
        };
        let mut rows: Vec<Row> =
            find_differences(old.side(), new.side()).into_iter().map(rule_row).collect();
        let url = config.database_url.expose();
        if Store::is_missing(url) {
            eprintln!("There is no record at {url}, so no site is compared.");
        } else {
            let view = open_existing(config).await?.view();
            for change in compare_rules(&view, &old.rulebook, &new.rulebook) {
                let counts = [change.before, change.after];
                rows.extend(
                    Readiness::ALL.iter().map(|at| count_row(&change.technology, *at, counts)),
                );
                rows.extend(change.moved.iter().map(|moved| {
                    let site = view.site(moved.site);
                    site_row(&change.technology, &site.code, &site.name, moved.before, moved.after)
                }));
            }
        }
        match self.format {
            Format::Table => print(&tables(&rows)),
            Format::Csv => write_out(&csv(&rows)?).map(|()| Ending::Clean),
            Format::Json => {
                let text = serde_json::to_string_pretty(&rows.iter().map(json).collect::<Vec<_>>());
                print(&format!("{}\n", text.map_err(Error::internal)?))
            }
        }
    }
}

impl Rules {
    fn read(&self, config: &Config, today: NaiveDate) -> Result<Result<Set, Vec<Problem>>, Error> {
        let (day, corpus) = match self {
            Self::On(day) => {
                (*day, Corpus::load(config.rules.as_deref(), config.datasets.as_deref())?)
            }
            Self::In(folder) => {
                let (rules, datasets) = (folder.join("rules"), folder.join("datasets"));
                let corpus = if rules.is_dir() && datasets.is_dir() {
                    Corpus::load(Some(&rules), Some(&datasets))?
                } else {
                    Corpus::load(Some(folder), config.datasets.as_deref())?
                };
                (today, corpus)
            }
        };
        let rulebook = match corpus.rulebook() {
            Ok(rulebook) => editions_on(&rulebook, day)?,
            Err(problems) => return Ok(Err(self.locate(problems))),
        };
        let files = corpus.rulebook_files().into_iter();
        let files = files.map(|file| (file.path.to_owned(), file.text.to_owned())).collect();
        Ok(Ok(Set { rulebook, files }))
    }

    /// Names the folder in each problem: the same file lies in both.
    fn locate(&self, mut problems: Vec<Problem>) -> Vec<Problem> {
        if let Self::In(folder) = self {
            for problem in &mut problems {
                let file = &mut problem.position.file;
                let whole = folder.join("rules").is_dir();
                let inner = file.strip_prefix("rules/").filter(|_| !whole).unwrap_or(file);
                *file = Path::new(folder).join(inner).display().to_string();
            }
        }
        problems
    }
}

impl Set {
    fn side(&self) -> Side<'_> {
        Side { rulebook: &self.rulebook, files: &self.files }
    }
}

fn rule_row(difference: Difference) -> Row {
    let Difference { file, key, subject, technology, old, new } = difference;
    let text = |text: &str| Some(text.to_owned());
    [text("rule"), text(subject.word()), technology, Some(file), Some(key), None, None, old, new]
}

fn count_row(technology: &str, readiness: Readiness, counts: [Option<Counts>; 2]) -> Row {
    let text = |text: &str| Some(text.to_owned());
    let [old, new] =
        counts.map(|counts| counts.map(|counts| counts[readiness as usize].to_string()));
    let (part, subject) = (text("count"), text(readiness.word()));
    [part, subject, text(technology), None, None, None, None, old, new]
}

fn site_row(
    technology: &str,
    code: &str,
    name: &str,
    before: Option<Readiness>,
    after: Option<Readiness>,
) -> Row {
    let text = |text: &str| Some(text.to_owned());
    let [old, new] = [before, after].map(|readiness| readiness.map(|one| one.word().to_owned()));
    let part = (text("site"), text("readiness"));
    [part.0, part.1, text(technology), None, None, text(code), text(name), old, new]
}

/// A table a part, each with the columns that it has.
fn tables(rows: &[Row]) -> String {
    if rows.is_empty() {
        return "The rules do not differ, and no site stands otherwise.\n".to_owned();
    }
    let mut text = String::new();
    for (part, empty, columns) in [
        ("rule", "The rules do not differ.", &[1, 3, 4, 7, 8][..]),
        ("count", "No site stands otherwise.", &[2, 1, 7, 8]),
        ("site", "", &[2, 5, 6, 7, 8]),
    ] {
        let headings: Vec<&str> = columns.iter().map(|at| HEADINGS[*at]).collect();
        let mut table = new_table(&headings);
        for row in rows.iter().filter(|row| row[0].as_deref() == Some(part)) {
            table.add_row(columns.iter().map(|at| row[*at].as_deref().unwrap_or_default()));
        }
        if !table.is_empty() {
            text.push_str(&format!("{table}\n"));
        } else if !empty.is_empty() {
            text.push_str(&format!("{empty}\n"));
        }
    }
    text
}

fn csv(rows: &[Row]) -> Result<Vec<u8>, Error> {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    writer.write_record(HEADINGS).map_err(Error::internal)?;
    for row in rows {
        let cells = row.iter().map(|cell| {
            let text = cell.as_deref().unwrap_or_default();
            // A negative threshold is no formula.
            if text.parse::<f64>().is_ok() { text.to_owned() } else { inert(text) }
        });
        writer.write_record(cells).map_err(Error::internal)?;
    }
    writer.into_inner().map_err(|error| Error::internal(error.to_string()))
}

fn json(row: &Row) -> Value {
    let members = HEADINGS.iter().zip(row);
    let members = members.map(|(heading, cell)| ((*heading).to_owned(), Value::from(cell.clone())));
    Value::Object(members.collect::<Map<_, _>>())
}
