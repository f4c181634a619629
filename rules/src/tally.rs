//! Adding judged requirements up into a score, its range, coverage, and a readiness.
//!
//! What one requirement brings is a [`mark`], four counts packed into one number, so that the marks of
//! a domain are added up with one addition each. [`conclude`] makes the outcome of the sums. The
//! explanation of one site and the batch over the estate both add marks and both conclude here.
//!
//! The score is the mean of the domains' means, weighted by the profile's weights of the domains, over
//! what is known. Beside it stands the range that it would have if every unknown were 0 or 1.

use crate::curve::{round_bp, share_bp};
use crate::judge::{Judged, Readiness, Verdict, WHOLE_BP};
use crate::measure::Domain;
use crate::profile::DomainWeights;
use crate::rulebook::Bands;

// A domain's weights add up to at most 400 (see `profile::MAX_DOMAIN_WEIGHT`), so that in basis points
// 400 x 10,000 = 4,000,000 fits 22 bits (4,194,303), and a sum of weights 9 bits (511).
const POINTS_BITS: u32 = 22;
const WEIGHT_BITS: u32 = 9;
const AT_BEST: u32 = POINTS_BITS;
const ANSWERED: u32 = 2 * POINTS_BITS;
const APPLICABLE: u32 = ANSWERED + WEIGHT_BITS;

/// What a requirement of weight 1 adds to its domain: attainment and attainment at best in basis
/// points, and whether it is answered and applicable. Times its weight, it is what it adds.
#[inline]
#[must_use]
pub const fn mark(judged: Judged) -> u64 {
    let points = judged.attainment_bp as u64 | (judged.at_best_bp as u64) << AT_BEST;
    match judged.verdict {
        Verdict::NotApplicable => 0,
        Verdict::Unknown => points | 1 << APPLICABLE,
        Verdict::MeetsTarget | Verdict::MeetsMinimum | Verdict::Short => {
            points | 1 << ANSWERED | 1 << APPLICABLE
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
    /// By domain: the marks that rest on hard evidence, and those on recalled or policy figures.
    pub marks: [[u64; 2]; Domain::ALL.len()],
    /// The gate marks.
    pub gates: u8,
}

impl Sums {
    /// Adds a requirement.
    pub fn add(&mut self, judged: Judged, domain: Domain, weight: u32, is_soft: bool, gate: bool) {
        self.marks[domain as usize][usize::from(is_soft)] += u64::from(weight) * mark(judged);
        self.gates += if gate { gate_mark(judged.verdict) } else { 0 };
    }
}

/// What the sums come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Score {
    /// What is said.
    pub readiness: Readiness,
    /// The score over what is known, in basis points; none where nothing is known.
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
}

impl Score {
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

/// The weighted means of domains, being added up.
#[derive(Clone, Copy, Default)]
struct Means {
    score: f64,
    low: f64,
    high: f64,
    /// Weights of the domains of which something is answered, and of which something applies.
    answered: f64,
    applicable: f64,
}

/// Makes the outcome of the sums of one profile at one place.
#[must_use]
pub fn conclude(bands: &Bands, weights: &DomainWeights, sums: &Sums) -> Score {
    conclude_domains(bands, weights.iter().copied().zip(sums.marks), sums.gates)
}

/// Makes the outcome of a weight and the sums of marks, on hard and on soft evidence, of every domain
/// in turn. A domain of which nothing was added may be left out.
#[inline(always)]
#[must_use]
pub fn conclude_domains(
    bands: &Bands,
    domains: impl Iterator<Item = (u32, [u64; 2])>,
    gates: u8,
) -> Score {
    const POINTS: u64 = (1 << POINTS_BITS) - 1;
    const WEIGHT: u64 = (1 << WEIGHT_BITS) - 1;
    let mut means = Means::default();
    let (mut answered_all, mut applicable_all, mut soft_all) = (0, 0, 0);
    for (weight, [hard, soft]) in domains {
        let sum = hard + soft;
        let answered = (sum >> ANSWERED & WEIGHT) as usize;
        let applicable = (sum >> APPLICABLE & WEIGHT) as usize;
        let points = |bits: u64| f64::from((bits & POINTS) as u32);
        let weight = f64::from(weight);
        means.score += weight * (points(sum) * RECIPROCALS[answered]);
        means.low += weight * (points(sum) * RECIPROCALS[applicable]);
        means.high += weight * (points(sum >> AT_BEST) * RECIPROCALS[applicable]);
        means.answered += weight * f64::from(u8::from(answered > 0));
        means.applicable += weight * f64::from(u8::from(applicable > 0));
        answered_all += answered;
        applicable_all += applicable;
        soft_all += (soft >> ANSWERED & WEIGHT) as usize;
    }
    let is_any = means.applicable > 0.0;
    let score_bp = round_bp(means.score / means.answered);
    let coverage_bp = ratio_bp(answered_all, applicable_all);
    let score_bp = (means.answered > 0.0).then_some(score_bp);
    let coverage_bp = if applicable_all > 0 { coverage_bp } else { WHOLE_BP };
    let (gates_failed, gates_unknown) = (gates & 15, gates >> 4);
    Score {
        readiness: decide(bands, gates_failed, gates_unknown, coverage_bp, score_bp),
        score_bp,
        low_bp: if is_any { round_bp(means.low / means.applicable) } else { 0 },
        high_bp: if is_any { round_bp(means.high / means.applicable) } else { WHOLE_BP },
        coverage_bp,
        soft_bp: ratio_bp(soft_all, answered_all),
        gates_failed,
        gates_unknown,
    }
}

/// The part of the whole in basis points; 0 of nothing.
#[inline]
#[expect(clippy::cast_precision_loss, reason = "sums of weights stay far below 2^53")]
fn ratio_bp(part: usize, whole: usize) -> u16 {
    share_bp(part as f64 / whole as f64)
}

/// `not-ready` where a gate fails, whatever the score; else `indeterminate` where a gate is unknown
/// or too little is answered; else by the score.
#[inline]
#[must_use]
pub fn decide(
    bands: &Bands,
    gates_failed: u8,
    gates_unknown: u8,
    coverage_bp: u16,
    score_bp: Option<u16>,
) -> Readiness {
    let is_enough = gates_unknown == 0 && coverage_bp >= bands.coverage_bp && score_bp.is_some();
    let score_bp = score_bp.unwrap_or(0);
    let by_score = if score_bp >= bands.ready_bp {
        Readiness::Ready
    } else if score_bp >= bands.ready_with_actions_bp {
        Readiness::ReadyWithActions
    } else {
        Readiness::NotReady
    };
    let of_enough = if is_enough { by_score } else { Readiness::Indeterminate };
    if gates_failed > 0 { Readiness::NotReady } else { of_enough }
}
