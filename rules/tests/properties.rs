//! What holds for every site: a better observation never hurts, unknown stays unknown, the range
//! holds the truth, order changes nothing, and a closed gap is closed.
//!
//! Sites are drawn over the whole plausible range of every measure that a profile reads, close to its
//! limits more often than not, each value unknown in some of them.

mod places;
mod support;

use places::Site;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rust_decimal::Decimal;
use siteworthy_rules::cost::{Estimate, Pence};
use siteworthy_rules::costing::pricing::{Allowance, Pricing, Treatment, prices_of};
use siteworthy_rules::estate::{Estate, Source};
use siteworthy_rules::factor::FinancialYear;
use siteworthy_rules::gap::{Level, SiteGap, gap_size, site_gap};
use siteworthy_rules::investment::{
    self, Backlog, Item, NetZeroWork, Part, Prices, SiteNeeds, may_be_in_backlog,
};
use siteworthy_rules::judge::{
    Judged, Outcome, Readiness, Spot, Verdict, assess, assess_spot, for_each_measure, judge,
    place_of, provenance, read,
};
use siteworthy_rules::measure::{Kind, MeasureIndex, Scope};
use siteworthy_rules::observation::Method;
use siteworthy_rules::place::Nation;
use siteworthy_rules::place::SpaceKind;
use siteworthy_rules::profile::{Limits, Place, Profile, Question, Requirement, Threshold};
use siteworthy_rules::resource::Reading;
use siteworthy_rules::rulebook::Rulebook;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

static RULEBOOK: LazyLock<Rulebook> = LazyLock::new(support::rulebook);

/// Runs `check` on a fixed sequence of cases, the same on every machine and day.
fn hold<S: Strategy>(cases: u32, strategy: S, check: impl Fn(S::Value)) {
    let config =
        Config { cases, failure_persistence: None, max_shrink_iters: 500, ..Config::default() };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    TestRunner::new_with_rng(config, rng)
        .run(&strategy, |value| {
            check(value);
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
}

/// Values by measure, in the coding of columns.
type Values = BTreeMap<u16, f64>;

/// A site and its spaces, all of one kind, as drawn.
#[derive(Clone, Debug)]
struct Drawn {
    site: Values,
    spaces: Vec<Values>,
}

/// Every measure that some profile reads: what is asked of a technology for it and for all.
fn measures_read() -> Vec<MeasureIndex> {
    let mut measures = Vec::new();
    for requirement in RULEBOOK.profiles.iter().flat_map(|profile| &profile.requirements) {
        for_each_measure(&RULEBOOK, &requirement.asks, |measure| {
            measures.extend([measure, RULEBOOK.dictionary.general(measure)]);
        });
    }
    measures.sort_unstable();
    measures.dedup();
    measures
}

/// The limits at which something changes for a measure.
fn turning_points(measure: MeasureIndex) -> Vec<f64> {
    let mut points = Vec::new();
    for requirement in RULEBOOK.profiles.iter().flat_map(|profile| &profile.requirements) {
        let general = |measure| RULEBOOK.dictionary.general(measure);
        if requirement.asks.clone().of_measures(general) != Question::Measure(general(measure)) {
            continue;
        }
        let all = |limits: &Limits| [limits.floor, limits.minimum, limits.target];
        match &requirement.threshold {
            Threshold::AtLeast(limits) | Threshold::AtMost(limits) => points.extend(all(limits)),
            Threshold::Within { low, high } => {
                points.extend(all(low));
                points.extend(all(high));
            }
            Threshold::Choices(_) | Threshold::Is(_) => {}
        }
    }
    points
}

/// One value of a measure, to three decimals, unknown one time in six.
fn a_value(measure: MeasureIndex) -> BoxedStrategy<Option<f64>> {
    let known: BoxedStrategy<f64> = match &RULEBOOK.dictionary.get(measure).kind {
        Kind::Quantity { range, .. } => {
            let (low, high) = *range;
            let points = turning_points(measure);
            let near = if points.is_empty() {
                (low..=high).boxed()
            } else {
                (proptest::sample::select(points), prop_oneof![Just(0.0), -0.1..=0.1])
                    .prop_map(|(point, off): (f64, f64)| point + off * point.abs().max(1.0))
                    .boxed()
            };
            prop_oneof![1 => (low..=high).boxed(), 3 => near]
                .prop_map(move |value: f64| ((value * 1e3).round() / 1e3).clamp(low, high))
                .boxed()
        }
        Kind::Choice { choices, .. } => {
            (0..u16::try_from(choices.len()).expect("few choices")).prop_map(f64::from).boxed()
        }
        Kind::Flag => any::<bool>().prop_map(|flag| f64::from(u8::from(flag))).boxed(),
        Kind::Date | Kind::Text => unreachable!("no requirement reads a date or a text"),
    };
    prop_oneof![1 => Just(None), 5 => known.prop_map(Some)].boxed()
}

/// Supplies that are large beside what one technology takes would never be short.
fn a_supply(id: &str, range: RangeInclusive<i32>) -> BoxedStrategy<(u16, Option<f64>)> {
    let (measure, _) = RULEBOOK.dictionary.find(id).expect("the measure is there");
    prop_oneof![
        1 => Just(None),
        6 => range.prop_map(|milli| Some(f64::from(milli) / 1e3)),
    ]
    .prop_map(move |value| (measure.0, value))
    .boxed()
}

fn values_of(measures: Vec<MeasureIndex>) -> BoxedStrategy<Values> {
    measures
        .into_iter()
        .map(|measure| a_value(measure).prop_map(move |value| (measure.0, value)))
        .collect::<Vec<_>>()
        .prop_map(|list| {
            list.into_iter().filter_map(|(measure, value)| Some((measure, value?))).collect()
        })
        .boxed()
}

fn a_site() -> impl Strategy<Value = Drawn> {
    let (of_space, of_site): (Vec<_>, Vec<_>) = measures_read()
        .into_iter()
        .partition(|measure| RULEBOOK.dictionary.get(*measure).scope == Scope::Space);
    let mut room = of_space;
    let (area, _) = RULEBOOK.dictionary.find("room-area-m2").expect("the measure is there");
    room.push(area);
    room.sort_unstable();
    room.dedup();
    let supplies = vec![
        a_supply("agreed-import-capacity-kva", 1_000_000..=1_020_000),
        a_supply("max-demand-kva", 790_000..=812_000),
        a_supply("max-demand-kw", 350_000..=820_000),
        a_supply("power-factor", 500..=1_000),
        a_supply("generator-firm-capacity-kva", 495_000..=510_000),
        a_supply("essential-max-demand-kva", 390_000..=405_000),
        a_supply("cooling-headroom-kw", 0..=4_000),
        a_supply("gross-internal-area-m2", 1_000..=90_000_000),
    ];
    (values_of(of_site), proptest::collection::vec(values_of(room), 0..4), supplies).prop_map(
        |(mut site, spaces, supplies)| {
            for (measure, value) in supplies {
                match value {
                    Some(value) => site.insert(measure, value),
                    None => site.remove(&measure),
                };
            }
            Drawn { site, spaces }
        },
    )
}

fn kind_of(profile: &Profile) -> SpaceKind {
    match profile.place {
        Place::Space(kind) => kind,
        Place::Site => SpaceKind::Ward,
    }
}

fn source() -> Source {
    Source {
        survey: 0,
        row: 2,
        column: 1,
        observed_on: "2026-03-01".parse().expect("a date"),
        method: Method::Surveyed,
    }
}

fn estate_of(sites: &[&Drawn], kind: SpaceKind) -> Estate {
    let kinds: Vec<Vec<SpaceKind>> =
        sites.iter().map(|site| vec![kind; site.spaces.len()]).collect();
    let mut estate = Estate::new(&RULEBOOK.dictionary, kinds.iter().map(Vec::as_slice));
    for (row, site) in (0..).zip(sites) {
        fill(&mut estate, row, &site.site);
        for (space, values) in estate.spaces_of(row).zip(&site.spaces) {
            fill(&mut estate, space, values);
        }
    }
    estate
}

fn fill(estate: &mut Estate, row: u32, values: &Values) {
    for (measure, value) in values {
        estate.set(MeasureIndex(*measure), row, *value, source());
    }
}

/// Every spot of a profile at the first site of an estate.
fn spots(profile: &Profile, estate: &Estate) -> Vec<Spot> {
    match profile.place {
        Place::Site => vec![Spot::Site(0)],
        Place::Space(_) if estate.spaces_of(0).is_empty() => vec![Spot::NoSpace { site: 0 }],
        Place::Space(_) => {
            estate.spaces_of(0).map(|space| Spot::Space { site: 0, space }).collect()
        }
    }
}

fn judged_at(requirement: &Requirement, estate: &Estate, spot: Spot) -> Judged {
    judge(requirement, read(&RULEBOOK, estate, requirement, spot))
}

fn profiles() -> impl Strategy<Value = &'static Profile> {
    proptest::sample::select(RULEBOOK.profiles.iter().collect::<Vec<_>>())
}

fn requirements() -> impl Strategy<Value = &'static Requirement> {
    proptest::sample::select(
        RULEBOOK.profiles.iter().flat_map(|profile| &profile.requirements).collect::<Vec<_>>(),
    )
}

/// Values that a requirement may read, in pairs of which the second is at least as good.
fn a_better_pair() -> impl Strategy<Value = (&'static Requirement, f64, f64)> {
    requirements().prop_flat_map(|requirement| {
        let one = match &requirement.asks {
            Question::Measure(measure) => {
                a_value(*measure).prop_filter_map("a known value", |value| value).boxed()
            }
            Question::Headroom(_) => (-5.0..8.0).boxed(),
            Question::Checklist(_) => (0..=20).prop_map(|part| f64::from(part) / 20.0).boxed(),
        };
        (one.clone(), one).prop_map(move |(one, other)| {
            let (worse, better) = in_order(requirement, one, other);
            (requirement, worse, better)
        })
    })
}

fn in_order(requirement: &Requirement, one: f64, other: f64) -> (f64, f64) {
    let badness = |value: f64| match &requirement.threshold {
        Threshold::AtLeast(_) => -value,
        Threshold::AtMost(_) => value,
        // Towards the wanted range: the farther side counts.
        Threshold::Within { low, high } => (low.target - value).max(value - high.target).max(0.0),
        Threshold::Choices(shares) => {
            let chosen = shares.iter().enumerate().find(|(at, _)| *at as f64 == value);
            -chosen.and_then(|(_, share)| *share).unwrap_or(2.0)
        }
        Threshold::Is(wanted) => f64::from(u8::from((value != 0.0) != *wanted)),
    };
    if badness(one) >= badness(other) { (one, other) } else { (other, one) }
}

/// On the two sides of a range the same distance may count differently; only a value on the same
/// side, or inside, is plainly better.
fn is_on_one_side(requirement: &Requirement, worse: f64, better: f64) -> bool {
    match &requirement.threshold {
        Threshold::Within { low, high } => {
            let is_inside = (low.target..=high.target).contains(&better);
            let both_below = worse < low.target && better < low.target;
            let both_above = worse > high.target && better > high.target;
            is_inside || both_below || both_above
        }
        _ => true,
    }
}

#[test]
fn a_better_value_never_attains_less() {
    hold(1_500, a_better_pair(), |(requirement, worse, better)| {
        let [was, is] = [worse, better].map(|value| judge(requirement, Reading::exact(value)));
        let applies = ![was, is].map(|judged| judged.verdict).contains(&Verdict::NotApplicable);
        if applies && is_on_one_side(requirement, worse, better) {
            assert!(is.attainment_bp >= was.attainment_bp, "{requirement:?}");
            assert!(is.verdict <= was.verdict, "{requirement:?}");
        }
    });
}

#[test]
fn attainment_agrees_with_its_verdict() {
    hold(1_500, a_better_pair(), |(requirement, value, _)| {
        let judged = judge(requirement, Reading::exact(value));
        let expected = match judged.verdict {
            Verdict::MeetsTarget => 10_000..=10_000,
            Verdict::MeetsMinimum => 5_000..=10_000,
            Verdict::Short => 0..=5_000,
            Verdict::NotApplicable => 0..=0,
            Verdict::Unknown => panic!("{value} is known"),
        };
        assert!(expected.contains(&judged.attainment_bp), "{judged:?}");
        assert_eq!(judged.at_best_bp, judged.attainment_bp);
    });
}

#[test]
fn unknown_is_never_met() {
    for requirement in RULEBOOK.profiles.iter().flat_map(|profile| &profile.requirements) {
        for reading in [Reading::Unknown, Reading::exact(f64::NAN)] {
            let judged = judge(requirement, reading);
            assert_eq!(judged.verdict, Verdict::Unknown);
            assert_eq!((judged.attainment_bp, judged.at_best_bp), (0, 10_000));
        }
    }
}

#[test]
fn what_has_no_observation_is_never_met() {
    hold(150, (profiles(), a_site()), |(profile, drawn)| {
        let estate = estate_of(&[&drawn], kind_of(profile));
        for spot in spots(profile, &estate) {
            for requirement in &profile.requirements {
                let mut known = false;
                if let Some(place) = place_of(&RULEBOOK, &requirement.asks, spot) {
                    for_each_measure(&RULEBOOK, &requirement.asks, |measure| {
                        known |= !estate.value(measure, place).is_nan();
                    });
                }
                if !known {
                    let judged = judged_at(requirement, &estate, spot);
                    assert_eq!(judged.verdict, Verdict::Unknown, "{}", requirement.id);
                }
            }
        }
    });
}

/// Ends between which a requirement's value may lie.
fn a_bounded_reading() -> impl Strategy<Value = (&'static Requirement, f64, f64, f64)> {
    requirements()
        .prop_filter("only these have limits", |requirement| {
            !matches!(requirement.asks, Question::Measure(_))
        })
        .prop_flat_map(|requirement| {
            let value = match &requirement.asks {
                Question::Checklist(_) => 0.0..=1.0,
                _ => -5.0..=8.0,
            };
            (value.clone(), value, 0.0..=1.0)
                .prop_map(move |(one, other, part)| (requirement, one, other, part))
        })
}

#[test]
fn a_reading_between_limits_is_judged_as_neither_end_contradicts() {
    hold(4_000, a_bounded_reading(), |(requirement, one, other, part)| {
        let (low, high) = (one.min(other), one.max(other));
        let truth = low + (high - low) * part;
        let said = judge(requirement, Reading::Known { low, central: truth, high });
        for value in [low, truth, high] {
            let then = judge(requirement, Reading::exact(value));
            assert!((said.attainment_bp..=said.at_best_bp).contains(&then.attainment_bp));
            if said.verdict != Verdict::Unknown {
                let is_short = said.verdict == Verdict::Short;
                assert_eq!(then.verdict == Verdict::Short, is_short);
                assert!(then.verdict <= said.verdict, "{then:?} {said:?}");
            }
        }
    });
}

#[test]
fn the_score_lies_within_its_range() {
    hold(200, (profiles(), a_site()), |(profile, drawn)| {
        let estate = estate_of(&[&drawn], kind_of(profile));
        for spot in spots(profile, &estate) {
            let outcome = assess_spot(&RULEBOOK, &estate, profile, spot);
            let score = outcome.score.score_bp.unwrap_or(outcome.score.low_bp);
            assert!(outcome.score.low_bp <= score, "{outcome:?}");
            assert!(score <= outcome.score.high_bp, "{outcome:?}");
            assert!(outcome.score.coverage_bp <= 10_000 && outcome.score.soft_bp <= 10_000);
            if outcome.score.readiness == Readiness::Ready {
                assert_eq!((outcome.score.gates_failed, outcome.score.gates_unknown), (0, 0));
            }
        }
    });
}

#[test]
fn whatever_is_answered_the_score_stays_within_the_range_shown_before() {
    hold(500, (profiles(), a_site(), a_site()), |(profile, drawn, answers)| {
        let before = estate_of(&[&drawn], kind_of(profile));
        let mut answered = drawn.clone();
        for (values, more) in std::iter::once((&mut answered.site, &answers.site))
            .chain(answered.spaces.iter_mut().zip(&answers.spaces))
        {
            for (measure, value) in more {
                // What is answered for all technologies is no longer open for one of them.
                let general = RULEBOOK.dictionary.general(MeasureIndex(*measure)).0;
                if !values.contains_key(&general) || general == *measure {
                    values.entry(*measure).or_insert(*value);
                }
            }
        }
        // An apparent demand is preferred to an active one: it is another fact, not an answer to it.
        let (measure, _) = RULEBOOK.dictionary.find("max-demand-kva").expect("it is there");
        if !drawn.site.contains_key(&measure.0) {
            answered.site.remove(&measure.0);
        }
        let after = estate_of(&[&answered], kind_of(profile));
        for spot in spots(profile, &before) {
            let was = assess_spot(&RULEBOOK, &before, profile, spot);
            let is = assess_spot(&RULEBOOK, &after, profile, spot);
            for bp in [is.score.low_bp, is.score.high_bp].into_iter().chain(is.score.score_bp) {
                assert!((was.score.low_bp..=was.score.high_bp).contains(&bp), "{was:?}\n{is:?}");
            }
        }
    });
}

#[test]
fn a_better_observation_never_lowers_the_score() {
    let one_better = (profiles(), a_site(), a_site(), any::<proptest::sample::Index>());
    hold(400, one_better, |(profile, drawn, other, index)| {
        let measured: Vec<&Requirement> = profile
            .requirements
            .iter()
            .filter(|requirement| matches!(requirement.asks, Question::Measure(_)))
            .collect();
        let requirement = *index.get(&measured);
        let Question::Measure(measure) = requirement.asks else {
            unreachable!("filtered above");
        };
        let estate = estate_of(&[&drawn], kind_of(profile));
        let other = estate_of(&[&other], kind_of(profile));
        let (Some(here), Some(there)) =
            (spots(profile, &estate).first().copied(), spots(profile, &other).first().copied())
        else {
            return;
        };
        let value = |estate: &Estate, spot: Spot| {
            place_of(&RULEBOOK, &requirement.asks, spot)
                .map(|place| estate.value(measure, place))
                .filter(|value| !value.is_nan())
        };
        let (Some(one), Some(two)) = (value(&estate, here), value(&other, there)) else {
            return;
        };
        let (worse, better) = in_order(requirement, one, two);
        if !is_on_one_side(requirement, worse, better) {
            return;
        }
        let place = place_of(&RULEBOOK, &requirement.asks, here).expect("it was read there");
        let [was, is] = [worse, better].map(|value| {
            let mut estate = estate.clone();
            estate.set(measure, place, value, source());
            let judged = judged_at(requirement, &estate, here);
            (judged.verdict, assess_spot(&RULEBOOK, &estate, profile, here))
        });
        if was.0 == Verdict::NotApplicable || is.0 == Verdict::NotApplicable {
            return;
        }
        let (was, is) = (was.1, is.1);
        assert!(is.score.score_bp >= was.score.score_bp, "{}: {was:?} {is:?}", requirement.id);
        assert!(is.score.low_bp >= was.score.low_bp && is.score.high_bp >= was.score.high_bp);
        assert!(is.score.gates_failed <= was.score.gates_failed);
        assert!(is.score.readiness <= was.score.readiness, "{was:?} {is:?}");
    });
}

#[test]
fn a_checklist_item_that_is_met_better_never_lowers_the_score() {
    let item = (any::<proptest::sample::Index>(), 0..3_u8, 0..3_u8, 0..4_u8);
    hold(500, (a_site(), item), |(drawn, (index, one, other, rest))| {
        let at = RULEBOOK.find_profile("ai-inference-node").expect("it is there");
        let profile = &RULEBOOK.profiles[at];
        let items: Vec<MeasureIndex> = profile
            .requirements
            .iter()
            .filter_map(|requirement| match &requirement.asks {
                Question::Checklist(items) => Some(items.clone()),
                _ => None,
            })
            .flatten()
            .collect();
        let item = *index.get(&items);
        let mut estate = estate_of(&[&drawn], SpaceKind::Ward);
        // A list with open items may become undecided by a better one, and then leaves the score.
        for open in items {
            if estate.value(open, 0).is_nan() {
                estate.set(open, 0, f64::from(rest.min(2)), source());
            }
        }
        let [was, is] = [one.min(other), one.max(other)].map(|choice| {
            let mut estate = estate.clone();
            estate.set(item, 0, f64::from(choice), source());
            assess_spot(&RULEBOOK, &estate, profile, Spot::Site(0))
        });
        assert!(is.score.score_bp >= was.score.score_bp, "{was:?} {is:?}");
        assert!(is.score.low_bp >= was.score.low_bp && is.score.high_bp >= was.score.high_bp);
        assert!(is.score.gates_failed <= was.score.gates_failed);
        assert!(is.score.readiness <= was.score.readiness);
    });
}

#[test]
fn more_supply_and_less_demand_never_lower_the_score() {
    let change = (1..20_000_i32, 0..5_usize);
    hold(500, (profiles(), a_site(), change), |(profile, drawn, (milli, which))| {
        let (id, sign) = [
            ("agreed-import-capacity-kva", 1.0),
            ("generator-firm-capacity-kva", 1.0),
            ("max-demand-kva", -1.0),
            ("max-demand-kw", -1.0),
            ("essential-max-demand-kva", -1.0),
        ][which];
        let (measure, _) = RULEBOOK.dictionary.find(id).expect("the measure is there");
        let Some(value) = drawn.site.get(&measure.0) else {
            return;
        };
        let mut eased = drawn.clone();
        eased.site.insert(measure.0, value + sign * f64::from(milli) / 1e3);
        let (before, after) =
            (estate_of(&[&drawn], kind_of(profile)), estate_of(&[&eased], kind_of(profile)));
        for spot in spots(profile, &before) {
            let was = assess_spot(&RULEBOOK, &before, profile, spot);
            let is = assess_spot(&RULEBOOK, &after, profile, spot);
            // Limits that come to agree on a verdict enter the score, so the lower end is compared.
            assert!(is.score.low_bp >= was.score.low_bp, "{was:?} {is:?}");
            assert!(is.score.gates_failed <= was.score.gates_failed);
        }
    });
}

#[test]
fn the_order_of_observations_and_of_sites_changes_nothing() {
    let several = proptest::collection::vec(a_site(), 2..5);
    hold(60, (profiles(), several), |(profile, drawn)| {
        let kind = kind_of(profile);
        let forwards: Vec<&Drawn> = drawn.iter().collect();
        let backwards: Vec<&Drawn> = drawn.iter().rev().collect();
        let (one, other) = (estate_of(&forwards, kind), estate_of(&backwards, kind));
        let count = one.sites();
        // The same estate with its observations entered from the last to the first.
        let kinds: Vec<Vec<SpaceKind>> =
            drawn.iter().map(|site| vec![kind; site.spaces.len()]).collect();
        let mut late = Estate::new(&RULEBOOK.dictionary, kinds.iter().map(Vec::as_slice));
        for place in (0..one.rows()).rev() {
            let places = u16::try_from(RULEBOOK.dictionary.places()).expect("few measures");
            for measure in (0..places).map(MeasureIndex).rev() {
                let value = one.value(measure, place);
                if !value.is_nan() && one.counted(measure, place) == measure {
                    late.set(measure, place, value, source());
                }
            }
        }
        for site in 0..count {
            let here = assess(&RULEBOOK, &one, profile, site);
            let there = assess(&RULEBOOK, &other, profile, count - 1 - site);
            let then = assess(&RULEBOOK, &late, profile, site);
            assert_eq!(here, then);
            let place_free =
                |outcome: Outcome| (outcome.score, outcome.spaces, outcome.spaces_ready);
            assert_eq!(place_free(here), place_free(there));
            let alone = estate_of(&[&drawn[site as usize]], kind);
            assert_eq!(place_free(here), place_free(assess(&RULEBOOK, &alone, profile, 0)));
        }
    });
}

fn level() -> impl Strategy<Value = Level> {
    prop_oneof![Just(Level::Minimum), Just(Level::Target)]
}

#[test]
fn a_gap_is_never_below_zero_and_closing_it_reaches_its_level() {
    hold(4_000, (a_better_pair(), level()), |((requirement, value, _), level)| {
        let Some(gap) = gap_size(requirement, Reading::exact(value), level) else {
            assert!(matches!(requirement.threshold, Threshold::Choices(_) | Threshold::Is(_)));
            return;
        };
        assert!(gap.low >= 0.0 && gap.low == gap.central && gap.central == gap.high);
        let wanted = |judged: Judged| match level {
            Level::Minimum => judged.verdict <= Verdict::MeetsMinimum,
            Level::Target => judged.verdict == Verdict::MeetsTarget,
        };
        assert_eq!(
            gap.central == 0.0,
            wanted(judge(requirement, Reading::exact(value))),
            "{requirement:?} {value}"
        );
        let sign = match &requirement.threshold {
            Threshold::AtMost(_) => -1.0,
            Threshold::Within { low, .. } => match level {
                Level::Minimum if value >= low.minimum => -1.0,
                Level::Target if value >= low.target => -1.0,
                _ => 1.0,
            },
            _ => 1.0,
        };
        if gap.central == 0.0 {
            return;
        }
        // The sum of two doubles may miss the limit by a last digit, so a hair either way decides.
        let hair = 1e-9 * value.abs().max(1.0);
        let closed = value + sign * (gap.central + hair);
        assert!(wanted(judge(requirement, Reading::exact(closed))), "{requirement:?} {value}");
        if gap.central > 2.0 * hair {
            let almost = value + sign * (gap.central - hair);
            assert!(!wanted(judge(requirement, Reading::exact(almost))), "{requirement:?}");
        }
    });
}

#[test]
fn the_gap_of_a_reading_between_limits_holds_that_of_every_value_within() {
    hold(2_000, (a_bounded_reading(), level()), |((requirement, one, other, part), level)| {
        let (low, high) = (one.min(other), one.max(other));
        let central = low + (high - low) * part;
        let gap = gap_size(requirement, Reading::Known { low, central, high }, level);
        let Some(Estimate { low, central, high }) = gap else {
            panic!("headroom and checklists have a size");
        };
        assert!(0.0 <= low && low <= central && central <= high);
    });
}

fn gap_at(estate: &Estate, profiles: &[usize], level: Level) -> SiteGap {
    let deployed: Vec<(usize, Outcome)> = profiles
        .iter()
        .map(|at| (*at, assess(&RULEBOOK, estate, &RULEBOOK.profiles[*at], 0)))
        .collect();
    site_gap(&RULEBOOK, estate, &deployed, level)
}

#[test]
fn together_technologies_need_at_least_what_each_needs_alone() {
    hold(150, (a_site(), level()), |(drawn, level)| {
        let estate = estate_of(&[&drawn], SpaceKind::ConsultingRoom);
        let all: Vec<usize> = (0..RULEBOOK.profiles.len()).collect();
        let together = gap_at(&estate, &all, level);
        for at in all {
            for line in gap_at(&estate, &[at], level).lines {
                let at_place = |place| {
                    together
                        .lines
                        .iter()
                        .find(|other| (other.remedy, other.place) == (line.remedy, place))
                };
                // A room may be covered by what is done to the whole site.
                let also = at_place(line.place)
                    .or_else(|| at_place(estate.site_of(line.place)))
                    .unwrap_or_else(|| panic!("{line:?} is lost in {together:?}"));
                for need in &line.needs {
                    assert!(also.needs.contains(need));
                }
                if also.place != line.place {
                    continue;
                }
                if let (Some(alone), Some(both)) = (line.quantity_milli, also.quantity_milli) {
                    assert!(both.low >= alone.low, "{line:?} {also:?}");
                    assert!(both.central >= alone.central && both.high >= alone.high);
                }
            }
        }
    });
}

#[test]
fn the_totals_of_a_gap_are_the_sums_of_its_lines() {
    hold(150, (a_site(), level()), |(drawn, level)| {
        let estate = estate_of(&[&drawn], SpaceKind::ConsultingRoom);
        let all: Vec<usize> = (0..RULEBOOK.profiles.len()).collect();
        let gap = gap_at(&estate, &all, level);
        let (mut low, mut central, mut high, mut open) = (0, 0, 0, 0);
        for line in &gap.lines {
            let is_at_least = |reason: &String| reason.starts_with("At least.");
            let is_in_part = line.unknown_reason.as_ref().is_some_and(is_at_least);
            assert_eq!(line.quantity_milli.is_none() || is_in_part, line.unknown_reason.is_some());
            assert!(!line.needs.is_empty());
            match line.capital {
                Some(capital) => {
                    assert!(capital.low <= capital.central && capital.central <= capital.high);
                    low += capital.low.0;
                    central += capital.central.0;
                    high += capital.high.0;
                }
                None => open += 1,
            }
        }
        let total = gap.capital().unwrap_or_default();
        assert_eq!((total.low.0, total.central.0, total.high.0), (low, central, high));
        assert_eq!(gap.lines_without_cost(), open);
        assert_eq!(gap.running(), None, "no remedy has a running cost");
        assert_eq!(gap.lines_without_running(), gap.lines.len());
        let mut places: Vec<_> = gap.lines.iter().map(|line| (line.remedy, line.place)).collect();
        places.dedup();
        assert_eq!(places.len(), gap.lines.len(), "a remedy once a place");
    });
}

/// Everything that a site needs, priced: its gap for these technologies, works for net zero, backlog.
fn invested(
    estate: &Estate,
    profiles: &[usize],
    level: Level,
    works: &[NetZeroWork],
    backlog: &[Backlog],
    pricing: &Pricing,
) -> Vec<investment::Line> {
    let prices = Prices::new(&RULEBOOK, pricing).expect("the usual terms hold");
    let gap = gap_at(estate, profiles, level);
    let nation = Some(Nation::Wales);
    prices.lines(&SiteNeeds { site: 0, nation, gap: &gap, works, backlog })
}

fn capital_of<'a>(lines: impl IntoIterator<Item = &'a investment::Line>) -> Estimate<Pence> {
    lines.into_iter().filter_map(investment::Line::capital_total).sum()
}

fn a_work() -> impl Strategy<Value = NetZeroWork> {
    let saving = |remedy: &usize| RULEBOOK.remedies[*remedy].saves.is_some();
    let remedies: Vec<usize> = (0..RULEBOOK.remedies.len()).filter(saving).collect();
    (proptest::sample::select(remedies), 0_u32..1_000_000, 0_u32..1000, 0_u32..1000).prop_map(
        |(remedy, low, more, most)| {
            let of = |quantity| f64::from(quantity) / 1000.0;
            let quantity =
                Estimate { low: of(low), central: of(low + more), high: of(low + more + most) };
            NetZeroWork { remedy, quantity }
        },
    )
}

fn a_backlog() -> impl Strategy<Value = Vec<Backlog>> {
    let bands = RULEBOOK.costing.backlog.clone();
    proptest::collection::vec(proptest::option::of(0_u32..50_000_000), bands.len()).prop_map(
        move |pounds| {
            let known = bands.iter().zip(pounds).filter_map(|(measure, gbp)| {
                let (measure, gbp, year) = (*measure, f64::from(gbp?), FinancialYear(2023));
                Some(Backlog { measure, gbp, year })
            });
            known.collect()
        },
    )
}

/// The usual terms, and others.
fn a_basis() -> impl Strategy<Value = Pricing> {
    let allowances = proptest::sample::select(Allowance::ALL);
    let treatments = proptest::sample::select(Treatment::ALL);
    let years = proptest::sample::select(vec![None, Some("2025-26"), Some("2019"), Some("2030")]);
    (allowances, treatments, 0_i64..=100, years, any::<bool>()).prop_map(
        |(allowance, vat, fees, prices, gross_up)| Pricing {
            allowance,
            vat,
            fees: Some(Decimal::new(fees, 2)),
            prices: prices.map(|text| prices_of(text).expect("a year")),
            gross_up,
            ..RULEBOOK.costing.usual.clone()
        },
    )
}

#[test]
fn no_pound_of_an_investment_gap_is_in_two_columns_and_every_line_adds_up() {
    let works = proptest::collection::vec(a_work(), 0..4);
    let all = (a_site(), level(), works, a_backlog(), a_basis());
    hold(150, all, |(drawn, level, works, backlog, pricing)| {
        let estate = estate_of(&[&drawn], SpaceKind::ConsultingRoom);
        let profiles: Vec<usize> = (0..RULEBOOK.profiles.len()).collect();
        let lines = invested(&estate, &profiles, level, &works, &backlog, &pricing);
        let mut places: Vec<_> = lines.iter().map(|line| (line.item, line.place)).collect();
        places.sort_unstable();
        places.dedup();
        assert_eq!(places.len(), lines.len(), "a remedy is on one line a place");
        for line in &lines {
            let is_needed = !line.needs.is_empty();
            let is_worked = |work: &&NetZeroWork| line.item == Item::Remedy(work.remedy);
            let is_net_zero = line.place == 0 && works.iter().find(is_worked).is_some();
            let expected = match (line.item, is_needed, is_net_zero) {
                (Item::Backlog(_), _, _) => Part::Backlog,
                (_, true, true) => Part::Both,
                (_, true, false) => Part::Readiness,
                (_, false, _) => Part::NetZero,
            };
            assert_eq!(line.part, expected, "{line:?}");
            let Some(parts) = line.capital else { continue };
            for parts in [parts.low, parts.central, parts.high] {
                let sum = parts.work.0 + parts.risk.0 + parts.fees.0 + parts.vat.0;
                assert_eq!(parts.total().0, sum);
            }
            let total = line.capital_total().expect("it has a price");
            assert!(total.low <= total.central && total.central <= total.high, "{line:?}");
        }
        let of_part = |part| capital_of(lines.iter().filter(|line| line.part == part));
        let sum: Estimate<Pence> = Part::ALL.iter().map(|part| of_part(*part)).sum();
        assert_eq!(sum, capital_of(&lines));
        let twice = may_be_in_backlog(&RULEBOOK, &lines);
        assert!(twice.central <= of_part(Part::Backlog).central);
        assert!(twice.central.0 <= sum.central.0 - of_part(Part::Backlog).central.0);
    });
}

#[test]
fn one_more_technology_never_lowers_the_gap() {
    let profiles: Vec<usize> = (0..RULEBOOK.profiles.len()).collect();
    let some = proptest::sample::subsequence(profiles.clone(), 0..profiles.len());
    let all = (a_site(), level(), some, proptest::sample::select(profiles), a_work());
    hold(300, all, |(drawn, level, mut some, more, work)| {
        // Rooms that are together larger than their site contradict it, and then nothing holds.
        let area_of = |values: &Values, id: &str| {
            let (measure, _) = RULEBOOK.dictionary.find(id).expect("the measure is there");
            values.get(&measure.0).copied()
        };
        let rooms = drawn.spaces.iter().filter_map(|room| area_of(room, "room-area-m2"));
        let site = area_of(&drawn.site, "gross-internal-area-m2");
        if site.is_some_and(|site| site < rooms.sum()) {
            return;
        }
        let estate = estate_of(&[&drawn], SpaceKind::ConsultingRoom);
        let pricing = &RULEBOOK.costing.usual;
        let total = |profiles: &[usize]| {
            capital_of(&invested(
                &estate,
                profiles,
                level,
                std::slice::from_ref(&work),
                &[],
                pricing,
            ))
        };
        let before = total(&some);
        some.push(more);
        some.sort_unstable();
        some.dedup();
        let after = total(&some);
        assert!(after.low >= before.low, "{before:?} {after:?}");
        assert!(after.central >= before.central && after.high >= before.high);
    });
}

#[test]
fn every_requirement_is_met_costed_listed_or_not_known_and_never_two_of_these() {
    hold(150, (a_site(), level()), |(drawn, level)| {
        let estate = estate_of(&[&drawn], SpaceKind::ConsultingRoom);
        for (at, profile) in RULEBOOK.profiles.iter().enumerate() {
            let outcome = assess(&RULEBOOK, &estate, profile, 0);
            let gap = site_gap(&RULEBOOK, &estate, &[(at, outcome)], level);
            for (index, requirement) in profile.requirements.iter().enumerate() {
                let is = |need: &siteworthy_rules::gap::Need| need.requirement == index;
                let times = gap.lines.iter().flat_map(|line| &line.needs).filter(|n| is(n)).count()
                    + gap.without_remedy.iter().filter(|need| is(need)).count();
                let not_known = gap.not_known.iter().filter(|need| is(need)).count();
                let judged = judged_at(requirement, &estate, outcome.spot());
                // Without a room nothing is costed or listed, and what is not known stays so.
                let is_without_room = matches!(outcome.spot(), Spot::NoSpace { .. });
                assert_eq!(!gap.no_room.is_empty(), is_without_room);
                if is_without_room {
                    let is_unknown = usize::from(judged.verdict == Verdict::Unknown);
                    assert_eq!((times, not_known), (0, is_unknown), "{}", requirement.id);
                    continue;
                }
                if level == Level::Minimum {
                    let expected = match judged.verdict {
                        Verdict::Short => (1, 0),
                        Verdict::Unknown => (0, 1),
                        _ => (0, 0),
                    };
                    assert_eq!((times, not_known), expected, "{}", requirement.id);
                }
                assert!(times + not_known <= 1, "{}", requirement.id);
            }
        }
    });
}

#[test]
fn a_site_without_spaces_is_an_estate_too() {
    let estate = places::estate(&RULEBOOK, &[Site::default()]);
    for profile in &RULEBOOK.profiles {
        let outcome = assess(&RULEBOOK, &estate, profile, 0);
        assert_eq!(outcome.score.readiness, Readiness::Indeterminate);
        assert_eq!((outcome.score.score_bp, outcome.score.coverage_bp), (None, 0));
        assert_eq!((outcome.score.low_bp, outcome.score.high_bp), (0, 10_000));
        assert_eq!(provenance(&RULEBOOK, &estate, profile, outcome.spot()), (None, None));
    }
}
