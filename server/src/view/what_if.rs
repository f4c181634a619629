//! What if the rules said otherwise: the same columns judged afresh by changed rules, and which sites
//! that moves. The record is not touched, and the view that everyone reads stays as it is.

use super::{SiteResult, View};
use siteworthy_rules::cost::{Estimate, Pence};
use siteworthy_rules::judge::{Outcome, Readiness};
use siteworthy_rules::rulebook::Rulebook;
use std::sync::Arc;

/// What changed rules say of the estate, beside what the rules in force say.
pub struct WhatIf<'a> {
    before: &'a View,
    /// The view under the changed rules: whatever can be asked of a view can be asked of it.
    pub after: View,
}

/// One site under one technology, before and after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compared<'a> {
    /// The site.
    pub site: u32,
    /// By the rules in force; none where they do not have the technology.
    pub before: Option<&'a Outcome>,
    /// By the changed rules.
    pub after: &'a Outcome,
}

impl Compared<'_> {
    /// Whether readiness changes.
    #[must_use]
    pub fn is_moved(&self) -> bool {
        let after = self.after.score.readiness;
        self.before.is_none_or(|before| before.score.readiness != after)
    }
}

impl<'a> WhatIf<'a> {
    /// Judges the whole estate by changed rules.
    ///
    /// # Panics
    /// Where the changed rules have other measures than those by which the columns are coded; whoever
    /// makes the rules sees to that.
    #[must_use]
    pub fn judge(view: &'a View, rulebook: Arc<Rulebook>) -> Self {
        Self { before: view, after: view.under(rulebook) }
    }

    /// Every chosen site under a profile of the changed rules, before and after.
    pub fn compare(
        &self,
        profile: usize,
        chosen: impl Fn(u32) -> bool,
    ) -> impl Iterator<Item = Compared<'_>> {
        let id = &self.after.rulebook.profiles[profile].id;
        let own = self.before.rulebook.find_profile(id);
        let sites = (0..self.after.estate.sites()).filter(move |site| chosen(*site));
        sites.filter_map(move |site| {
            let before = own.and_then(|own| self.before.result(own, site));
            let after = &self.after.result(profile, site)?.outcome;
            Some(Compared { site, before: before.map(|result| &result.outcome), after })
        })
    }

    /// How many of the chosen sites stand where, before and after.
    #[must_use]
    pub fn counts(
        &self,
        profile: usize,
        chosen: impl Fn(u32) -> bool,
    ) -> [[u32; Readiness::ALL.len()]; 2] {
        let mut counts = [[0; Readiness::ALL.len()]; 2];
        for compared in self.compare(profile, chosen) {
            if let Some(before) = compared.before {
                counts[0][before.score.readiness as usize] += 1;
            }
            counts[1][compared.after.score.readiness as usize] += 1;
        }
        counts
    }

    /// What the chosen sites need for a technology alone, before and after: changed rates and thresholds
    /// change it.
    #[must_use]
    pub fn capital(&self, profile: usize, chosen: impl Fn(u32) -> bool) -> [CapitalOfSites; 2] {
        let sum = |view: &View, profile: Option<usize>| {
            let mut all = CapitalOfSites::default();
            for site in (0..view.estate.sites()).filter(|site| chosen(*site)) {
                match profile.and_then(|profile| view.result(profile, site)) {
                    Some(SiteResult { capital: Some(one), .. }) => {
                        all.sum = Some(all.sum.map_or(*one, |sum| sum + *one));
                    }
                    Some(_) => all.sites_without += 1,
                    None => {}
                }
            }
            all
        };
        let id = &self.after.rulebook.profiles[profile].id;
        [sum(self.before, self.before.rulebook.find_profile(id)), sum(&self.after, Some(profile))]
    }
}

/// Capital that closes the known gaps of one technology to the minimum, over several sites. A smaller
/// sum with more sites left out of it is no saving.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CapitalOfSites {
    /// The sum over the sites whose capital is known; none where no site's is.
    pub sum: Option<Estimate<Pence>>,
    /// How many sites are not in it, because something may be missing there and no cost is known.
    pub sites_without: u32,
}
