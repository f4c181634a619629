//! How a site stands through an outage: as it was surveyed, and with a deployment or another plant.
//!
//! The arithmetic is `rules::resilience`, and what a plant is read from is `rules::plant`.

use super::View;
use crate::error::Error;
use siteworthy_rules::deployment::Item;
use siteworthy_rules::plant::reading::read_plant;
use siteworthy_rules::plant::{Load, Overrides, SitePlant, Unanswered};
use siteworthy_rules::reliability::Role;
use siteworthy_rules::resilience::{Survival, survive};
use siteworthy_rules::words::counted;

/// A plant with its load, and how they stand.
#[derive(Clone, Debug, PartialEq)]
pub struct Stand {
    /// The plant and what it was read from.
    pub found: SitePlant,
    /// The load, with what a deployment adds.
    pub load: Load,
    /// How they stand.
    pub survival: Survival,
}

impl Stand {
    /// Why the load is not carried to the end of the outage even if every set in service works, in full
    /// sentences; empty where it then is.
    #[must_use]
    pub fn shortfalls(&self) -> Vec<String> {
        self.survival.shortfalls(&self.found.plant, &self.load)
    }
}

/// An outage at a site, before and after something is changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Outage {
    /// As it was surveyed, with nothing deployed.
    pub before: Result<Stand, Unanswered>,
    /// With the deployment, and the plant as it was asked about; none where neither was.
    pub after: Option<Result<Stand, Unanswered>>,
    /// What the deployment adds to the essential load, in kVA.
    pub added_kva: f64,
    /// Of which technologies nobody tells what they add, in a sentence; none where all is told.
    pub untold: Option<String>,
}

impl View {
    /// Works out an outage of so many hours at a site.
    ///
    /// # Errors
    /// `Invalid` where the rulebook does not say what a deployment takes of the standby supply, where a
    /// battery is asked about of which only half is known, and where more sets are asked to be out of
    /// service than there are.
    pub fn outage(
        &self,
        site: u32,
        items: &[Item],
        overrides: Option<&Overrides>,
        hours: usize,
    ) -> Result<Outage, Error> {
        let added_kva = self.standby_demand_kva(items)?;
        let stand = |overrides: &Overrides, added_kva: f64| {
            let found = read_plant(&self.rulebook, &self.estate, site, overrides)?;
            let load = found.load.with_deployment(added_kva);
            let survival = survive(&found.plant, &load, hours);
            Ok(Stand { found, load, survival })
        };
        let before = stand(&Overrides::default(), 0.0);
        let is_changed = overrides.is_some() || !items.is_empty();
        let after =
            is_changed.then(|| stand(overrides.unwrap_or(&Overrides::default()), added_kva));
        if let (Some(overrides), Some(Ok(after))) = (overrides, &after) {
            self.refuse_half_a_battery(overrides, after)?;
            refuse_more_sets_out_than_there_are(overrides, after)?;
        }
        Ok(Outage { before, after, added_kva, untold: self.untold_standby(items)? })
    }

    /// What was asked about must not be left out in silence.
    fn refuse_half_a_battery(&self, overrides: &Overrides, after: &Stand) -> Result<(), Error> {
        let battery = [Role::BatteryEnergyKwh, Role::BatteryPowerKw];
        let is_asked = overrides.values.iter().any(|(role, _)| battery.contains(role));
        let measures = battery.map(|role| self.rulebook.reliability.measure(role));
        let missing = measures.iter().find(|measure| after.found.left_out.contains(measure));
        match missing.filter(|_| is_asked) {
            None => Ok(()),
            Some(measure) => Err(Error::Invalid(format!(
                "a battery counts only where both its energy and its power are known; give its {} too",
                self.rulebook.dictionary.get(*measure).id
            ))),
        }
    }
}

/// All sets may be out of service; more than all is a slip of the keyboard.
fn refuse_more_sets_out_than_there_are(overrides: &Overrides, after: &Stand) -> Result<(), Error> {
    let plant = &after.found.plant;
    let sets: u32 = plant.groups.iter().map(|group| group.sets).sum();
    let is_asked = overrides.values.iter().any(|(role, _)| *role == Role::SetsOut);
    if !is_asked || plant.sets_out <= sets {
        return Ok(());
    }
    Err(Error::Invalid(format!(
        "{} out of service are more than there are: the site has {}; give 0 to {sets}",
        counted(plant.sets_out, "set", "sets"),
        counted(sets, "standby generator set", "standby generator sets"),
    )))
}
