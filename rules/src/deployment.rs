//! Several technologies at one site, judged as a whole: what they take of each shared resource, in
//! which order they exhaust it, and which of them still fit.
//!
//! Five technologies can each pass alone and fail together. So every technology of a deployment sees
//! of a resource only what the others leave. What it costs to make room is `gap` and `takes`.

use crate::estate::Estate;
use crate::judge::{Judged, Outcome, Spot, add_up, judge, read};
use crate::profile::{Profile, Question, Requirement, Threshold};
use crate::resource::{Reading, ResourceIndex, steady};
use crate::rulebook::Rulebook;
use crate::words::words;

/// One technology of a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    /// The technology, by its place in the rulebook.
    pub profile: usize,
    /// How many of it.
    pub quantity: u32,
    /// Where.
    pub spot: Spot,
    /// The calendar year from which it is there; none for from the start.
    pub from_year: Option<i32>,
}

words! {
    /// Whether a technology of a deployment still fits.
    Fit {
        /// Every resource that it takes has room for it beside those before it that fit.
        Fits = "fits",
        /// What is known of a resource leaves it open.
        Unknown = "unknown",
        /// A resource has no room for it.
        Exceeds = "exceeds",
    }
}

/// What a deployment does to one resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Use {
    /// The resource.
    pub resource: ResourceIndex,
    /// What is left before the deployment.
    pub before: Reading,
    /// What is left once each item is there, in order of deployment; items that take nothing of it are
    /// left out.
    pub steps: Vec<Step>,
    /// What is left after the whole of it.
    pub after: Reading,
    /// Share of what was left before that the deployment takes; none where that is not known exactly,
    /// infinite where nothing was left.
    pub used_fraction: Option<f64>,
}

impl Use {
    /// The step that exhausts the resource: the first after which less than nothing is left, at best.
    #[must_use]
    pub fn exhausting(&self) -> Option<&Step> {
        self.steps
            .iter()
            .find(|step| matches!(step.after, Reading::Known { high, .. } if high < 0.0))
    }
}

/// One item taking of a resource.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// The item, by its place in the deployment.
    pub item: usize,
    /// What it takes at the site's peak, in the resource's unit.
    pub demand: f64,
    /// What is left then.
    pub after: Reading,
}

/// What is said of one item.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placed {
    /// Its outcome with nothing else deployed, by the rules as they are: room is a gate only where they
    /// say so.
    pub alone: Outcome,
    /// Its outcome beside all others, with room on every resource as a gate.
    pub together: Outcome,
    /// Whether it still fits.
    pub fit: Fit,
    /// The resource for which it does not fit, or of which too little is known.
    pub limiting: Option<ResourceIndex>,
}

/// Id of the resource that every technology takes of: electrical supply. A profile that declares no
/// demand on it takes an amount that no source tells, and not nothing.
pub const SUPPLY: &str = "electrical";

/// The resource of [`SUPPLY`], where a technology declares no demand on it.
fn untold(rulebook: &Rulebook, item: &Item) -> Option<ResourceIndex> {
    let mut all = (0..).map(ResourceIndex).zip(&rulebook.resources);
    let (supply, _) = all.find(|(_, resource)| resource.id == SUPPLY)?;
    let profile = &rulebook.profiles[item.profile];
    profile.full_demand_on(supply).is_none().then_some(supply)
}

/// A deployment, judged.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// By resource that some item takes of, the one used most first, those of which nothing can be
    /// told last.
    pub uses: Vec<Use>,
    /// By item, in the order given.
    pub items: Vec<Placed>,
    /// The items whose demand on electrical supply no source tells: they are in no use, so what is left
    /// of the supply is at most what is said.
    pub untold: Vec<usize>,
}

impl Judgement {
    /// Which technologies take an untold amount of the supply, in a sentence; none where all is told.
    #[must_use]
    pub fn untold_in_words(&self, rulebook: &Rulebook, items: &[Item]) -> Option<String> {
        let supply = rulebook.resources.iter().find(|resource| resource.id == SUPPLY)?;
        let mut titles: Vec<&str> = self
            .untold
            .iter()
            .map(|at| rulebook.profiles[items[*at].profile].title.as_str())
            .collect();
        titles.sort_unstable();
        titles.dedup();
        (!titles.is_empty()).then(|| {
            let (titles, title) = (titles.join("; "), &supply.title);
            format!(
                "No sourced figure tells the demand ({title}) of: {titles}. They are not in the sums, so \
                 no more than what is shown is left, and whether they fit is unknown."
            )
        })
    }
}

/// Brings items into the order in which they come: by year, then as listed.
pub fn order(items: &mut [Item]) {
    items.sort_by_key(|item| item.from_year);
}

/// The rules by which a deployment is judged as a whole: room for every technology is a gate. A high
/// score elsewhere must not make up for a supply that is overdrawn.
#[must_use]
pub fn strict(rulebook: &Rulebook) -> Rulebook {
    let mut strict = rulebook.clone();
    for requirement in strict.profiles.iter_mut().flat_map(|profile| &mut profile.requirements) {
        requirement.gate |= matches!(requirement.asks, Question::Headroom(_));
    }
    strict
}

/// Judges a deployment at one site: together by the [`strict`] rules, alone by those given. Items take
/// of a resource in the order given.
#[must_use]
pub fn judge_deployment(rulebook: &Rulebook, estate: &Estate, items: &[Item]) -> Judgement {
    if items.is_empty() {
        return Judgement { uses: Vec::new(), items: Vec::new(), untold: Vec::new() };
    }
    let strict = strict(rulebook);
    let untold = (0..).zip(items).filter(|(_, item)| untold(rulebook, item).is_some());
    let untold = untold.map(|(at, _)| at).collect();
    let uses = uses(rulebook, estate, items);
    let fits = fits(rulebook, &uses, items);
    let items = items
        .iter()
        .zip(fits)
        .enumerate()
        .map(|(at, (item, (fit, limiting)))| Placed {
            alone: outcome(rulebook, estate, &[*item], 0),
            together: outcome(&strict, estate, items, at),
            fit,
            limiting,
        })
        .collect();
    Judgement { uses, items, untold }
}

/// What an item takes of a resource at the site's peak, in the resource's unit.
#[must_use]
pub fn demand_of(rulebook: &Rulebook, item: &Item, resource: ResourceIndex) -> f64 {
    let profile = &rulebook.profiles[item.profile];
    steady(profile.demand_on(resource) * f64::from(item.quantity))
}

fn uses(rulebook: &Rulebook, estate: &Estate, items: &[Item]) -> Vec<Use> {
    let Some(first) = items.first() else {
        return Vec::new();
    };
    let site = first.spot.site();
    let mut uses: Vec<Use> = (0..)
        .map(ResourceIndex)
        .zip(&rulebook.resources)
        .filter_map(|(at, resource)| {
            let before = resource.headroom(|measure| estate.value(measure, site));
            use_of(rulebook, at, before, items)
        })
        .collect();
    let key = |used: &Use| used.used_fraction.map_or(f64::NEG_INFINITY, |share| share);
    uses.sort_by(|one, other| key(other).total_cmp(&key(one)));
    uses
}

fn use_of(
    rulebook: &Rulebook,
    resource: ResourceIndex,
    before: Reading,
    items: &[Item],
) -> Option<Use> {
    let mut taken = 0.0;
    let mut steps = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let demand = demand_of(rulebook, item, resource);
        if demand > 0.0 {
            taken = steady(taken + demand);
            steps.push(Step { item: at, demand, after: before.less(taken) });
        }
    }
    let after = steps.last()?.after;
    let used_fraction = match before {
        Reading::Known { high, .. } if high <= 0.0 => Some(f64::INFINITY),
        Reading::Known { low, high, .. } if low.to_bits() == high.to_bits() => Some(taken / high),
        Reading::Known { .. } | Reading::Unknown | Reading::NotApplicable => None,
    };
    Some(Use { resource, before, steps, after, used_fraction })
}

/// Goes through the items in order: one that does not fit takes nothing, so that later ones may.
fn fits(rulebook: &Rulebook, uses: &[Use], items: &[Item]) -> Vec<(Fit, Option<ResourceIndex>)> {
    let mut taken = vec![0.0; uses.len()];
    let mut fits = Vec::with_capacity(items.len());
    for item in items {
        let demands: Vec<f64> =
            uses.iter().map(|used| demand_of(rulebook, item, used.resource)).collect();
        let worst = uses
            .iter()
            .zip(&demands)
            .zip(&taken)
            .filter(|((_, demand), _)| **demand > 0.0)
            .map(|((used, demand), taken)| {
                (fit(used.before, steady(demand + taken)), used.resource)
            })
            .chain(untold(rulebook, item).map(|supply| (Fit::Unknown, supply)))
            .max_by_key(|(fit, resource)| (*fit, std::cmp::Reverse(*resource)));
        let (fit, limiting) = worst.map_or((Fit::Fits, None), |(fit, resource)| {
            (fit, (fit != Fit::Fits).then_some(resource))
        });
        if fit != Fit::Exceeds {
            for (taken, demand) in taken.iter_mut().zip(demands) {
                *taken = steady(*taken + demand);
            }
        }
        fits.push((fit, limiting));
    }
    fits
}

fn fit(before: Reading, taken: f64) -> Fit {
    match before {
        Reading::Known { low, .. } if low >= taken => Fit::Fits,
        Reading::Known { high, .. } if high < taken => Fit::Exceeds,
        _ => Fit::Unknown,
    }
}

/// The outcome of the item at a place in a deployment, beside all others.
fn outcome(rulebook: &Rulebook, estate: &Estate, items: &[Item], at: usize) -> Outcome {
    let profile = &rulebook.profiles[items[at].profile];
    let judged = judged_beside(rulebook, estate, items, at);
    Outcome::new(add_up(rulebook, profile, judged.into_iter()), items[at].spot)
}

/// What the others of a deployment take of a resource at the site's peak, beside the item at a place.
#[must_use]
pub fn taken_by_others(
    rulebook: &Rulebook,
    items: &[Item],
    at: usize,
    resource: ResourceIndex,
) -> f64 {
    let others = items.iter().enumerate().filter(|(other, _)| *other != at);
    steady(others.map(|(_, other)| demand_of(rulebook, other, resource)).sum())
}

/// The verdicts of the requirements of the item at a place in a deployment, beside all others, in
/// their order.
#[must_use]
pub fn judged_beside(
    rulebook: &Rulebook,
    estate: &Estate,
    items: &[Item],
    at: usize,
) -> Vec<Judged> {
    let item = &items[at];
    let profile: &Profile = &rulebook.profiles[item.profile];
    let judge_one = |requirement: &Requirement| {
        let reading = read(rulebook, estate, requirement, item.spot);
        let Question::Headroom(resource) = requirement.asks else {
            return judge(requirement, reading);
        };
        let taken = taken_by_others(rulebook, items, at, resource);
        judge(&for_quantity(requirement, item.quantity), reading.less(taken))
    };
    profile.requirements.iter().map(judge_one).collect()
}

/// A requirement on headroom asks for as many times the demand of one unit as there are units.
#[must_use]
pub fn for_quantity(requirement: &Requirement, quantity: u32) -> Requirement {
    let threshold = match &requirement.threshold {
        Threshold::AtLeast(limits) => Threshold::AtLeast(limits.times(f64::from(quantity))),
        other => other.clone(),
    };
    Requirement { threshold, ..requirement.clone() }
}
