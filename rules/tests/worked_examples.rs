//! The worked examples of appraisal, costing, funding and carbon, each through the function that
//! answers for it.
//!
//! The examples are data: `cases/worked-examples.toml` says what goes in, what comes out, how closely
//! and where that is read. Where SITEWORTHY_SHARED_DATA names a folder, the reference beside it is
//! read too, so that neither list holds an example that the other lacks.

mod support;

use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};
use siteworthy_rules::appraisal::{
    Due, annuity_factor, equivalent_annual_cost, irr, mirr, npv, pmt, present_value, pv,
};
use siteworthy_rules::carbon::crrem::{
    Asset, Misalignment, Pathway, Projection, Published, Use, blend, misalignment, pathway_of,
    project,
};
use siteworthy_rules::carbon::demand::{Carrier, Demand, FuelFactors};
use siteworthy_rules::carbon::value::carbon_npv;
use siteworthy_rules::carbon::whole_life::{
    HardwareShare, InUse, Item, Module, replacements, software_embodied_g, software_intensity,
    whole_life,
};
use siteworthy_rules::cost::{Estimate, Money, Pence};
use siteworthy_rules::costing::{Line, Risk, Terms, Vat, price};
use siteworthy_rules::factor::deflator::Deflator;
use siteworthy_rules::factor::discount::IN_FORCE;
use siteworthy_rules::factor::grid::GridPath;
use siteworthy_rules::factor::{
    CalendarYear, Carbon, Crrem, Factor, Factors, Figure, FinancialYear, Missing, PriceBase, Real,
};
use siteworthy_rules::funding::{Ledger, Required, investment_gap};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use toml::{Table, Value};

/// What came out, by name.
type Found = BTreeMap<String, f64>;

#[test]
fn every_worked_example_comes_out_as_stated() {
    let file = read_file();
    let series = Series::new();
    for example in file["example"].as_array().expect("examples") {
        let id = example["id"].as_str().expect("an id");
        for key in ["evidence", "reference"] {
            assert!(example[key].as_str().is_some_and(|text| !text.is_empty()), "{id}: {key}");
        }
        let found = answer(id, table(&example["inputs"]), &series);
        let expected = table(&example["expected"]);
        assert!(!expected.is_empty(), "{id}");
        for (name, pair) in expected {
            let [value, tolerance] = [&pair[0], &pair[1]].map(number);
            check(id, name, &found, value, tolerance);
        }
    }
}

#[test]
fn no_example_of_the_reference_is_without_a_test() {
    let Some(path) = reference() else {
        println!("skipped: SITEWORTHY_SHARED_DATA names no folder with a reference beside it");
        return;
    };
    let file = read_file();
    let series = Series::new();
    let ours: Vec<&str> = file["example"]
        .as_array()
        .expect("examples")
        .iter()
        .filter_map(|example| example["id"].as_str())
        .collect();
    let text = fs::read_to_string(path).expect("the reference is a text");
    let golden: serde_json::Value = serde_json::from_str(&text).expect("the reference is JSON");
    let golden = golden["examples"].as_array().expect("examples");
    let theirs: Vec<&str> = golden.iter().filter_map(|example| example["id"].as_str()).collect();
    assert_eq!(ours, theirs);
    for example in golden {
        let id = example["id"].as_str().expect("an id");
        let inputs = Value::try_from(&example["inputs"]).expect("inputs are a table");
        let found = answer(id, table(&inputs), &series);
        let tolerance = &example["tolerance"];
        let mut expected = Found::new();
        flatten("", &example["expected"], &mut expected);
        for (name, value) in expected {
            // Where each figure has its own tolerance, one without is known to its last digit shown.
            let own = tolerance.as_f64().or_else(|| tolerance[&name].as_f64());
            check(id, &name, &found, value, own.unwrap_or_else(|| value.abs() * 1e-5));
        }
    }
}

fn check(id: &str, name: &str, found: &Found, value: f64, tolerance: f64) {
    let got = found.get(name).unwrap_or_else(|| panic!("{id} says nothing of {name}"));
    assert!((got - value).abs() <= tolerance, "{id}: {name} is {got}, not {value}");
}

fn read_file() -> Table {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/worked-examples.toml");
    fs::read_to_string(path).expect("the examples are there").parse().expect("TOML")
}

fn reference() -> Option<PathBuf> {
    let shared = PathBuf::from(std::env::var_os("SITEWORTHY_SHARED_DATA")?);
    let path = shared.parent()?.join("reference/golden_examples.json");
    path.is_file().then_some(path)
}

fn flatten(prefix: &str, value: &serde_json::Value, into: &mut Found) {
    for (name, value) in value.as_object().expect("a table") {
        match value.as_f64() {
            Some(number) => drop(into.insert(format!("{prefix}{name}"), number)),
            None => flatten(&format!("{prefix}{name}."), value, into),
        }
    }
}

fn table(value: &Value) -> &Table {
    value.as_table().expect("a table")
}

#[expect(clippy::cast_precision_loss, reason = "figures of examples are small")]
fn number(value: &Value) -> f64 {
    value.as_float().or_else(|| value.as_integer().map(|whole| whole as f64)).expect("a number")
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(number).collect()
}

#[expect(clippy::cast_possible_truncation, reason = "years and counts are small")]
fn whole(value: &Value) -> i32 {
    let value = number(value);
    assert_eq!(value.fract(), 0.0);
    value as i32
}

fn count(value: &Value) -> u32 {
    whole(value).try_into().expect("a count")
}

fn exactly(value: f64) -> Decimal {
    Decimal::from_f64(value).expect("a decimal")
}

fn by_year(table: &Table) -> impl Iterator<Item = (i32, f64)> {
    table.iter().map(|(year, value)| (year.parse().expect("a year"), number(value)))
}

fn list<const N: usize>(found: [(&str, f64); N]) -> Found {
    found.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// What one example's inputs give.
fn answer(id: &str, inputs: &Table, series: &Series) -> Found {
    match id {
        "npv-constant-rate" => {
            let flows = numbers(&inputs["flows"]);
            list([("npv", npv(number(&inputs["rate"]), &flows))])
        }
        "pmt" => {
            let (rate, principal) = (number(&inputs["rate"]), number(&inputs["principal"]));
            list([("payment", pmt(rate, count(&inputs["periods"]), principal, 0.0, Due::End))])
        }
        "irr" => list([("irr", irr(&numbers(&inputs["flows"])).expect("one rate"))]),
        "pv" => {
            let [rate, payment, future] =
                ["rate", "payment", "future_value"].map(|name| number(&inputs[name]));
            list([("pv", pv(rate, count(&inputs["periods"]), payment, future, Due::End))])
        }
        "mirr" => {
            let [finance, reinvest] =
                ["finance_rate", "reinvest_rate"].map(|name| number(&inputs[name]));
            let rate = mirr(&numbers(&inputs["flows"]), finance, reinvest).expect("a rate");
            list([("mirr", rate)])
        }
        "green-book-discount-factors" | "green-book-discount-factors-health" => {
            let factor = series.discount(inputs["schedule"].as_str().expect("a name"));
            (0..=125).map(|year| (year.to_string(), factor(year))).collect()
        }
        "eac-5y" => annual_cost(&numbers(&inputs["flows"]), inputs, series),
        "eac-60y-across-step" => {
            let mut flows = vec![-number(&inputs["annual"]); count(&inputs["years"]) as usize + 1];
            flows[0] = -number(&inputs["capital"]);
            annual_cost(&flows, inputs, series)
        }
        "optimism-bias-blend" => optimism_bias(table(&inputs["shares"]), series),
        "optimism-bias-mitigation" => mitigation(inputs, series),
        "rebase-2022-to-2024" => {
            let [from, to] = ["from_year", "to_year"].map(|name| calendar(whole(&inputs[name])));
            let value = Real { pounds: exactly(number(&inputs["value"])), base: from };
            let moved = series.deflators().rebase(value, to).expect("both years").pounds;
            list([("value", moved.to_f64().expect("a number"))])
        }
        "carbon-npv-central" => carbon_value(inputs, series),
        "sci-embodied-share" => {
            let hardware = HardwareShare {
                embodied_kg: Some(number(&inputs["TE_kg"])),
                reserved_h: number(&inputs["time_reserved_h"]),
                life_h: number(&inputs["expected_lifespan_h"]),
                resources_reserved: number(&inputs["resource_share"]),
                resources_total: 1.0,
            };
            list([("M_g", software_embodied_g(&hardware).expect("declared"))])
        }
        "sci-database-server" => software(inputs),
        "crrem-a001" => published_building(inputs, series),
        "uk-healthcare-hospital" => hospital(inputs, series),
        "uk-mixed-use-export-cap-binds" => mixed_use(inputs, series),
        "nhs-england-estate-2023-24" => national_estate(inputs, series),
        "whole-life-carbon-replacements" => replaced_items(inputs, series),
        "operational-carbon-b6" => operational(inputs, series),
        "investment-gap" => funding(inputs),
        _ => panic!("no function is held to the example {id}"),
    }
}

fn annual_cost(flows: &[f64], inputs: &Table, series: &Series) -> Found {
    let factor = series.discount(inputs["schedule"].as_str().expect("a name"));
    let years = u32::try_from(flows.len() - 1).expect("a count");
    list([
        ("npv", present_value(flows, &factor)),
        ("annuity_factor", annuity_factor(years, &factor)),
        ("eac", equivalent_annual_cost(flows, &factor).expect("a year")),
    ])
}

fn calendar(year: i32) -> PriceBase {
    PriceBase::Calendar(CalendarYear(year))
}

fn mitigation(inputs: &Table, series: &Series) -> Found {
    let one = |value: Decimal| Estimate { low: value, central: value, high: value };
    let why = "the example is about risk alone".to_owned();
    let line = Line {
        id: "project".to_owned(),
        money: Money::Capital,
        quantity: Some(one(Decimal::ONE)),
        rate: one(exactly(number(&inputs["cost"]))),
        base: calendar(2024),
        terms: Terms {
            location: Decimal::ONE,
            risk: Risk::bias_of_percent(
                number(&inputs["upper_percent"]),
                exactly(number(&inputs["mitigation_share"])),
            )
            .expect("a number"),
            fees: Decimal::ZERO,
            vat: Vat::Excluded { reason: why },
        },
    };
    let parts = price(&line, calendar(2024), series.deflators()).expect("a price").central;
    list([("adjusted_cost", parts.total().pounds().to_f64().expect("a number"))])
}

fn carbon_value(inputs: &Table, series: &Series) -> Found {
    let years = numbers(&inputs["years"]);
    let kg = number(&inputs["tonnes_per_year"]) * 1000.0;
    let emitted: BTreeMap<CalendarYear, Carbon<Crrem>> =
        series.years(years[0], years[1]).map(|year| (year, Carbon::from_kg(kg))).collect();
    let base_year = CalendarYear(whole(&inputs["base_year"]));
    let found = carbon_npv(
        &emitted,
        |year| series.carbon_value(year),
        series.deflators(),
        calendar(whole(&inputs["price_base"])),
        base_year,
        series.discount("standard"),
    );
    list([("npv", found.expect("every year").pounds)])
}

fn software(inputs: &Table) -> Found {
    let [energy, intensity, embodied, reserved_h, life_h, resources_reserved, resources_total] =
        ["E_kWh", "I_g_per_kWh", "TE_g", "TiR_h", "EL_h", "RR", "ToR"]
            .map(|name| number(&inputs[name]));
    let hardware = HardwareShare {
        embodied_kg: Some(embodied / 1000.0),
        reserved_h,
        life_h,
        resources_reserved,
        resources_total,
    };
    let factor = Factor::<Crrem>::new(intensity / 1000.0);
    let found = software_intensity(Some(energy), factor, &hardware, 1.0).expect("all is declared");
    list([
        ("operational_g", found.operational_g),
        ("M_g", found.embodied_g),
        ("total_g", found.per_unit_g),
    ])
}

/// A fuel of an example: its carrier, the name of its kWh, and its factor.
type Fuel = (Carrier, &'static str, f64);

/// A building by the names that the examples use.
fn asset(inputs: &Table, fuels: &[Fuel], start: i32) -> Asset {
    let given = |name: &str| inputs.get(name).map_or(0.0, number);
    let mut bought_kwh: BTreeMap<Carrier, Option<f64>> =
        fuels.iter().map(|(carrier, name, _)| (*carrier, Some(number(&inputs[*name])))).collect();
    bought_kwh.insert(Carrier::Electricity, Some(number(&inputs["elec_grid_kwh"])));
    Asset {
        floor_area_m2: Some(number(&inputs["gia_m2"])),
        demand: Demand {
            bought_kwh,
            renewables_used_kwh: Some(
                given("renew_consumed_kwh") + given("on_site_solar_and_other_renewable_kwh"),
            ),
            renewables_exported_kwh: Some(given("renew_exported_kwh")),
        },
        reporting_year: CalendarYear(start),
    }
}

fn factors(fuels: &[Fuel]) -> FuelFactors<Crrem> {
    fuels.iter().map(|(carrier, _, factor)| (*carrier, Factor::new(*factor))).collect()
}

/// An asset of these fuels, held against a grid and a pathway.
fn projected(
    inputs: &Table,
    fuels: &[Fuel],
    start: i32,
    grid: &GridPath<Crrem>,
    pathway: &Pathway,
) -> Projection {
    let published = Published { grid, fuels: &factors(fuels), pathway };
    project(&asset(inputs, fuels, start), &published).expect("all is known")
}

#[expect(clippy::cast_lossless, reason = "a year as a number")]
fn misaligned(at: Misalignment) -> f64 {
    match at {
        Misalignment::In(year) => year.0 as f64,
        Misalignment::Beyond2050 => f64::INFINITY,
    }
}

fn first(projection: &Projection, year: i32) -> (f64, f64) {
    let year = projection.years.iter().find(|one| one.year == CalendarYear(year)).expect("a year");
    (year.carbon_intensity, year.allowed_intensity)
}

fn published_building(inputs: &Table, series: &Series) -> Found {
    let years: Vec<CalendarYear> = inputs["years"]
        .as_array()
        .expect("years")
        .iter()
        .map(|year| CalendarYear(whole(year)))
        .collect();
    let [own, pathway] = ["asset_curve", "pathway_curve"].map(|name| numbers(&inputs[name]));
    let curves = years.iter().zip(own).zip(pathway.iter());
    let published = misalignment(curves.map(|((year, own), allowed)| (*year, own, *allowed)));
    // Of its grid only the first factor is published, so the projection is checked in that year.
    let factors = table(&inputs["ef"]);
    let factor = number(&factors["district_heating"]);
    let heat = (Carrier::DistrictHeat, "district_heating_kwh", factor);
    let like = &series.grid().years[&CalendarYear(2024)];
    let factor = Figure { value: number(&factors["elec_2024"]), ..like.clone() };
    let grid: GridPath<Crrem> = GridPath::new(
        "as stated".to_owned(),
        years.iter().map(|year| (*year, factor.clone())).collect(),
    );
    let pathway: Pathway = years.iter().copied().zip(pathway).collect();
    let projection = projected(inputs, &[heat], years[0].0, &grid, &pathway);
    assert_eq!(projection.misalignment, published);
    list([
        ("eui", projection.energy_intensity),
        ("carbon_intensity", first(&projection, 2024).0),
        ("misalignment_year", misaligned(published)),
    ])
}

fn hospital(inputs: &Table, series: &Series) -> Found {
    let gas = (Carrier::NaturalGas, "gas_kwh", number(&inputs["gas_ef"]));
    let (start, pathway) = (whole(&inputs["start"]), series.pathway("Healthcare"));
    let projection = projected(inputs, &[gas], start, series.grid(), &pathway);
    let excess = projection.years.iter().map(|one| (one.year, one.excess)).collect();
    let value = carbon_npv(
        &excess,
        |year| series.carbon_value(year),
        series.deflators(),
        calendar(2022),
        CalendarYear(2024),
        series.discount("standard"),
    );
    let (own, allowed) = first(&projection, 2024);
    list([
        ("carbon_intensity_2024", own),
        ("pathway_2024", allowed),
        ("misalignment_year", misaligned(projection.misalignment)),
        ("excess_tco2e_2024_2050", projection.excess.kg() / 1000.0),
        ("excess_cost_npv_gbp2022_central_base2024", -value.expect("every year").pounds),
    ])
}

fn mixed_use(inputs: &Table, series: &Series) -> Found {
    let mix: Vec<(f64, Pathway)> = table(&inputs["mix"])
        .iter()
        .map(|(class, share)| (number(share), series.pathway(class)))
        .collect();
    let uses: Vec<Use<'_>> =
        mix.iter().map(|(share, pathway)| Use { share: *share, pathway }).collect();
    let gas = (Carrier::NaturalGas, "gas_kwh", number(&inputs["gas_ef"]));
    let (start, pathway) = (whole(&inputs["start"]), blend(&uses).expect("shares"));
    let projection = projected(inputs, &[gas], start, series.grid(), &pathway);
    let year = CalendarYear(2024);
    let demand = asset(inputs, &[gas], start).demand.known(&factors(&[gas])).expect("known");
    let (own, allowed) = first(&projection, 2024);
    let factor = series.grid().factor(year).expect("a factor").kg_per_kwh();
    list([
        ("eui", projection.energy_intensity),
        ("export_credit_2024_kg", demand.export_credit(year, series.grid()).expect("known").kg()),
        ("uncapped_credit_2024_kg", number(&inputs["renew_exported_kwh"]) * factor),
        ("carbon_intensity_2024", own),
        ("pathway_2024", allowed),
        ("misalignment_year", misaligned(projection.misalignment)),
    ])
}

fn national_estate(inputs: &Table, series: &Series) -> Found {
    let factors = table(&inputs["ef"]);
    let [gas, oil, heat] = ["gas", "oil", "heat"].map(|name| number(&factors[name]));
    let fuels = [
        (Carrier::NaturalGas, "gas_kwh", gas),
        (Carrier::GasOil, "oil_kwh", oil),
        (Carrier::DistrictHeat, "steam_and_hot_water_kwh", heat),
        (Carrier::RenewableFuel, "non_fossil_kwh", 0.0),
    ];
    let projection = projected(inputs, &fuels, 2023, series.grid(), &series.pathway("Healthcare"));
    let (own, allowed) = first(&projection, 2024);
    list([
        ("eui_kwh_m2", projection.energy_intensity),
        ("carbon_intensity_2024", own),
        ("pathway_2024", allowed),
        ("misalignment_year_from_2023", misaligned(projection.misalignment)),
    ])
}

fn replaced_items(inputs: &Table, series: &Series) -> Found {
    let study_years = count(&inputs["reference_study_period"]);
    let of = |items: &[Item]| {
        let in_use = InUse { kwh_per_year: Some(0.0), water_kg_per_year: Some(0.0) };
        let found = whole_life(items, &in_use, CalendarYear(2026), study_years, series.grid());
        found.sum(&[Module::A1A3, Module::B4]).known_kg
    };
    let mut found = Found::new();
    let mut items = Vec::new();
    for (id, item) in table(&inputs["items"]) {
        let (kg, life) = (number(&item["a1_a3_kg"]), count(&item["life"]));
        let times = replacements(study_years, life).expect("a life");
        found.insert(format!("replacements.{id}"), f64::from(times));
        let item =
            Item { id: id.clone(), a1_a3_kg: Some(kg), life_years: Some(life), ..Item::default() };
        found.insert(format!("a_plus_b4_kg.{id}"), of(std::slice::from_ref(&item)));
        items.push(item);
    }
    found.insert("total_kg".to_owned(), of(&items));
    found
}

fn operational(inputs: &Table, series: &Series) -> Found {
    let years = numbers(&inputs["years"]);
    let kwh = number(&inputs["annual_kwh"]);
    let years: Vec<CalendarYear> = series.years(years[0], years[1]).collect();
    let in_use = InUse { kwh_per_year: Some(kwh), water_kg_per_year: None };
    let study_years = u32::try_from(years.len()).expect("a count");
    let found = whole_life(&[], &in_use, years[0], study_years, series.grid());
    let b6 = found.module(Module::B6);
    assert!(b6.unknown.is_empty());
    list([("tco2e", b6.known_kg / 1000.0)])
}

fn funding(inputs: &Table) -> Found {
    // Millions of pounds, as the example has them.
    let pence = |millions: f64| {
        Pence::from_pounds(exactly(millions) * Decimal::from(1_000_000)).expect("pence")
    };
    let key = |year| (FinancialYear(year), Money::Capital);
    let required: Ledger<Required> = by_year(table(&inputs["required_capital"]))
        .map(|(year, millions)| (key(year), Required { pence: pence(millions), unpriced: 0 }))
        .collect();
    let allocated: Ledger<Pence> = by_year(table(&inputs["allocated_capital"]))
        .map(|(year, millions)| (key(year), pence(millions)))
        .collect();
    let gap = &investment_gap(&required, &allocated)[&Money::Capital];
    let millions = |pence: Pence| pence.pounds().to_f64().expect("a number") / 1e6;
    list([
        ("sum_yearly_gap", millions(gap.sum_yearly_gap)),
        ("closing_unfunded", millions(gap.closing_unfunded)),
        ("peak_unfunded", millions(gap.peak_unfunded)),
    ])
}

/// The published series that the examples rest on: those of the rulebook.
struct Series {
    factors: Arc<Factors>,
}

impl Series {
    fn new() -> Self {
        Self { factors: support::rulebook().factors }
    }

    fn grid(&self) -> &GridPath<Crrem> {
        &self.factors.crrem
    }

    fn pathway(&self, class: &str) -> Pathway {
        pathway_of(&self.factors.pathways, &class.to_lowercase()).expect("the class is there")
    }

    fn deflators(&self) -> &Deflator {
        self.factors.deflators.of("hmt-2025-12").expect("the vintage is there")
    }

    fn years(&self, from: f64, to: f64) -> impl Iterator<Item = CalendarYear> + use<> {
        let year = |year| whole(&Value::Float(year));
        (year(from)..=year(to)).map(CalendarYear)
    }

    fn carbon_value(&self, year: CalendarYear) -> Result<Real, Missing> {
        Ok(self.factors.values.of(CalendarYear(2022), year)?.central)
    }

    fn discount(&self, name: &str) -> impl Fn(u32) -> f64 + use<'_> {
        let schedule = self.factors.discount.of(IN_FORCE, name).expect("the schedule is there");
        |index| schedule.factor(index)
    }
}

fn optimism_bias(shares: &Table, series: &Series) -> Found {
    let shares: Vec<(String, f64)> =
        shares.iter().map(|(kind, share)| (kind.replace('_', "-"), number(share))).collect();
    let shares: Vec<(&str, f64)> =
        shares.iter().map(|(kind, share)| (kind.as_str(), *share)).collect();
    let bias = |measure| {
        let risks = &series.factors.cost_risks;
        risks.blended_bias_percent(&shares, measure, "upper").expect("the bias is published")
    };
    list([
        ("capital_expenditure_percent", bias("capital-expenditure")),
        ("works_duration_percent", bias("works-duration")),
    ])
}
