//! What is on offer: every remedy that closes something at a site, in its sizes, with what each size
//! costs and how the requirements stand once it is done.
//!
//! Which of it to take is `search`. Quantities and costs are those of `gap`.
//!
//! A measure at one place, or a resource of one site, is a *lever*: it has steps, each of which reaches
//! the minimum or the target of some requirement that reads it. Several remedies may move one lever, and
//! one remedy several levers. A step never makes any requirement of the deployment worse than the step
//! before: where two technologies pull a measure in opposite directions, what the second of them asks is
//! not offered.

use super::{Bill, Served, Want};
use crate::cost::{Estimate, Pence};
use crate::deployment::{Item, for_quantity, judged_beside, taken_by_others};
use crate::estate::{Estate, PlaceRow};
use crate::gap::{Level, full_demand_of, gap_left_by, larger, price};
use crate::judge::{Judged, Spot, Verdict, judge, place_of};
use crate::profile::{Limits, Requirement, Threshold};
use crate::remedy::{Basis, Closes};
use crate::resource::{Reading, ResourceIndex, steady};
use crate::rulebook::Rulebook;
use std::collections::{BTreeMap, BTreeSet};

/// The most items of a deployment that share one remedy sized by load for which every set of them is
/// offered: 2^10 - 1 = 1,023 sets. Of more, the set that must have it and the set of all are. One
/// technology in several rooms is several items: rooms differ, and what is enough in one is not in
/// another.
pub const MAX_SHARERS: usize = 10;

/// How a requirement stands once a size of a remedy is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effect {
    /// The requirement.
    pub want: Want,
    /// How it is then judged.
    pub judged: Judged,
}

/// One size of a remedy at a place.
#[derive(Clone, Debug, PartialEq)]
pub struct Size {
    /// The gap that it closes, in the unit of the remedy: how much is added to a resource, or how far a
    /// measure moves. None where the quantity does not follow from a gap, or the gap has no size.
    pub size: Option<Estimate<f64>>,
    /// How much of the remedy, in thousandths of its unit; none where it cannot be told.
    pub quantity_milli: Option<Estimate<i64>>,
    /// Capital cost; none where the quantity or a rate is not known.
    pub capital: Option<Estimate<Pence>>,
    /// Running cost a year; none where no figure is published.
    pub running: Option<Estimate<Pence>>,
    /// Why the quantity cannot be told.
    pub unknown_reason: Option<String>,
    /// Every requirement that then stands otherwise than before, in order.
    pub effects: Vec<Effect>,
    /// The requirements that come up to a level which they had not reached.
    pub serves: Vec<Served>,
}

impl Size {
    /// What it adds to the bill.
    #[must_use]
    pub fn bill(&self) -> Bill {
        let capital = self.capital.map(|capital| capital.central);
        Bill {
            works_without_cost: u32::from(capital.is_none()),
            capital: capital.unwrap_or_default(),
        }
    }
}

/// A remedy at a place in all its sizes, of which at most one is taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// The remedy, by its place in the rulebook.
    pub remedy: usize,
    /// Where it is put: a space, or the site itself.
    pub place: PlaceRow,
    /// What can be taken of it, the least first.
    pub sizes: Vec<Size>,
}

/// How a deployment stands, and all that is on offer for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Offers {
    /// By technology and requirement: the verdicts before anything is done, with headroom taken for
    /// the whole deployment.
    pub judged: Vec<Vec<Judged>>,
    /// The remedies, by id and then by place.
    pub list: Vec<Offer>,
    /// Whether every set of items that can share a remedy has a size of its own; else only some have,
    /// and a cheaper choice may be missing.
    pub is_whole: bool,
}

impl Offers {
    /// How the requirements stand once these sizes are taken, each an offer and a size of it. Of two
    /// works on the same thing the better counts.
    #[must_use]
    pub fn judged_after(&self, taken: &[(usize, usize)]) -> Vec<Vec<Judged>> {
        let mut judged = self.judged.clone();
        for (offer, size) in taken {
            for effect in &self.list[*offer].sizes[*size].effects {
                let before = self.judged[effect.want.deployed][effect.want.requirement];
                let now = &mut judged[effect.want.deployed][effect.want.requirement];
                *now = better(before, *now, effect.judged);
            }
        }
        judged
    }
}

/// The better of what some works made of a requirement and what another makes of it.
pub fn better(before: Judged, now: Judged, other: Judged) -> Judged {
    if now == before || other.attainment_bp > now.attainment_bp { other } else { now }
}

/// Everything on offer for a deployment.
#[must_use]
pub fn offers(rulebook: &Rulebook, estate: &Estate, deployed: &[Item]) -> Offers {
    let asker = Asker { rulebook, estate, deployed };
    let judged = asker.judge_all();
    let levers = asker.levers(&judged);
    let mut works: BTreeMap<(usize, PlaceRow), Vec<&Lever>> = BTreeMap::new();
    for lever in levers.iter().filter(|lever| !lever.steps.is_empty()) {
        for remedy in rulebook.remedies_for(lever.closes) {
            works.entry((remedy, lever.place)).or_default().push(lever);
        }
    }
    cover_rooms(rulebook, estate, &mut works);
    let works: Vec<Work<'_>> = works
        .into_iter()
        .map(|((remedy, place), levers)| Work {
            asker: &asker,
            judged: &judged,
            remedy,
            place,
            levers,
        })
        .collect();
    let is_whole = works
        .iter()
        .all(|work| work.basis() != Basis::Demand || work.sharers().len() <= MAX_SHARERS);
    let list = works
        .iter()
        .map(|work| {
            let sizes = without_dominated(&judged, work.sizes());
            Offer { remedy: work.remedy, place: work.place, sizes }
        })
        .filter(|offer| !offer.sizes.is_empty())
        .collect();
    Offers { judged, list, is_whole }
}

/// A remedy by floor area over a whole site does in every room what it would do in the room alone.
fn cover_rooms<'a>(
    rulebook: &Rulebook,
    estate: &Estate,
    works: &mut BTreeMap<(usize, PlaceRow), Vec<&'a Lever>>,
) {
    let rooms: Vec<(usize, PlaceRow, Vec<&'a Lever>)> = works
        .iter()
        .filter(|((remedy, place), _)| {
            estate.kind(*place).is_some()
                && rulebook.remedies[*remedy].quantity.basis == Basis::Area
        })
        .map(|((remedy, place), levers)| (*remedy, estate.site_of(*place), levers.clone()))
        .collect();
    for (remedy, site, levers) in rooms {
        if let Some(whole) = works.get_mut(&(remedy, site)) {
            whole.extend(levers);
        }
    }
}

/// What is asked of an estate by a deployment.
#[derive(Clone, Copy)]
struct Asker<'a> {
    rulebook: &'a Rulebook,
    estate: &'a Estate,
    deployed: &'a [Item],
}

/// A measure at a place or a resource of a site, with the requirements that read it.
struct Lever {
    closes: Closes,
    place: PlaceRow,
    wants: Vec<Want>,
    /// The least first.
    steps: Vec<Step>,
}

/// How far a lever is moved.
#[derive(Clone)]
struct Step {
    size: Option<Estimate<f64>>,
    /// How its requirements then stand, in the order of `wants`.
    judged: Vec<Judged>,
}

impl Asker<'_> {
    fn requirement(&self, want: Want) -> &Requirement {
        let profile = &self.rulebook.profiles[self.deployed[want.deployed].profile];
        &profile.requirements[want.requirement]
    }

    fn spot(&self, want: Want) -> Spot {
        self.deployed[want.deployed].spot
    }

    fn wants(&self) -> impl Iterator<Item = Want> {
        self.deployed.iter().enumerate().flat_map(|(deployed, one)| {
            let count = self.rulebook.profiles[one.profile].requirements.len();
            (0..count).map(move |requirement| Want { deployed, requirement })
        })
    }

    fn judge_all(&self) -> Vec<Vec<Judged>> {
        let Self { rulebook, estate, deployed } = *self;
        (0..deployed.len()).map(|at| judged_beside(rulebook, estate, deployed, at)).collect()
    }

    /// Judges what others leave of a resource by limits for all units of a technology.
    fn judge_headroom(&self, want: Want, headroom: Reading, resource: ResourceIndex) -> Judged {
        let asked = for_quantity(self.requirement(want), self.deployed[want.deployed].quantity);
        judge(&asked, headroom.less(self.others(want, resource)))
    }

    /// The limits of a requirement on headroom, for all units of its technology.
    fn limits(&self, want: Want) -> Option<Limits> {
        let asked = for_quantity(self.requirement(want), self.deployed[want.deployed].quantity);
        match asked.threshold {
            Threshold::AtLeast(limits) => Some(limits),
            _ => None,
        }
    }

    /// What the other technologies of the deployment take of a resource at the site's peak.
    fn others(&self, want: Want, resource: ResourceIndex) -> f64 {
        taken_by_others(self.rulebook, self.deployed, want.deployed, resource)
    }

    fn levers(&self, judged: &[Vec<Judged>]) -> Vec<Lever> {
        let mut wants: BTreeMap<(Closes, PlaceRow), Vec<Want>> = BTreeMap::new();
        for want in self.wants() {
            let asks = &self.requirement(want).asks;
            let place = place_of(self.rulebook, asks, self.spot(want));
            if let (Some(closes), Some(place)) = (gap_left_by(asks), place) {
                wants.entry((closes, place)).or_default().push(want);
            }
        }
        let lever = |((closes, place), wants): ((Closes, PlaceRow), Vec<Want>)| {
            let before: Vec<Judged> =
                wants.iter().map(|want| judged[want.deployed][want.requirement]).collect();
            let steps = match closes {
                Closes::Measure(measure) => {
                    self.steps_of_measure(self.estate.value(measure, place), &wants, &before)
                }
                Closes::Headroom(resource) => {
                    self.steps_of_resource(resource, place, &wants, &before)
                }
            };
            Lever { closes, place, wants, steps }
        };
        wants.into_iter().map(lever).collect()
    }

    /// The values at which some requirement reaches its minimum or its target, the nearest first.
    fn steps_of_measure(&self, value: f64, wants: &[Want], before: &[Judged]) -> Vec<Step> {
        if value.is_nan() {
            return Vec::new();
        }
        let judge_at = |wanted: f64| -> Vec<Judged> {
            let reading = Reading::exact(wanted);
            wants.iter().map(|want| judge(self.requirement(*want), reading)).collect()
        };
        let mut steps: Vec<Step> = wants
            .iter()
            .flat_map(|want| wanted_values(&self.requirement(*want).threshold, value))
            .map(|(wanted, has_size)| {
                let size = has_size.then(|| exactly((wanted - value).abs()));
                Step { size, judged: judge_at(wanted) }
            })
            .collect();
        steps.sort_by(|one, other| distance(one).total_cmp(&distance(other)));
        in_a_chain(before, steps)
    }

    /// The headrooms at which some requirement reaches its minimum or its target, the least first.
    ///
    /// Where the headroom is known between limits, it is the lower one that is brought up, and only so
    /// far that nothing is left in doubt.
    fn steps_of_resource(
        &self,
        resource: ResourceIndex,
        site: PlaceRow,
        wants: &[Want],
        before: &[Judged],
    ) -> Vec<Step> {
        let found = &self.rulebook.resources[resource.at()];
        let headroom = found.headroom(|measure| self.estate.value(measure, site));
        let Reading::Known { low, .. } = headroom else {
            return Vec::new();
        };
        let sums = |limit: fn(Limits) -> f64| -> Vec<f64> {
            let sum = |want: &Want| {
                self.limits(*want).map(|own| steady(limit(own) + self.others(*want, resource)))
            };
            wants.iter().filter_map(sum).collect()
        };
        let (minima, targets) = (sums(|limits| limits.minimum), sums(|limits| limits.target));
        let doubtful = minima.iter().zip(before);
        let doubtful = doubtful.filter(|(_, judged)| judged.verdict == Verdict::Unknown);
        let least = doubtful.map(|(minimum, _)| *minimum).fold(low, f64::max);
        let mut wanted: Vec<f64> = minima.into_iter().chain(targets).collect();
        wanted.retain(|wanted| *wanted > low && *wanted >= least);
        wanted.sort_by(f64::total_cmp);
        wanted.dedup();
        let steps = wanted.into_iter().map(|wanted| {
            let after = raised(headroom, wanted);
            let judge_one = |want: &Want| self.judge_headroom(*want, after, resource);
            let size = addition(headroom, |missing| found.addition_for(missing), wanted);
            Step { size, judged: wants.iter().map(judge_one).collect() }
        });
        // What is in doubt must be measured, not bought: it comes up only beside what is short.
        let is_any = |verdict| before.iter().any(|judged| judged.verdict == verdict);
        let is_offered =
            is_any(Verdict::Short) || is_any(Verdict::MeetsMinimum) && !is_any(Verdict::Unknown);
        if is_offered { steps.filter(is_settled).collect() } else { Vec::new() }
    }
}

/// Whether nothing is left in doubt.
fn is_settled(step: &Step) -> bool {
    step.judged.iter().all(|judged| judged.verdict != Verdict::Unknown)
}

fn exactly(size: f64) -> Estimate<f64> {
    Estimate { low: size, central: size, high: size }
}

/// A headroom whose lower end is brought up to what is wanted.
fn raised(headroom: Reading, wanted: f64) -> Reading {
    match headroom {
        Reading::Known { low, central, high } => Reading::Known {
            low: wanted,
            central: if low == central { wanted } else { steady(central + (wanted - low)) },
            high: if low == high { wanted } else { steady(high + (wanted - low)) },
        },
        reading => reading,
    }
}

/// How much to add for each end of a headroom to come up to what is wanted.
fn addition(
    headroom: Reading,
    addition_for: impl Fn(f64) -> f64,
    wanted: f64,
) -> Option<Estimate<f64>> {
    let missing = |left: f64| addition_for((wanted - left).max(0.0));
    match headroom {
        Reading::Known { low, central, high } => {
            Some(Estimate { low: missing(high), central: missing(central), high: missing(low) })
        }
        Reading::Unknown | Reading::NotApplicable => None,
    }
}

/// The values at which a threshold reaches a level that `value` does not reach, and whether the way to
/// them has a size.
fn wanted_values(threshold: &Threshold, value: f64) -> Vec<(f64, bool)> {
    let rising =
        |limits: &Limits| [limits.minimum, limits.target].map(|limit| (limit, limit > value));
    let falling =
        |limits: &Limits| [limits.minimum, limits.target].map(|limit| (limit, limit < value));
    let sized = |limits: Vec<(f64, bool)>| -> Vec<(f64, bool)> {
        limits.into_iter().filter(|(_, is_beyond)| *is_beyond).collect()
    };
    match threshold {
        Threshold::AtLeast(limits) => sized(rising(limits).to_vec()),
        Threshold::AtMost(limits) => sized(falling(limits).to_vec()),
        Threshold::Within { low, high } => sized([rising(low), falling(high)].concat()),
        Threshold::Choices(shares) => (0_u8..)
            .zip(shares)
            .filter(|(_, share)| share.is_some_and(|share| share >= 0.5))
            .map(|(choice, _)| (f64::from(choice), false))
            .collect(),
        Threshold::Is(wanted) => vec![(f64::from(u8::from(*wanted)), false)],
    }
}

/// By which steps are put in order: by size, and what has none by what it brings.
fn distance(step: &Step) -> f64 {
    let brings: u32 = step.judged.iter().map(|judged| u32::from(judged.attainment_bp)).sum();
    step.size.map_or(f64::from(brings), |size| size.high)
}

/// Of steps in order those that make no requirement worse than the last one did, and some better.
fn in_a_chain(before: &[Judged], steps: Vec<Step>) -> Vec<Step> {
    let mut chain: Vec<Step> = Vec::new();
    for step in steps {
        let last = chain.last().map_or(before, |last| &last.judged);
        if is_at_least(&step.judged, last) && step.judged != last {
            chain.push(step);
        }
    }
    chain
}

fn is_at_least(judged: &[Judged], other: &[Judged]) -> bool {
    let is_one = |(one, other): (&Judged, &Judged)| {
        one.verdict.is_answered() == other.verdict.is_answered()
            && one.attainment_bp >= other.attainment_bp
    };
    judged.iter().zip(other).all(is_one)
}

/// One remedy at one place, with the levers that it moves.
struct Work<'a> {
    asker: &'a Asker<'a>,
    judged: &'a [Vec<Judged>],
    remedy: usize,
    place: PlaceRow,
    levers: Vec<&'a Lever>,
}

impl Work<'_> {
    fn basis(&self) -> Basis {
        self.asker.rulebook.remedies[self.remedy].quantity.basis
    }

    fn sizes(&self) -> Vec<Size> {
        let sizes = match self.basis() {
            Basis::Gap => self.sizes_by_gap(),
            Basis::Area => vec![self.size(None, |_| true)],
            Basis::Demand => self.sizes_by_demand(),
            // Sized by what it saves: it is offered for no gap.
            Basis::Saved | Basis::Measure => Vec::new(),
        };
        sizes.into_iter().filter(|size| !size.serves.is_empty()).collect()
    }

    /// One for each step of each lever, and one for what has no size where that is asked.
    fn sizes_by_gap(&self) -> Vec<Size> {
        let steps = self.levers.iter().flat_map(|lever| &lever.steps);
        let mut ends: Vec<f64> =
            steps.map(|step| step.size.map_or(0.0, |size| size.high)).collect();
        ends.sort_by(f64::total_cmp);
        ends.dedup();
        ends.into_iter().map(|end| self.size(Some(end), |_| true)).collect()
    }

    /// The technologies that have something of it.
    fn sharers(&self) -> Vec<usize> {
        let all = self.size(None, |_| true);
        let sharers: BTreeSet<usize> =
            all.serves.iter().map(|served| served.want.deployed).collect();
        sharers.into_iter().collect()
    }

    /// One for every set of the technologies that share it.
    fn sizes_by_demand(&self) -> Vec<Size> {
        let all = self.size(None, |_| true);
        let sharers = self.sharers();
        if sharers.len() > MAX_SHARERS {
            let must = |deployed: usize| {
                all.serves.iter().any(|served| {
                    served.want.deployed == deployed && self.is_closed_gate(served.want)
                })
            };
            return vec![self.size(None, must), all];
        }
        (1_usize..1 << sharers.len())
            .map(|set| {
                let is_in = |deployed: usize| {
                    sharers
                        .iter()
                        .position(|sharer| *sharer == deployed)
                        .is_some_and(|at| set >> at & 1 == 1)
                };
                self.size(None, is_in)
            })
            .collect()
    }

    fn is_closed_gate(&self, want: Want) -> bool {
        let before = self.judged[want.deployed][want.requirement];
        self.asker.requirement(want).gate && before.verdict == Verdict::Short
    }

    /// The size that moves every lever as far as `end` allows, for the technologies that it is for.
    fn size(&self, end: Option<f64>, is_for: impl Fn(usize) -> bool) -> Size {
        let is_within =
            |step: &&Step| step.size.zip(end).is_none_or(|(size, end)| size.high <= end);
        let (mut size, mut effects) = (None, Vec::new());
        for lever in &self.levers {
            let Some(step) = lever.steps.iter().rfind(is_within) else { continue };
            size = larger(size, step.size);
            let pairs = lever.wants.iter().zip(&step.judged);
            let changed = pairs.filter(|(want, judged)| {
                is_for(want.deployed) && self.judged[want.deployed][want.requirement] != **judged
            });
            effects.extend(changed.map(|(want, judged)| Effect { want: *want, judged: *judged }));
        }
        if self.basis() != Basis::Gap {
            size = None;
        }
        effects.sort_by_key(|effect| effect.want);
        let serves: Vec<Served> = effects.iter().filter_map(|effect| self.served(effect)).collect();
        self.priced(size, effects, serves)
    }

    fn served(&self, effect: &Effect) -> Option<Served> {
        let before = self.judged[effect.want.deployed][effect.want.requirement];
        let level = match effect.judged.verdict {
            Verdict::MeetsTarget => Level::Target,
            Verdict::MeetsMinimum => Level::Minimum,
            Verdict::Short | Verdict::Unknown | Verdict::NotApplicable => return None,
        };
        (effect.judged.verdict < before.verdict).then_some(Served { want: effect.want, level })
    }

    fn priced(
        &self,
        size: Option<Estimate<f64>>,
        effects: Vec<Effect>,
        serves: Vec<Served>,
    ) -> Size {
        let Asker { rulebook, estate, deployed } = *self.asker;
        let served: BTreeSet<usize> = serves.iter().map(|served| served.want.deployed).collect();
        let demand = |resource| {
            let technologies = served
                .iter()
                .map(|at| (&rulebook.profiles[deployed[*at].profile], deployed[*at].quantity));
            full_demand_of(rulebook, technologies, resource).whole()
        };
        let priced = price(rulebook, estate, self.remedy, self.place, size, &demand);
        Size {
            size,
            quantity_milli: priced.quantity_milli,
            capital: priced.capital,
            running: priced.running,
            unknown_reason: priced.unknown_reason,
            effects,
            serves,
        }
    }
}

/// Leaves out what costs no less than another size that does as much: it is never taken.
fn without_dominated(judged: &[Vec<Judged>], sizes: Vec<Size>) -> Vec<Size> {
    let does_as_much = |one: &Size, other: &Size| {
        let of = |want: Want| {
            let found = one.effects.iter().find(|effect| effect.want == want);
            found.map_or(judged[want.deployed][want.requirement], |effect| effect.judged)
        };
        let wants = one.effects.iter().chain(&other.effects).map(|effect| effect.want);
        let answered = |want: Want| {
            of(want).verdict.is_answered()
                == judged[want.deployed][want.requirement].verdict.is_answered()
        };
        let is_as_good = |effect: &Effect| is_at_least(&[of(effect.want)], &[effect.judged]);
        other.effects.iter().all(is_as_good) && wants.clone().all(answered)
    };
    let is_beaten = |at: usize| {
        sizes.iter().enumerate().any(|(other_at, other)| {
            let (own, others) = (sizes[at].bill(), other.bill());
            let is_no_dearer = other_at != at && others <= own && does_as_much(other, &sizes[at]);
            // Of two that are alike the first stays.
            let is_same = || own == others && does_as_much(&sizes[at], other);
            is_no_dearer && (other_at < at || !is_same())
        })
    };
    let beaten: Vec<bool> = (0..sizes.len()).map(is_beaten).collect();
    sizes.into_iter().zip(beaten).filter(|(_, beaten)| !beaten).map(|(size, _)| size).collect()
}
