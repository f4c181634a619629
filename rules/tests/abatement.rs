//! Remedies that save: worked figures for one site, what must hold of every set of them, and what is
//! left out and why.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the finding")]

mod support;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use siteworthy_rules::carbon::bundle::{
    Beside, Case, Total, Totals, at_site, bundles, cheapest, curve, unbeaten,
};
use siteworthy_rules::carbon::demand::Carrier;
use siteworthy_rules::carbon::energy::Energy;
use siteworthy_rules::carbon::footprint::fuel_factors;
use siteworthy_rules::carbon::saving::{Kind, LeftOut, Priced, SiteUse, Terms, fit, price, use_of};
use siteworthy_rules::dated::Evidence;
use siteworthy_rules::factor::{CalendarYear, Carbon, Crrem, FinancialYear, PriceBase, SetYear};
use siteworthy_rules::measure::MeasureIndex;
use siteworthy_rules::rulebook::Rulebook;
use std::collections::BTreeMap;

const BASE: PriceBase = PriceBase::Calendar(CalendarYear(2025));
const YEAR: CalendarYear = CalendarYear(2040);

fn close(found: f64, expected: f64) {
    let size = expected.abs().max(1.0);
    assert!((found - expected).abs() / size < 1e-9, "{found} is not {expected}");
}

/// The measures of a site by id.
type Values = BTreeMap<&'static str, f64>;

/// 10 GWh of gas, 5 GWh of electricity, 20,000 m2, no combined heat and power, LED in 40 % of it.
fn hospital() -> Values {
    Values::from([
        ("annual-gas-kwh", 10e6),
        ("annual-grid-electricity-kwh", 5e6),
        ("gross-internal-area-m2", 20_000.0),
        ("chp-units-count", 0.0),
        ("led-coverage-percent", 40.0),
    ])
}

/// One site with every remedy that can be priced.
struct World {
    priced: Vec<Priced>,
    unpriced: Vec<(String, LeftOut)>,
    ids: Vec<String>,
    left_out: Vec<(String, LeftOut)>,
    totals: Totals,
    site: SiteUse,
}

fn world(rulebook: &Rulebook, values: &Values, added_kwh: f64) -> World {
    world_of(rulebook, values, added_kwh, |_| true)
}

fn world_of(
    rulebook: &Rulebook,
    values: &Values,
    added_kwh: f64,
    takes: impl Fn(&str) -> bool,
) -> World {
    let factors = &rulebook.factors;
    let terms = Terms {
        base: BASE,
        deflator: factors.deflators.of("desnz-2023-11").unwrap(),
        schedule: factors.discount.of("green-book-2026", "standard").unwrap(),
        base_year: CalendarYear(2026),
        marginal: &factors.marginal,
    };
    let id = |at: usize| rulebook.remedies[at].id.clone();
    let (mut priced, mut unpriced) = (Vec::new(), Vec::new());
    for at in (0..rulebook.remedies.len()).filter(|at| takes(&id(*at))) {
        match price(rulebook, at, &terms) {
            None => {}
            Some(Ok(one)) => priced.push(one),
            Some(Err(why)) => unpriced.push((id(at), why)),
        }
    }
    priced.sort_by_key(|one| one.stage);
    let value =
        |measure: MeasureIndex| values.get(rulebook.dictionary.get(measure).id.as_str()).copied();
    let of = |id: &str| values.get(id).copied();
    let energy = Energy {
        carriers: BTreeMap::from([
            (Carrier::Electricity, of("annual-grid-electricity-kwh")),
            (Carrier::NaturalGas, of("annual-gas-kwh")),
        ]),
        onsite_kwh: None,
        exported_kwh: of("annual-exported-electricity-kwh"),
        floor_area_m2: of("gross-internal-area-m2"),
        year: Some(FinancialYear(2023)),
    };
    let set = factors.conversion.of(SetYear(2023)).unwrap();
    let site = use_of(rulebook, &energy, added_kwh, BASE, fuel_factors(set), value).unwrap();
    let (mut fits, mut left_out) = (Vec::new(), Vec::new());
    for one in &priced {
        match fit(rulebook, one, &site, value) {
            Ok(runs) => fits.push(Some(runs)),
            Err(why) => {
                left_out.push((id(one.remedy), why));
                fits.push(None);
            }
        }
    }
    let case = Case { site: site.clone(), fits, fuels: fuel_factors::<Crrem>(set) };
    let all = bundles(&priced, |_| true).unwrap();
    let totals: Totals = all.iter().cloned().zip(at_site(&case, &all)).collect();
    let ids = priced.iter().map(|one| id(one.remedy)).collect();
    World { priced, unpriced, ids, left_out, totals, site }
}

impl World {
    fn total(&self, ids: &[&str]) -> &Total {
        let mut bundle: Vec<usize> =
            ids.iter().map(|id| self.ids.iter().position(|own| own == id).unwrap()).collect();
        bundle.sort_unstable();
        &self.totals[&bundle]
    }

    fn why(&self, id: &str) -> Vec<(Kind, &str)> {
        let all = self.unpriced.iter().chain(&self.left_out).filter(|(own, _)| own == id);
        all.map(|(_, why)| (why.kind, why.reason.as_str())).collect()
    }
}

/// Heat 10,000,000 x 0.80 = 8,000,000 kWh; plant 8,000,000 / 2,500 h = 3,200 kW at 3,000 GBP. Electricity
/// 8,000,000 / 2.5 = 3,200,000 kWh. Prices of the bands 2.778 to 27.78 GWh of gas and 2 to 20 GWh of
/// electricity: 10,000,000 x 0.0468 - 3,200,000 x 0.259052 = -360,966.40 GBP a year. Sum of 1.035^-t over
/// t = 1 to 20: 14.2124033019523. Marginal factors of 2027 to 2046 add up to 0.813421, and gas emits
/// 0.18293 kg: 10,000,000 x 0.18293 x 20 - 3,200,000 x 0.813421 = 33,983,052.8 kg.
#[test]
fn a_heat_pump_is_sized_by_the_heat_that_the_gas_gave() {
    let rulebook = support::rulebook();
    let world = world(&rulebook, &hospital(), 0.0);
    let sum = world.total(&["air-source-heat-pump"]).sum().central;
    let effect = sum.effect;
    close(effect.quantity, 3_200.0);
    close(effect.saved.of(Carrier::NaturalGas), 10e6);
    close(effect.saved.of(Carrier::Electricity), -3.2e6);
    close(effect.capital_gbp, 9_600_000.0);
    close(effect.energy_gbp_per_year, -360_966.4);
    close(effect.net_cost_gbp, 9_600_000.0 + 14.212_403_301_952_3 * 360_966.4);
    close(effect.marginal_kg, 33_983_052.8);
    // By CRREM factors of 2040: 10,000,000 x 0.18293 - 3,200,000 x 0.015306375 kg.
    let saved = sum.saved_in(YEAR, &rulebook.factors.crrem).unwrap();
    close(saved.kg(), 1_780_319.6);
    let (steps, _) = curve(&world.priced, &world.ids, &world.totals);
    let step = steps.iter().find(|step| world.ids[step.remedy] == "air-source-heat-pump").unwrap();
    // 14,730,200.06 GBP for 33,983.0528 t; a smaller one after others has the same price for a tonne,
    // because all of it follows from the gas.
    close(step.gbp_per_tonne.central.unwrap(), 433.457_233_578_904_27);
    assert_eq!(world.priced[step.remedy].evidence, Evidence::Policy);
}

/// 60 % of 20,000 m2 is without LED: 12,000 m2 at 30 GBP. 5,000,000 kWh x 0.25 x 0.50 x 0.60 = 375,000 kWh
/// at 0.259052 GBP = 97,144.50 GBP a year, times 11.5174108964342 over 15 years. Marginal factors of 2027
/// to 2041 add up to 0.80288.
#[test]
fn lighting_counts_only_where_there_is_no_led_yet() {
    let rulebook = support::rulebook();
    let site = world(&rulebook, &hospital(), 0.0);
    let effect = site.total(&["led-lighting"]).sum().central.effect;
    close(effect.quantity, 12_000.0);
    close(effect.saved.of(Carrier::Electricity), 375_000.0);
    close(effect.net_cost_gbp, 360_000.0 - 11.517_410_896_434_17 * 97_144.5);
    close(effect.marginal_kg, 301_080.0);
    let done = Values::from([("led-coverage-percent", 100.0)]);
    let done: Values = hospital().into_iter().chain(done).collect();
    let done = world(&rulebook, &done, 0.0);
    assert_eq!(done.why("led-lighting"), [(Kind::NothingToDo, "It is done already.")]);
}

/// Insulation saves 45 %, so that 5,500,000 kWh are left: 5,500,000 x 0.80 / 2,500 = 1,760 kW and not
/// 3,200. Together they save the gas that there is, once.
#[test]
fn each_remedy_is_applied_to_what_those_before_it_leave() {
    let world = world(&support::rulebook(), &hospital(), 0.0);
    let both = world.total(&["air-source-heat-pump", "fabric-retrofit"]);
    let [fabric, pump] = [0, 1].map(|at| both.parts[at].sum.central.effect);
    close(fabric.saved.of(Carrier::NaturalGas), 4.5e6);
    close(fabric.capital_gbp, 18_000_000.0);
    close(pump.quantity, 1_760.0);
    close(both.sum().central.effect.saved.of(Carrier::NaturalGas), 10e6);
    let (steps, _) = curve(&world.priced, &world.ids, &world.totals);
    let of = |id: &str| steps.iter().find(|step| world.ids[step.remedy] == id).unwrap();
    close(of("fabric-retrofit").added.central.effect.capital_gbp, 18_000_000.0);
    close(of("air-source-heat-pump").added.central.effect.capital_gbp, 1_760.0 * 3_000.0);
    let all = world.total(&["fabric-retrofit", "led-lighting", "air-source-heat-pump"]).sum();
    close(
        steps.last().unwrap().cumulative.central.effect.net_cost_gbp,
        all.central.effect.net_cost_gbp,
    );
}

/// With 2 GWh of gas the heat pump stands first: 2,000,000 x 0.80 / 2,500 = 640 kW. Insulation after it
/// adds 18,000,000 GBP less the 288 kW, 45 % of it, that it makes needless at 3,000 GBP.
#[test]
fn a_step_of_the_curve_is_what_it_adds_also_where_it_makes_others_smaller() {
    let mut values = hospital();
    values.insert("annual-gas-kwh", 2e6);
    let world = world(&support::rulebook(), &values, 0.0);
    let (steps, _) = curve(&world.priced, &world.ids, &world.totals);
    let ids: Vec<&str> = steps.iter().map(|step| world.ids[step.remedy].as_str()).collect();
    assert_eq!(ids, ["led-lighting", "air-source-heat-pump", "fabric-retrofit"]);
    close(steps[1].added.central.effect.capital_gbp, 640.0 * 3_000.0);
    close(steps[2].added.central.effect.capital_gbp, 18_000_000.0 - 288.0 * 3_000.0);
    close(steps[2].added.central.effect.saved.of(Carrier::NaturalGas), 0.0);
}

/// 3 GWh of 10 are burned by combined heat and power: 7,000,000 x 0.80 / 2,500 = 2,240 kW.
#[test]
fn gas_that_makes_electricity_is_not_saved_and_is_never_guessed() {
    let rulebook = support::rulebook();
    let with = |more: Values| -> Values { hospital().into_iter().chain(more).collect() };
    let burned = Values::from([("chp-units-count", 2.0), ("annual-chp-gas-kwh", 3e6)]);
    let known = world(&rulebook, &with(burned), 0.0);
    close(known.total(&["air-source-heat-pump"]).sum().central.effect.quantity, 2_240.0);
    for (values, measure) in [
        (with(Values::from([("chp-units-count", 2.0)])), "annual-chp-gas-kwh"),
        (
            hospital().into_iter().filter(|(id, _)| *id != "chp-units-count").collect(),
            "chp-units-count",
        ),
    ] {
        let world = world(&rulebook, &values, 0.0);
        for remedy in ["air-source-heat-pump", "fabric-retrofit"] {
            let why = world.why(remedy);
            assert_eq!(why.len(), 1);
            assert_eq!(why[0].0, Kind::ToSurvey);
            assert!(why[0].1.contains(measure), "{remedy}: {}", why[0].1);
        }
        close(world.total(&["air-source-heat-pump"]).sum().central.effect.capital_gbp, 0.0);
    }
}

/// 500 kWp x 900 kWh = 450,000 kWh; 500 x 1,000 GBP. Upkeep 6.1 GBP of 2023 at 111.298 / 107.0331.
#[test]
fn solar_waits_for_a_survey_of_the_roofs_and_makes_no_more_than_is_taken() {
    let rulebook = support::rulebook();
    let site = world(&rulebook, &hospital(), 0.0);
    let why = site.why("rooftop-solar");
    assert_eq!(why[0].0, Kind::ToSurvey);
    assert!(why[0].1.contains("(roof-pv-potential-kwp)"), "{}", why[0].1);
    let roofs = |kwp| -> Values {
        hospital().into_iter().chain([("roof-pv-potential-kwp", kwp)]).collect()
    };
    let effect =
        world(&rulebook, &roofs(500.0), 0.0).total(&["rooftop-solar"]).sum().central.effect;
    close(effect.saved.of(Carrier::Electricity), 450_000.0);
    close(effect.capital_gbp, 500_000.0);
    close(effect.running_gbp_per_year, 500.0 * 6.1 * 111.298 / 107.0331);
    let vast =
        world(&rulebook, &roofs(50_000.0), 0.0).total(&["rooftop-solar"]).sum().central.effect;
    close(vast.saved.of(Carrier::Electricity), 5e6);
}

#[test]
fn the_electricity_of_a_deployment_is_the_sites_to_save() {
    let rulebook = support::rulebook();
    let effect =
        |added| world(&rulebook, &hospital(), added).total(&["led-lighting"]).sum().central.effect;
    close(effect(1e6).saved.of(Carrier::Electricity), 6e6 * 0.075);
    let world = world(&rulebook, &hospital(), 1e6);
    close(world.site.reach.of(Carrier::Electricity), 6e6);
}

#[test]
fn what_nobody_can_price_is_left_out_with_its_reason_and_is_not_zero() {
    let world = world(&support::rulebook(), &hospital(), 0.0);
    for (id, words) in [
        ("battery", "half-hour"),
        ("building-controls", "No sourced rate"),
        ("gas-boiler-replacement", "single figure"),
        ("ground-source-heat-pump", "single figure"),
    ] {
        let why = world.why(id);
        assert_eq!(why.len(), 1, "{id}");
        assert_eq!(why[0].0, Kind::Unknown, "{id}");
        assert!(why[0].1.contains(words), "{id}: {}", why[0].1);
        assert!(!world.ids.iter().any(|own| own == id), "{id}");
    }
}

#[test]
fn a_remedy_that_is_sized_nowhere_is_in_no_set() {
    let world = world(&support::rulebook(), &hospital(), 0.0);
    let solar = world.ids.iter().position(|id| id == "rooftop-solar").unwrap();
    let sets = bundles(&world.priced, |at| at != solar).unwrap();
    assert_eq!(sets.len(), 8);
    assert!(sets.iter().all(|set| !set.contains(&solar)));
}

#[test]
fn a_bundle_without_members_costs_nothing_and_saves_nothing() {
    let world = world(&support::rulebook(), &hospital(), 0.0);
    assert_eq!(world.totals[&Vec::new()].sum(), Default::default());
    let need = Carbon::from_kg(0.0);
    let only = BTreeMap::from([(Vec::new(), Total::default())]);
    let grid = &support::rulebook().factors.crrem;
    let found = cheapest(&only, need, YEAR, grid).unwrap();
    assert_eq!((found.bundle.len(), found.saved.kg(), found.residual.kg()), (0, 0.0, 0.0));
}

/// The project's rules with the ground-source heat pump priced, so that a group has two members.
fn with_two_heat_pumps() -> Rulebook {
    let mut files = support::files();
    let path = "rules/remedies/ground-source-heat-pump.toml";
    let (_, text) = files.iter_mut().find(|(own, _)| own == path).unwrap();
    let priced = text.lines().filter(|line| !line.starts_with("cost_unknown"));
    let mut priced: Vec<&str> = priced.collect();
    let at = priced.iter().position(|line| line.starts_with("[project]")).unwrap();
    priced.insert(at, "running_none = \"As today.\"\n");
    let cost = "\n[[cost]]\nbenchmark = \"heat-decarbonisation-all-in\"\nmoney = \"capital\"\nwhy = \"Test.\"\n";
    *text = priced.join("\n") + cost;
    support::read(&files).unwrap_or_else(|problems| panic!("{}", problems.join("\n")))
}

#[test]
fn of_two_heat_pumps_one_is_carried_out() {
    let rulebook = with_two_heat_pumps();
    let world = world(&rulebook, &hospital(), 0.0);
    let pumps: Vec<usize> =
        (0..world.ids.len()).filter(|at| world.ids[*at].ends_with("heat-pump")).collect();
    assert_eq!(pumps.len(), 2);
    assert!(!world.totals.keys().any(|bundle| pumps.iter().all(|pump| bundle.contains(pump))));
    let (steps, beside) = curve(&world.priced, &world.ids, &world.totals);
    let taken = steps.iter().find(|step| pumps.contains(&step.remedy)).unwrap().remedy;
    // The better performance at the same price costs less for a tonne.
    assert_eq!(world.ids[taken], "ground-source-heat-pump");
    let other = pumps.into_iter().find(|pump| *pump != taken).unwrap();
    assert!(beside.contains(&(other, Beside::Displaced { by: taken })));
}

/// 1,780,319.6 kg of the heat pump is enough for 1,700 t and costs less than insulation; for more than
/// all can save the rest is told.
#[test]
fn the_cheapest_set_meets_the_need_and_tells_what_it_cannot() {
    let rulebook = support::rulebook();
    let world = world(&rulebook, &hospital(), 0.0);
    let grid = &rulebook.factors.crrem;
    let found = |kg| cheapest(&world.totals, Carbon::from_kg(kg), YEAR, grid).unwrap();
    let ids = |bundle: &[usize]| -> Vec<&str> {
        bundle.iter().map(|at| world.ids[*at].as_str()).collect()
    };
    // Lighting saves money, so it is in every set.
    assert_eq!(ids(&found(0.0).bundle), ["led-lighting"]);
    assert_eq!(ids(&found(1.7e6).bundle), ["led-lighting", "air-source-heat-pump"]);
    let most = found(5e6);
    assert_eq!(ids(&most.bundle), ["fabric-retrofit", "led-lighting", "air-source-heat-pump"]);
    assert!((most.saved.kg() + most.residual.kg() - 5e6).abs() < 0.01);
    assert!(most.residual.kg() > 3e6);
    let choices = unbeaten(&world.totals, YEAR, grid).unwrap();
    assert!(choices.windows(2).all(|two| two[0].saved.kg() < two[1].saved.kg()));
    assert_eq!(ids(&choices.last().unwrap().bundle), ids(&most.bundle));
}

fn run(property: impl Fn((f64, f64, f64, f64, Option<f64>, f64)) -> Result<(), TestCaseError>) {
    let config = Config { cases: 200, failure_persistence: None, ..Config::default() };
    let mut runner =
        TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let sites = (
        0.0..5e7,
        1.0..4e7,
        100.0..200_000.0,
        0.0..100.0,
        proptest::option::of(0.0..60_000.0),
        0.0..1.5_f64,
    );
    runner.run(&sites, property).unwrap_or_else(|failure| panic!("{failure}"));
}

fn values(gas: f64, electricity: f64, area: f64, led: f64, kwp: Option<f64>) -> Values {
    let known = [
        ("annual-gas-kwh", gas),
        ("annual-grid-electricity-kwh", electricity),
        ("gross-internal-area-m2", area),
        ("led-coverage-percent", led),
        ("chp-units-count", 0.0),
    ];
    known.into_iter().chain(kwp.map(|kwp| ("roof-pv-potential-kwp", kwp))).collect()
}

#[test]
fn no_set_saves_more_than_is_taken() {
    let rulebook = with_two_heat_pumps();
    run(|(gas, electricity, area, led, kwp, _)| {
        let world = world(&rulebook, &values(gas, electricity, area, led, kwp), 0.0);
        for total in world.totals.values() {
            let sum = total.sum();
            for effect in [sum.low.effect, sum.central.effect, sum.high.effect] {
                for (carrier, kwh) in effect.saved.any() {
                    let there = world.site.reach.of(carrier);
                    prop_assert!(
                        kwh <= there * (1.0 + 1e-12),
                        "{} of {}: {} of {}",
                        carrier,
                        there,
                        kwh,
                        there
                    );
                }
            }
            prop_assert!(sum.low.effect.capital_gbp >= 0.0);
        }
        Ok(())
    });
}

#[test]
fn more_remedies_never_cost_more_for_the_same_need() {
    let rulebook = with_two_heat_pumps();
    let grid = &rulebook.factors.crrem;
    run(|(gas, electricity, area, led, kwp, share)| {
        let values = values(gas, electricity, area, led, kwp);
        let all = world(&rulebook, &values, 0.0);
        for without in ["fabric-retrofit", "led-lighting", "air-source-heat-pump"] {
            let fewer = world_of(&rulebook, &values, 0.0, |id| id != without);
            let most = cheapest(&fewer.totals, Carbon::from_kg(8e9), YEAR, grid).unwrap();
            let need = Carbon::from_kg((most.saved.kg() * share.min(1.0)).floor().max(0.0));
            let few = cheapest(&fewer.totals, need, YEAR, grid).unwrap();
            let many = cheapest(&all.totals, need, YEAR, grid).unwrap();
            let cost = |total: &Total| total.sum().central.effect.net_cost_gbp;
            // Half a penny of rounding.
            prop_assert!(cost(&many.total) <= cost(&few.total) + 0.01, "without {}", without);
            prop_assert!(many.residual.kg() <= few.residual.kg());
        }
        Ok(())
    });
}
