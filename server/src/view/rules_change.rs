//! Which sites stand otherwise by other rules: the same facts judged by two rulebooks, of which neither
//! need be the one in force. They may differ in anything, the measures too.
//!
//! What the rulebooks themselves say differently is `rules::difference`; single figures changed in a
//! question are `what_if`.

use super::{View, fill_estate, is_judged, judge_estate};
use siteworthy_rules::judge::{Outcome, Readiness};
use siteworthy_rules::rulebook::Rulebook;
use std::collections::BTreeSet;

/// How many sites stand where, in the order of [`Readiness::ALL`].
pub type Counts = [u32; Readiness::ALL.len()];

/// One technology by two rulebooks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TechnologyChange {
    /// Id of the technology.
    pub technology: String,
    /// How many sites stand where by the old rules; none where they do not have the technology.
    pub before: Option<Counts>,
    /// By the new rules; none where they do not have it.
    pub after: Option<Counts>,
    /// The sites whose readiness changes, by code.
    pub moved: Vec<Moved>,
}

/// A site whose readiness changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The site.
    pub site: u32,
    /// By the old rules; none where they do not have the technology.
    pub before: Option<Readiness>,
    /// By the new rules; none where they do not have it.
    pub after: Option<Readiness>,
}

/// Judges every site by both rulebooks. Technologies that are deployed in homes, which are never
/// judged one by one, are left out, and so are technologies by which no site stands otherwise.
#[must_use]
pub fn compare_rules(view: &View, old: &Rulebook, new: &Rulebook) -> Vec<TechnologyChange> {
    let (before, after) = (judge(view, old), judge(view, new));
    let ids = old.profiles.iter().chain(&new.profiles).map(|profile| profile.id.as_str());
    let ids: BTreeSet<&str> = ids.collect();
    let changes = ids.into_iter().map(|id| {
        let before = old.find_profile(id).map(|at| Judged::of(view, old, at, &before[at]));
        let after = new.find_profile(id).map(|at| Judged::of(view, new, at, &after[at]));
        let moved = (0..).zip(view.sites()).filter_map(|(site, _)| {
            let readiness = |side: &Option<Judged<'_>>| side.as_ref()?.readiness(site);
            let moved = Moved { site, before: readiness(&before), after: readiness(&after) };
            (moved.before != moved.after).then_some(moved)
        });
        TechnologyChange {
            technology: id.to_owned(),
            moved: moved.collect(),
            before: before.as_ref().map(Judged::count),
            after: after.as_ref().map(Judged::count),
        }
    });
    changes.filter(|change| !change.moved.is_empty()).collect()
}

fn judge(view: &View, rulebook: &Rulebook) -> Vec<Vec<Outcome>> {
    // The columns are coded by the measures: by other measures they are filled afresh.
    if rulebook.dictionary.is_coded_like(&view.rulebook.dictionary) {
        return judge_estate(rulebook, &view.estate);
    }
    judge_estate(rulebook, &fill_estate(&view.facts, rulebook, view.sites()))
}

/// One technology by one rulebook.
struct Judged<'a> {
    readiness: Vec<Option<&'a Outcome>>,
}

impl<'a> Judged<'a> {
    fn of(view: &View, rulebook: &Rulebook, profile: usize, outcomes: &'a [Outcome]) -> Self {
        let profile = &rulebook.profiles[profile];
        let judged = view.sites().iter().zip(outcomes);
        let judged = judged.map(|(site, outcome)| is_judged(profile, site).then_some(outcome));
        Self { readiness: judged.collect() }
    }

    fn readiness(&self, site: u32) -> Option<Readiness> {
        self.readiness[site as usize].map(|outcome| outcome.score.readiness)
    }

    fn count(&self) -> Counts {
        let mut counts = Counts::default();
        for outcome in self.readiness.iter().flatten() {
            counts[outcome.score.readiness as usize] += 1;
        }
        counts
    }
}
