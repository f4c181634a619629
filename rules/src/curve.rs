//! How a value becomes a verdict and an attainment: the threshold of a requirement, made ready to be
//! applied to many values.
//!
//! Here is the arithmetic of one requirement, for one value ([`Curve::judge`]) and for columns of
//! values. Both stand on the same slopes, and a test holds them equal, so what is shown as the reason
//! is what was counted. Nothing branches on a value, so that a loop over a column stays a straight line.
//!
//! Attainment is 0 at or below the floor, 0.5 at the minimum, 1 at or above the target, and linear
//! between on the scale of the measure. Where floor and minimum, or minimum and target, are the same,
//! there is a step.

use crate::judge::{Judged, Verdict, WHOLE_BP};
use crate::measure::Scale;
use crate::profile::{Limits, Requirement, Threshold};

/// A threshold ready to be applied.
#[derive(Clone, Debug, PartialEq)]
pub enum Curve {
    /// More is better, or less is.
    Slope(Slope),
    /// Between two values is good: the worse of two slopes.
    Band {
        /// From below, where more is better.
        low: Slope,
        /// From above, where less is better.
        high: Slope,
    },
    /// Choices and flags: what is said of each coded value.
    Table(Vec<Judged>),
}

/// One rising or falling curve of attainment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slope {
    scale: Scale,
    /// 1 where more is better, -1 where less is: limits and values are compared after multiplying.
    sign: f64,
    minimum: f64,
    target: f64,
    /// Where floor and minimum lie on the scale.
    floor_place: f64,
    minimum_place: f64,
    /// Attainment in basis points for one unit on the scale, from floor to minimum and from minimum to
    /// target; 0 for a step.
    rise: f64,
    climb: f64,
}

impl Slope {
    fn new(limits: Limits, scale: Scale, sign: f64) -> Self {
        let [floor, minimum, target] =
            [limits.floor, limits.minimum, limits.target].map(|limit| scale.place(limit));
        let rate = |from: f64, to: f64| if from == to { 0.0 } else { HALF_BP / (to - from) };
        Self {
            scale,
            sign,
            minimum: limits.minimum * sign,
            target: limits.target * sign,
            floor_place: floor,
            minimum_place: minimum,
            rise: rate(floor, minimum),
            climb: rate(minimum, target),
        }
    }

    #[inline]
    fn meets_minimum(&self, value: f64) -> bool {
        value * self.sign >= self.minimum
    }

    #[inline]
    fn meets_target(&self, value: f64) -> bool {
        value * self.sign >= self.target
    }

    /// Attainment in basis points of a value with its place on the scale; 0 for NaN.
    #[inline]
    fn attainment(&self, value: f64, place: f64) -> f64 {
        let lower = half(self.meets_minimum(value), (place - self.floor_place) * self.rise);
        let upper = half(self.meets_target(value), (place - self.minimum_place) * self.climb);
        lower + upper
    }
}

/// Half of what can be attained, in basis points.
const HALF_BP: f64 = WHOLE_BP as f64 / 2.0;

/// What is attained of one half: all of it once its limit is reached, and nothing by what is no
/// number, as a value without a place on a scale gives.
#[inline]
fn half(is_reached: bool, attained: f64) -> f64 {
    let least = if is_reached { HALF_BP } else { 0.0 };
    let attained = if attained > least { attained } else { least };
    if attained < HALF_BP { attained } else { HALF_BP }
}

/// The attainment of the edge that attains less.
#[inline]
fn lesser(one: f64, other: f64) -> f64 {
    if one < other { one } else { other }
}

#[inline]
const fn verdict_of(meets_minimum: bool, meets_target: bool) -> Verdict {
    if meets_target {
        Verdict::MeetsTarget
    } else if meets_minimum {
        Verdict::MeetsMinimum
    } else {
        Verdict::Short
    }
}

impl Curve {
    /// The curve of a requirement.
    #[must_use]
    pub fn of(requirement: &Requirement) -> Self {
        let scale = requirement.scale;
        match &requirement.threshold {
            Threshold::AtLeast(limits) => Self::Slope(Slope::new(*limits, scale, 1.0)),
            Threshold::AtMost(limits) => Self::Slope(Slope::new(*limits, scale, -1.0)),
            Threshold::Within { low, high } => Self::Band {
                low: Slope::new(*low, scale, 1.0),
                high: Slope::new(*high, scale, -1.0),
            },
            Threshold::Choices(attainments) => {
                Self::Table(attainments.iter().map(|share| judged_choice(*share)).collect())
            }
            Threshold::Is(wanted) => {
                let says = |flag: bool| judged_choice(Some(f64::from(u8::from(flag == *wanted))));
                Self::Table(vec![says(false), says(true)])
            }
        }
    }

    /// What is said of a value that is known.
    #[inline]
    #[must_use]
    pub fn judge(&self, value: f64) -> Judged {
        let place = |slope: &Slope| slope.scale.place(value);
        match self {
            Self::Slope(slope) => judged(
                verdict_of(slope.meets_minimum(value), slope.meets_target(value)),
                slope.attainment(value, place(slope)),
            ),
            Self::Band { low, high } => judged(
                verdict_of(
                    low.meets_minimum(value) && high.meets_minimum(value),
                    low.meets_target(value) && high.meets_target(value),
                ),
                lesser(low.attainment(value, place(low)), high.attainment(value, place(high))),
            ),
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "choices and flags are coded by their place in the list"
            )]
            Self::Table(table) => table.get(value as usize).copied().unwrap_or(UNKNOWN),
        }
    }

    /// The attainment in basis points of many values, each with its place on the scale, as
    /// [`Self::judge`] gives it; 0 for NaN. `say` gets every one in turn.
    #[inline]
    pub fn attain_each(&self, values: &[f64], places: &[f64], mut say: impl FnMut(usize, u16)) {
        let pairs = values.iter().zip(places).enumerate();
        match self {
            Self::Slope(slope) => pairs.for_each(|(at, (value, place))| {
                say(at, round_attained(slope.attainment(*value, *place)));
            }),
            Self::Band { low, high } => pairs.for_each(|(at, (value, place))| {
                let (low, high) = (low.attainment(*value, *place), high.attainment(*value, *place));
                say(at, round_attained(lesser(low, high)));
            }),
            Self::Table(_) => pairs.for_each(|(at, (value, _))| {
                let judged = if value.is_nan() { UNKNOWN } else { self.judge(*value) };
                say(at, judged.attainment_bp);
            }),
        }
    }

    /// Whether each of many values meets the minimum; NaN does not. `say` gets every one in turn.
    #[inline]
    pub fn meet_each(&self, values: &[f64], mut say: impl FnMut(usize, bool)) {
        let values = values.iter().enumerate();
        match self {
            Self::Slope(slope) => {
                values.for_each(|(at, value)| say(at, slope.meets_minimum(*value)));
            }
            Self::Band { low, high } => values.for_each(|(at, value)| {
                say(at, low.meets_minimum(*value) & high.meets_minimum(*value));
            }),
            Self::Table(_) => values.for_each(|(at, value)| {
                let verdict = self.judge(*value).verdict;
                let is_met = matches!(verdict, Verdict::MeetsTarget | Verdict::MeetsMinimum);
                say(at, is_met && !value.is_nan());
            }),
        }
    }

    /// What is said where the value lies between two ends.
    ///
    /// There is a verdict only where both ends agree on whether the minimum is met; the attainment is
    /// then that of the end that attains less.
    #[inline]
    #[must_use]
    pub fn judge_between(&self, low: f64, high: f64) -> Judged {
        let (at_low, at_high) = (self.judge(low), self.judge(high));
        if (at_low.verdict == Verdict::Short) != (at_high.verdict == Verdict::Short) {
            return UNKNOWN;
        }
        let (worse, better) = if at_low.attainment_bp <= at_high.attainment_bp {
            (at_low, at_high)
        } else {
            (at_high, at_low)
        };
        Judged { at_best_bp: better.attainment_bp, ..worse }
    }
}

/// Nothing is known: anything may come of it.
pub const UNKNOWN: Judged =
    Judged { verdict: Verdict::Unknown, attainment_bp: 0, at_best_bp: WHOLE_BP };

/// The question does not arise.
pub const NOT_APPLICABLE: Judged =
    Judged { verdict: Verdict::NotApplicable, attainment_bp: 0, at_best_bp: 0 };

#[inline]
fn judged(verdict: Verdict, attainment: f64) -> Judged {
    let attainment_bp = round_attained(attainment);
    Judged { verdict, attainment_bp, at_best_bp: attainment_bp }
}

fn judged_choice(share: Option<f64>) -> Judged {
    share.map_or(NOT_APPLICABLE, |share| {
        judged(verdict_of(share >= 0.5, share >= 1.0), share * f64::from(WHOLE_BP))
    })
}

/// A share, 0 to 1, in basis points, halves to even.
#[inline]
#[must_use]
pub fn share_bp(share: f64) -> u16 {
    round_bp(share * f64::from(WHOLE_BP))
}

/// Basis points rounded to whole ones, halves to even; at least 0, at most all.
///
/// Sums and products of decimal figures are a last binary digit off, which would turn a half now up
/// and now down. So what is nearer than a millionth to a half counts as one. Both roundings add and
/// take away a number so large that the digits to be dropped have no place beside it.
#[inline]
#[must_use]
pub fn round_bp(basis_points: f64) -> u16 {
    let least = if basis_points > 0.0 { basis_points } else { 0.0 };
    let most = f64::from(WHOLE_BP);
    round_attained(if least < most { least } else { most })
}

/// The same of what lies between none and all.
#[inline]
fn round_attained(basis_points: f64) -> u16 {
    /// 1.5 x 2^32: what is added to it keeps 20 binary digits after the point.
    const MILLIONTHS: f64 = 6_442_450_944.0;
    /// 1.5 x 2^52: what is added to it keeps none, and stands in the lowest bits.
    const WHOLE: f64 = 6_755_399_441_055_744.0;
    let snapped = (basis_points + MILLIONTHS) - MILLIONTHS;
    #[expect(clippy::cast_possible_truncation, reason = "the lowest bits hold 0 to 10,000")]
    let whole = (snapped + WHOLE).to_bits() as u16;
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basis_points_round_halves_to_even_whatever_the_last_binary_digit() {
        for (basis_points, whole) in [
            (0.0, 0),
            (-3.0, 0),
            (0.5, 0),
            (1.5, 2),
            (2.5, 2),
            (2.500_000_000_01, 2),
            (3.499_999_999_99, 4),
            (2.500_01, 3),
            (3.499_99, 3),
            (9_999.5, 10_000),
            (10_001.0, 10_000),
            (f64::NAN, 0),
        ] {
            assert_eq!(round_bp(basis_points), whole, "{basis_points}");
        }
    }
}
