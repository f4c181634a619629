//! The batch over the estate says of every site what the explanation of that site says, however the
//! estate is cut and whoever stands beside whom.

mod support;

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use siteworthy_rules::batch::Batch;
use siteworthy_rules::estate::Estate;
use siteworthy_rules::judge::{Outcome, assess};
use siteworthy_rules::measure::{Kind, MeasureIndex, Scope};
use siteworthy_rules::place::SpaceKind;
use siteworthy_rules::profile::{Limits, Question, Threshold};
use siteworthy_rules::rulebook::Rulebook;
use std::collections::BTreeMap;
use std::sync::LazyLock;

static RULEBOOK: LazyLock<Rulebook> = LazyLock::new(support::rulebook);

/// The limits of every measure: values there and just beside them tell most.
static TURNING_POINTS: LazyLock<BTreeMap<MeasureIndex, Vec<f64>>> = LazyLock::new(|| {
    let mut points: BTreeMap<MeasureIndex, Vec<f64>> = BTreeMap::new();
    for requirement in RULEBOOK.profiles.iter().flat_map(|profile| &profile.requirements) {
        let Question::Measure(measure) = requirement.asks else { continue };
        let own = points.entry(RULEBOOK.dictionary.general(measure)).or_default();
        let all = |limits: &Limits| [limits.floor, limits.minimum, limits.target];
        match &requirement.threshold {
            Threshold::AtLeast(limits) | Threshold::AtMost(limits) => own.extend(all(limits)),
            Threshold::Within { low, high } => own.extend(all(low).into_iter().chain(all(high))),
            Threshold::Choices(_) | Threshold::Is(_) => {}
        }
    }
    points
});

/// A value of a measure from three draws between 0 and 1.
fn value(measure: MeasureIndex, kind: &Kind, known: f64, form: f64, draw: f64) -> Option<f64> {
    if known < 0.2 {
        return None;
    }
    match kind {
        Kind::Quantity { range: (low, high), .. } => {
            let points = TURNING_POINTS.get(&measure).filter(|points| !points.is_empty());
            let near = points.map(|points| points[(draw * points.len() as f64) as usize]);
            match near {
                Some(point) if form < 0.3 => Some(point),
                Some(point) if form < 0.8 => {
                    Some((point + (draw - 0.5) * 0.2 * point.abs().max(1.0)).clamp(*low, *high))
                }
                _ => Some(low + draw * (high - low)),
            }
        }
        Kind::Choice { choices, .. } => Some((draw * choices.len() as f64).floor()),
        Kind::Flag => Some(f64::from(u8::from(draw < 0.7))),
        Kind::Date | Kind::Text => None,
    }
}

/// Which share of what is asked of a technology is answered for it apart.
#[derive(Clone, Copy, Debug)]
enum Apart {
    Nothing,
    Little,
    Most,
}

const EACH_APART: [Apart; 3] = [Apart::Nothing, Apart::Little, Apart::Most];

/// An estate of sites with up to three spaces of every kind, from a list of draws that is used again
/// and again.
fn estate(sites: usize, draws: &[f64], apart: Apart) -> Estate {
    let mut draws = draws.iter().copied().cycle().enumerate().map(|(at, draw)| {
        let mixed = draw + at as f64 * 0.618_033_988_749_895;
        mixed.fract()
    });
    let mut next = move || draws.next().expect("draws go on for ever");
    let kinds: Vec<Vec<SpaceKind>> = (0..sites)
        .map(|_| {
            let of_kind = |kind: &SpaceKind| vec![*kind; (next() * 3.5) as usize];
            SpaceKind::ALL.iter().flat_map(of_kind).collect()
        })
        .collect();
    let mut estate = Estate::new(&RULEBOOK.dictionary, kinds.iter().map(Vec::as_slice));
    for place in 0..estate.rows() {
        for (measure, entry) in RULEBOOK.dictionary.iter() {
            if entry.scope == Scope::Site && place >= estate.sites() {
                continue;
            }
            if let Some(value) = value(measure, &entry.kind, next(), next(), next()) {
                estate.suppose(measure, place, value);
            }
            if place >= estate.sites() {
                continue;
            }
            for answer in RULEBOOK.dictionary.answers_of(measure) {
                let is_apart = match apart {
                    Apart::Nothing => false,
                    Apart::Little => next() < 0.003,
                    Apart::Most => next() < 0.7,
                };
                if !is_apart {
                    continue;
                }
                if let Some(value) = value(measure, &entry.kind, next(), next(), next()) {
                    estate.suppose(*answer, place, value);
                }
            }
        }
    }
    estate
}

/// The outcomes of all sites, by profile, judged in runs of `run` sites.
fn judge(estate: &Estate, run: usize) -> Vec<Vec<Outcome>> {
    let batch = Batch::new(&RULEBOOK, estate);
    let sites = estate.sites() as usize;
    let mut outcomes = vec![vec![Outcome::unjudged(); sites]; RULEBOOK.profiles.len()];
    for (first, mut lists) in Batch::runs(&mut outcomes, run) {
        batch.judge(first, &mut lists);
    }
    outcomes
}

fn hold(cases: u32, check: impl Fn(usize, Vec<f64>)) {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let strategy = (1_usize..40, proptest::collection::vec(0.0..1.0_f64, 997));
    TestRunner::new_with_rng(config, rng)
        .run(&strategy, |(sites, draws)| {
            check(sites, draws);
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn the_batch_says_what_the_explanation_says() {
    hold(30, |sites, draws| {
        for apart in EACH_APART {
            let estate = estate(sites, &draws, apart);
            let outcomes = judge(&estate, sites);
            for (profile, list) in RULEBOOK.profiles.iter().zip(outcomes) {
                for (site, outcome) in (0..).zip(list) {
                    let explained = assess(&RULEBOOK, &estate, profile, site);
                    assert_eq!(outcome, explained, "{} at {site}, {apart:?}", profile.id);
                }
            }
        }
    });
}

#[test]
fn a_site_fares_the_same_however_the_estate_is_cut() {
    let draws: Vec<f64> = (0..997).map(|at| (f64::from(at) * 0.754_877_666).fract()).collect();
    // More than two blocks, and more spaces than sites in most of them.
    for apart in EACH_APART {
        let estate = estate(700, &draws, apart);
        let whole = judge(&estate, 700);
        for run in [1, 7, 127, 128, 129, 257] {
            assert_eq!(judge(&estate, run), whole, "runs of {run}, {apart:?}");
        }
    }
}

#[test]
fn an_estate_without_any_value_is_unknown_throughout() {
    let kinds: Vec<Vec<SpaceKind>> = vec![Vec::new(), SpaceKind::ALL.to_vec()];
    let estate = Estate::new(&RULEBOOK.dictionary, kinds.iter().map(Vec::as_slice));
    for list in judge(&estate, 2) {
        for outcome in list {
            let score = outcome.score;
            assert_eq!((score.score_bp, score.low_bp, score.high_bp), (None, 0, 10_000));
            assert_eq!(score.coverage_bp, 0);
        }
    }
}
