//! `siteworthy rules diff`: what two sets of rules say differently, and which sites stand otherwise by
//! them.
//!
//! What differs is found in `rules::difference` and `view::rules_change`; here the two sets are read and
//! the answer is written.

use super::choice::Reply;
use super::tables::{Answer, Cell, Column, Table};
use super::{Ending, open_existing, print_problems};
use crate::app::editions_on;
use crate::config::Config;
use crate::corpus::Corpus;
use crate::error::Error;
use crate::recall::parse_day;
use crate::store::Store;
use crate::view::View;
use crate::view::rules_change::compare_rules;
use chrono::{NaiveDate, Utc};
use clap::Args;
use siteworthy_rules::difference::{Difference, Side, find_differences};
use siteworthy_rules::judge::Readiness;
use siteworthy_rules::problem::Problem;
use siteworthy_rules::rulebook::Rulebook;
use siteworthy_rules::words::counted;
use std::path::{Path, PathBuf};

/// Compares two sets of rules. Each is a day, for the editions in force on it, or a folder: of rules, or
/// one that holds `rules` and `datasets`, with the editions in force today.
#[derive(Args, Debug)]
pub struct Diff {
    /// The old rules: a folder, or a day such as 2026-03-31
    old: Rules,

    /// The new rules: a folder, or a day, which may lie in the future
    new: Rules,

    #[command(flatten)]
    reply: Reply,
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

const RULES: [Column; 6] = [
    ("subject", "About"),
    ("technology", "Technology"),
    ("file", "File"),
    ("key", "Key"),
    ("old", "Old"),
    ("new", "New"),
];

const COUNTS: [Column; 4] = [
    ("technology", "Technology"),
    ("readiness", "Readiness"),
    ("sites_before", "Sites before"),
    ("sites_after", "Sites after"),
];

const MOVED: [Column; 5] = [
    ("technology", "Technology"),
    ("site_code", "Site code"),
    ("site", "Site"),
    ("before", "Before"),
    ("after", "After"),
];

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
                eprintln!("{}.", counted(problems.len(), "problem", "problems"));
                return Ok(Ending::Problems);
            }
        };
        let url = config.database_url.expose();
        let view =
            if Store::is_missing(url) { None } else { Some(open_existing(config).await?.view()) };
        let mut answer = match &view {
            Some(view) => Answer::new(view),
            None => Answer::of_rules(&new.rulebook),
        };
        let rules = rules(find_differences(old.side(), new.side()));
        if rules.is_empty() {
            answer.say("The rules do not differ.");
        }
        answer.add_if_any(rules);
        match &view {
            Some(view) => add_sites(&mut answer, view, &old.rulebook, &new.rulebook),
            None => answer.say(format!("There is no record at {url}, so no site is compared.")),
        }
        self.reply.send(&answer)
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

/// A row a key that differs.
fn rules(differences: Vec<Difference>) -> Table {
    let mut table = Table::new("rules", "What the rules say differently", &RULES);
    for Difference { file, key, subject, technology, old, new } in differences {
        let texts = [technology, Some(file), Some(key), old, new].map(Cell::from);
        table.add([Cell::from(subject.word())].into_iter().chain(texts));
    }
    table
}

/// How many sites stand where by both rules, and which stand otherwise.
fn add_sites(answer: &mut Answer, view: &View, old: &Rulebook, new: &Rulebook) {
    let mut counts = Table::new("counts", "Sites by readiness, before and after", &COUNTS);
    let mut moved = Table::new("sites", "Sites that stand otherwise", &MOVED);
    for change in compare_rules(view, old, new) {
        let technology = &change.technology;
        for readiness in Readiness::ALL {
            let [before, after] = [change.before, change.after]
                .map(|counts| Cell::from(counts.map(|counts| counts[*readiness as usize])));
            counts.add([technology.into(), readiness.word().into(), before, after]);
        }
        for one in &change.moved {
            let site = view.site(one.site);
            let [before, after] =
                [one.before, one.after].map(|side| Cell::from(side.map(Readiness::word)));
            moved.add([technology.into(), (&site.code).into(), (&site.name).into(), before, after]);
        }
    }
    if moved.is_empty() {
        answer.say("No site stands otherwise.");
    }
    answer.add_if_any(counts);
    answer.add_if_any(moved);
}
