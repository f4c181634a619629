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
use tokio::sync::Mutex;

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
        let rulebook = corpus.rulebook()?;
        let layouts = corpus.layouts(&rulebook.dictionary)?;
        Ok(Self { rulebook: Arc::new(rulebook), layouts })
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
}

impl App {
    /// Brings the record up to date, reads it, and publishes the first view.
    ///
    /// # Errors
    /// `Unavailable` or `Internal` where the record cannot be read.
    pub async fn start(store: Store, rules: Rules) -> Result<Self, Error> {
        store.migrate().await?;
        let facts = Facts::of(store.load_record(None).await?);
        let rulebook = Arc::clone(&rules.rulebook);
        let view = tokio::task::spawn_blocking(move || View::assemble(facts, rulebook)).await;
        let view = ArcSwap::from_pointee(view.map_err(Error::internal)?);
        Ok(Self { store, rules, view, publishing: Mutex::new(()) })
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
