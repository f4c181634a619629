//! Percentiles of a total whose lines are uncertain: a Monte Carlo simulation from a seed.
//!
//! - Each line follows a triangular distribution: low is the least it can cost, central the most
//!   likely, high the most. Nothing is drawn outside of them.
//! - Lines move together by a one-factor Gaussian copula: the standard normal of a line is
//!   sqrt(rho) x common + sqrt(1 - rho) x its own, so any two lines correlate by rho, and its place in
//!   the triangle is the probability of that normal. Costs of one project share their market and their
//!   brief; drawing them apart (rho = 0) makes totals look far surer than they are.
//! - Random numbers come from SplitMix64 (Steele, Lea and Flood 2014), written here, and so are the
//!   logarithm and the exponential: the same seed gives the same bytes on every machine, which the
//!   functions of a platform do not promise.
//!
//! Which rho and how many draws is for the caller, who states them with the answer.

use crate::cost::{Estimate, Pence};
use std::fmt;

/// How a total is simulated; stated with every answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Simulation {
    /// Where the random numbers begin.
    pub seed: u64,
    /// How often the total is drawn.
    pub draws: u32,
    /// Correlation between any two lines, 0 to 1.
    pub rho: f64,
}

/// The fewest draws: the tenth percentile then rests on a hundred of them.
pub const MIN_DRAWS: u32 = 1_000;

/// The most draws: their totals take 8 MB.
pub const MAX_DRAWS: u32 = 1_000_000;

/// What a total stays below with this probability.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Percentiles {
    /// One total in ten is at most this.
    pub p10: Pence,
    /// One in two.
    pub p50: Pence,
    /// Nine in ten.
    pub p90: Pence,
}

/// Why nothing was simulated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NotSimulated {
    /// The number of draws is out of its range.
    Draws(u32),
    /// The correlation is not between 0 and 1.
    Rho(f64),
    /// The estimates of the line at this place are not in rising order.
    Order(usize),
}

impl fmt::Display for NotSimulated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Draws(draws) => {
                write!(f, "{draws} draws are asked for; use {MIN_DRAWS} to {MAX_DRAWS}")
            }
            Self::Rho(rho) => write!(f, "a correlation of {rho} is not between 0 and 1"),
            Self::Order(at) => {
                write!(f, "the estimates of line {} are not in rising order", at + 1)
            }
        }
    }
}

impl std::error::Error for NotSimulated {}

/// The percentiles of the sum of lines, each by its low, central and high cost. Lines of capital and
/// of running cost are simulated apart.
///
/// # Errors
/// [`NotSimulated`], with the reason.
pub fn simulate(
    lines: &[Estimate<Pence>],
    simulation: &Simulation,
) -> Result<Percentiles, NotSimulated> {
    if !(MIN_DRAWS..=MAX_DRAWS).contains(&simulation.draws) {
        return Err(NotSimulated::Draws(simulation.draws));
    }
    if !(0.0..=1.0).contains(&simulation.rho) {
        return Err(NotSimulated::Rho(simulation.rho));
    }
    let is_falling = |one: &Estimate<Pence>| one.low > one.central || one.central > one.high;
    if let Some(at) = lines.iter().position(is_falling) {
        return Err(NotSimulated::Order(at));
    }
    // What is certain is not drawn.
    let (certain, open): (Vec<&Estimate<Pence>>, Vec<&Estimate<Pence>>) =
        lines.iter().partition(|line| line.low == line.high);
    let certain: i64 = certain.iter().map(|line| line.low.0).sum();
    let triangles: Vec<Triangle> = open.into_iter().map(|line| Triangle::new(*line)).collect();
    let mut normals = Normals::new(simulation.seed);
    let (shared, own) = (simulation.rho.sqrt(), (1.0 - simulation.rho).sqrt());
    let mut totals: Vec<i64> = (0..simulation.draws)
        .map(|_| {
            let common = shared * normals.next();
            triangles
                .iter()
                .map(|triangle| triangle.at(probability(common + own * normals.next())))
                .sum::<i64>()
                + certain
        })
        .collect();
    totals.sort_unstable();
    // Nearest rank: the least total that the stated share of all totals does not exceed.
    let rank = |tenths: usize| Pence(totals[(totals.len() * tenths).div_ceil(10) - 1]);
    Ok(Percentiles { p10: rank(1), p50: rank(5), p90: rank(9) })
}

/// A triangular distribution, in pence.
struct Triangle {
    low: i64,
    high: i64,
    /// From the low to the central estimate, and from low to high.
    rise: f64,
    width: f64,
}

impl Triangle {
    #[expect(clippy::cast_precision_loss, reason = "pence within 2^53 are 90 trillion pounds")]
    fn new(Estimate { low, central, high }: Estimate<Pence>) -> Self {
        let (rise, width) = ((central.0 - low.0) as f64, (high.0 - low.0) as f64);
        Self { low: low.0, high: high.0, rise, width }
    }

    /// The cost that is not exceeded with this probability, in whole pence.
    #[expect(clippy::cast_possible_truncation, reason = "between low and high")]
    fn at(&self, probability: f64) -> i64 {
        let above = if probability * self.width < self.rise {
            (probability * self.width * self.rise).sqrt()
        } else {
            self.width - ((1.0 - probability) * self.width * (self.width - self.rise)).sqrt()
        };
        (self.low + above.round() as i64).clamp(self.low, self.high)
    }
}

/// SplitMix64: a counter whose steps are scrambled. It passes BigCrush and is not for secrets.
struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// At least -1 and below 1, in steps of 2^-52.
    #[expect(clippy::cast_precision_loss, reason = "53 bits are what an f64 holds")]
    fn next_signed(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }
}

/// Standard normal numbers by Marsaglia's polar method, which needs no sine.
struct Normals {
    random: SplitMix64,
    spare: Option<f64>,
}

impl Normals {
    fn new(seed: u64) -> Self {
        Self { random: SplitMix64(seed), spare: None }
    }

    fn next(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            let (x, y) = (self.random.next_signed(), self.random.next_signed());
            let square = x * x + y * y;
            if square > 0.0 && square < 1.0 {
                let scale = (-2.0 * ln(square) / square).sqrt();
                self.spare = Some(y * scale);
                return x * scale;
            }
        }
    }
}

/// The natural logarithm of a number above zero that is not subnormal.
///
/// ln(m x 2^e) = 2 artanh((m - 1) / (m + 1)) + e ln 2, with m in [1, 2): the series gains an eighth
/// at each step, so 40 of them are beyond the last bit.
fn ln(value: f64) -> f64 {
    let bits = value.to_bits();
    let exponent = f64::from((bits >> 52) as i32 - 1023);
    let mantissa = f64::from_bits((bits & ((1 << 52) - 1)) | (1023 << 52));
    let ratio = (mantissa - 1.0) / (mantissa + 1.0);
    let (mut power, mut sum) = (ratio, 0.0);
    for step in 0..40 {
        sum += power / f64::from(2 * step + 1);
        power *= ratio * ratio;
    }
    2.0 * sum + exponent * std::f64::consts::LN_2
}

/// The exponential of a number of at most zero: that of its 1,024th part, ten times squared.
fn exp_of_negative(value: f64) -> f64 {
    let part = value / 1024.0;
    let (mut term, mut sum) = (1.0, 1.0);
    for step in 1..16 {
        term *= part / f64::from(step);
        sum += term;
    }
    (0..10).fold(sum, |product, _| product * product)
}

/// The probability that a standard normal number lies below this one, to some 1e-14: Marsaglia,
/// Evaluating the Normal Distribution, Journal of Statistical Software 11 (2004). Beyond 8 it is 0 or
/// 1 but for 1e-15.
fn probability(normal: f64) -> f64 {
    if normal.abs() > 8.0 {
        return if normal > 0.0 { 1.0 } else { 0.0 };
    }
    let square = normal * normal;
    let (mut term, mut sum, mut odd) = (normal, normal, 1.0);
    while term.abs() > sum.abs() * 1e-17 {
        odd += 2.0;
        term *= square / odd;
        sum += term;
    }
    let density = exp_of_negative(-square / 2.0) / (2.0 * std::f64::consts::PI).sqrt();
    (0.5 + sum * density).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pounds(low: i64, central: i64, high: i64) -> Estimate<Pence> {
        Estimate { low, central, high }.map(|pounds| Pence(pounds * 100))
    }

    fn plain(seed: u64, rho: f64) -> Simulation {
        Simulation { seed, draws: 20_000, rho }
    }

    #[test]
    fn the_generator_is_splitmix64() {
        // The first numbers from seed 1234567 of the reference implementation in C (Vigna 2015).
        let mut random = SplitMix64(1_234_567);
        let numbers: Vec<u64> = (0..3).map(|_| random.next()).collect();
        assert_eq!(
            numbers,
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }

    #[test]
    fn own_functions_agree_with_known_values() {
        for value in [1e-300, 1e-9, 0.3, 0.999, 1.0, 2.5] {
            assert!((ln(value) - value.ln()).abs() <= 1e-13 * value.ln().abs(), "{value}");
        }
        for value in [0.0, -0.01, -1.0, -32.0] {
            let exact = f64::exp(value);
            assert!((exp_of_negative(value) - exact).abs() <= 1e-12 * exact, "{value}");
        }
        for (normal, below) in [
            (0.0, 0.5),
            (1.0, 0.841_344_746_068_543),
            (-1.959_963_984_540_054, 0.025),
            (3.0, 0.998_650_101_968_37),
            (-9.0, 0.0),
            (9.0, 1.0),
        ] {
            assert!((probability(normal) - below).abs() < 1e-12, "{normal}");
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes_and_another_one_others() {
        let lines = [pounds(80, 100, 150), pounds(10, 20, 60)];
        let first = simulate(&lines, &plain(7, 0.3)).unwrap();
        assert_eq!(first, simulate(&lines, &plain(7, 0.3)).unwrap());
        assert_ne!(first, simulate(&lines, &plain(8, 0.3)).unwrap());
    }

    #[test]
    fn one_line_has_the_percentiles_of_its_triangle() {
        // F(x) = (x - low)^2 / (width x rise) below the central estimate: 0 to 100 to 400 has
        // F(100) = 0.25, so P10 = sqrt(0.1 x 400 x 100) and P50 = 400 - sqrt(0.5 x 400 x 300).
        let found =
            simulate(&[pounds(0, 100, 400)], &Simulation { seed: 1, draws: 400_000, rho: 0.0 })
                .unwrap();
        for (pence, pounds) in [(found.p10, 63.246), (found.p50, 155.051), (found.p90, 290.455)] {
            #[expect(clippy::cast_precision_loss, reason = "small")]
            let found = pence.0 as f64 / 100.0;
            assert!((found - pounds).abs() < 1.0, "{found} is not {pounds}");
        }
    }

    #[test]
    fn lines_that_move_together_spread_further() {
        let lines = vec![pounds(50, 100, 200); 20];
        let width = |rho| {
            let found = simulate(&lines, &plain(3, rho)).unwrap();
            found.p90.0 - found.p10.0
        };
        assert!(width(0.0) < width(0.4) && width(0.4) < width(1.0));
        // Variance of n alike lines: n (1 + (n - 1) rho) times that of one, but for the skew.
        let ratio = width(0.25) as f64 / width(0.0) as f64;
        assert!((ratio - (1.0_f64 + 19.0 * 0.25).sqrt()).abs() < 0.12, "{ratio}");
        // Where all lines are one, the total spreads as its lines do: twenty times one of them.
        let one = simulate(&lines[..1], &plain(3, 1.0)).unwrap();
        let ratio = width(1.0) as f64 / (one.p90.0 - one.p10.0) as f64;
        assert!((ratio - 20.0).abs() < 0.5, "{ratio}");
    }

    #[test]
    fn what_is_certain_is_not_drawn() {
        let found = simulate(&[pounds(5, 5, 5)], &plain(1, 0.5)).unwrap();
        assert_eq!(found, Percentiles { p10: Pence(500), p50: Pence(500), p90: Pence(500) });
    }

    #[test]
    fn what_cannot_be_simulated_is_refused_with_the_reason() {
        let line = [pounds(1, 2, 3)];
        for (lines, simulation, words) in [
            (
                &line[..],
                Simulation { seed: 1, draws: 10, rho: 0.0 },
                "10 draws are asked for; use 1000 to 1000000",
            ),
            (&line[..], plain(1, 1.5), "a correlation of 1.5 is not between 0 and 1"),
            (&line[..], plain(1, f64::NAN), "NaN"),
            (&[pounds(1, 2, 3), pounds(3, 2, 1)][..], plain(1, 0.0), "line 2"),
        ] {
            let why = simulate(lines, &simulation).unwrap_err().to_string();
            assert!(why.contains(words), "{why}");
        }
    }
}
