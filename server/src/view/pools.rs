//! Pooled entries judged as a share: of the homes of a virtual ward, how many are ready.
//!
//! A pool has no readiness of its own. Its homes are not drawn and not named on any face.

use super::Site;
use siteworthy_rules::estate::Estate;
use siteworthy_rules::judge::{Readiness, Spot, assess_spot};
use siteworthy_rules::place::{Setting, SpaceKind};
use siteworthy_rules::profile::Place;
use siteworthy_rules::rulebook::Rulebook;
use std::collections::HashMap;

/// How the places of a pooled entry stand for one technology.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pool {
    /// Places by readiness, in the order of [`Readiness::ALL`].
    pub counts: [u32; Readiness::ALL.len()],
}

impl Pool {
    /// How many places there are.
    #[must_use]
    pub fn places(&self) -> u32 {
        self.counts.iter().sum()
    }

    /// How many of them stand so.
    #[must_use]
    pub const fn count(&self, readiness: Readiness) -> u32 {
        self.counts[readiness as usize]
    }

    /// The share that is ready, 0 to 1; none of no places.
    #[must_use]
    pub fn ready_fraction(&self) -> Option<f64> {
        let places = self.places();
        (places > 0).then(|| f64::from(self.count(Readiness::Ready)) / f64::from(places))
    }
}

/// Judges every home of every pool by every technology that is deployed in homes.
pub fn judge_pools(
    rulebook: &Rulebook,
    estate: &Estate,
    sites: &[Site],
) -> HashMap<(usize, u32), Pool> {
    let mut pools = HashMap::new();
    for (at, profile) in rulebook.profiles.iter().enumerate() {
        if profile.place != Place::Space(SpaceKind::Home) {
            continue;
        }
        for (site, _) in (0..).zip(sites).filter(|(_, site)| site.setting == Some(Setting::Home)) {
            let mut pool = Pool::default();
            let is_home = |space: &u32| estate.kind(*space) == Some(SpaceKind::Home);
            for space in estate.spaces_of(site).filter(is_home) {
                let spot = Spot::Space { site, space };
                let readiness = assess_spot(rulebook, estate, profile, spot).score.readiness;
                pool.counts[readiness as usize] += 1;
            }
            pools.insert((at, site), pool);
        }
    }
    pools
}
