//! The organisations as a tree: nations at the top, then regions, then trusts and boards.

use super::facts::{Facts, OrganisationFacts};
use siteworthy_rules::place::{Nation, OrganisationKind};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// One organisation as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    /// Code: the key.
    pub code: String,
    /// Name; the code where no survey names it.
    pub name: String,
    /// What kind it is.
    pub kind: OrganisationKind,
    /// The one above it.
    pub parent: Option<usize>,
    /// Sites of it and of those below it, pooled entries not counted.
    pub site_count: u32,
}

/// All organisations by code.
#[derive(Clone, Debug, Default)]
pub struct Organisations {
    list: Vec<Organisation>,
    by_code: HashMap<String, usize>,
}

impl Organisations {
    /// The organisations that the facts describe or name, and the nations of their sites. One that
    /// no survey puts under another stands under the nation of its sites, where they share one.
    #[must_use]
    pub fn of(facts: &Facts) -> Self {
        let mut known: BTreeMap<String, OrganisationFacts> = facts.organisations.clone();
        let mut nations: BTreeMap<String, BTreeSet<Nation>> = BTreeMap::new();
        for site in facts.sites.values() {
            if let Some(code) = &site.organisation {
                known.entry(code.clone()).or_insert_with(|| unnamed(code));
                nations.entry(code.clone()).or_default().extend(site.nation);
            }
        }
        let parents: Vec<String> =
            known.values().filter_map(|organisation| organisation.parent.clone()).collect();
        for code in parents {
            known.entry(code.clone()).or_insert_with(|| unnamed(&code));
        }
        for nation in facts.sites.values().filter_map(|site| site.nation).collect::<BTreeSet<_>>() {
            known.insert(nation.code().to_owned(), nation_facts(nation));
        }
        for (code, organisation) in &mut known {
            let is_nation = organisation.kind == OrganisationKind::Nation;
            let nations = nations.get(code).filter(|nations| nations.len() == 1 && !is_nation);
            if organisation.parent.is_none() {
                organisation.parent = nations
                    .and_then(|nations| nations.first())
                    .map(|nation| nation.code().to_owned());
            }
        }
        let mut organisations = Self::index(known);
        organisations.count_sites(facts);
        organisations
    }

    fn count_sites(&mut self, facts: &Facts) {
        for site in facts.sites.values().filter(|site| !site.is_pooled) {
            let own = site.organisation.as_deref().and_then(|code| self.find(code));
            let above: Vec<usize> = own.into_iter().flat_map(|at| self.upwards(at)).collect();
            for at in above {
                self.list[at].site_count += 1;
            }
        }
    }

    fn index(known: BTreeMap<String, OrganisationFacts>) -> Self {
        let by_code: HashMap<String, usize> =
            known.keys().enumerate().map(|(at, code)| (code.clone(), at)).collect();
        let list = known
            .into_iter()
            .map(|(code, organisation)| Organisation {
                parent: organisation.parent.and_then(|parent| by_code.get(&parent).copied()),
                name: organisation.name,
                kind: organisation.kind,
                code,
                site_count: 0,
            })
            .collect();
        Self { list, by_code }
    }

    /// All of them, by code.
    #[must_use]
    pub fn list(&self) -> &[Organisation] {
        &self.list
    }

    /// The organisation at a place in the list.
    #[must_use]
    pub fn get(&self, at: usize) -> &Organisation {
        &self.list[at]
    }

    /// Finds one by code.
    #[must_use]
    pub fn find(&self, code: &str) -> Option<usize> {
        self.by_code.get(code).copied()
    }

    /// The organisation itself and everything above it. Two surveys could by mistake put each of two
    /// organisations under the other: such a circle ends where it closes.
    pub fn upwards(&self, at: usize) -> impl Iterator<Item = usize> {
        let mut seen = Vec::new();
        std::iter::successors(Some(at), |at| self.list[*at].parent).take_while(move |at| {
            let is_new = !seen.contains(at);
            seen.push(*at);
            is_new
        })
    }

    /// The nearest organisation of a kind, at or above one.
    #[must_use]
    pub fn nearest(&self, at: usize, kind: OrganisationKind) -> Option<usize> {
        self.upwards(at).find(|at| self.list[*at].kind == kind)
    }

    /// Whether one organisation is, or stands below, another.
    #[must_use]
    pub fn is_within(&self, at: usize, root: usize) -> bool {
        self.upwards(at).any(|above| above == root)
    }
}

fn unnamed(code: &str) -> OrganisationFacts {
    let nation = Nation::ALL.iter().find(|nation| nation.code() == code);
    nation.map_or_else(
        || OrganisationFacts { name: code.to_owned(), kind: OrganisationKind::Trust, parent: None },
        |nation| nation_facts(*nation),
    )
}

fn nation_facts(nation: Nation) -> OrganisationFacts {
    OrganisationFacts {
        name: nation.title().to_owned(),
        kind: OrganisationKind::Nation,
        parent: None,
    }
}
