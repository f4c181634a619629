//! The search for the least bill: branch and bound over what is on offer, exact.
//!
//! What is on offer, and how requirements stand once it is done, is `offer`; what is made of the result
//! is `takes`.
//!
//! Bills are compared as one number, pence + works without cost x more than all pence together, so that
//! the order is that of [`Bill`]. At every node the remaining offers are taken at their best: where even
//! that does not bring a technology to its goal, the node is left. Else what is still to be paid is
//! bounded by dual ascent: each requirement that cannot be left as it is (a closed gate, or one without
//! which the score stays too low) and then each missing score in turn charges the offers that help it,
//! as much as the cheapest way (for a score: the cheapest mixture of fractions) costs of what the turns
//! before have left of their prices. No choice that serves all of them pays less than all charges
//! together, for no offer is charged more than its price.
//!
//! The score is linear in the attainments as long as the same requirements are answered. Offers that
//! change which are answered are therefore tried out first, outside of the search.

use super::Bill;
use super::offer::{Offers, Size, better};
use crate::cost::Pence;
use crate::deployment::Item;
use crate::judge::{Judged, Outcome, Readiness, Verdict, add_up, evidence_of, sum_up};
use crate::measure::Domain;
use crate::profile::Profile;
use crate::rulebook::Rulebook;
use crate::tally::{Score, Sums, conclude};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// The most choices among the offers that change which requirements are answered. Each is searched by
/// itself; of more, the first are, and nothing is proven.
const MAX_PREFIXES: usize = 4_096;

/// What was taken: offers with the size of each, in order.
pub type Taken = Vec<(usize, usize)>;

/// The best that was found, and what is proven of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// What to take.
    pub taken: Taken,
    /// No choice costs less than this.
    pub bound: Bill,
    /// Whether the search went through to its end.
    pub is_proven: bool,
    /// How many nodes were looked at.
    pub nodes: usize,
}

/// What has to be reached, in order of the technologies; none for one that cannot be brought anywhere.
pub type Goals = Vec<Option<Readiness>>;

/// The technologies of a deployment with what is on offer for them.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// The rules.
    pub rulebook: &'a Rulebook,
    /// The technologies.
    pub deployed: &'a [Item],
    /// The profile of each.
    pub profiles: &'a [&'a Profile],
    /// What is on offer.
    pub offers: &'a Offers,
}

impl Question<'_> {
    /// The score of each technology with its requirements judged so.
    pub fn scores(&self, judged: &[Vec<Judged>]) -> Vec<Score> {
        let one = |((profile, item), judged): ((&&Profile, &Item), &Vec<Judged>)| {
            let score = add_up(self.rulebook, profile, judged.iter().copied());
            Outcome::new(score, item.spot).score
        };
        self.profiles.iter().zip(self.deployed).zip(judged).map(one).collect()
    }

    /// The best score of each technology that anything on offer brings it to.
    pub fn best_scores(&self) -> Vec<Score> {
        let mut best = self.scores(&self.offers.judged);
        for prefix in self.prefixes().0 {
            let all = (0..self.offers.list.len()).filter(|offer| !self.changes_answers(*offer));
            let sizes = |offer: usize| {
                (0..self.offers.list[offer].sizes.len()).map(move |size| (offer, size))
            };
            let taken: Taken = prefix.into_iter().chain(all.flat_map(sizes)).collect();
            for (best, here) in best.iter_mut().zip(self.scores(&self.offers.judged_after(&taken)))
            {
                let key = |score: &Score| (Reverse(score.readiness), score.score_bp);
                if key(&here) > key(best) {
                    *best = here;
                }
            }
        }
        best
    }

    /// Whether an offer changes which requirements are answered.
    fn changes_answers(&self, offer: usize) -> bool {
        let sizes = &self.offers.list[offer].sizes;
        sizes.iter().flat_map(|size| &size.effects).any(|effect| {
            let before = self.offers.judged[effect.want.deployed][effect.want.requirement];
            before.verdict.is_answered() != effect.judged.verdict.is_answered()
        })
    }

    /// Every choice among the offers that change which requirements are answered, and whether there are
    /// so few that these are all.
    fn prefixes(&self) -> (Vec<Taken>, bool) {
        let mut prefixes = vec![Taken::new()];
        for offer in (0..self.offers.list.len()).filter(|offer| self.changes_answers(*offer)) {
            let longer: Vec<Taken> = prefixes
                .iter()
                .flat_map(|prefix| {
                    let sizes = 0..self.offers.list[offer].sizes.len();
                    sizes.map(|size| prefix.iter().copied().chain([(offer, size)]).collect())
                })
                .collect();
            if prefixes.len() + longer.len() > MAX_PREFIXES {
                return (prefixes, false);
            }
            prefixes.extend(longer);
        }
        (prefixes, true)
    }

    /// The least bill with which every goal is reached; none where there is no way.
    pub fn search(&self, goals: &Goals, node_limit: usize) -> Option<Found> {
        let mut progress = Progress { best: None, nodes: 0, node_limit, open: None };
        let scale = Scale::of(self.offers);
        let (prefixes, is_all) = self.prefixes();
        for prefix in prefixes {
            let branch = Branch::new(self, goals, &prefix, &scale);
            branch.try_greedily(&mut progress);
            let state = branch.start();
            branch.visit(0, state, &mut progress);
        }
        let best = progress.best?;
        let least = progress.open.map_or(best.rank.0, |open| open.min(best.rank.0));
        Some(Found {
            taken: best.taken,
            bound: if is_all { scale.bill(least) } else { Bill::default() },
            is_proven: progress.open.is_none() && is_all,
            nodes: progress.nodes,
        })
    }
}

/// Bills as one number.
struct Scale {
    /// More than all pence on offer together: what a work without cost weighs.
    without_cost: i64,
}

impl Scale {
    fn of(offers: &Offers) -> Self {
        let dearest = |sizes: &[Size]| {
            sizes.iter().map(|size| size.bill().capital.0).max().unwrap_or_default()
        };
        let all: i64 = offers.list.iter().map(|offer| dearest(&offer.sizes)).sum();
        Self { without_cost: all + 1 }
    }

    fn weigh(&self, size: &Size) -> i64 {
        let bill = size.bill();
        bill.capital.0 + i64::from(bill.works_without_cost) * self.without_cost
    }

    fn bill(&self, weight: i64) -> Bill {
        let works_without_cost = u32::try_from(weight / self.without_cost).unwrap_or(u32::MAX);
        Bill { works_without_cost, capital: Pence(weight % self.without_cost) }
    }
}

/// How good a choice is, the least first: its bill, how many works it has, and which.
type Rank = (i64, usize);

struct Best {
    rank: Rank,
    taken: Taken,
}

/// What the search has seen so far.
struct Progress {
    best: Option<Best>,
    nodes: usize,
    node_limit: usize,
    /// The least bound of the nodes that were not looked at.
    open: Option<i64>,
}

impl Progress {
    /// Keeps a choice that reaches the goals, if it is the best so far.
    fn offer(&mut self, weight: i64, mut taken: Taken) {
        taken.sort_unstable();
        let rank = (weight, taken.len());
        let is_better =
            self.best.as_ref().is_none_or(|best| (rank, &taken) < (best.rank, &best.taken));
        if is_better {
            self.best = Some(Best { rank, taken });
        }
    }

    /// Whether no choice of at least this rank can be the best. What is equal may be, by its works.
    fn is_beaten(&self, rank: Rank) -> bool {
        self.best.as_ref().is_some_and(|best| rank > best.rank)
    }
}

/// A requirement that something undecided improves.
struct Movable {
    requirement: usize,
    domain: Domain,
    weight: u32,
    is_soft: bool,
    is_gate: bool,
    /// Points of the score, in basis points, for one basis point of attainment.
    points: f64,
    /// The best that the offers from each depth on make of it; the last is what it is without any.
    best_from: Vec<Option<Judged>>,
    /// The sizes that move it, in order of slot.
    lifts: Vec<Lift>,
}

/// What a size makes of one requirement.
#[derive(Clone, Copy)]
struct Lift {
    slot: usize,
    attainment_bp: u16,
    is_met: bool,
}

/// What a size brings to an item.
struct Reach {
    /// When its offer is decided.
    depth: usize,
    /// Its place among all sizes, in order of depth.
    slot: usize,
    /// By place among what is movable: the attainment, in basis points.
    moves: Vec<(usize, u16)>,
}

/// One technology in the search.
struct Aim<'a> {
    profile: &'a Profile,
    goal: Readiness,
    /// Which technology of the deployment it is.
    deployed: usize,
    /// The score that is needed, in basis points: the least that is rounded up to the band.
    needed: f64,
    /// What the requirements that nothing moves bring.
    fixed_points: f64,
    movable: Vec<Movable>,
    /// What the offers bring to it, in order of slot.
    reaches: Vec<Reach>,
}

/// The search below one choice among the offers that change answers.
struct Branch<'a> {
    rulebook: &'a Rulebook,
    offers: &'a Offers,
    scale: &'a Scale,
    prefix: &'a [(usize, usize)],
    /// Offers in the order in which they are decided.
    order: Vec<usize>,
    /// The weights of all sizes in that order, and the first slot of each depth.
    weights: Vec<f64>,
    first_slot: Vec<usize>,
    /// How the requirements stand before any of them.
    base: Vec<Vec<Judged>>,
    items: Vec<Aim<'a>>,
}

/// Where the search stands.
#[derive(Clone)]
struct State {
    /// By item: how its movable requirements stand, and its sums.
    judged: Vec<Vec<Judged>>,
    sums: Vec<Sums>,
    weight: i64,
    taken: Taken,
}

/// A thousandth of what is rounded away, so that no sum of doubles hides a way that is there.
const MARGIN_BP: f64 = 1e-3;

impl<'a> Branch<'a> {
    fn new(
        question: &'a Question<'a>,
        goals: &Goals,
        prefix: &'a [(usize, usize)],
        scale: &'a Scale,
    ) -> Self {
        let base = question.offers.judged_after(prefix);
        let mut branch = Self {
            rulebook: question.rulebook,
            offers: question.offers,
            scale,
            prefix,
            order: Vec::new(),
            weights: Vec::new(),
            first_slot: Vec::new(),
            base,
            items: Vec::new(),
        };
        let free = (0..question.offers.list.len()).filter(|at| !question.changes_answers(*at));
        branch.order = free.collect();
        branch.sort_order(question.profiles, goals);
        branch.number_slots();
        branch.items = goals
            .iter()
            .enumerate()
            .filter_map(|(deployed, goal)| {
                Some(branch.item(question.profiles[deployed], deployed, (*goal)?))
            })
            .collect();
        branch
    }

    /// Offers that open closed gates are decided first, those of the gates with fewest ways before the
    /// others, and then the cheapest.
    fn sort_order(&mut self, profiles: &[&Profile], goals: &Goals) {
        let closed = |deployed: usize, requirement: usize| {
            let is_gate = profiles[deployed].requirements[requirement].gate;
            let is_short = self.base[deployed][requirement].verdict == Verdict::Short;
            goals[deployed].is_some() && is_gate && is_short
        };
        let opens = |offer: usize| {
            let effects = self.offers.list[offer].sizes.iter().flat_map(|size| &size.effects);
            let gates = effects
                .filter(|effect| effect.judged.verdict <= Verdict::MeetsMinimum)
                .map(|effect| (effect.want.deployed, effect.want.requirement))
                .filter(|(deployed, requirement)| closed(*deployed, *requirement));
            gates.collect::<BTreeSet<_>>()
        };
        let opened: Vec<_> = (0..self.offers.list.len()).map(opens).collect();
        let ways =
            |gate: &(usize, usize)| opened.iter().filter(|gates| gates.contains(gate)).count();
        let key = |offer: &usize| {
            let fewest = opened[*offer].iter().map(ways).min().unwrap_or(usize::MAX);
            let sizes = &self.offers.list[*offer].sizes;
            (fewest, sizes.iter().map(|size| self.scale.weigh(size)).min(), *offer)
        };
        let mut order = std::mem::take(&mut self.order);
        order.sort_by_key(key);
        self.order = order;
    }

    fn number_slots(&mut self) {
        for offer in &self.order {
            self.first_slot.push(self.weights.len());
            #[expect(clippy::cast_precision_loss, reason = "bills stay below 2^53 pence")]
            let weigh = |size: &Size| self.scale.weigh(size) as f64;
            self.weights.extend(self.offers.list[*offer].sizes.iter().map(weigh));
        }
    }

    /// Every size with its depth and slot.
    fn sizes(&self) -> impl Iterator<Item = (usize, usize, &Size)> {
        self.order.iter().enumerate().flat_map(move |(depth, offer)| {
            let sizes = self.offers.list[*offer].sizes.iter().enumerate();
            sizes.map(move |(at, size)| (depth, self.first_slot[depth] + at, size))
        })
    }

    fn item(&self, profile: &'a Profile, deployed: usize, goal: Readiness) -> Aim<'a> {
        let points = points_of(profile, &self.base[deployed]);
        let effects = self.sizes().flat_map(|(_, _, size)| &size.effects);
        let own = effects.filter(|effect| effect.want.deployed == deployed);
        let moved: BTreeSet<usize> = own.map(|effect| effect.want.requirement).collect();
        let fixed = (0..profile.requirements.len()).filter(|at| !moved.contains(at));
        let brings = |at: usize| points[at] * f64::from(self.base[deployed][at].attainment_bp);
        let bands = &self.rulebook.bands;
        let is_ready = goal == Readiness::Ready;
        let band = if is_ready { bands.ready_bp } else { bands.ready_with_actions_bp };
        let movable = moved.iter().map(|at| self.movable(profile, deployed, *at, points[*at]));
        Aim {
            profile,
            goal,
            deployed,
            needed: f64::from(band) - 0.5 - MARGIN_BP,
            fixed_points: fixed.map(brings).sum(),
            movable: movable.collect(),
            reaches: self.reaches(deployed, &moved),
        }
    }

    fn movable(&self, profile: &Profile, deployed: usize, at: usize, points: f64) -> Movable {
        let requirement = &profile.requirements[at];
        let mut best_from: Vec<Option<Judged>> = vec![None; self.order.len() + 1];
        let mut lifts = Vec::new();
        for (depth, slot, size) in self.sizes() {
            let Some(judged) = effect_on(size, deployed, at) else { continue };
            // What is still to come at a depth is to come at all depths before it.
            for best in &mut best_from[..=depth] {
                if best.is_none_or(|best| judged.attainment_bp > best.attainment_bp) {
                    *best = Some(judged);
                }
            }
            let is_met = judged.verdict <= Verdict::MeetsMinimum;
            lifts.push(Lift { slot, attainment_bp: judged.attainment_bp, is_met });
        }
        Movable {
            requirement: at,
            domain: requirement.domain,
            weight: requirement.weight,
            is_soft: evidence_of(self.rulebook, requirement).is_soft(),
            is_gate: requirement.gate,
            points,
            best_from,
            lifts,
        }
    }

    fn reaches(&self, deployed: usize, moved: &BTreeSet<usize>) -> Vec<Reach> {
        let reach = |(depth, slot, size): (usize, usize, &Size)| {
            let moves: Vec<(usize, u16)> = moved
                .iter()
                .enumerate()
                .filter_map(|(movable, at)| {
                    Some((movable, effect_on(size, deployed, *at)?.attainment_bp))
                })
                .collect();
            (!moves.is_empty()).then_some(Reach { depth, slot, moves })
        };
        self.sizes().filter_map(reach).collect()
    }

    fn start(&self) -> State {
        let weigh = |(offer, size): &(usize, usize)| {
            self.scale.weigh(&self.offers.list[*offer].sizes[*size])
        };
        let of_item = |item: &Aim<'_>| {
            let judged = &self.base[item.deployed];
            item.movable.iter().map(|movable| judged[movable.requirement]).collect()
        };
        let sums = |item: &Aim<'_>| {
            sum_up(self.rulebook, item.profile, self.base[item.deployed].iter().copied())
        };
        State {
            judged: self.items.iter().map(of_item).collect(),
            sums: self.items.iter().map(sums).collect(),
            weight: self.prefix.iter().map(weigh).sum(),
            taken: self.prefix.to_vec(),
        }
    }

    /// Looks at everything below a state in which the first `depth` offers are decided.
    fn visit(&self, depth: usize, state: State, progress: &mut Progress) {
        let open: Vec<bool> =
            (0..self.items.len()).map(|item| !self.is_reached(item, &state.sums[item])).collect();
        if !open.contains(&true) {
            progress.offer(state.weight, state.taken);
            return;
        }
        let can_be = |item: usize| !open[item] || self.can_be_reached(item, depth, &state);
        if depth == self.order.len() || !(0..self.items.len()).all(can_be) {
            return;
        }
        let least = state.weight.saturating_add(self.bound(depth, &state, &open));
        if progress.is_beaten((least, state.taken.len() + 1)) {
            return;
        }
        if progress.nodes >= progress.node_limit {
            progress.open = Some(progress.open.map_or(least, |open| open.min(least)));
            return;
        }
        progress.nodes += 1;
        let offer = self.order[depth];
        let mut seen = BTreeSet::new();
        for at in self.by_weight(offer) {
            let size = &self.offers.list[offer].sizes[at];
            let weight = state.weight.saturating_add(self.scale.weigh(size));
            if progress.is_beaten((weight, state.taken.len() + 1)) {
                break;
            }
            // Of sizes that do the same for what is not there yet the cheapest is enough.
            let helped = self.helped(&state, size, &open);
            if !helped.is_empty() && seen.insert(helped) {
                self.visit(depth + 1, self.take(&state, offer, at), progress);
            }
        }
        self.visit(depth + 1, state, progress);
    }

    fn by_weight(&self, offer: usize) -> Vec<usize> {
        let sizes = &self.offers.list[offer].sizes;
        let mut order: Vec<usize> = (0..sizes.len()).collect();
        order.sort_by_key(|at| self.scale.weigh(&sizes[*at]));
        order
    }

    /// What a size improves of the technologies that are not there yet: item, requirement, attainment.
    fn helped(&self, state: &State, size: &Size, open: &[bool]) -> Vec<(usize, usize, u16)> {
        let mut helped = Vec::new();
        for (index, item) in self.items.iter().enumerate().filter(|(index, _)| open[*index]) {
            for (movable, now) in item.movable.iter().zip(&state.judged[index]) {
                let then = effect_on(size, item.deployed, movable.requirement);
                if let Some(then) = then.filter(|then| then.attainment_bp > now.attainment_bp) {
                    helped.push((index, movable.requirement, then.attainment_bp));
                }
            }
        }
        helped
    }

    fn take(&self, state: &State, offer: usize, at: usize) -> State {
        let mut next = state.clone();
        let size = &self.offers.list[offer].sizes[at];
        for (index, item) in self.items.iter().enumerate() {
            for (movable_at, movable) in item.movable.iter().enumerate() {
                let Some(judged) = effect_on(size, item.deployed, movable.requirement) else {
                    continue;
                };
                let before = self.base[item.deployed][movable.requirement];
                let now = &mut next.judged[index][movable_at];
                let then = better(before, *now, judged);
                movable.exchange(&mut next.sums[index], *now, then);
                *now = then;
            }
        }
        next.weight += self.scale.weigh(size);
        next.taken.push((offer, at));
        next
    }

    fn is_reached(&self, item: usize, sums: &Sums) -> bool {
        let item = &self.items[item];
        conclude(&self.rulebook.bands, &item.profile.weights, sums).readiness <= item.goal
    }

    /// Whether an item would be there with the best of everything that is undecided.
    fn can_be_reached(&self, item: usize, depth: usize, state: &State) -> bool {
        let mut sums = state.sums[item];
        for (movable, now) in self.items[item].movable.iter().zip(&state.judged[item]) {
            let best = movable.best_from[depth];
            if let Some(best) = best.filter(|best| best.attainment_bp > now.attainment_bp) {
                movable.exchange(&mut sums, *now, best);
            }
        }
        self.is_reached(item, &sums)
    }

    /// What at least must be added to the weight.
    fn bound(&self, depth: usize, state: &State, open: &[bool]) -> i64 {
        let mut left = self.weights.clone();
        let first = self.first_slot[depth];
        let items = || self.items.iter().zip(&state.judged).zip(open);
        let open = || items().filter(|(_, is_open)| **is_open).map(|(item, _)| item);
        let mut bound = 0.0;
        for (item, judged) in open() {
            bound += item.charge_needs(depth, first, judged, &mut left);
        }
        for (item, judged) in open() {
            bound += item.charge_points(depth, judged, &mut left);
        }
        // Doubles are a last digit off; weights are whole.
        #[expect(clippy::cast_possible_truncation, reason = "a weight below 2^53")]
        let whole = (bound - bound * 1e-12 - 1e-6).ceil() as i64;
        whole.max(0)
    }

    /// A first choice to hold others against: everything, less what can be left out, the dearest first.
    fn try_greedily(&self, progress: &mut Progress) {
        let most = |offer: &usize| {
            let sizes = &self.offers.list[*offer].sizes;
            let brings = |at: &usize| -> u32 {
                sizes[*at].effects.iter().map(|effect| u32::from(effect.judged.attainment_bp)).sum()
            };
            (0..sizes.len()).max_by_key(brings)
        };
        let mut chosen: Vec<(usize, Option<usize>)> =
            self.order.iter().map(|offer| (*offer, most(offer))).collect();
        if !self.is_enough(&chosen) {
            return;
        }
        let weight = |(offer, at): &(usize, Option<usize>)| {
            at.map(|at| self.scale.weigh(&self.offers.list[*offer].sizes[at]))
        };
        chosen.sort_by_key(|pick| Reverse(weight(pick)));
        for index in 0..chosen.len() {
            let (offer, most) = chosen[index];
            let less = std::iter::once(None).chain(self.by_weight(offer).into_iter().map(Some));
            for at in less {
                chosen[index].1 = at;
                if self.is_enough(&chosen) {
                    break;
                }
                chosen[index].1 = most;
            }
        }
        let state = self.state_of(&chosen);
        progress.offer(state.weight, state.taken);
    }

    fn state_of(&self, chosen: &[(usize, Option<usize>)]) -> State {
        let taken = chosen.iter().filter_map(|(offer, at)| Some((*offer, (*at)?)));
        taken.fold(self.start(), |state, (offer, at)| self.take(&state, offer, at))
    }

    fn is_enough(&self, chosen: &[(usize, Option<usize>)]) -> bool {
        let state = self.state_of(chosen);
        (0..self.items.len()).all(|item| self.is_reached(item, &state.sums[item]))
    }
}

impl Movable {
    /// Puts one verdict in the place of another.
    fn exchange(&self, sums: &mut Sums, now: Judged, then: Judged) {
        sums.remove(now, self.domain, self.weight, self.is_soft, self.is_gate);
        sums.add(then, self.domain, self.weight, self.is_soft, self.is_gate);
    }
}

impl Aim<'_> {
    /// Charges every requirement without which the goal is out of reach, with all others at their best:
    /// the cheapest of what is left of the prices of the sizes, from the first undecided slot on, that
    /// lift it far enough.
    fn charge_needs(&self, depth: usize, first: usize, judged: &[Judged], left: &mut [f64]) -> f64 {
        let best_bp = |(movable, now): (&Movable, &Judged)| {
            let best = movable.best_from[depth].map_or(0, |best| best.attainment_bp);
            f64::from(best.max(now.attainment_bp))
        };
        let pairs = || self.movable.iter().zip(judged);
        let points: f64 = pairs().map(|pair| pair.0.points * best_bp(pair)).sum();
        let spare = self.fixed_points + points - self.needed;
        let mut charged = 0.0;
        for (movable, now) in pairs() {
            let is_closed = movable.is_gate && now.verdict == Verdict::Short;
            let least_bp = best_bp((movable, now)) - spare / movable.points;
            if !is_closed && f64::from(now.attainment_bp) >= least_bp {
                continue;
            }
            let is_enough = |lift: &&Lift| {
                lift.slot >= first
                    && (lift.is_met || !is_closed)
                    && f64::from(lift.attainment_bp) >= least_bp
            };
            let enough = || movable.lifts.iter().filter(is_enough).map(|lift| lift.slot);
            let least = enough().map(|slot| left[slot]).reduce(f64::min).unwrap_or(0.0);
            enough().for_each(|slot| left[slot] -= least);
            charged += least;
        }
        charged
    }

    /// Charges the missing points: the cheapest mixture of undecided offers by what is left of their
    /// prices. Each size is charged for its points at the rate of the dearest part of the mixture, or
    /// all that is left of its price.
    ///
    /// Offers cannot be taken in part. So it is tried, too, what the last missing points take if the
    /// cheaper parts were had for nothing: no offer brings more than is then missing.
    fn charge_points(&self, depth: usize, judged: &[Judged], left: &mut [f64]) -> f64 {
        let brings =
            |(movable, now): (&Movable, &Judged)| movable.points * f64::from(now.attainment_bp);
        let now: f64 = self.movable.iter().zip(judged).map(brings).sum();
        let missing = self.needed - self.fixed_points - now;
        if missing <= 0.0 {
            return 0.0;
        }
        let gains = self.gains(depth, judged);
        let whole = Mixture::cheapest(&gains, left, missing);
        let last_gains = whole.last_gains(&gains);
        let last = Mixture::cheapest(&last_gains, left, whole.last_missing);
        let (mixture, gains) =
            if last.weight > whole.weight { (last, last_gains) } else { (whole, gains) };
        for gain in gains {
            left[gain.slot] -= left[gain.slot].min(mixture.rate * gain.points);
        }
        mixture.weight
    }

    /// The points that undecided sizes would add now.
    fn gains(&self, depth: usize, judged: &[Judged]) -> Vec<Gain> {
        let from = self.reaches.partition_point(|reach| reach.depth < depth);
        let gain = |reach: &Reach| {
            let more = |(movable, then): &(usize, u16)| {
                let more = then.saturating_sub(judged[*movable].attainment_bp);
                self.movable[*movable].points * f64::from(more)
            };
            let points = reach.moves.iter().map(more).sum();
            Gain { depth: reach.depth, slot: reach.slot, points }
        };
        self.reaches[from..].iter().map(gain).filter(|gain| gain.points > 0.0).collect()
    }
}

/// Points that a size would add.
#[derive(Clone, Copy)]
struct Gain {
    depth: usize,
    slot: usize,
    points: f64,
}

/// The cheapest mixture of fractions of offers that brings some points.
struct Mixture {
    weight: f64,
    /// Weight for a point in its dearest part.
    rate: f64,
    /// By depth: the points of the parts that are had whole.
    had: BTreeMap<usize, f64>,
    /// What is missing beside these.
    last_missing: f64,
}

impl Mixture {
    fn cheapest(gains: &[Gain], left: &[f64], missing: f64) -> Self {
        let mut mixture =
            Self { weight: 0.0, rate: 0.0, had: BTreeMap::new(), last_missing: missing };
        for (depth, points, weight) in parts(gains, left) {
            mixture.rate = weight / points;
            if points >= mixture.last_missing {
                mixture.weight += mixture.last_missing * mixture.rate;
                break;
            }
            mixture.weight += weight;
            mixture.last_missing -= points;
            *mixture.had.entry(depth).or_default() += points;
        }
        mixture
    }

    /// What the sizes bring of the last missing points, beside what is had of their offers.
    fn last_gains(&self, gains: &[Gain]) -> Vec<Gain> {
        let last = |gain: &Gain| {
            let had = self.had.get(&gain.depth).copied().unwrap_or_default();
            let points = (gain.points - had).min(self.last_missing);
            // A sum of doubles a last digit off must not pass for points.
            (points > 1e-9).then_some(Gain { points, ..*gain })
        };
        gains.iter().filter_map(last).collect()
    }
}

/// Every offer as parts, with depth, points and weight, of which mixtures are made: the best worth
/// first.
fn parts(gains: &[Gain], left: &[f64]) -> Vec<(usize, f64, f64)> {
    let of_offer = |sizes: &[Gain]| {
        let depth = sizes[0].depth;
        let hull = hull(sizes.iter().map(|gain| (gain.points, left[gain.slot])).collect());
        hull.into_iter().map(move |(points, weight)| (depth, points, weight))
    };
    let mut parts: Vec<(usize, f64, f64)> =
        gains.chunk_by(|one, other| one.depth == other.depth).flat_map(of_offer).collect();
    parts.sort_by(|one, other| (one.2 / one.1).total_cmp(&(other.2 / other.1)));
    parts
}

/// What a size makes of a requirement of a technology.
fn effect_on(size: &Size, deployed: usize, requirement: usize) -> Option<Judged> {
    let want = super::Want { deployed, requirement };
    let at = size.effects.binary_search_by_key(&want, |effect| effect.want).ok()?;
    Some(size.effects[at].judged)
}

/// By requirement: the points of the score, in basis points, for one basis point of its attainment.
/// The score is the mean of the domains' means, weighted by the domains, over what is answered.
fn points_of(profile: &Profile, judged: &[Judged]) -> Vec<f64> {
    let mut answered = [0_u32; Domain::ALL.len()];
    for (requirement, judged) in profile.requirements.iter().zip(judged) {
        if judged.verdict.is_answered() {
            answered[requirement.domain as usize] += requirement.weight;
        }
    }
    let domains = answered.iter().zip(profile.weights);
    let all: u32 = domains.filter(|(answered, _)| **answered > 0).map(|(_, weight)| weight).sum();
    let points = |(requirement, judged): (&crate::profile::Requirement, &Judged)| {
        let domain = requirement.domain as usize;
        if !judged.verdict.is_answered() || all == 0 {
            return 0.0;
        }
        f64::from(profile.weights[domain]) / f64::from(all) * f64::from(requirement.weight)
            / f64::from(answered[domain])
    };
    profile.requirements.iter().zip(judged).map(points).collect()
}

/// The lower edge of what mixtures of (points, weight) and nothing reach, as steps of falling worth.
fn hull(mut sizes: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    sizes.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.total_cmp(&other.1)));
    let mut corners: Vec<(f64, f64)> = vec![(0.0, 0.0)];
    for size in sizes.into_iter().filter(|(points, _)| *points > 0.0) {
        if corners.len() > 1 && corners.last().is_some_and(|last| last.0 == size.0) {
            continue;
        }
        // More points for no more weight make the corner before superfluous, and so does a lower slope.
        while let [.., one, last] = corners[..]
            && (last.1 - one.1) * (size.0 - one.0) >= (size.1 - one.1) * (last.0 - one.0)
        {
            corners.pop();
        }
        corners.push(size);
    }
    corners.windows(2).map(|pair| (pair[1].0 - pair[0].0, pair[1].1 - pair[0].1)).collect()
}
