//! What to measure next: which measures would do most to narrow the scores of a site, or of many, or
//! to settle a readiness that cannot be told.

use super::View;
use rayon::prelude::*;
use siteworthy_rules::judge::Outcome;
use siteworthy_rules::measure::MeasureIndex;
use siteworthy_rules::place::SpaceKind;
use siteworthy_rules::profile::Place;
use siteworthy_rules::unknowns::{Gain, gains};
use siteworthy_rules::words::counted;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// What it is worth to survey one measure, over the sites and technologies that a question is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Worth {
    /// Sites at which it is missing.
    pub sites: BTreeSet<u32>,
    /// Technologies that ask for it.
    pub profiles: BTreeSet<usize>,
    /// Gates that are not known without it, over all sites and technologies.
    pub gates: u32,
    /// Readinesses that cannot be told now and that it may settle, with what must be surveyed with it.
    pub may_settle: u32,
    /// By how much it narrows the ranges of scores, in basis points, added up over all sites and
    /// technologies. What several measures narrow together is shared among them.
    pub narrows_bp: u64,
    /// Gates and readinesses as above, shared among the measures that are needed for each, in millionths.
    gate_shares: u64,
    settling_shares: u64,
    /// What must be surveyed with it for some of this.
    pub together_with: BTreeSet<MeasureIndex>,
}

/// Every missing measure with what it is worth, the most first: by the gates that it opens, then by the
/// readiness that it may settle, then by how far it narrows, each shared among the measures that are
/// needed for it. So one answer that opens a gate comes before thirteen that open one only together.
/// Where no space of a technology's kind is on record, what is asked of the space is left out: there is
/// nothing yet of which it could be measured.
#[must_use]
pub fn next_measures(
    view: &View,
    profiles: &[usize],
    sites: impl Iterator<Item = u32>,
) -> Vec<(MeasureIndex, Worth)> {
    let sites: Vec<u32> = sites.collect();
    let worths = sites
        .par_iter()
        .with_min_len(64)
        .fold(Worths::new, |mut worths, site| {
            for profile in profiles {
                if let Some(result) = view.result(*profile, *site) {
                    add(view, *profile, &result.outcome, &mut worths);
                }
            }
            worths
        })
        .reduce(Worths::new, |mut one, other| {
            for (measure, worth) in other {
                one.entry(measure).or_default().merge(worth);
            }
            one
        });
    let mut list: Vec<(MeasureIndex, Worth)> = worths.into_iter().collect();
    list.sort_by_key(|(measure, worth)| {
        (Reverse((worth.gate_shares, worth.settling_shares, worth.narrows_bp)), *measure)
    });
    list
}

/// Measures that do the same and do it only together, such as the items of a checklist, with what all of
/// them are worth; a measure that stands for itself is a line of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The measures, the first of them first.
    pub measures: Vec<MeasureIndex>,
    /// What they are worth when all are surveyed.
    pub worth: Worth,
}

/// Puts measures that are worth the same, and only together, into one line; the order stays.
#[must_use]
pub fn lines(list: &[(MeasureIndex, Worth)]) -> Vec<Line> {
    let mut lines: Vec<(Worth, Line)> = Vec::new();
    for (measure, worth) in list {
        let mut key = worth.clone();
        key.together_with.insert(*measure);
        match lines.iter_mut().find(|(known, _)| *known == key) {
            Some((_, line)) => {
                line.measures.push(*measure);
                line.worth.narrows_bp += worth.narrows_bp;
            }
            None => lines.push((key, Line { measures: vec![*measure], worth: worth.clone() })),
        }
    }
    for (_, line) in &mut lines {
        for measure in &line.measures {
            line.worth.together_with.remove(measure);
        }
    }
    lines.into_iter().map(|(_, line)| line).collect()
}

type Worths = BTreeMap<MeasureIndex, Worth>;

impl Worth {
    /// By how much it narrows, in points of scores from 0 to 100.
    #[expect(clippy::cast_precision_loss, reason = "sums far below 2^53")]
    #[must_use]
    pub fn narrows(&self) -> f64 {
        self.narrows_bp as f64 / 100.0
    }

    /// Adds what the same measure is worth at other sites. The order does not matter.
    fn merge(&mut self, other: Self) {
        self.sites.extend(other.sites);
        self.profiles.extend(other.profiles);
        self.gates += other.gates;
        self.may_settle += other.may_settle;
        self.narrows_bp += other.narrows_bp;
        self.gate_shares += other.gate_shares;
        self.settling_shares += other.settling_shares;
        self.together_with.extend(other.together_with);
    }
}

fn add(view: &View, profile: usize, outcome: &Outcome, worths: &mut Worths) {
    let rules = &view.rulebook;
    let gains = gains(rules, &view.estate, &rules.profiles[profile], outcome);
    for gain in gains.into_iter().filter(|gain| gain.place.is_some()) {
        for measure in &gain.measures {
            let worth = worths.entry(*measure).or_default();
            worth.sites.insert(outcome.spot().site());
            worth.profiles.insert(profile);
            worth.gates += u32::from(gain.opens_gate);
            worth.may_settle += u32::from(gain.may_settle());
            worth.narrows_bp += share(&gain, gain.narrows_bp.into());
            worth.gate_shares += share(&gain, if gain.opens_gate { MILLION } else { 0 });
            worth.settling_shares += share(&gain, if gain.may_settle() { MILLION } else { 0 });
            let others = gain.measures.iter().filter(|other| *other != measure);
            worth.together_with.extend(others);
        }
    }
}

const MILLION: u64 = 1_000_000;

/// The share of one of the measures that are needed together.
fn share(gain: &Gain, whole: u64) -> u64 {
    whole / u64::try_from(gain.measures.len()).unwrap_or(u64::MAX).max(1)
}

/// Sites without any room of a kind on record, and the technologies that are judged in such rooms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MissingRooms {
    /// How many of the sites have none.
    pub sites: usize,
    /// The technologies, by their places in the rulebook.
    pub profiles: Vec<usize>,
}

impl MissingRooms {
    /// What is missing, in a sentence.
    #[must_use]
    pub fn sentence(&self, view: &View, kind: SpaceKind) -> String {
        let ids = self.profiles.iter().map(|at| view.rulebook.profiles[*at].id.as_str());
        let sites = counted(self.sites, "site", "sites");
        format!(
            "No {} is on record at {sites}, so nothing settles {} there until a survey names one.",
            kind.name(),
            ids.collect::<Vec<_>>().join(", ")
        )
    }
}

/// Kinds of room that technologies are judged in and that sites have none of on record: no measure
/// settles these, only a survey that names a room.
#[must_use]
pub fn missing_rooms(
    view: &View,
    profiles: &[usize],
    sites: &[u32],
) -> BTreeMap<SpaceKind, MissingRooms> {
    let mut missing: BTreeMap<SpaceKind, MissingRooms> = BTreeMap::new();
    for profile in profiles {
        let Place::Space(kind) = view.rulebook.profiles[*profile].place else { continue };
        if kind != SpaceKind::Home {
            missing.entry(kind).or_default().profiles.push(*profile);
        }
    }
    for (kind, rooms) in &mut missing {
        let has_none = |site: &&u32| {
            !view.site(**site).is_pooled
                && !view.site(**site).spaces.iter().any(|space| space.kind == *kind)
        };
        rooms.sites = sites.iter().filter(has_none).count();
    }
    missing.retain(|_, rooms| rooms.sites > 0);
    missing
}
