//! Why more is bought of a resource than is short of it, in words: a share of what is added goes into the
//! growth reserve again.
//!
//! How much is bought is `rules::gap` and `rules::takes`; the reserve is that of `rules/resources.toml`.

use super::View;
use super::explain::plain;
use siteworthy_rules::cost::Estimate;
use siteworthy_rules::deployment::Item;
use siteworthy_rules::profile::{Question, Requirement};
use siteworthy_rules::remedy::Basis;
use siteworthy_rules::resource::Resource;
use siteworthy_rules::takes::Taken;

impl View {
    /// How much is short and how much is bought by a work that is taken for a deployment, in a sentence;
    /// none where nothing of it is kept in reserve.
    #[must_use]
    pub fn reserve_of(&self, items: &[Item], work: &Taken) -> Option<String> {
        let asked = work.size.serves.iter().map(|served| {
            let profile = &self.rulebook.profiles[items[served.want.deployed].profile];
            &profile.requirements[served.want.requirement]
        });
        self.reserve_in_words(work.remedy, asked, work.size.quantity_milli)
    }

    /// How much is short and how much is bought for it, in a sentence; none where nothing of what is bought
    /// is kept in reserve. `asked` are the requirements that the work serves.
    #[must_use]
    pub fn reserve_in_words<'a>(
        &self,
        remedy: usize,
        asked: impl Iterator<Item = &'a Requirement>,
        quantity_milli: Option<Estimate<i64>>,
    ) -> Option<String> {
        let quantity = &self.rulebook.remedies[remedy].quantity;
        let resources = asked.map(|requirement| match requirement.asks {
            Question::Headroom(resource) => Some(resource),
            Question::Measure(_) | Question::Checklist(_) => None,
        });
        // Work for something else beside it has no size that could be split.
        let mut resources: Vec<_> = resources.collect::<Option<_>>()?;
        resources.dedup();
        let [resource] = resources[..] else { return None };
        if quantity.basis != Basis::Gap {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "quantities in thousandths stay below 2^53")]
        let added = |milli: i64| milli as f64 / 1000.0 / quantity.factor;
        let Estimate { low, high, .. } = quantity_milli?;
        in_words(&self.rulebook.resources[resource.at()], [added(low), added(high)])
    }
}

/// What is said of the least and the most that is added to a resource.
fn in_words(resource: &Resource, added: [f64; 2]) -> Option<String> {
    let reserve = resource.growth_reserve().filter(|reserve| *reserve > 0.0)?;
    let unit = resource.unit.symbol();
    let between = |amounts: [f64; 2]| match amounts.map(plain) {
        [low, high] if low == high => format!("{low} {unit}"),
        [low, high] => format!("{low} to {high} {unit}"),
    };
    let short = added.map(|added| resource.headroom_of(added));
    Some(format!(
        "{} short; {} bought, because {} % of what is added is kept in reserve.",
        between(short),
        between(added),
        plain(100.0 * reserve)
    ))
}
