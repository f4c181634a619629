//! The running application: the record, the rules, the layouts, and the view that all readers share.
//!
//! What can be done with it stands in the verbs beside this file: `upload`, `decide`, `publish`.

use crate::corpus::Corpus;
use crate::error::Error;
use crate::intake::{Known, Layouts};
use crate::store::Store;
use crate::view::View;
use crate::view::facts::Facts;
use arc_swap::ArcSwap;
use siteworthy_rules::problem::Problem;
use siteworthy_rules::rulebook::Rulebook;
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
}

impl Rules {
    /// Reads rules and layouts.
    ///
    /// # Errors
    /// Every problem of every file.
    pub fn read(corpus: &Corpus) -> Result<Self, Vec<Problem>> {
        match corpus.rulebook() {
            Ok(rulebook) => {
                let layouts = corpus.layouts(&rulebook.dictionary)?;
                Ok(Self { rulebook: Arc::new(rulebook), layouts })
            }
            Err(mut problems) => {
                // The layouts are looked at all the same, by what the dictionary does define.
                problems.extend(corpus.layouts(&corpus.dictionary()).err().unwrap_or_default());
                Err(problems)
            }
        }
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
        Ok(Self { store, rules, view, publishing: Mutex::new(()), heavy })
    }

    /// The view as it is now. A reader keeps it to the end of its answer.
    #[must_use]
    pub fn view(&self) -> Arc<View> {
        self.view.load_full()
    }

    pub(crate) fn swap(&self, view: View) {
        self.view.store(Arc::new(view));
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
