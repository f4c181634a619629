//! What holds for every estimate, gap, footprint and path: more money never widens a gap, a larger
//! building changes no year, unknown stays unknown, and the cheapest set is the cheapest.
//!
//! Single figures are held to published ones in `worked_examples`.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the finding")]

mod support;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rust_decimal::Decimal;
use siteworthy_rules::appraisal::{constant, irr, npv, present_value};
use siteworthy_rules::carbon::Unknown;
use siteworthy_rules::carbon::abatement::{Abatement, abatement_curve, cheapest_set};
use siteworthy_rules::carbon::crrem::{
    Asset, Misalignment, Pathway, Portfolio, Projection, Published, Use, blend,
    carbon_value_at_risk, misalignment, pathway_of, portfolio, project,
};
use siteworthy_rules::carbon::demand::{Carrier, Demand, FuelFactors};
use siteworthy_rules::carbon::footprint::{Part, footprint, fuel_factors, per_m2};
use siteworthy_rules::carbon::path::{
    Deployment, Milestone, Pace, Paths, Site, TargetPath, align, path_gap, pledges,
};
use siteworthy_rules::carbon::value::carbon_npv;
use siteworthy_rules::carbon::whole_life::{
    HardwareShare, InUse, Item, Module, WholeLife, refrigerant_leak_kg_per_year, replacements,
    software_embodied_g, software_intensity, whole_life,
};
use siteworthy_rules::cost::{Estimate, Money, Pence};
use siteworthy_rules::costing::simulation::{Simulation, simulate};
use siteworthy_rules::costing::{Line, Phasing, Risk, Terms, Vat, phase, price, total};
use siteworthy_rules::dated::Evidence;
use siteworthy_rules::factor::conversion::{ConversionFactor, ConversionSet, Scope};
use siteworthy_rules::factor::deflator::Deflator;
use siteworthy_rules::factor::grid::GridPath;
use siteworthy_rules::factor::pathway::HEALTHCARE;
use siteworthy_rules::factor::{
    Average, CalendarYear, Carbon, Factor, Figure, FinancialYear, Marginal, Missing, PriceBase,
    Purpose, Real, SetYear,
};
use siteworthy_rules::funding::{InvestmentGap, Ledger, Required, investment_gap};
use siteworthy_rules::place::Nation;
use std::collections::BTreeMap;

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

fn close(one: f64, other: f64) {
    let scale = one.abs().max(other.abs()).max(1.0);
    assert!((one - other).abs() <= 1e-9 * scale, "{one} is not {other}");
}

fn year(year: i32) -> CalendarYear {
    CalendarYear(year)
}

fn exactly(value: f64) -> Decimal {
    Decimal::try_from(value).unwrap()
}

// Made-up factors, grids and indices, so that nothing here depends on a published figure.

fn grid<P: Purpose>(first: i32, last: i32) -> GridPath<P> {
    make_grid((first..=last).map(|year| (year, 0.4 - 0.01 * f64::from(year - 2020))))
}

fn make_grid<P: Purpose>(years: impl Iterator<Item = (i32, f64)>) -> GridPath<P> {
    let years = years.map(|(year, value)| (CalendarYear(year), figure(value)));
    GridPath::new("made-up".to_owned(), years.collect())
}

fn deflators() -> Deflator {
    let index = [(calendar(2022), figure(80.0)), (calendar(2024), figure(100.0))];
    Deflator { vintage: "made-up".to_owned(), index: index.into() }
}

fn figure(value: f64) -> Figure {
    Figure {
        value,
        unit: "1".to_owned(),
        evidence: Evidence::Policy,
        source: "made up".to_owned(),
        source_year: 2026,
        note: String::new(),
    }
}

fn missing(what: &str) -> Missing {
    Missing(what.to_owned())
}

fn calendar(at: i32) -> PriceBase {
    PriceBase::Calendar(year(at))
}

// Appraisal.

#[test]
fn at_no_interest_a_present_value_is_the_sum_of_the_flows() {
    hold(200, prop::collection::vec(-1e6..1e6, 0..40), |flows: Vec<f64>| {
        close(npv(0.0, &flows), flows.iter().sum());
    });
}

#[test]
fn at_the_rate_of_return_a_project_is_worth_nothing() {
    let projects = (1.0..1e6, prop::collection::vec(0.0..1e5, 1..40));
    hold(200, projects, |(paid, mut flows): (f64, Vec<f64>)| {
        flows[0] += 1.0;
        flows.insert(0, -paid);
        let rate = irr(&flows).unwrap();
        let scale: f64 =
            present_value(&flows.iter().map(|one| one.abs()).collect::<Vec<_>>(), constant(rate));
        assert!(npv(rate, &flows).abs() <= 1e-9 * scale, "{rate}");
    });
}

#[test]
fn the_value_of_carbon_is_linear_in_tonnes_and_in_the_carbon_value() {
    let value = |tonnes: f64, price: f64| {
        let emitted: BTreeMap<CalendarYear, Carbon<Marginal>> =
            (2026..2040).map(|at| (year(at), Carbon::from_kg(tonnes * 1000.0))).collect();
        let price_of = |_| Ok(Real { pounds: exactly(price), base: calendar(2022) });
        carbon_npv(&emitted, price_of, &deflators(), calendar(2024), year(2024), constant(0.035))
            .unwrap()
            .pounds
    };
    hold(100, (0.0..1e4, 1.0..500.0), |(tonnes, price): (f64, f64)| {
        let once = value(tonnes, price);
        assert!(once <= 0.0, "emissions are a cost");
        close(value(2.0 * tonnes, price), 2.0 * once);
        close(value(tonnes, 2.0 * price), 2.0 * once);
    });
}

#[test]
fn carbon_without_a_value_or_before_the_base_year_has_no_present_value() {
    let emitted: BTreeMap<CalendarYear, Carbon<Marginal>> =
        [2023, 2024, 2060].map(|at| (year(at), Carbon::from_kg(1.0))).into();
    let price_of = |at: CalendarYear| {
        if at.0 > 2050 {
            return Err(missing("carbon values end in 2050"));
        }
        Ok(Real { pounds: Decimal::ONE, base: calendar(2022) })
    };
    let why =
        carbon_npv(&emitted, price_of, &deflators(), calendar(2024), year(2024), constant(0.0))
            .unwrap_err();
    assert_eq!(
        why.iter().map(ToString::to_string).collect::<Vec<_>>(),
        [
            "a present value in 2024 of what was emitted in 2023 cannot be right",
            "carbon values end in 2050"
        ]
    );
}

// Costing.

fn line(quantity: Estimate<i64>, rate: Estimate<i64>) -> Line {
    Line {
        id: "work".to_owned(),
        money: Money::Capital,
        quantity: Some(quantity.map(|milli| Decimal::new(milli, 3))),
        rate: rate.map(Decimal::from),
        base: calendar(2022),
        terms: Terms {
            location: exactly(1.07),
            risk: Risk::OptimismBias { fraction: exactly(0.51), mitigated: exactly(0.2) },
            fees: exactly(0.13),
            vat: Vat::Included { rate: exactly(0.2), reason: "not recovered".to_owned() },
        },
    }
}

fn estimates(most: i64) -> impl Strategy<Value = Estimate<i64>> {
    prop::array::uniform3(0..most).prop_map(|mut three| {
        three.sort_unstable();
        Estimate { low: three[0], central: three[1], high: three[2] }
    })
}

fn lines() -> impl Strategy<Value = Vec<Line>> {
    let one = (estimates(1_000_000), estimates(10_000)).prop_map(|(many, rate)| line(many, rate));
    prop::collection::vec(one, 0..12)
}

#[test]
fn totals_rise_from_low_to_high_and_are_sums_of_whole_runs() {
    hold(100, lines(), |lines| {
        let totals = total(&lines, calendar(2024), &deflators());
        let sum = totals.get(&Money::Capital).map(|total| total.parts).unwrap_or_default();
        let sum = sum.map(|parts| parts.total());
        assert!(sum.low <= sum.central && sum.central <= sum.high);
        let of = |run: fn(Estimate<Pence>) -> Pence| -> Pence {
            lines
                .iter()
                .map(|line| price(line, calendar(2024), &deflators()).unwrap())
                .map(|parts| run(parts.map(|parts| parts.total())))
                .sum()
        };
        assert_eq!(sum.low, of(|run| run.low));
        assert_eq!(sum.high, of(|run| run.high));
    });
}

#[test]
fn nothing_to_do_costs_nothing() {
    assert!(total(&[], calendar(2024), &deflators()).is_empty());
}

#[test]
fn what_is_phased_adds_up_again() {
    let shares = prop::collection::vec(0_i64..1000, 1..8);
    hold(200, (-1_000_000_i64..1_000_000_000, shares), |(pence, mut parts): (i64, Vec<i64>)| {
        parts.push(10_000 - parts.iter().sum::<i64>());
        let shares = parts.iter().map(|part| Decimal::new(*part, 4)).collect();
        let years = phase(Pence(pence), &Phasing::Spread { start: FinancialYear(2026), shares });
        assert_eq!(years.unwrap().into_values().sum::<Pence>(), Pence(pence));
    });
}

#[test]
fn percentiles_rise_and_lie_between_the_low_and_the_high_total() {
    hold(40, (lines(), 0.0..=1.0, any::<u64>()), |(lines, rho, seed)| {
        let costs: Vec<Estimate<Pence>> = lines
            .iter()
            .map(|line| price(line, calendar(2024), &deflators()).unwrap())
            .map(|parts| parts.map(|parts| parts.total()))
            .collect();
        let simulation = Simulation { seed, draws: 1_000, rho };
        let found = simulate(&costs, &simulation).unwrap();
        let sum: Estimate<Pence> = costs.iter().copied().sum();
        let rising = [sum.low, found.p10, found.p50, found.p90, sum.high];
        assert!(rising.is_sorted(), "{rising:?}");
        assert_eq!(found, simulate(&costs, &simulation).unwrap());
    });
}

// Funding.

fn ledgers() -> impl Strategy<Value = (Ledger<Required>, Ledger<Pence>)> {
    let amounts = || {
        prop::collection::btree_map(
            (2026..2036, prop::bool::ANY).prop_map(|(at, is_capital)| {
                let money = if is_capital { Money::Capital } else { Money::Running };
                (FinancialYear(at), money)
            }),
            0..1_000_i64,
            0..20,
        )
    };
    (amounts(), amounts()).prop_map(|(required, allocated)| {
        let need = |pence| Required { pence: Pence(pence), unpriced: 0 };
        (
            required.into_iter().map(|(key, pence)| (key, need(pence))).collect(),
            allocated.into_iter().map(|(key, pence)| (key, Pence(pence))).collect(),
        )
    })
}

fn readings(gap: &InvestmentGap) -> [Pence; 3] {
    [gap.sum_yearly_gap, gap.closing_unfunded, gap.peak_unfunded]
}

#[test]
fn no_gap_is_below_zero_and_more_money_never_widens_one() {
    let more = (ledgers(), 2026..2036, 0..500_i64);
    hold(300, more, |((required, mut allocated), at, more)| {
        let before = investment_gap(&required, &allocated);
        *allocated.entry((FinancialYear(at), Money::Capital)).or_default() += Pence(more);
        let after = investment_gap(&required, &allocated);
        for (money, gap) in &before {
            let [yearly, closing, peak] = readings(gap);
            assert!(Pence(0) <= closing && closing <= peak && peak <= yearly);
            for (before, after) in readings(gap).iter().zip(readings(&after[money])) {
                assert!(after <= *before);
            }
        }
        // Capital changes nothing of the other ledger.
        assert_eq!(before.get(&Money::Running), after.get(&Money::Running));
    });
}

// Abatement.

#[derive(Clone, Debug)]
struct Drawn {
    pounds: i64,
    kg: u32,
    group: Option<u8>,
}

fn abatements() -> impl Strategy<Value = Vec<Abatement<Average>>> {
    let one = (-50_i64..200, 1_u32..60, prop::option::of(0_u8..3))
        .prop_map(|(pounds, kg, group)| Drawn { pounds, kg, group });
    prop::collection::vec(one, 0..10).prop_map(|drawn| {
        drawn
            .iter()
            .enumerate()
            .map(|(at, one)| Abatement {
                id: format!("measure-{at}"),
                group: one.group.map(|group| group.to_string()),
                saved_a_year: Some(Carbon::from_kg(f64::from(one.kg))),
                life_years: 10,
                net_cost: Some(Pence(one.pounds * 100)),
            })
            .collect()
    })
}

/// Every set of measures with at most one of each group: its members, cost and kilograms saved.
fn every_set(measures: &[Abatement<Average>]) -> Vec<(Vec<usize>, i64, f64)> {
    (0_u32..1 << measures.len())
        .map(|bits| (0..measures.len()).filter(|at| bits & (1 << at) != 0).collect::<Vec<_>>())
        .filter(|set| {
            let groups: Vec<_> = set.iter().filter_map(|at| measures[*at].group.as_ref()).collect();
            groups.iter().enumerate().all(|(at, group)| !groups[..at].contains(group))
        })
        .map(|set| {
            let cost = set.iter().map(|at| measures[*at].net_cost.unwrap().0).sum();
            let saved = set.iter().map(|at| measures[*at].saved_a_year.unwrap().kg()).sum();
            (set, cost, saved)
        })
        .collect()
}

#[test]
fn no_set_of_measures_is_cheaper_than_the_cheapest() {
    hold(400, (abatements(), 0_u32..400), |(measures, needed)| {
        let needed = f64::from(needed);
        let found = cheapest_set(&measures, Carbon::from_kg(needed)).unwrap();
        let sets = every_set(&measures);
        let most = sets.iter().map(|set| set.2).fold(0.0, f64::max);
        let enough = sets.into_iter().filter(|set| set.2 >= needed.min(most));
        let best = enough
            .min_by(|one, other| {
                one.1
                    .cmp(&other.1)
                    .then(other.2.total_cmp(&one.2))
                    .then_with(|| one.0.cmp(&other.0))
            })
            .unwrap();
        assert_eq!((&found.measures, found.net_cost.0), (&best.0, best.1));
        assert_eq!(found.saved_a_year.kg(), best.2);
        assert_eq!(found.residual_a_year.kg(), (needed - most).max(0.0));
        assert!(found.is_proved);
    });
}

#[test]
fn the_curve_rises_whatever_the_order_of_the_measures() {
    hold(200, abatements(), |measures| {
        let curve = abatement_curve(&measures);
        assert!(curve.steps.is_sorted_by(|one, next| one.gbp_per_tonne <= next.gbp_per_tonne));
        assert_eq!(curve.steps.len() + curve.left_out.len(), measures.len());
        let ids = |measures: &[Abatement<Average>]| -> Vec<String> {
            let steps = abatement_curve(measures).steps;
            steps.iter().map(|step| measures[step.measure].id.clone()).collect()
        };
        let mut backwards = measures.clone();
        backwards.reverse();
        assert_eq!(ids(&measures), ids(&backwards));
    });
}

// Footprint.

/// A set that lacks well-to-tank of natural gas and everything biogenic.
fn conversion() -> ConversionSet {
    let with = |(id, value): (&str, f64)| {
        let figure = Figure { unit: "kgCO2e/kWh".to_owned(), ..figure(value) };
        (id.to_owned(), ConversionFactor { scope: Scope::One, figure })
    };
    let factors = [
        ("electricity-generation", 0.2),
        ("electricity-td", 0.01),
        ("electricity-wtt-generation", 0.02),
        ("electricity-wtt-td", 0.03),
        ("natural-gas-gross-cv", 0.2),
        ("wood-chips", 0.01),
        ("wood-chips-wtt", 0.01),
    ];
    ConversionSet { year: SetYear(2030), factors: factors.map(with).into() }
}

#[test]
fn each_part_of_a_footprint_stands_alone() {
    let found = footprint(&[(Carrier::Electricity, Some(1000.0))].into(), Ok(&conversion()));
    for (part, kg) in [
        (Part::Scope2, 200.0),
        (Part::Transmission, 10.0),
        (Part::WellToTank, 20.0),
        (Part::WellToTankTransmission, 30.0),
    ] {
        assert_eq!(found.part(part).unwrap().whole().unwrap().kg(), kg);
    }
    assert_eq!(found.part(Part::Scope1), None);
    assert_eq!(found.sum(&Part::SCOPE_3).whole().unwrap().kg(), 60.0);
    let total = found.total().whole().unwrap();
    assert_eq!(total.kg(), 260.0);
    assert_eq!(per_m2(total, Some(100.0)), Ok(2.6));
}

#[test]
fn a_missing_factor_makes_its_part_unknown_and_no_other() {
    let taken = [(Carrier::Electricity, Some(1000.0)), (Carrier::NaturalGas, Some(2000.0))];
    let found = footprint(&taken.into(), Ok(&conversion()));
    assert_eq!(found.part(Part::Scope1).unwrap().whole().unwrap().kg(), 400.0);
    let (carrier, why) = &found.part(Part::WellToTank).unwrap().whole().unwrap_err()[0];
    assert_eq!(*carrier, Carrier::NaturalGas);
    assert!(why.to_string().contains("of 2030 have no factor natural-gas-wtt-gross-cv"), "{why}");
    let total = found.total();
    assert_eq!(total.known.kg(), 660.0);
    let unknown = total.whole().unwrap_err();
    assert_eq!((unknown.len(), unknown[0].0), (1, Part::WellToTank));
}

#[test]
fn a_consumption_that_is_unknown_is_not_zero_and_zero_is_known() {
    let found = footprint(&[(Carrier::NaturalGas, None)].into(), Ok(&conversion()));
    let unknown = found.total();
    assert_eq!(unknown.unknown.len(), 2);
    let why = unknown.unknown[0].2.to_string();
    assert_eq!(why, "the consumption of natural-gas is not known");
    // Nothing taken emits nothing, although the set has no well-to-tank factor.
    let found = footprint(&[(Carrier::NaturalGas, Some(0.0))].into(), Ok(&conversion()));
    assert_eq!(found.total().whole().unwrap().kg(), 0.0);
    for bad in [-1.0, f64::NAN, f64::INFINITY] {
        let found = footprint(&[(Carrier::GasOil, Some(bad))].into(), Ok(&conversion()));
        assert!(matches!(found.total().unknown[0].2, Unknown::NotPlausible(_)));
    }
}

#[test]
fn biogenic_carbon_stands_beside_the_total() {
    let bought = [(Carrier::WoodChips, Some(100.0))].into();
    let found = footprint(&bought, Ok(&conversion()));
    assert_eq!(found.total().whole().unwrap().kg(), 2.0);
    // Without a factor it is unknown, and the total does not wait for it.
    assert!(found.part(Part::Biogenic).unwrap().whole().is_err());
    let mut set = conversion();
    let one = set.factors["wood-chips"].clone();
    let figure = Figure { value: 0.35, ..one.figure.clone() };
    set.factors.insert("wood-chips-biogenic".to_owned(), ConversionFactor { figure, ..one });
    let found = footprint(&bought, Ok(&set));
    assert_eq!(found.part(Part::Biogenic).unwrap().whole().unwrap().kg(), 35.0);
    assert_eq!(found.total().whole().unwrap().kg(), 2.0);
}

#[test]
fn nothing_is_divided_by_an_area_that_is_none() {
    let some = Carbon::from_kg(1.0);
    for (area, words) in [(None, "is not known"), (Some(0.0), "cannot be right")] {
        let why = per_m2(some, area).unwrap_err().to_string();
        assert_eq!(why, format!("the floor area {words}"));
    }
}

// CRREM.

fn demand(grid_kwh: f64, gas_kwh: f64, exported_kwh: f64) -> Demand {
    let bought = [(Carrier::Electricity, Some(grid_kwh)), (Carrier::NaturalGas, Some(gas_kwh))];
    Demand {
        bought_kwh: bought.into(),
        renewables_used_kwh: Some(0.0),
        renewables_exported_kwh: Some(exported_kwh),
    }
}

fn fuels<P: Purpose>() -> FuelFactors<P> {
    [(Carrier::NaturalGas, Factor::new(0.18))].into()
}

fn project_by(asset: &Asset, last: i32, pathway: &Pathway) -> Result<Projection, Vec<Unknown>> {
    project(asset, &Published { grid: &grid(2020, last), fuels: &fuels(), pathway })
}

fn building(area: f64, grid_kwh: f64, gas_kwh: f64, exported_kwh: f64) -> Asset {
    Asset {
        floor_area_m2: Some(area),
        demand: demand(grid_kwh, gas_kwh, exported_kwh),
        reporting_year: year(2024),
    }
}

fn pathway() -> Pathway {
    (2020..=2050).map(|at| (year(at), 60.0 - 2.0 * f64::from(at - 2020))).collect()
}

fn projected(asset: &Asset) -> Projection {
    project_by(asset, 2050, &pathway()).unwrap()
}

/// Area in m2, then electricity, gas and export in kWh/m2.
fn buildings() -> impl Strategy<Value = [f64; 4]> {
    (100.0..1e5, 0.0..200.0, 0.0..200.0, 0.0..300.0)
        .prop_map(|(area, grid, gas, exported)| [area, area * grid, area * gas, area * exported])
}

#[test]
fn a_building_twice_as_large_leaves_its_pathway_in_the_same_year_with_twice_the_tonnes() {
    hold(300, buildings(), |[area, grid, gas, exported]| {
        let once = projected(&building(area, grid, gas, exported));
        let twice = projected(&building(2.0 * area, 2.0 * grid, 2.0 * gas, 2.0 * exported));
        assert_eq!(once.misalignment, twice.misalignment);
        close(twice.excess.kg(), 2.0 * once.excess.kg());
        assert!(once.excess.kg() >= 0.0);
    });
}

#[test]
fn what_is_exported_never_makes_electricity_less_than_nothing() {
    hold(300, buildings(), |[area, grid_kwh, gas, exported]| {
        let found = projected(&building(area, grid_kwh, gas, exported));
        for one in &found.years {
            assert!(one.carbon_intensity * area >= gas * 0.18 - 1e-6);
        }
        // More export than import makes no further difference.
        let capped = projected(&building(area, grid_kwh, gas, grid_kwh));
        let above = projected(&building(area, grid_kwh, gas, 2.0 * grid_kwh));
        assert_eq!(capped, above);
    });
}

#[test]
fn taking_more_never_delays_the_misalignment_year() {
    hold(300, buildings(), |[area, grid_kwh, gas, exported]| {
        let less = projected(&building(area, grid_kwh, gas, exported));
        let more = projected(&building(area, grid_kwh, gas * 1.5 + 1.0, exported));
        assert!(more.misalignment <= less.misalignment);
        assert!(more.excess.kg() >= less.excess.kg());
    });
}

#[test]
fn a_building_that_just_meets_its_pathway_is_aligned() {
    let curve = |intensity: f64| misalignment([(year(2050), intensity, 1.0)]);
    assert_eq!(curve(1.0), Misalignment::Beyond2050);
    assert_eq!(curve(1.0 + f64::EPSILON), Misalignment::In(year(2050)));
    assert_eq!(misalignment([(year(2051), 9.0, 1.0)]), Misalignment::Beyond2050);
    let years = [(year(2030), 2.0, 1.0), (year(2031), 0.0, 1.0), (year(2032), 2.0, 1.0)];
    assert_eq!(misalignment(years), Misalignment::In(year(2030)));
}

#[test]
fn a_portfolio_is_weighted_by_area_and_is_no_average_of_years() {
    hold(100, (buildings(), buildings()), |(one, other)| {
        let of = |[area, grid, gas, exported]: [f64; 4]| building(area, grid, gas, exported);
        let (first, second) = (projected(&of(one)), projected(&of(other)));
        let one_alone: Portfolio = portfolio::<()>(&[Ok(first.clone())]);
        assert_eq!(one_alone.known.unwrap().misalignment, first.misalignment);
        let all = [Ok(first.clone()), Err("unknown"), Ok(second.clone())];
        let Portfolio { known, buildings, unknown } = portfolio(&all);
        assert_eq!((buildings, unknown), (2, vec![1]));
        let both = known.unwrap();
        close(both.floor_area_m2, one[0] + other[0]);
        for ((both, first), second) in both.years.iter().zip(&first.years).zip(&second.years) {
            let kg = first.carbon_intensity * one[0] + second.carbon_intensity * other[0];
            close(both.carbon_intensity * (one[0] + other[0]), kg);
        }
        // A building below its pathway makes up for one above.
        assert!(both.excess.kg() <= (first.excess.kg() + second.excess.kg()) * (1.0 + 1e-9) + 1e-6);
    });
    assert_eq!(portfolio::<()>(&[]).known, None);
}

#[test]
fn a_blend_lies_between_its_pathways_and_refuses_shares_that_are_none() {
    let (low, high) = (pathway(), pathway().into_iter().map(|(at, v)| (at, v + 8.0)).collect());
    hold(100, 0.0..=1.0, |share| {
        let uses = [Use { share, pathway: &high }, Use { share: 1.0 - share, pathway: &low }];
        for (at, allowed) in blend(&uses).unwrap() {
            close(allowed, low[&at] + 8.0 * share);
        }
    });
    for shares in [[0.5, 0.4], [1.5, -0.5], [f64::NAN, 1.0]] {
        let uses = shares.map(|share| Use { share, pathway: &low });
        assert!(blend(&uses).unwrap_err().to_string().contains("shares"));
    }
    // A year that one of the pathways lacks is in no blend.
    let short: Pathway = [(year(2030), 1.0)].into();
    let uses = [Use { share: 0.5, pathway: &low }, Use { share: 0.5, pathway: &short }];
    assert_eq!(blend(&uses).unwrap().into_keys().collect::<Vec<_>>(), [year(2030)]);
}

#[test]
fn a_building_with_anything_unknown_has_no_year() {
    let good = building(100.0, 1.0, 1.0, 0.0);
    let with = |change: fn(&mut Asset)| {
        let mut asset = good.clone();
        change(&mut asset);
        let why = project_by(&asset, 2050, &pathway()).unwrap_err();
        why.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(
        with(|asset| {
            asset.floor_area_m2 = None;
            asset.demand.bought_kwh =
                [(Carrier::NaturalGas, None), (Carrier::Lpg, Some(1.0))].into();
            asset.demand.renewables_used_kwh = None;
            asset.demand.renewables_exported_kwh = Some(-1.0);
        }),
        [
            "the electricity taken from the grid is not known",
            "the consumption of natural-gas is not known",
            "the factor of lpg is not known",
            "the renewable energy used on site is not known",
            "the renewable energy exported cannot be right",
            "the floor area is not known",
        ]
    );
    assert_eq!(with(|asset| asset.floor_area_m2 = Some(0.0)), ["the floor area cannot be right"]);
    let late = with(|asset| asset.reporting_year = CalendarYear(2051));
    assert_eq!(late, ["a reporting year after 2050 cannot be right"]);
    // A fuel of which nothing is taken needs no factor.
    let mut none = good.clone();
    none.demand.bought_kwh.insert(Carrier::Lpg, Some(0.0));
    assert_eq!(project_by(&none, 2050, &pathway()), project_by(&good, 2050, &pathway()));
    // A year that the grid or the pathway lacks is not filled from its neighbours.
    let gap = project_by(&good, 2049, &pathway()).unwrap_err();
    assert_eq!(gap.len(), 1);
    let mut holed = pathway();
    holed.remove(&year(2031));
    let why = project_by(&good, 2050, &holed).unwrap_err();
    assert!(why[0].to_string().contains("2031"), "{}", why[0]);
}

#[test]
fn value_at_risk_needs_a_value() {
    assert_eq!(carbon_value_at_risk(5.0, Some(100.0)), Some(0.05));
    assert_eq!(carbon_value_at_risk(5.0, None), None);
    assert_eq!(carbon_value_at_risk(5.0, Some(0.0)), None);
}

// Paths.

fn england(pace: Pace) -> TargetPath {
    let milestones = [
        Milestone {
            year_from: year(2028),
            year_to: year(2032),
            reduction: 0.469,
            evidence: Evidence::Derived,
        },
        Milestone {
            year_from: year(2040),
            year_to: year(2040),
            reduction: 1.0,
            evidence: Evidence::Verified,
        },
    ];
    TargetPath::new(year(2020), &milestones, pace).unwrap()
}

#[test]
fn a_target_path_goes_straight_through_its_points() {
    let (required, stretch) = (england(Pace::Required), england(Pace::Stretch));
    for (at, share) in [
        (2019, None),
        (2020, Some(1.0)),
        (2026, Some(0.7655)),
        (2032, Some(0.531)),
        (2036, Some(0.2655)),
        (2040, Some(0.0)),
        (2045, Some(0.0)),
    ] {
        match (required.share(year(at)), share) {
            (Some(found), Some(share)) => close(found, share),
            (found, share) => assert_eq!(found, share, "{at}"),
        }
    }
    close(stretch.share(year(2028)).unwrap(), 0.531);
    for at in 2020..=2050 {
        assert!(stretch.share(year(at)) <= required.share(year(at)));
        assert!(required.share(year(at + 1)) <= required.share(year(at)));
    }
}

#[test]
fn after_a_last_target_that_is_not_zero_nothing_is_said() {
    let evidence = Evidence::Recalled;
    let milestones =
        [Milestone { year_from: year(2030), year_to: year(2030), reduction: 0.34, evidence }];
    let path = TargetPath::new(year(2018), &milestones, Pace::Required).unwrap();
    close(path.share(year(2030)).unwrap(), 0.66);
    assert_eq!(path.share(year(2031)), None);
    let emitted = |_| Ok(Carbon::<Average>::from_kg(100.0));
    let gap =
        path_gap(emitted, Some(Carbon::from_kg(100.0)), &path, &(year(2029)..=year(2031))).unwrap();
    assert_eq!((gap.years.len(), gap.unknown.len()), (2, 1));
    assert_eq!(gap.unknown[0].1.to_string(), "the national target for 2031 is not known");
}

#[test]
fn a_path_is_left_in_the_first_year_strictly_above_it() {
    let evidence = Evidence::Verified;
    let milestones =
        [Milestone { year_from: year(2030), year_to: year(2030), reduction: 1.0, evidence }];
    let path = TargetPath::new(year(2020), &milestones, Pace::Required).unwrap();
    // 10 kg less each year from 100; 50 kg are allowed in 2025 and no more than 40 in 2026.
    let of = |kg: f64| {
        let emitted = move |_| Ok(Carbon::<Average>::from_kg(kg));
        let baseline = Some(Carbon::from_kg(100.0));
        path_gap(emitted, baseline, &path, &(year(2023)..=year(2028))).unwrap()
    };
    assert_eq!(of(50.0).first_year_above(), Some(year(2026)));
    assert_eq!(of(50.1).first_year_above(), Some(year(2025)));
    assert_eq!(of(19.9).first_year_above(), None);
    let above = of(50.0).above_from(year(2027));
    let kg: Vec<(i32, f64)> = above.iter().map(|(year, kg)| (year.0, kg.kg().round())).collect();
    assert_eq!(kg, [(2027, 20.0), (2028, 30.0)]);
}

#[test]
fn targets_that_make_no_path_are_refused() {
    let point = |at, reduction| Milestone {
        year_from: year(at),
        year_to: year(at),
        reduction,
        evidence: Evidence::Verified,
    };
    for (milestones, words) in [
        (vec![], "the target of this nation is not known"),
        (vec![point(2019, 0.5)], "0.5 for 2019"),
        (vec![point(2030, 1.2)], "1.2 for 2030"),
        (vec![point(2030, f64::NAN)], "NaN for 2030"),
        (vec![point(2030, 0.5), point(2030, 0.6)], "0.6 for 2030"),
        (vec![point(2030, 0.5), point(2040, 0.4)], "0.4 for 2040"),
    ] {
        let why = TargetPath::new(year(2020), &milestones, Pace::Required).unwrap_err();
        assert!(why.to_string().contains(words), "{why}");
    }
}

fn with_paths<T>(check: impl FnOnce(&Paths<'_>) -> T) -> T {
    let (target, pathway) = (england(Pace::Required), pathway());
    let (average, crrem, marginal) = (grid(2021, 2050), grid(2020, 2050), grid(2021, 2050));
    let (average_fuels, crrem_fuels) = (fuels(), fuels());
    check(&Paths {
        target: &target,
        average: &average,
        fuels: &average_fuels,
        crrem: Published { grid: &crrem, fuels: &crrem_fuels, pathway: &pathway },
        marginal: &marginal,
    })
}

fn site([area, grid_kwh, gas, exported]: [f64; 4]) -> Site {
    Site {
        baseline: Some(Carbon::from_kg(grid_kwh * 0.4 + gas * 0.18)),
        asset: building(area, grid_kwh, gas, exported),
    }
}

#[test]
fn a_deployment_never_narrows_a_gap_and_its_marginal_carbon_is_in_none() {
    with_paths(|paths| {
        hold(100, (buildings(), 0.0..1e6), |(drawn, kwh)| {
            let deployment = Deployment { from: year(2028), kwh_per_year: Some(kwh) };
            let found = align(&site(drawn), &deployment, paths, &(year(2026)..=year(2050)));
            let (without, with) = (found.national.without.unwrap(), found.national.with.unwrap());
            let pairs = without.years.iter().zip(&with.years);
            for (before, after) in pairs {
                assert!(after.gap.kg() >= before.gap.kg() && before.gap.kg() >= 0.0);
                if before.year < deployment.from {
                    assert_eq!(before, after);
                }
            }
            close(without.total().kg(), without.years.iter().map(|one| one.gap.kg()).sum());
            let (without, with) = (found.crrem.without.unwrap(), found.crrem.with.unwrap());
            assert!(with.misalignment <= without.misalignment);
            let added = found.added.unwrap();
            assert_eq!(added.len(), 23);
            close(added[&year(2030)].kg(), kwh * 0.3);
        });
    });
}

#[test]
fn a_deployment_counts_from_its_first_year_on_at_the_average_factor() {
    with_paths(|paths| {
        let deployment = Deployment { from: year(2028), kwh_per_year: Some(1000.0) };
        let found =
            align(&site([100.0, 1e4, 1e4, 0.0]), &deployment, paths, &(year(2026)..=year(2030)));
        let (without, with) = (found.national.without.unwrap(), found.national.with.unwrap());
        let more: Vec<f64> = without
            .years
            .iter()
            .zip(&with.years)
            .map(|(before, after)| (after.emitted.kg() - before.emitted.kg()).round())
            .collect();
        assert_eq!(more, [0.0, 0.0, 320.0, 310.0, 300.0]);
        let (without, with) = (found.crrem.without.unwrap(), found.crrem.with.unwrap());
        let at = |projection: &Projection, at| {
            let found = projection.years.iter().find(|one| one.year == year(at));
            found.unwrap().carbon_intensity
        };
        close(at(&with, 2027), at(&without, 2027));
        close(at(&with, 2028), at(&without, 2028) + 3.2);
    });
}

#[test]
fn what_no_measure_saves_is_valued_at_the_carbon_value() {
    let measures = [Abatement {
        id: "lighting".to_owned(),
        group: None,
        saved_a_year: Some(Carbon::<Average>::from_kg(6_000.0)),
        life_years: 10,
        net_cost: Some(Pence(100)),
    }];
    let set = cheapest_set(&measures, Carbon::from_kg(10_000.0)).unwrap();
    let left = [2026, 2027].map(|at| (year(at), set.residual_a_year)).into();
    let price_of = |_| Ok(Real { pounds: Decimal::from(100), base: calendar(2024) });
    let value =
        carbon_npv(&left, price_of, &deflators(), calendar(2024), year(2026), constant(0.25));
    // Four tonnes at 100 pounds now, and again in a year.
    close(value.unwrap().pounds, -400.0 - 320.0);
}

#[test]
fn both_paths_are_said_even_where_one_of_them_is_unknown() {
    with_paths(|paths| {
        let mut site = site([100.0, 1e4, 1e4, 0.0]);
        site.baseline = None;
        let none = Deployment { from: year(2028), kwh_per_year: None };
        let found = align(&site, &none, paths, &(year(2026)..=year(2050)));
        let why = found.national.without.unwrap_err()[0].to_string();
        assert_eq!(why, "what was emitted in the baseline year 2020 is not known");
        assert!(found.crrem.without.is_ok());
        for why in [
            found.national.with.unwrap_err(),
            found.crrem.with.unwrap_err(),
            found.added.unwrap_err(),
        ] {
            let why = why[0].to_string();
            assert_eq!(why, "the electricity that the deployment takes is not known");
        }
    });
}

#[test]
fn a_year_without_a_factor_is_in_no_cumulative_gap() {
    with_paths(|paths| {
        let short: GridPath<Average> = grid(2021, 2045);
        let paths = Paths { average: &short, ..*paths };
        let deployment = Deployment { from: year(2028), kwh_per_year: Some(1.0) };
        let found =
            align(&site([100.0, 1e4, 1e4, 0.0]), &deployment, &paths, &(year(2026)..=year(2050)));
        let gap = found.national.without.unwrap();
        assert_eq!((gap.years.len(), gap.unknown.len()), (20, 5));
        assert_eq!(gap.unknown[0].0, year(2046));
        assert!(gap.years_above().count() > 0);
    });
}

// Whole life.

fn item(id: &str, kg: f64, life_years: u32) -> Item {
    Item {
        id: id.to_owned(),
        a1_a3_kg: Some(kg),
        a4_kg: Some(kg * 0.1),
        a5_kg: Some(kg * 0.05),
        b1_kg_per_year: Some(kg * 0.01),
        c_kg: Some(kg * 0.02),
        d_kg: Some(-kg * 0.3),
        life_years: Some(life_years),
    }
}

fn over(items: &[Item], study_years: u32) -> WholeLife<Average> {
    let in_use = InUse { kwh_per_year: Some(100.0), water_kg_per_year: Some(1.0) };
    whole_life(items, &in_use, year(2026), study_years, &grid(2021, 2050))
}

#[test]
fn an_item_is_replaced_as_often_as_the_period_asks() {
    assert_eq!(replacements(60, 0), None);
    hold(300, (1_u32..120, 1_u32..120), |(study_years, life)| {
        let times = replacements(study_years, life).unwrap();
        assert!((times + 1) * life >= study_years && times * life < study_years);
    });
}

#[test]
fn modules_add_up_and_what_lies_beyond_the_boundary_does_not() {
    let found = over(&[item("chiller", 1000.0, 10)], 20);
    let central = |module| found.module(module).known_kg;
    close(central(Module::A1A3), 1000.0);
    close(central(Module::B1), 10.0 * 20.0);
    // One replacement: A1 to A5 and C again.
    close(central(Module::B4), 1170.0);
    close(central(Module::B7), 20.0);
    close(central(Module::D), -300.0);
    let b6: f64 = (2026..2046).map(|at| 100.0 * (0.4 - 0.01 * f64::from(at - 2020))).sum();
    close(central(Module::B6), b6);
    close(found.sum(&Module::UPFRONT).known_kg, 1150.0);
    close(found.sum(&Module::EMBODIED).known_kg, 1150.0 + 200.0 + 1170.0 + 20.0);
    close(found.total().unwrap().kg(), 2540.0 + 20.0 + b6);
}

#[test]
fn carbon_that_nobody_declared_is_counted_and_not_taken_for_none() {
    let undeclared = Item { a1_a3_kg: None, ..item("robot", 5.0, 8) };
    let without_life = Item { life_years: None, ..item("sensor", 5.0, 8) };
    let found = over(&[item("chiller", 1000.0, 30), undeclared, without_life], 20);
    assert_eq!(found.undeclared, ["robot"]);
    close(found.undeclared_fraction().unwrap(), 1.0 / 3.0);
    let said = |module| -> Vec<String> {
        let sum: &siteworthy_rules::carbon::whole_life::ModuleSum = found.module(module);
        sum.unknown.iter().map(|(_, why)| why.to_string()).collect()
    };
    assert_eq!(said(Module::A1A3), ["a1-a3 of robot is not known"]);
    assert_eq!(
        said(Module::B4),
        ["a1-a3 of robot is not known", "the life of sensor is not known"]
    );
    assert!(said(Module::A4).is_empty());
    assert_eq!(found.total().unwrap_err().len(), 3);
    assert_eq!(over(&[], 5).undeclared_fraction(), None);
    let found = over(&[Item { a1_a3_kg: Some(-1.0), ..item("x", 1.0, 30) }], 5);
    let why = found.module(Module::A1A3).unknown[0].1.to_string();
    assert_eq!(why, "a1-a3 of x cannot be right");
}

#[test]
fn a_year_beyond_the_grid_path_is_unknown() {
    let found = over(&[], 30);
    let unknown = &found.module(Module::B6).unknown;
    let years: Vec<&str> = unknown.iter().map(|(at, _)| at.as_str()).collect();
    assert_eq!(years, ["2051", "2052", "2053", "2054", "2055"]);
    let in_use = InUse { kwh_per_year: None, water_kg_per_year: None };
    let found: WholeLife<Average> = whole_life(&[], &in_use, year(2026), 9, &grid(2021, 2050));
    let said = |module| found.module(module).unknown[0].1.to_string();
    assert_eq!(said(Module::B6), "the electricity used is not known");
    assert_eq!(said(Module::B7), "the water used is not known");
}

#[test]
fn software_takes_its_share_of_the_hardware_and_no_more() {
    let hardware = HardwareShare {
        embodied_kg: Some(1000.0),
        reserved_h: 1.0,
        life_h: 35_040.0,
        resources_reserved: 1.0,
        resources_total: 1.0,
    };
    let factor = Factor::<Marginal>::new(0.2);
    let one = software_intensity(Some(0.5), factor, &hardware, 1.0).unwrap();
    let ten = software_intensity(Some(0.5), factor, &hardware, 10.0).unwrap();
    close(one.per_unit_g, one.operational_g + one.embodied_g);
    close(ten.per_unit_g * 10.0, one.per_unit_g);
    for (bad, words) in [
        (HardwareShare { embodied_kg: None, ..hardware }, "hardware is not known"),
        (HardwareShare { reserved_h: 40_000.0, ..hardware }, "the time reserved"),
        (HardwareShare { life_h: 0.0, ..hardware }, "the time reserved"),
        (HardwareShare { resources_reserved: 2.0, ..hardware }, "the resources reserved"),
    ] {
        let why = software_embodied_g(&bad).unwrap_err().to_string();
        assert!(why.contains(words), "{why}");
    }
    assert!(software_intensity(None, factor, &hardware, 1.0).is_err());
    assert!(software_intensity(Some(1.0), factor, &hardware, 0.0).is_err());
    close(refrigerant_leak_kg_per_year(10.0, 0.05, 1924.0), 962.0);
}

// The published figures.

#[test]
fn a_set_without_a_factor_leaves_that_part_of_a_footprint_unknown() {
    let sets = &support::rulebook().factors.conversion;
    let bought = [(Carrier::Electricity, Some(1e6)), (Carrier::NaturalGas, Some(2e6))].into();
    let of = |at| footprint(&bought, sets.of(SetYear(at)));
    let whole = of(2025);
    close(whole.part(Part::Scope1).unwrap().whole().unwrap().kg(), 365_920.0);
    close(whole.part(Part::Scope2).unwrap().whole().unwrap().kg(), 177_000.0);
    close(whole.part(Part::Transmission).unwrap().whole().unwrap().kg(), 18_530.0);
    close(whole.part(Part::WellToTank).unwrap().whole().unwrap().kg(), 45_900.0 + 60_420.0);
    close(whole.part(Part::WellToTankTransmission).unwrap().whole().unwrap().kg(), 3_970.0);
    // The set of 2024 has no well-to-tank of gas, and that of 2026 has electricity alone.
    let unknown = |at| -> Vec<String> {
        let sum = of(at).total();
        sum.unknown.iter().map(|(part, carrier, _)| format!("{part} of {carrier}")).collect()
    };
    assert_eq!(unknown(2024), ["well-to-tank of natural-gas"]);
    assert_eq!(
        unknown(2026),
        [
            "scope-1 of natural-gas",
            "transmission of electricity",
            "well-to-tank of electricity",
            "well-to-tank of natural-gas",
            "well-to-tank-transmission of electricity",
        ]
    );
}

#[test]
fn a_year_without_a_set_has_an_unknown_footprint_and_no_other_set_stands_in() {
    let sets = &support::rulebook().factors.conversion;
    let bought = [(Carrier::Electricity, Some(1.0)), (Carrier::NaturalGas, Some(0.0))].into();
    let found = footprint(&bought, sets.of(SetYear(2014)));
    assert_eq!(found.total().known.kg(), 0.0);
    assert_eq!(found.total().unknown.len(), 4);
    for (_, carrier, why) in found.total().unknown {
        assert_eq!(carrier, Carrier::Electricity);
        assert!(why.to_string().starts_with("there are no conversion factors of 2014"), "{why}");
    }
}

#[test]
fn every_factor_of_energy_is_asked_for_by_its_own_name() {
    // Whatever a footprint asks for and the set does not hold is listed here.
    let sets = &support::rulebook().factors.conversion;
    let all = Carrier::ALL.iter().map(|carrier| (*carrier, Some(1.0))).collect();
    let found = footprint(&all, sets.of(SetYear(2025)));
    let mut missing = found.total().unknown;
    missing.sort_by_key(|(part, carrier, _)| (*carrier, *part));
    missing.extend(found.sum(&[Part::Biogenic]).unknown);
    let missing: Vec<String> = missing
        .iter()
        .map(|(_, _, why)| why.to_string().rsplit(' ').next().unwrap().to_owned())
        .collect();
    assert_eq!(
        missing,
        [
            "biogas-wtt",
            "renewable-fuel",
            "renewable-fuel-wtt",
            "biogas-biogenic",
            "wood-chips-biogenic",
            "wood-pellets-biogenic",
            "wood-logs-biogenic",
            "renewable-fuel-biogenic",
        ]
    );
    let fuels: FuelFactors<Average> = fuel_factors(sets.of(SetYear(2025)).unwrap());
    // Electricity has a path, and of a fuel that nobody names no factor is known.
    assert_eq!(fuels.len(), Carrier::ALL.len() - 2);
    close(fuels[&Carrier::NaturalGas].kg_per_kwh(), 0.18296);
    close(fuels[&Carrier::DistrictHeat].kg_per_kwh(), 0.17529);
    assert!(fuel_factors::<Average>(sets.of(SetYear(2026)).unwrap()).is_empty());
}

#[test]
fn each_nation_has_the_path_that_its_own_targets_make() {
    let targets = &support::rulebook().factors.targets;
    let path = |nation, pace| TargetPath::of(targets, nation, pace).unwrap();
    for (nation, baseline, evidence, points) in [
        (
            Nation::England,
            2020,
            Evidence::Derived,
            &[(2020, Some(1.0)), (2032, Some(0.531)), (2040, Some(0.0)), (2050, Some(0.0))][..],
        ),
        (
            Nation::Scotland,
            1990,
            Evidence::Verified,
            &[(2030, Some(0.25)), (2035, Some(0.125)), (2040, Some(0.0))],
        ),
        (
            Nation::Wales,
            2018,
            Evidence::Recalled,
            &[(2025, Some(0.84)), (2030, Some(0.66)), (2031, None)],
        ),
        (
            Nation::NorthernIreland,
            1990,
            Evidence::Verified,
            &[(2030, Some(0.52)), (2040, Some(0.26)), (2050, Some(0.0))],
        ),
    ] {
        let path = path(nation, Pace::Required);
        assert_eq!((path.baseline_year(), path.evidence()), (year(baseline), evidence));
        for (at, share) in points {
            match (path.share(year(*at)), share) {
                (Some(found), Some(share)) => close(found, *share),
                (found, share) => assert_eq!(found, *share, "{nation} in {at}"),
            }
        }
    }
    close(path(Nation::England, Pace::Stretch).share(year(2028)).unwrap(), 0.531);
    // 16.2 x 0.2 of 1990 was held against 6.1 for the one footprint and 33.8 x 0.2 against 25.0 for the
    // other, whose baseline is one year earlier and whose net zero comes five years later.
    let plus = &pledges(Nation::England)[1];
    let plus = TargetPath::of_pledge(targets, Nation::England, plus, Pace::Required).unwrap();
    assert_eq!((plus.baseline_year(), plus.evidence()), (year(2019), Evidence::Recalled));
    for (at, share) in [(2019, 1.0), (2029, 0.635), (2039, 0.27), (2042, 0.135), (2045, 0.0)] {
        close(plus.share(year(at)).unwrap(), share);
    }
    // The aim of the whole public sector of Wales has no baseline, so that it makes no path.
    let aim = &pledges(Nation::Wales)[1];
    let why = TargetPath::of_pledge(targets, Nation::Wales, aim, Pace::Required).unwrap_err();
    assert_eq!(why.to_string(), "the baseline year of wales is not known");
    let none = TargetPath::of(&[], Nation::Wales, Pace::Required).unwrap_err();
    assert_eq!(none.to_string(), "the baseline year of wales is not known");
    let mut mixed = targets.clone();
    for one in mixed.iter_mut().filter(|one| one.nation == Nation::Wales && one.year_to == 2025) {
        one.baseline_year = Some(2017);
    }
    let why = TargetPath::of(&mixed, Nation::Wales, Pace::Required).unwrap_err().to_string();
    assert_eq!(why, "the baseline years of wales cannot be right");
}

#[test]
fn a_published_item_gives_what_its_source_gives_and_no_more() {
    let embodied = &support::rulebook().factors.embodied;
    let whole_life_only = Item::published(&embodied["dell-r740-total"], Some(1.0));
    assert_eq!(whole_life_only.central.a1_a3_kg, None);
    let pump = &embodied["air-source-heat-pump"];
    let of = |units| Item::published(pump, units).map(|item| item.a1_a3_kg);
    let figure = |one: &Option<Figure>| one.as_ref().map(|figure| figure.value * 200.0);
    assert_eq!(of(Some(200.0)).low, figure(&pump.estimate.low));
    assert_eq!(of(Some(200.0)).central, figure(&pump.estimate.central));
    assert_eq!(of(Some(200.0)).high, figure(&pump.estimate.high));
    assert!(of(Some(200.0)).central.is_some());
    assert_eq!(of(None).central, None);
    // An estimate that no source gives is not that of another.
    let single = embodied.values().find(|item| item.estimate.low.is_none()).unwrap();
    assert_eq!(Item::published(single, Some(1.0)).low.a1_a3_kg, None);
}

#[test]
fn a_kind_of_building_that_crrem_does_not_have_is_missing() {
    let pathways = &support::rulebook().factors.pathways;
    close(pathway_of(pathways, HEALTHCARE).unwrap()[&year(2050)], 0.722_819_497);
    let why = pathway_of(pathways, "hospital").unwrap_err().to_string();
    assert_eq!(why, "CRREM Global Pathways v2.05 has no carbon intensity of hospital");
}

#[test]
fn a_published_spend_profile_and_bias_become_decimals_exactly() {
    let factors = &support::rulebook().factors;
    let shares = factors.cost_risks.spend_shares(5).unwrap();
    let phasing = Phasing::by_profile(FinancialYear(2026), &shares).unwrap();
    let years = phase(Pence(1_000), &phasing).unwrap();
    assert_eq!(years.values().map(|pence| pence.0).collect::<Vec<_>>(), [100, 200, 300, 250, 150]);
    assert!(Phasing::by_profile(FinancialYear(2026), &[f64::NAN]).is_err());
    let risk = Risk::bias_of_percent(24.0, Decimal::ZERO).unwrap();
    assert_eq!(risk, Risk::OptimismBias { fraction: exactly(0.24), mitigated: Decimal::ZERO });
    assert!(Risk::bias_of_percent(f64::INFINITY, Decimal::ZERO).is_err());
}
