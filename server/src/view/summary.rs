//! How many sites stand where, by nation, region or organisation.

use super::{Site, View};
use siteworthy_rules::judge::Readiness;
use siteworthy_rules::place::OrganisationKind;
use std::collections::BTreeMap;

/// By what sites are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupBy {
    /// The nation of the site.
    Nation,
    /// The region above the site's organisation.
    Region,
    /// The site's organisation.
    Organisation,
}

/// One group with its counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Code of the nation, region or organisation; empty for sites of which no survey says it.
    pub key: String,
    /// Name.
    pub title: String,
    /// Sites, pooled entries not counted.
    pub sites: u32,
    /// For each profile, sites by readiness in the order of [`Readiness::ALL`].
    pub counts: Vec<[u32; Readiness::ALL.len()]>,
}

/// Counts the chosen sites by group, groups in order of their titles.
pub fn summarise(
    view: &View,
    group_by: GroupBy,
    chosen: impl Fn(u32, &Site) -> bool,
) -> Vec<Group> {
    let profiles = view.rulebook.profiles.len();
    let mut groups: BTreeMap<(String, String), Group> = BTreeMap::new();
    for (at, site) in (0..).zip(view.sites()) {
        if site.is_pooled || !chosen(at, site) {
            continue;
        }
        let (title, key) = group_of(view, site, group_by);
        let group = groups.entry((title, key)).or_insert_with_key(|(title, key)| Group {
            key: key.clone(),
            title: title.clone(),
            sites: 0,
            counts: vec![[0; Readiness::ALL.len()]; profiles],
        });
        group.sites += 1;
        for (profile, counts) in group.counts.iter_mut().enumerate() {
            if let Some(result) = view.result(profile, at) {
                counts[result.outcome.score.readiness as usize] += 1;
            }
        }
    }
    groups.into_values().collect()
}

fn group_of(view: &View, site: &Site, group_by: GroupBy) -> (String, String) {
    let found = match group_by {
        GroupBy::Nation => {
            return site.nation.map_or_else(unnamed, |nation| {
                (nation.title().to_owned(), nation.code().to_owned())
            });
        }
        GroupBy::Region => site
            .organisation
            .and_then(|at| view.organisations.nearest(at, OrganisationKind::Region)),
        GroupBy::Organisation => site.organisation,
    };
    found.map_or_else(unnamed, |at| {
        let organisation = view.organisations.get(at);
        (organisation.name.clone(), organisation.code.clone())
    })
}

fn unnamed() -> (String, String) {
    ("Not known".to_owned(), String::new())
}
