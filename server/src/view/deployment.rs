//! A deployment as asked, in the words of its face, and what it means in a view.

use super::View;
use crate::error::Error;
use siteworthy_rules::deployment::{Item, demand_of, order};
use siteworthy_rules::judge::{Outcome, Spot, assess_spot};
use siteworthy_rules::measure::MeasureIndex;
use siteworthy_rules::profile::{Horizon, Place};
use siteworthy_rules::resource::{Reading, ResourceIndex, steady};

/// The most items of a deployment.
pub const MAX_ITEMS: usize = 100;

/// The most of one technology.
pub const MAX_QUANTITY: u32 = 10_000;

/// Id of the resource whose demands are what a deployment adds to the essential load.
const STANDBY: &str = "standby";

/// The years from which a technology may be there.
pub const YEARS: std::ops::RangeInclusive<i32> = 2000..=2100;

/// One technology of a deployment as asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Id of the technology.
    pub technology: String,
    /// How many of it.
    pub quantity: u32,
    /// Code of the space; where none is given, as many of the best spaces for the technology as there
    /// are units of it.
    pub space: Option<String>,
    /// The calendar year from which it is there.
    pub from_year: Option<i32>,
}

impl View {
    /// Finds a site that can be judged.
    ///
    /// # Errors
    /// `NotFound` where there is none of the code, `Invalid` for a pooled entry.
    pub fn find_judged_site(&self, code: &str) -> Result<u32, Error> {
        let at = self
            .find_site(code)
            .ok_or_else(|| Error::NotFound(format!("there is no site {code:?}")))?;
        if self.site(at).is_pooled {
            let message = format!("{code} stands for many places and is not judged as one site");
            return Err(Error::Invalid(message));
        }
        Ok(at)
    }

    /// Finds the items of a deployment at a site, in the order in which they come. A technology without
    /// a named space is put into the best spaces for it, one of it in each, and more in each only where
    /// there are not enough spaces.
    ///
    /// # Errors
    /// `NotFound` where the view has no such technology or space, `Invalid` where a quantity, the
    /// number of items or the kind of a space is not possible.
    pub fn find_items(&self, site: u32, asked: &[Asked]) -> Result<Vec<Item>, Error> {
        let mut items: Vec<Item> = Vec::with_capacity(asked.len());
        // Named spaces first: what is put where there is room must not be put there too.
        let (named, free): (Vec<_>, Vec<_>) =
            (0..).zip(asked).partition(|(_, one)| one.space.is_some());
        let mut places = Vec::with_capacity(asked.len());
        for (at, one) in named.into_iter().chain(free) {
            let found = self.find_places(site, one, &items)?;
            if items.len() + found.len() > MAX_ITEMS {
                let message = format!(
                    "a deployment has at most {MAX_ITEMS} items, and each space that a technology is \
                     put into is one; name the spaces with their quantities"
                );
                return Err(Error::Invalid(message));
            }
            places.extend(found.iter().map(|_| at));
            items.extend(found);
        }
        let mut listed: Vec<(usize, Item)> = places.into_iter().zip(items).collect();
        listed.sort_by_key(|(at, _)| *at);
        let mut items: Vec<Item> = listed.into_iter().map(|(_, item)| item).collect();
        order(&mut items);
        Ok(items)
    }

    /// What is left of a resource at a site before anything is deployed.
    #[must_use]
    pub fn headroom(&self, site: u32, resource: ResourceIndex) -> Reading {
        let resource = &self.rulebook.resources[resource.at()];
        resource.headroom(|measure| self.estate.value(measure, site))
    }

    /// What must be surveyed at a site for what is left of a resource to be known exactly.
    #[must_use]
    pub fn missing_for(&self, site: u32, resource: ResourceIndex) -> Vec<MeasureIndex> {
        let resource = &self.rulebook.resources[resource.at()];
        resource.missing(|measure| self.estate.value(measure, site))
    }

    /// What a deployment adds to the essential load of its site, in kVA: what its technologies take of the
    /// standby supply.
    ///
    /// # Errors
    /// `Invalid` where the rulebook does not say, for it has no such resource.
    pub fn standby_demand_kva(&self, items: &[Item]) -> Result<f64, Error> {
        // From 0, for a sum of nothing is -0.
        items.iter().try_fold(0.0, |sum, item| {
            Ok(steady(sum + demand_of(&self.rulebook, item, self.find_standby()?)))
        })
    }

    /// Of which technologies no figure says what they take of the standby supply, in a sentence; none
    /// where all is told.
    ///
    /// # Errors
    /// As [`Self::standby_demand_kva`].
    pub fn untold_standby(&self, items: &[Item]) -> Result<Option<String>, Error> {
        let mut untold = Vec::new();
        for item in items {
            let profile = &self.rulebook.profiles[item.profile];
            if profile.full_demand_on(self.find_standby()?).is_none() {
                untold.push(item.profile);
            }
        }
        Ok(self.rulebook.titles_of(untold.into_iter()).map(|titles| {
            format!(
                "No sourced figure says what is taken of the standby supply by: {titles}. Nothing is \
                 added to the essential load for them."
            )
        }))
    }

    /// Which rooms take more than one of a technology, in sentences: a room is judged by what one of it asks.
    #[must_use]
    pub fn shared_rooms(&self, items: &[Item]) -> Vec<String> {
        let sentence = |item: &Item| {
            let Spot::Space { space, .. } = item.spot else { return None };
            let (place, title) =
                (self.place_name(space), &self.rulebook.profiles[item.profile].title);
            (item.quantity > 1).then(|| {
                format!(
                    "{place} is asked to hold {} of: {title}. The room is judged by what one of it asks; \
                     whether {} fit side by side is not known.",
                    item.quantity, item.quantity
                )
            })
        };
        items.iter().filter_map(sentence).collect()
    }

    fn find_standby(&self) -> Result<ResourceIndex, Error> {
        self.rulebook.find_resource(STANDBY).ok_or_else(|| {
            Error::Invalid(format!(
                "the rulebook has no resource {STANDBY:?}, so nobody can tell what a deployment adds to \
                 the essential load"
            ))
        })
    }

    /// Finds where an item goes that is asked for beside others already placed.
    fn find_places(&self, site: u32, asked: &Asked, placed: &[Item]) -> Result<Vec<Item>, Error> {
        let profile = self.find_profile(&asked.technology)?;
        if !(1..=MAX_QUANTITY).contains(&asked.quantity) {
            let message =
                format!("the quantity of {} must be from 1 to {MAX_QUANTITY}", asked.technology);
            return Err(Error::Invalid(message));
        }
        if self.rulebook.profiles[profile].horizon == Horizon::Future {
            let message = format!("{} cannot be deployed yet", asked.technology);
            return Err(Error::Invalid(message));
        }
        if asked.from_year.is_some_and(|year| !YEARS.contains(&year)) {
            let message = format!(
                "the year of {} must be from {} to {}",
                asked.technology,
                YEARS.start(),
                YEARS.end()
            );
            return Err(Error::Invalid(message));
        }
        let item = |(spot, quantity)| Item { profile, quantity, spot, from_year: asked.from_year };
        if let Some(code) = &asked.space {
            let spot = self.find_spot(site, profile, code)?;
            return Ok(vec![item((spot, asked.quantity))]);
        }
        let best = self.best_spot(site, profile)?;
        if !matches!(best, Spot::Space { .. }) {
            return Ok(vec![item((best, asked.quantity))]);
        }
        let is_free = |spot: &Spot| {
            placed.iter().all(|other| other.profile != profile || other.spot != *spot)
        };
        let all = self.spots_by_fitness(site, profile);
        let free: Vec<Spot> = all.iter().copied().filter(is_free).collect();
        let spots = if free.is_empty() { all } else { free };
        Ok(share_out(asked.quantity, &spots).map(item).collect())
    }

    fn best_spot(&self, site: u32, profile: usize) -> Result<Spot, Error> {
        let result = self.result(profile, site).ok_or_else(|| {
            let id = &self.rulebook.profiles[profile].id;
            Error::Invalid(format!("{id} is deployed in homes, not at a site"))
        })?;
        Ok(result.outcome.spot())
    }

    /// The spaces of a site in which a technology is judged, the best first, and of equal ones in their
    /// order on record.
    fn spots_by_fitness(&self, site: u32, profile: usize) -> Vec<Spot> {
        let (rulebook, estate) = (&self.rulebook, &self.estate);
        let profile = &rulebook.profiles[profile];
        let is_of_kind = |space: &u32| match profile.place {
            Place::Space(kind) => estate.kind(*space) == Some(kind),
            Place::Site => false,
        };
        let mut outcomes: Vec<Outcome> = estate
            .spaces_of(site)
            .filter(is_of_kind)
            .map(|space| assess_spot(rulebook, estate, profile, Spot::Space { site, space }))
            .collect();
        outcomes.sort_by_key(|outcome| std::cmp::Reverse(outcome.rank()));
        outcomes.iter().map(Outcome::spot).collect()
    }

    /// The space of a code at a site, in which a technology is judged.
    ///
    /// # Errors
    /// `NotFound` for a code that the site does not have; `Invalid` for a space of another kind.
    pub fn find_spot(&self, site: u32, profile: usize, code: &str) -> Result<Spot, Error> {
        let place = self.rulebook.profiles[profile].place;
        let spaces = &self.site(site).spaces;
        let at = spaces.iter().position(|space| space.code == code).ok_or_else(|| {
            let codes: Vec<&str> = spaces.iter().map(|space| space.code.as_str()).collect();
            let known =
                if codes.is_empty() { "none is on record".to_owned() } else { codes.join(", ") };
            let site = &self.site(site).code;
            Error::NotFound(format!("there is no space {code:?} at {site}; its spaces: {known}"))
        })?;
        let kind = spaces[at].kind;
        let space =
            self.estate.spaces_of(site).start + u32::try_from(at).map_err(Error::internal)?;
        match place {
            Place::Space(wanted) if wanted == kind => Ok(Spot::Space { site, space }),
            Place::Space(wanted) => Err(Error::Invalid(format!(
                "{code} is {}, and {} needs {}",
                kind.a_name(),
                self.rulebook.profiles[profile].id,
                wanted.a_name()
            ))),
            Place::Site => Err(Error::Invalid(format!(
                "{} is judged for the site as a whole, not in a space",
                self.rulebook.profiles[profile].id
            ))),
        }
    }
}

/// Shares a quantity out among places in their order, as evenly as it goes; places that would get
/// nothing are left out.
fn share_out(quantity: u32, spots: &[Spot]) -> impl Iterator<Item = (Spot, u32)> {
    let places = u32::try_from(spots.len()).unwrap_or(u32::MAX).max(1);
    let (each, more) = (quantity / places, quantity % places);
    let share = move |at: u32| each + u32::from(at < more);
    (0..).zip(spots).map(move |(at, spot)| (*spot, share(at))).filter(|(_, share)| *share > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_is_shared_out_evenly_and_in_order() {
        let spots: Vec<Spot> = (0..3).map(|space| Spot::Space { site: 0, space }).collect();
        for (quantity, shares) in [
            (1, vec![1]),
            (2, vec![1, 1]),
            (3, vec![1, 1, 1]),
            (5, vec![2, 2, 1]),
            (6, vec![2, 2, 2]),
        ] {
            let shared: Vec<u32> = share_out(quantity, &spots).map(|(_, share)| share).collect();
            assert_eq!(shared, shares, "{quantity}");
        }
    }
}
