//! The running application: the record, the rules, the layouts, and the view that all readers share.
//!
//! What can be done with it stands in the verbs beside this file: `upload`, `decide`, `publish`,
//! `recall`.

use crate::corpus::Corpus;
use crate::error::Error;
use crate::intake::{FactorLayout, Known, Layouts};
use crate::recall::Past;
use crate::store::Store;
use crate::view::View;
use crate::view::facts::Facts;
use arc_swap::ArcSwap;
use chrono::NaiveDate;
use siteworthy_rules::change::{Change, apply};
use siteworthy_rules::problem::Problem;
use siteworthy_rules::rulebook::{RuleFile, Rulebook};
use std::sync::Arc;
use std::thread::available_parallelism;
use tokio::sync::{Mutex, Semaphore, SemaphorePermit};

/// Who acts where nobody has signed in.
pub const NOBODY: &str = "anonymous";

/// The rules and layouts in force, read and checked.
#[derive(Debug)]
pub struct Rules {
    /// The rulebook.
    pub rulebook: Arc<Rulebook>,
    /// How files are read.
    pub layouts: Layouts,
    /// How the Government's flat file of conversion factors is read, where the datasets say so.
    pub factor_layout: Option<FactorLayout>,
    /// The texts of the rulebook, for questions of what if.
    files: Vec<(String, String)>,
    /// The day whose editions are in force.
    day: NaiveDate,
}

impl Rules {
    /// Reads rules and layouts, with the editions that are in force on a day.
    ///
    /// # Errors
    /// Every problem of every file.
    pub fn read(corpus: &Corpus, day: NaiveDate) -> Result<Self, Vec<Problem>> {
        match corpus.rulebook() {
            Ok(rulebook) => {
                let layouts = corpus.layouts(&rulebook.dictionary)?;
                let factor_layout = corpus.factor_layout()?;
                let files = corpus.rulebook_files();
                let owned = |file: RuleFile<'_>| (file.path.to_owned(), file.text.to_owned());
                let files = files.into_iter().map(owned).collect();
                let rulebook = Arc::new(rulebook.on(day));
                Ok(Self { rulebook, layouts, factor_layout, files, day })
            }
            Err(mut problems) => {
                // The layouts are looked at all the same, by what the dictionary does define; one that
                // cannot be read at all defines nothing that they could be looked at by.
                let dictionary = corpus.dictionary();
                if !dictionary.is_empty() {
                    problems.extend(corpus.layouts(&dictionary).err().unwrap_or_default());
                }
                problems.extend(corpus.factor_layout().err().unwrap_or_default());
                Err(problems)
            }
        }
    }
}

impl Rules {
    /// The texts of the rulebook, by path.
    #[must_use]
    pub fn files(&self) -> &[(String, String)] {
        &self.files
    }

    /// The rulebook with the editions that are in force on a day, which may lie in the future.
    ///
    /// # Errors
    /// `Invalid` where no technology has rules yet on that day.
    pub fn on(&self, day: NaiveDate) -> Result<Rulebook, Error> {
        editions_on(&self.rulebook, day)
    }

    /// The rulebook as it would be with single figures changed: read and checked like the files
    /// themselves, with the editions that a view has: those of the day `as_of`, or those in force now.
    ///
    /// # Errors
    /// Every change that cannot be made, and every problem that the changed files then have. They have
    /// no lines, for nobody has written these files.
    pub fn suppose(
        &self,
        changes: &[Change],
        as_of: Option<NaiveDate>,
    ) -> Result<Rulebook, Vec<Problem>> {
        let files = apply(&self.files, changes)?;
        let borrowed: Vec<RuleFile<'_>> =
            files.iter().map(|(path, text)| RuleFile { path, text }).collect();
        match Rulebook::read(&borrowed) {
            Ok(rulebook) => Ok(rulebook.on(as_of.unwrap_or(self.day))),
            Err(mut problems) => {
                for problem in &mut problems {
                    problem.position.row = None;
                }
                Err(problems)
            }
        }
    }
}

/// A rulebook with the editions that are in force on a day.
///
/// # Errors
/// `Invalid` where no technology has rules yet on that day.
pub fn editions_on(rulebook: &Rulebook, day: NaiveDate) -> Result<Rulebook, Error> {
    let first = rulebook.editions.iter().map(|edition| edition.in_force_from).min();
    match first {
        Some(first) if day < first => Err(Error::Invalid(format!(
            "no technology's rules were in force on {day}; the first hold from {first}"
        ))),
        _ => Ok(rulebook.on(day)),
    }
}

/// The running application.
#[derive(Debug)]
pub struct App {
    /// The record.
    pub store: Store,
    /// The rules and layouts in force.
    pub rules: Rules,
    view: ArcSwap<View>,
    /// Views of days in the past that were asked for.
    past: Past,
    /// Held while a view is made, so that none is made twice or out of order.
    publishing: Mutex<()>,
    /// How many files are read and reports are made at once: what they need of memory is bounded.
    heavy: Semaphore,
}

impl App {
    /// Brings the record up to date, reads it, and publishes the first view.
    ///
    /// # Errors
    /// `Unavailable` or `Internal` where the record cannot be read.
    pub async fn start(store: Store, rules: Rules) -> Result<Self, Error> {
        store.migrate().await?;
        let record = store.load_record(None).await?;
        let rulebook = Arc::clone(&rules.rulebook);
        let work = move || View::assemble(Facts::of(record), rulebook);
        let view = tokio::task::spawn_blocking(work).await;
        let view = ArcSwap::from_pointee(view.map_err(Error::internal)?);
        let heavy = Semaphore::new(available_parallelism().map_or(1, usize::from));
        Ok(Self { store, rules, view, past: Past::default(), publishing: Mutex::new(()), heavy })
    }

    /// The view as it is now. A reader keeps it to the end of its answer.
    #[must_use]
    pub fn view(&self) -> Arc<View> {
        self.view.load_full()
    }

    pub(crate) fn swap(&self, view: Arc<View>) {
        self.view.store(view);
    }

    pub(crate) const fn past(&self) -> &Past {
        &self.past
    }

    pub(crate) const fn publishing(&self) -> &Mutex<()> {
        &self.publishing
    }

    /// Waits for its turn to do something heavy: reading a file or making a report.
    ///
    /// # Errors
    /// `Internal`, which cannot happen while the application runs.
    pub async fn turn(&self) -> Result<SemaphorePermit<'_>, Error> {
        self.heavy.acquire().await.map_err(Error::internal)
    }

    /// What is on record, as far as reading a file needs it.
    #[must_use]
    pub fn known(&self) -> Known {
        let view = self.view();
        let sites = view.facts.sites.iter().map(|(code, site)| {
            let spaces = site.spaces.iter().map(|(code, space)| (code.clone(), space.kind));
            (code.clone(), spaces.collect())
        });
        Known {
            organisations: view.facts.organisations.keys().cloned().collect(),
            sites: sites.collect(),
        }
    }
}
