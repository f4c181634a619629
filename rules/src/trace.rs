//! How a score came about: what each requirement brought to it, and how each domain stands.
//!
//! The parts add up to the score to the basis point. Each is rounded so that they do (largest
//! remainder), for a trace whose lines add up to another figure than the one shown is not believed.

use crate::judge::{Judged, Verdict, WHOLE_BP};
use crate::measure::Domain;
use crate::profile::{Profile, Requirement};
use crate::tally::Score;

/// What a requirement brought to a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The most that it could bring, in basis points of the score: its share of the weight that is
    /// answered. None where it is not answered or does not apply.
    pub possible_bp: Option<u16>,
    /// What it brought.
    pub points_bp: Option<u16>,
}

/// How a domain stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DomainPart {
    /// The domain.
    pub domain: Domain,
    /// Its weight among the domains.
    pub weight: u32,
    /// Its own mean over what is answered, in basis points; none where nothing is.
    pub mean_bp: Option<u16>,
    /// Weight of its requirements that is answered, and that applies.
    pub answered: u32,
    /// Weight of its requirements that applies.
    pub applicable: u32,
}

/// A score with its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// In the order of the profile's requirements.
    pub parts: Vec<Part>,
    /// The domains of which the profile asks something, in their order.
    pub domains: Vec<DomainPart>,
}

impl Trace {
    /// The domain with the lowest mean; the first of several.
    #[must_use]
    pub fn weakest(&self) -> Option<&DomainPart> {
        self.domains.iter().filter(|part| part.mean_bp.is_some()).min_by_key(|part| part.mean_bp)
    }
}

/// Takes a score apart. `judged` are the verdicts of the profile's requirements, in their order, of
/// which `score` was made.
#[must_use]
pub fn trace(profile: &Profile, judged: &[Judged], score: &Score) -> Trace {
    let pairs = || profile.requirements.iter().zip(judged.iter().copied());
    let domains: Vec<DomainPart> = Domain::ALL
        .iter()
        .filter(|domain| pairs().any(|(requirement, _)| requirement.domain == **domain))
        .map(|domain| {
            domain_part(profile, *domain, pairs().filter(|(one, _)| one.domain == *domain))
        })
        .collect();
    let weights: u32 =
        domains.iter().filter(|part| part.answered > 0).map(|part| part.weight).sum();
    // The exact share of the whole that a requirement could bring, in basis points.
    let share = |requirement: &Requirement, judged: Judged| {
        let part = domains.iter().find(|part| part.domain == requirement.domain)?;
        let domain_share = f64::from(part.weight) / f64::from(weights);
        let own = f64::from(requirement.weight) / f64::from(part.answered);
        judged.verdict.is_answered().then_some(domain_share * own * f64::from(WHOLE_BP))
    };
    let possible: Vec<Option<f64>> =
        pairs().map(|(requirement, judged)| share(requirement, judged)).collect();
    let points: Vec<Option<f64>> = pairs()
        .zip(&possible)
        .map(|((_, judged), possible)| {
            let attained = f64::from(judged.attainment_bp) / f64::from(WHOLE_BP);
            possible.map(|possible| possible * attained)
        })
        .collect();
    let lost: Vec<Option<f64>> = possible
        .iter()
        .zip(&points)
        .map(|(possible, points)| Some((*possible)? - (*points)?))
        .collect();
    // What was brought and what was lost are made whole, each to its own sum; what was possible is both
    // together, so that no part brings more than it could.
    let points = apportion(&points, score.score_bp.unwrap_or(0));
    let lost = apportion(&lost, score.score_bp.map_or(0, |score| WHOLE_BP - score));
    let parts = points.into_iter().zip(lost).map(|(points_bp, lost_bp)| Part {
        possible_bp: points_bp.zip(lost_bp).map(|(points, lost)| points + lost),
        points_bp,
    });
    Trace { parts: parts.collect(), domains }
}

fn domain_part<'a>(
    profile: &Profile,
    domain: Domain,
    own: impl Iterator<Item = (&'a Requirement, Judged)>,
) -> DomainPart {
    let (mut attained, mut answered, mut applicable) = (0, 0, 0);
    for (requirement, judged) in own {
        if judged.verdict != Verdict::NotApplicable {
            applicable += requirement.weight;
        }
        if judged.verdict.is_answered() {
            answered += requirement.weight;
            attained += requirement.weight * u32::from(judged.attainment_bp);
        }
    }
    let mean = f64::from(attained) / f64::from(answered);
    let mean_bp = (answered > 0).then(|| crate::curve::round_bp(mean));
    let weight = profile.weights[domain as usize];
    DomainPart { domain, weight, mean_bp, answered, applicable }
}

/// Whole parts that add up to `total`, each within one of its exact size: all are rounded down, and
/// what is left over goes to those that lost most, the first of several first.
fn apportion(exact: &[Option<f64>], total: u16) -> Vec<Option<u16>> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "parts of at most 10,000"
    )]
    // What lies a last binary digit below a whole number is that number.
    let mut whole: Vec<Option<u16>> =
        exact.iter().map(|size| size.map(|size| (size + 1e-9).floor() as u16)).collect();
    let sum: u16 = whole.iter().flatten().sum();
    let mut by_loss: Vec<usize> = (0..exact.len()).filter(|at| exact[*at].is_some()).collect();
    let loss = |at: &usize| exact[*at].map_or(0.0, |size| size - (size + 1e-9).floor());
    by_loss.sort_by(|one, other| loss(other).total_cmp(&loss(one)));
    for at in by_loss.into_iter().take(usize::from(total.saturating_sub(sum))) {
        whole[at] = whole[at].map(|part| part + 1);
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_parts_add_up_to_the_total() {
        for (exact, total, whole) in [
            (vec![Some(3.4), Some(3.3), Some(3.3)], 10, vec![Some(4), Some(3), Some(3)]),
            (vec![Some(0.5), None, Some(0.5)], 1, vec![Some(1), None, Some(0)]),
            (vec![Some(0.5), Some(0.5)], 0, vec![Some(0), Some(0)]),
            (vec![None, None], 0, vec![None, None]),
        ] {
            assert_eq!(apportion(&exact, total), whole, "{exact:?}");
        }
    }
}
