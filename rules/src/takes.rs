//! What it would take: the least-cost set of works that makes a site ready for one technology or for a
//! deployment of several, proven least over everything on offer, with what remains impossible and why.
//!
//! `gap` says what every gap costs, whether or not it must be closed; here only what readiness needs is
//! taken, and of several ways the cheapest. The two price by the same arithmetic. What is on offer is
//! `offer`, the search over it `search`.
//!
//! A deployment is judged as `deployment` judges it, all at one site and whatever the year in which each
//! technology comes: what a requirement on headroom sees is what the others leave, and its limits are for
//! all units of its own technology.
//!
//! What is not known is never bought: it must be measured first. The effect of a remedy is what its
//! `closes` says, no more: a gap that another measure of the same remedy would ease stays as it is.

mod offer;
mod search;

pub use offer::{Effect, MAX_SHARERS, Offer, Offers, Size, offers};

use crate::cost::{Estimate, Pence};
use crate::deployment::Item;
use crate::estate::{Estate, PlaceRow};
use crate::gap::{Level, gap_left_by};
use crate::judge::{Judged, Readiness, Verdict, percent};
use crate::profile::{Profile, Question, Requirement};
use crate::rulebook::{Bands, Rulebook};
use crate::tally::Score;
use crate::words::counted;
use search::{Found, Goals};

/// How many nodes the search looks at before it gives the best so far with a bound.
pub const NODE_LIMIT: usize = 200_000;

/// A requirement of a technology of the deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Want {
    /// The technology, by its place in the deployment.
    pub deployed: usize,
    /// The requirement within its profile.
    pub requirement: usize,
}

/// A requirement that a work brings up to a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Served {
    /// The requirement.
    pub want: Want,
    /// What it then reaches.
    pub level: Level,
}

/// What is made as small as can be: first the works of which no cost is known, for these cannot be
/// compared in money, then the central capital of the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bill {
    /// Works of which no capital cost is known.
    pub works_without_cost: u32,
    /// Central capital of the others.
    pub capital: Pence,
}

/// A remedy that is taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Taken {
    /// The remedy, by its place in the rulebook.
    pub remedy: usize,
    /// Where it is put: a space, or the site itself.
    pub place: PlaceRow,
    /// How much of it, what that costs, and what it serves.
    pub size: Size,
}

/// How one technology stands, before and after.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prospect {
    /// Before anything is done, with the whole deployment in place.
    pub before: Score,
    /// Once everything that is taken is done.
    pub after: Score,
    /// With everything on offer done: no set of works brings it further.
    pub at_best: Score,
    /// What is brought about: `ready`, or else `ready-with-actions`; none where neither can be reached.
    pub goal: Option<Readiness>,
}

/// A requirement that is short and that nothing on offer closes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Impossible {
    /// The requirement.
    pub want: Want,
    /// Whether it is a gate, which no other work makes up for.
    pub is_gate: bool,
    /// Why nothing closes it: a full sentence.
    pub reason: String,
}

/// The answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Takes {
    /// The works, by remedy and then by place.
    pub works: Vec<Taken>,
    /// How each technology stands, in order of the deployment.
    pub prospects: Vec<Prospect>,
    /// What the works cost: the sum that was made as small as can be.
    pub bill: Bill,
    /// No set of works that reaches the same costs less than this.
    pub bound: Bill,
    /// Whether the bill is proven to be the least.
    pub is_proven: bool,
    /// How many nodes the search looked at.
    pub nodes: usize,
    /// Requirements that must be measured before readiness can be said: gates that are not known, and
    /// whatever is not known of a technology of which too little is.
    pub must_measure: Vec<Want>,
    /// Other requirements that are not known.
    pub may_measure: Vec<Want>,
    /// Requirements that are short and that nothing on offer closes.
    pub impossible: Vec<Impossible>,
}

impl Takes {
    /// Whether some technology of the deployment cannot be made ready, with or without actions, by what
    /// is on offer: what the works cost is then not what readiness costs.
    #[must_use]
    pub fn is_out_of_reach(&self) -> bool {
        self.prospects.iter().any(|prospect| prospect.goal.is_none())
    }

    /// Capital of the works whose cost is known; nothing where no work is taken.
    #[must_use]
    pub fn capital(&self) -> Estimate<Pence> {
        self.works.iter().filter_map(|work| work.size.capital).sum()
    }

    /// Running cost a year of the works whose cost is known; none where no work's is.
    #[must_use]
    pub fn running(&self) -> Option<Estimate<Pence>> {
        let known = self.works.iter().filter_map(|work| work.size.running);
        known.reduce(|one, other| one + other)
    }
}

impl Prospect {
    /// What keeps the technology from being ready, however much is done: full sentences, none where it
    /// can be ready.
    #[must_use]
    pub fn obstacles(&self, bands: &Bands) -> Vec<String> {
        let best = &self.at_best;
        if best.readiness == Readiness::Ready {
            return Vec::new();
        }
        let failed = (best.gates_failed > 0).then(|| {
            let those = counted(
                best.gates_failed,
                "condition that must be met stays",
                "conditions that must be met stay",
            );
            format!("{those} unmet, whatever is done.")
        });
        let unknown = (best.gates_unknown > 0).then(|| {
            let those = counted(
                best.gates_unknown,
                "condition that must be met is",
                "conditions that must be met are",
            );
            format!("{those} not known and must be measured first.")
        });
        let uncovered = (best.coverage_bp < bands.coverage_bp).then(|| {
            let (have, want) = (percent(best.coverage_bp), percent(bands.coverage_bp));
            format!("Only {have} % of the requirements by weight are known, and {want} % must be.")
        });
        let score = best.told_bp().filter(|score| *score < bands.ready_bp).map(|score| {
            let (have, want) = (percent(score), percent(bands.ready_bp));
            format!("With everything on offer the score is {have}, and ready takes {want}.")
        });
        [failed, unknown, uncovered, score].into_iter().flatten().collect()
    }
}

/// What it would take to make a site ready for all of `deployed`.
///
/// Of a technology that cannot be ready, the best readiness that it can reach is aimed at; for one that
/// can reach neither `ready` nor `ready-with-actions` nothing is taken.
#[must_use]
pub fn takes(rulebook: &Rulebook, estate: &Estate, deployed: &[Item]) -> Takes {
    takes_within(rulebook, estate, deployed, NODE_LIMIT)
}

/// The same with another limit on the nodes that are looked at.
#[must_use]
pub fn takes_within(
    rulebook: &Rulebook,
    estate: &Estate,
    deployed: &[Item],
    node_limit: usize,
) -> Takes {
    let offers = offers(rulebook, estate, deployed);
    let profiles: Vec<&Profile> =
        deployed.iter().map(|one| &rulebook.profiles[one.profile]).collect();
    let question = search::Question { rulebook, deployed, profiles: &profiles, offers: &offers };
    let at_best = question.best_scores();
    let (goals, found) = find(&question, &at_best, node_limit);
    let after = offers.judged_after(&found.taken);
    let scores = question.scores(&offers.judged).into_iter().zip(question.scores(&after));
    let prospects = scores
        .zip(at_best.iter().zip(&goals))
        .map(|((before, after), (at_best, goal))| Prospect {
            before,
            after,
            at_best: *at_best,
            goal: *goal,
        })
        .collect();
    answer(rulebook, &profiles, &offers, found, &after, prospects)
}

/// The best that each technology can reach, and the least bill for it.
///
/// What each can reach alone all can reach together, for a work makes nothing worse. Only readings
/// between limits may hold a surprise, when what was left out of a score comes to count in it low: if
/// there is no way to all goals, less is aimed at, and of nothing there always is a way.
fn find(question: &search::Question<'_>, at_best: &[Score], node_limit: usize) -> (Goals, Found) {
    let goal = |score: &Score| {
        let is_goal = score.readiness <= Readiness::ReadyWithActions;
        is_goal.then_some(score.readiness)
    };
    let best: Goals = at_best.iter().map(goal).collect();
    let fair: Goals = best.iter().map(|goal| goal.and(Some(Readiness::ReadyWithActions))).collect();
    let none = vec![None; best.len()];
    let nothing = Found { taken: Vec::new(), bound: Bill::default(), is_proven: true, nodes: 0 };
    [best, fair]
        .into_iter()
        .find_map(|goals| question.search(&goals, node_limit).map(|found| (goals, found)))
        .unwrap_or((none, nothing))
}

fn answer(
    rulebook: &Rulebook,
    profiles: &[&Profile],
    offers: &Offers,
    found: Found,
    after: &[Vec<Judged>],
    prospects: Vec<Prospect>,
) -> Takes {
    let work = |(offer, size): &(usize, usize)| {
        let offer = &offers.list[*offer];
        Taken { remedy: offer.remedy, place: offer.place, size: offer.sizes[*size].clone() }
    };
    let works: Vec<Taken> = found.taken.iter().map(work).collect();
    let unknown = wants(profiles)
        .filter(|want| after[want.deployed][want.requirement].verdict == Verdict::Unknown);
    let is_in_the_way = |want: &Want| {
        let is_little = prospects[want.deployed].after.coverage_bp < rulebook.bands.coverage_bp;
        is_little || requirement(profiles, *want).gate
    };
    let (must_measure, may_measure) = unknown.partition(is_in_the_way);
    // Of what was not offered nothing is proven, but nothing costs less than no works at all.
    let is_whole = offers.is_whole || works.is_empty();
    Takes {
        bill: works.iter().map(|work| work.size.bill()).fold(Bill::default(), Bill::plus),
        works,
        bound: if is_whole { found.bound } else { Bill::default() },
        is_proven: found.is_proven && is_whole,
        nodes: found.nodes,
        must_measure,
        may_measure,
        impossible: impossible(rulebook, profiles, offers),
        prospects,
    }
}

impl Bill {
    /// Two bills together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            works_without_cost: self.works_without_cost + other.works_without_cost,
            capital: self.capital + other.capital,
        }
    }
}

fn wants(profiles: &[&Profile]) -> impl Iterator<Item = Want> {
    let of_profile = |(deployed, profile): (usize, &&Profile)| {
        (0..profile.requirements.len()).map(move |requirement| Want { deployed, requirement })
    };
    profiles.iter().enumerate().flat_map(of_profile)
}

fn requirement<'a>(profiles: &[&'a Profile], want: Want) -> &'a Requirement {
    &profiles[want.deployed].requirements[want.requirement]
}

/// What is short and stays so whatever is taken.
fn impossible(rulebook: &Rulebook, profiles: &[&Profile], offers: &Offers) -> Vec<Impossible> {
    let sizes = offers.list.iter().flat_map(|offer| &offer.sizes);
    let served: std::collections::BTreeSet<Want> =
        sizes.flat_map(|size| &size.serves).map(|served| served.want).collect();
    wants(profiles)
        .filter(|want| offers.judged[want.deployed][want.requirement].verdict == Verdict::Short)
        .filter(|want| !served.contains(want))
        .map(|want| {
            let requirement = requirement(profiles, want);
            let gap = gap_left_by(&requirement.asks);
            let is_shared = wants(profiles).any(|other| {
                let asks = &self::requirement(profiles, other).asks;
                other.deployed != want.deployed && gap.is_some() && gap_left_by(asks) == gap
            });
            let reason = reason(rulebook, &requirement.asks, is_shared);
            Impossible { want, is_gate: requirement.gate, reason }
        })
        .collect()
}

/// Why nothing closes a gap in what is asked, which another technology may ask too.
fn reason(rulebook: &Rulebook, asks: &Question, is_shared: bool) -> String {
    let title = match asks {
        Question::Measure(measure) => {
            &rulebook.dictionary.get(rulebook.dictionary.general(*measure)).title
        }
        Question::Headroom(resource) => &rulebook.resources[resource.at()].title,
        Question::Checklist(_) => {
            return "No remedy closes a checklist: each of its items must be dealt with."
                .to_owned();
        }
    };
    let has_remedy = gap_left_by(asks).is_some_and(|gap| rulebook.remedies_for(gap).count() > 0);
    if has_remedy && is_shared {
        format!(
            "What it asks of this would be worse for another technology of the deployment: {title}."
        )
    } else if has_remedy {
        format!("No size of what is on offer brings this surely up to its minimum: {title}.")
    } else {
        format!("The rulebook has no remedy that closes a gap in: {title}.")
    }
}
