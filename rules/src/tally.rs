//! Adding judged requirements up into a score, its range, coverage, and a readiness.
//!
//! What one requirement brings is a [`mark`], two counts packed into one number, so that the marks of a
//! domain are added up with one addition each; what is rare stands apart, as a [`margin`]. [`conclude`]
//! makes the outcome of the sums. The explanation of one site and the batch over the estate both add
//! marks and both conclude here.
//!
//! The score is the mean of the domains' means, weighted by the profile's weights of the domains, over
//! what is known. Beside it stands the range that it would have if every unknown were 0 or 1.

use crate::curve::{round_bp, share_bp};
use crate::judge::{Judged, Readiness, Verdict, WHOLE_BP};
use crate::measure::Domain;
use crate::profile::DomainWeights;
use crate::rulebook::Bands;

// A domain's weights add up to at most 400 (see `profile::MAX_DOMAIN_WEIGHT`), so that in basis points
// 400 x 10,000 = 4,000,000 fits 22 bits (4,194,303), and a sum of weights the 9 above them (511).
const POINTS_BITS: u32 = 22;
const WEIGHT_BITS: u32 = 9;
const POINTS: u32 = (1 << POINTS_BITS) - 1;

/// One in the upper bits: a requirement that is answered in a mark, one that does not apply in a
/// margin.
const ONE: u32 = 1 << POINTS_BITS;

/// The margin of a requirement that does not apply.
pub const NOT_APPLICABLE_MARGIN: u32 = ONE;

/// What a requirement of weight 1 adds to the marks of its domain: its attainment in basis points, and
/// whether it is answered. Times its weight, it is what it adds.
#[inline]
#[must_use]
pub const fn mark(judged: Judged) -> u32 {
    match judged.verdict {
        Verdict::NotApplicable | Verdict::Unknown => 0,
        Verdict::MeetsTarget | Verdict::MeetsMinimum | Verdict::Short => {
            answered_mark(judged.attainment_bp)
        }
    }
}

/// The mark of a requirement that is answered.
#[inline]
#[must_use]
pub const fn answered_mark(attainment_bp: u16) -> u32 {
    attainment_bp as u32 | ONE
}

/// What a requirement of weight 1 adds to the margins of its domain: by how much a reading between
/// limits attains more at its better end, and whether it does not apply. Most requirements have none.
#[inline]
#[must_use]
pub const fn margin(judged: Judged) -> u32 {
    match judged.verdict {
        Verdict::NotApplicable => NOT_APPLICABLE_MARGIN,
        Verdict::Unknown => 0,
        Verdict::MeetsTarget | Verdict::MeetsMinimum | Verdict::Short => {
            (judged.at_best_bp - judged.attainment_bp) as u32
        }
    }
}

/// What a gate adds to the count of gates: one to the failed, or sixteen for one that is unknown. At
/// most 15 of each (`profile::MAX_GATES`) fit one byte.
#[inline]
#[must_use]
pub const fn gate_mark(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Short => 1,
        Verdict::Unknown => 16,
        Verdict::MeetsTarget | Verdict::MeetsMinimum | Verdict::NotApplicable => 0,
    }
}

/// The sums of one profile at one place.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sums {
    /// By domain: the weights of all requirements.
    weights: [u32; Domain::ALL.len()],
    /// By domain: the marks that rest on hard evidence, and those on recalled or policy figures.
    hard: [u32; Domain::ALL.len()],
    soft: [u32; Domain::ALL.len()],
    /// By domain.
    margins: [u32; Domain::ALL.len()],
    gates: u8,
}

impl Sums {
    /// Adds a requirement.
    pub fn add(&mut self, judged: Judged, domain: Domain, weight: u32, is_soft: bool, gate: bool) {
        let domain = domain as usize;
        let marks = if is_soft { &mut self.soft } else { &mut self.hard };
        marks[domain] += weight * mark(judged);
        self.margins[domain] += weight * margin(judged);
        self.weights[domain] += weight;
        self.gates += if gate { gate_mark(judged.verdict) } else { 0 };
    }

    /// Takes a requirement away that was added with the same arguments.
    pub fn remove(
        &mut self,
        judged: Judged,
        domain: Domain,
        weight: u32,
        is_soft: bool,
        gate: bool,
    ) {
        let domain = domain as usize;
        let marks = if is_soft { &mut self.soft } else { &mut self.hard };
        marks[domain] -= weight * mark(judged);
        self.margins[domain] -= weight * margin(judged);
        self.weights[domain] -= weight;
        self.gates -= if gate { gate_mark(judged.verdict) } else { 0 };
    }
}

/// What the sums come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Score {
    /// What is said.
    pub readiness: Readiness,
    /// The score over what is known, in basis points; none where nothing is known. It is what the parts of
    /// an explanation add up to; what is told beside others is [`Self::told_bp`].
    pub score_bp: Option<u16>,
    /// The score if every unknown were 0, and every reading between limits at its worse end.
    pub low_bp: u16,
    /// The score if every unknown were 1, and every reading between limits at its better end.
    pub high_bp: u16,
    /// Weight answered / weight applicable.
    pub coverage_bp: u16,
    /// Share of the answered weight that rests on recalled or policy thresholds or formulas.
    pub soft_bp: u16,
    /// Gates whose minimum is not met.
    pub gates_failed: u8,
    /// Gates that are not known.
    pub gates_unknown: u8,
    /// Whether as much is answered as the bands ask for before anything better than indeterminate is said.
    pub is_enough_known: bool,
}

impl Score {
    /// The score as it may be told beside others; none where less is answered than the bands ask for. A
    /// mean over the little that is known says more of what was asked than of the place: there the range
    /// says what can be said.
    #[must_use]
    pub const fn told_bp(&self) -> Option<u16> {
        if self.is_enough_known { self.score_bp } else { None }
    }

    /// Nothing is known.
    pub const UNKNOWN: Self = Self {
        readiness: Readiness::Indeterminate,
        score_bp: None,
        low_bp: 0,
        high_bp: WHOLE_BP,
        coverage_bp: 0,
        soft_bp: 0,
        gates_failed: 0,
        gates_unknown: 0,
        is_enough_known: false,
    };
}

/// 1 / n for every sum of weights that a domain can have, and 0 for none.
const RECIPROCALS: [f64; 1 << WEIGHT_BITS] = reciprocals();

const fn reciprocals() -> [f64; 1 << WEIGHT_BITS] {
    let mut all = [0.0; 1 << WEIGHT_BITS];
    let mut n = 1;
    while n < all.len() {
        all[n] = 1.0 / n as f64;
        n += 1;
    }
    all
}

/// The sums of one domain at each of `N` places.
#[derive(Clone, Copy, Debug)]
pub struct DomainSums<'a, const N: usize> {
    /// Weight of the domain in the profile.
    pub weight: u32,
    /// The weights of all its requirements.
    pub weights: u32,
    /// The marks that rest on hard evidence.
    pub hard: &'a [u32; N],
    /// The marks that rest on recalled or policy figures.
    pub soft: &'a [u32; N],
    /// The margins; none where no requirement of the domain has any.
    pub margins: Option<&'a [u32; N]>,
}

/// The means of domains of one profile, being added up at each of `N` places.
#[derive(Debug)]
pub struct Totals<const N: usize> {
    score: [f64; N],
    low: [f64; N],
    high: [f64; N],
    /// Weights of the domains of which something is answered.
    domains_answered: [u32; N],
    /// Weights of requirements: answered, and answered by soft evidence.
    answered: [u32; N],
    soft: [u32; N],
    /// Weights of all domains, and of those of which nothing applies.
    domains: u32,
    domains_out: [u32; N],
    /// Weights of all requirements, and of those that do not apply.
    requirements: u32,
    requirements_out: [u32; N],
}

impl<const N: usize> Totals<N> {
    /// Before any domain is added.
    #[must_use]
    pub const fn of_nothing() -> Self {
        Self {
            score: [0.0; N],
            low: [0.0; N],
            high: [0.0; N],
            domains_answered: [0; N],
            answered: [0; N],
            soft: [0; N],
            domains: 0,
            domains_out: [0; N],
            requirements: 0,
            requirements_out: [0; N],
        }
    }

    /// Goes back to nothing.
    pub fn clear(&mut self) {
        self.score.fill(0.0);
        self.low.fill(0.0);
        self.high.fill(0.0);
        self.domains_answered.fill(0);
        self.answered.fill(0);
        self.soft.fill(0);
        self.domains_out.fill(0);
        self.requirements_out.fill(0);
        (self.domains, self.requirements) = (0, 0);
    }

    /// Adds a domain.
    #[inline]
    pub fn add(&mut self, domain: &DomainSums<'_, N>) {
        if domain.weights == 0 {
            return;
        }
        self.domains += domain.weight;
        self.requirements += domain.weights;
        let Some(margins) = domain.margins else {
            self.add_with(domain, |_| 0);
            return;
        };
        self.add_with(domain, |at| margins[at]);
        let outs = self.domains_out.iter_mut().zip(&mut self.requirements_out);
        for ((domains_out, requirements_out), margin) in outs.zip(margins) {
            let out = margin >> POINTS_BITS;
            *domains_out += if out == domain.weights { domain.weight } else { 0 };
            *requirements_out += out;
        }
    }

    #[inline(always)]
    fn add_with(&mut self, domain: &DomainSums<'_, N>, margin: impl Fn(usize) -> u32) {
        let weight = f64::from(domain.weight);
        for at in 0..N {
            let (sum, margin) = (domain.hard[at] + domain.soft[at], margin(at));
            let answered = sum >> POINTS_BITS;
            let applicable = domain.weights - (margin >> POINTS_BITS);
            let points = sum & POINTS;
            let unknown = (applicable - answered) & LARGEST_SUM;
            let at_best = points + (margin & POINTS) + unknown * WHOLE_BP as u32;
            let (points, at_best) = (weight * exact(points), weight * exact(at_best));
            let reciprocal = RECIPROCALS[(applicable & LARGEST_SUM) as usize];
            // Where nothing is answered there are no points either.
            self.score[at] += points / exact(answered + u32::from(answered == 0));
            self.low[at] += points * reciprocal;
            self.high[at] += at_best * reciprocal;
            self.domains_answered[at] += if answered > 0 { domain.weight } else { 0 };
            self.answered[at] += answered;
            self.soft[at] += domain.soft[at] >> POINTS_BITS;
        }
    }

    /// Makes the outcomes of the totals and the sums of the gate marks.
    #[inline]
    pub fn conclude(&self, bands: &Bands, gates: &[u8; N], scores: &mut [Score; N]) {
        let mut low_bp = [0; N];
        let mut high_bp = [0; N];
        let mut coverage_bp = [0; N];
        let mut soft_bp = [0; N];
        let mut score_bp = [0; N];
        let means = self.score.iter().zip(&self.domains_answered);
        for (score_bp, (score, weight)) in score_bp.iter_mut().zip(means) {
            *score_bp = round_bp(score / exact(*weight));
        }
        for at in 0..N {
            let applicable = exact(self.domains - self.domains_out[at]);
            low_bp[at] = round_bp(self.low[at] / applicable);
            high_bp[at] = round_bp(self.high[at] / applicable);
        }
        for at in 0..N {
            let answered = exact(self.answered[at]);
            let applicable = exact(self.requirements - self.requirements_out[at]);
            coverage_bp[at] = share_bp(answered / applicable);
            soft_bp[at] = share_bp(exact(self.soft[at]) / answered);
        }
        let mut readiness = [0; N];
        for at in 0..N {
            // A part of nothing is rounded to 0 above.
            let is_any = self.domains > self.domains_out[at];
            let is_asked = self.requirements > self.requirements_out[at];
            high_bp[at] = if is_any { high_bp[at] } else { WHOLE_BP };
            coverage_bp[at] = if is_asked { coverage_bp[at] } else { WHOLE_BP };
            let is_scored = self.domains_answered[at] > 0;
            readiness[at] = decide(bands, gates[at], coverage_bp[at], is_scored, score_bp[at]);
        }
        for at in 0..N {
            scores[at] = Score {
                readiness: Readiness::ALL[usize::from(readiness[at])],
                score_bp: (self.domains_answered[at] > 0).then_some(score_bp[at]),
                low_bp: low_bp[at],
                high_bp: high_bp[at],
                coverage_bp: coverage_bp[at],
                soft_bp: soft_bp[at],
                gates_failed: failed(gates[at]),
                gates_unknown: unknown(gates[at]),
                is_enough_known: coverage_bp[at] >= bands.coverage_bp,
            };
        }
    }
}

/// The largest sum of weights that fits: a mask that spares the check of an index.
const LARGEST_SUM: u32 = (1 << WEIGHT_BITS) - 1;

/// A count as a fraction. Counts stay far below 2^31, and what is signed is converted sooner.
#[inline]
fn exact(count: u32) -> f64 {
    f64::from(count as i32)
}

/// Makes the outcome of the sums of one profile at one place.
#[must_use]
pub fn conclude(bands: &Bands, weights: &DomainWeights, sums: &Sums) -> Score {
    let mut totals = Totals::<1>::of_nothing();
    for (domain, weight) in weights.iter().enumerate() {
        totals.add(&DomainSums {
            weight: *weight,
            weights: sums.weights[domain],
            hard: &[sums.hard[domain]],
            soft: &[sums.soft[domain]],
            margins: Some(&[sums.margins[domain]]),
        });
    }
    let mut score = [Score::UNKNOWN];
    totals.conclude(bands, &[sums.gates], &mut score);
    let [score] = score;
    score
}

const fn failed(gates: u8) -> u8 {
    gates & 15
}

const fn unknown(gates: u8) -> u8 {
    gates >> 4
}

/// `not-ready` where a gate fails, whatever the score; else `indeterminate` where a gate is unknown
/// or too little is answered; else by the score. As a place among the words of readiness, chosen
/// without a branch.
#[inline]
const fn decide(bands: &Bands, gates: u8, coverage_bp: u16, is_scored: bool, score_bp: u16) -> u8 {
    let is_fair = score_bp >= bands.ready_with_actions_bp;
    let is_high = score_bp >= bands.ready_bp;
    let of_fair = if is_high { Readiness::Ready } else { Readiness::ReadyWithActions } as u8;
    let by_score = if is_fair { of_fair } else { Readiness::NotReady as u8 };
    let is_enough = is_scored & (unknown(gates) == 0) & (coverage_bp >= bands.coverage_bp);
    let of_enough = if is_enough { by_score } else { Readiness::Indeterminate as u8 };
    if failed(gates) > 0 { Readiness::NotReady as u8 } else { of_enough }
}
