//! The published factors as a body: that none vanishes unseen, that each is the figure of the reference
//! where that is at hand, that what is not there is said to be missing, and that a broken table is
//! refused at its row.
//!
//! What is worked out from factors is held by `netzero` and `worked_examples`.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the finding")]

mod support;

use siteworthy_rules::cost::Stated;
use siteworthy_rules::dated::Evidence;
use siteworthy_rules::factor::discount::{IN_FORCE, STANDARD};
use siteworthy_rules::factor::pathway::{HEALTHCARE, Metric, Pathways};
use siteworthy_rules::factor::price::{Outlook, PriceCarrier, Series};
use siteworthy_rules::factor::{
    CalendarYear, Factors, Figure, FinancialYear, PriceBase, Real, SetYear,
};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

fn factors() -> Arc<Factors> {
    support::rulebook().factors
}

fn calendar(year: i32) -> PriceBase {
    PriceBase::Calendar(CalendarYear(year))
}

fn financial(year: i32) -> PriceBase {
    PriceBase::Financial(FinancialYear(year))
}

// --- none vanishes unseen -----------------------------------------------------------------------

/// Every figure with what it is of; the last part is the year, the estimate or whatever there is
/// several of.
fn every_figure(factors: &Factors) -> Vec<(String, String, &Figure)> {
    let mut all: Vec<(String, String, &Figure)> = Vec::new();
    for (year, set) in &factors.conversion.sets {
        for (id, factor) in &set.factors {
            all.push((format!("conversion {id}"), year.to_string(), &factor.figure));
        }
    }
    let paths = [
        (&factors.marginal.id, &factors.marginal.years),
        (&factors.average.id, &factors.average.years),
        (&factors.crrem.id, &factors.crrem.years),
    ];
    for (id, years) in paths {
        for (year, figure) in years {
            all.push((format!("grid {id}"), year.to_string(), figure));
        }
    }
    for (base, series) in &factors.values.series {
        for (year, value) in series {
            for (estimate, figure) in
                [("low", &value.low), ("central", &value.central), ("high", &value.high)]
            {
                all.push((format!("carbon-value {base} {estimate}"), year.to_string(), figure));
            }
        }
    }
    for ((kind, metric), path) in &factors.pathways.paths {
        for (year, figure) in path {
            all.push((format!("pathway {kind} {metric}"), year.to_string(), figure));
        }
    }
    for target in &factors.targets {
        let id = format!("target {} {} {}", target.nation, target.footprint, target.kind);
        all.push((id, format!("{}-{}", target.year_from, target.year_to), &target.figure));
    }
    for (id, item) in &factors.embodied {
        let estimates = [&item.estimate.low, &item.estimate.central, &item.estimate.high];
        for (estimate, figure) in ["low", "central", "high"].iter().zip(estimates) {
            if let Some(figure) = figure {
                all.push((format!("embodied {id}"), (*estimate).to_owned(), figure));
            }
        }
    }
    for (id, figure) in &factors.ai.items {
        all.push((format!("ai {id}"), String::new(), figure));
    }
    for (id, deflator) in &factors.deflators.vintages {
        for (base, figure) in &deflator.index {
            all.push((format!("deflator {id}"), base.year_text(), figure));
        }
    }
    for schedule in factors.discount.schedules.values() {
        for step in &schedule.steps {
            let id = format!("discount {}", schedule.id);
            all.push((id, step.index_from.to_string(), &step.rate));
        }
    }
    for (key, price) in &factors.prices.prices {
        let of = format!("{} {} {:?}", key.year.year_text(), key.estimate, key.from_kwh);
        all.push((format!("price {} {}", key.series, key.carrier), of, &price.figure));
    }
    for ((outlook, carrier), estimate) in &factors.prices.outlook {
        for (name, figure) in
            [("low", &estimate.low), ("central", &estimate.central), ("high", &estimate.high)]
        {
            all.push((format!("outlook {outlook} {carrier}"), name.to_owned(), figure));
        }
    }
    for ((project, measure, bound), figure) in &factors.cost_risks.bias {
        all.push((format!("bias {project} {measure}"), bound.clone(), figure));
    }
    for (region, figure) in &factors.cost_risks.locations {
        all.push((format!("location {region}"), String::new(), figure));
    }
    for (years, shares) in &factors.cost_risks.spend {
        for (at, figure) in shares.iter().enumerate() {
            all.push((format!("spend {years}"), at.to_string(), figure));
        }
    }
    for envelope in &factors.envelopes {
        let year = |year: Option<FinancialYear>| year.map_or(String::new(), |one| one.to_string());
        let of = format!("{} {}", year(envelope.from), year(envelope.to));
        all.push((format!("envelope {}", envelope.series), of, &envelope.figure));
    }
    all
}

/// Reports name factors, and sums take every year of a path: a row that is lost changes answers
/// without a word.
#[test]
fn no_factor_vanishes_or_appears_unseen() {
    let factors = factors();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (id, _, _) in every_figure(&factors) {
        *counts.entry(id).or_default() += 1;
    }
    let found: BTreeSet<String> =
        counts.iter().map(|(id, count)| format!("{id}: {count}")).collect();
    let listed: BTreeSet<String> = include_str!("factors.txt").lines().map(str::to_owned).collect();
    let vanished: Vec<&String> = listed.difference(&found).collect();
    let appeared: Vec<&String> = found.difference(&listed).collect();
    assert!(
        vanished.is_empty() && appeared.is_empty(),
        "vanished: {vanished:#?}\nappeared (add them to rules/tests/factors.txt): {appeared:#?}"
    );
}

#[test]
fn every_figure_of_a_file_is_in_a_set() {
    let rows = support::files()
        .iter()
        .filter(|(path, _)| path.starts_with("datasets/") && !path.ends_with("benchmarks.csv"))
        .map(|(_, text)| text.lines().count() - 1)
        .sum::<usize>();
    assert_eq!(every_figure(&factors()).len(), rows);
}

#[test]
fn every_figure_says_where_it_was_read() {
    for (id, of, figure) in every_figure(&factors()) {
        assert!(!figure.source.trim().is_empty() && !figure.unit.is_empty(), "{id} {of}");
        assert!((1990..=2026).contains(&figure.source_year), "{id} {of}: {}", figure.source_year);
        for word in ["stored", "note was not kept", "TODO"] {
            assert!(!figure.source.contains(word), "{id} {of}: {}", figure.source);
        }
    }
}

// --- the reference ------------------------------------------------------------------------------

type Rows = Vec<BTreeMap<String, String>>;

/// A table of the reference, which lies beside the shared data on some machines.
fn reference(name: &str) -> Option<Rows> {
    let shared = PathBuf::from(std::env::var_os("SITEWORTHY_SHARED_DATA")?);
    let text = fs::read_to_string(shared.parent()?.join("reference").join(name)).ok()?;
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let headings = reader.headers().unwrap().clone();
    let row = |record: csv::StringRecord| {
        headings.iter().map(str::to_owned).zip(record.iter().map(str::to_owned)).collect()
    };
    Some(reader.records().map(|record| row(record.unwrap())).collect())
}

/// What a table of the reference holds: a figure, and whether it is recalled or worked out.
struct Known {
    value: f64,
    is_recalled: bool,
    is_worked_out: bool,
}

/// What a table of the reference holds, by the columns that name a figure.
fn keyed(rows: &Rows, columns: &[&str]) -> BTreeMap<String, Known> {
    let key = |row: &BTreeMap<String, String>| {
        columns.iter().map(|column| row[*column].replace('_', "-")).collect::<Vec<_>>().join(" ")
    };
    let known = |row: &BTreeMap<String, String>| Known {
        value: row["value"].parse().unwrap(),
        is_recalled: row["confidence"] == "recalled",
        is_worked_out: row["basis"] != "published",
    };
    rows.iter().map(|row| (key(row), known(row))).collect()
}

/// Holds figures and their grades to those of the reference, and says which of the reference there are
/// none of. No grade is stronger than that of the reference.
fn compare<'a>(
    known: &BTreeMap<String, Known>,
    ours: impl IntoIterator<Item = (String, &'a Figure)>,
) -> Vec<String> {
    let mut left: BTreeSet<&String> = known.keys().collect();
    for (key, figure) in ours {
        let one = known.get(&key).unwrap_or_else(|| panic!("{key} is not in the reference"));
        assert_eq!(figure.value, one.value, "{key}");
        let is_strong = matches!(figure.evidence, Evidence::Verified | Evidence::SecondHand);
        assert_eq!(figure.evidence == Evidence::Recalled, one.is_recalled, "{key}");
        assert!(!(is_strong && one.is_worked_out), "{key}: {}", figure.evidence);
        left.remove(&key);
    }
    left.into_iter().cloned().collect()
}

#[test]
fn every_figure_is_that_of_the_reference() {
    let Some(rows) = reference("uk_ghg_factors.csv") else {
        println!("skipped: the reference is not on this machine");
        return;
    };
    let factors = factors();
    let none: Vec<String> = Vec::new();

    let ours = factors.conversion.sets.iter().flat_map(|(year, set)| {
        set.factors.iter().map(move |(id, factor)| {
            (format!("{year} {id} {} {}", factor.scope, factor.figure.unit), &factor.figure)
        })
    });
    assert_eq!(compare(&keyed(&rows, &["year", "factor_id", "scope", "unit"]), ours), none);

    let names = [
        ("crrem-v2-05-uk-grid", &factors.crrem.years),
        ("grid-average-consumption-commercial-public", &factors.average.years),
        ("lrm-consumption-commercial-public", &factors.marginal.years),
    ];
    let ours = names.iter().flat_map(|(name, years)| {
        years.iter().map(move |(year, figure)| (format!("{name} {year}"), figure))
    });
    let known = keyed(&reference("green_book_grid_factors.csv").unwrap(), &["series", "year"]);
    // The industrial columns, from which the commercial ones are worked out, and one factor of gas.
    let left = compare(&known, ours);
    assert_eq!(left.len(), 15);
    assert!(left.iter().all(|key| key.contains("industrial") || key.contains("natural-gas")));

    let ours = factors.values.series.iter().flat_map(|(base, series)| {
        series.iter().flat_map(move |(year, value)| {
            [("low", &value.low), ("central", &value.central), ("high", &value.high)]
                .map(|(estimate, figure)| (format!("{year} {estimate} {base}"), figure))
        })
    });
    let known = keyed(
        &reference("green_book_carbon_values.csv").unwrap(),
        &["year", "scenario", "price_base_year"],
    );
    assert_eq!(compare(&known, ours), none);

    let ours = factors.pathways.paths.iter().flat_map(|((kind, metric), path)| {
        path.iter().map(move |(year, figure)| (format!("{year} {kind} {metric}"), figure))
    });
    let mut rows = reference("crrem_uk_healthcare.csv").unwrap();
    for row in &mut rows {
        let kind = row["property_type"].to_lowercase().replace([' ', ','], "-");
        let kind = kind.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
        row.insert("property_type".to_owned(), kind);
    }
    assert_eq!(compare(&keyed(&rows, &["year", "property_type", "metric"]), ours), none);

    let ours = factors.targets.iter().map(|target| {
        let baseline = target.baseline_year.map_or(String::new(), |year| year.to_string());
        let key = format!(
            "{} {} {} {} {} {baseline}",
            target.nation.title(),
            target.footprint,
            target.kind,
            target.year_from,
            target.year_to
        );
        (key, &target.figure)
    });
    let columns = ["nation", "footprint", "kind", "year_from", "year_to", "baseline_year"];
    assert_eq!(compare(&keyed(&reference("nhs_targets.csv").unwrap(), &columns), ours), none);

    let ours = factors.embodied.values().flat_map(|item| {
        let estimates = [&item.estimate.low, &item.estimate.central, &item.estimate.high];
        ["low", "central", "high"].into_iter().zip(estimates).filter_map(move |(name, figure)| {
            let life = item.life_years.map_or(String::new(), |years| years.to_string());
            let key = format!("{} {name} {} {} {life}", item.id, item.unit, item.modules);
            Some((key, figure.as_ref()?))
        })
    });
    let columns = ["item", "estimate", "unit", "modules", "asset_life_years"];
    assert_eq!(compare(&keyed(&reference("embodied_carbon.csv").unwrap(), &columns), ours), none);

    let ours = factors.ai.items.iter().map(|(id, figure)| (id.clone(), figure));
    assert_eq!(compare(&keyed(&reference("ai_energy.csv").unwrap(), &["item"]), ours), none);

    let ours = factors.cost_risks.bias.iter().map(|((project, measure, bound), figure)| {
        (format!("{project} {measure} {bound}"), figure)
    });
    let columns = ["project_type", "measure", "bound"];
    assert_eq!(compare(&keyed(&reference("optimism_bias.csv").unwrap(), &columns), ours), none);

    let ours = factors.cost_risks.locations.iter().map(|(id, figure)| (id.clone(), figure));
    let known = keyed(&reference("regional_cost_factors.csv").unwrap(), &["region"]);
    assert_eq!(compare(&known, ours), none);

    let ours = factors.cost_risks.spend.iter().flat_map(|(years, shares)| {
        shares.iter().enumerate().map(move |(at, figure)| (format!("{years} {at}"), figure))
    });
    let known = keyed(&reference("capex_profiles.csv").unwrap(), &["duration_years", "year_index"]);
    assert_eq!(compare(&known, ours), none);
}

#[test]
fn every_price_and_rate_is_that_of_the_reference() {
    let Some(rows) = reference("gdp_deflator.csv") else {
        println!("skipped: the reference is not on this machine");
        return;
    };
    let factors = factors();
    let none: Vec<String> = Vec::new();

    let name = |vintage: &str| match vintage {
        "hmt-2025-12" => "calendar-2024eq100",
        "desnz-2023-11" => "desnz-table19-2022eq100",
        "obr-2025-11" => "fy-index-obr-nov2025-2025-26eq100",
        "obr-2025-03" => "fy-index-obr-mar2025-2025-26eq100",
        other => panic!("{other}"),
    };
    let ours = factors.deflators.vintages.iter().flat_map(|(vintage, deflator)| {
        let series = name(vintage);
        deflator.index.iter().map(move |(base, figure)| {
            (format!("{series} {} {}", base.year_text(), figure.unit), figure)
        })
    });
    // Growth rates, from which the index is chained, and one cell of a vintage that was not seen.
    let left = compare(&keyed(&rows, &["series", "period", "unit"]), ours);
    assert_eq!(left.len(), 45);
    assert!(left.iter().all(|key| key.contains("growth") || key.contains("mar2026")), "{left:#?}");

    let ours = factors.discount.schedules.iter().flat_map(|((vintage, name), schedule)| {
        let name = if vintage == IN_FORCE { name.as_str() } else { "review-2026-recommendation" };
        schedule.steps.iter().map(move |step| {
            let to = step.index_to.map_or(String::new(), |year| year.to_string());
            (format!("{name} {} {to}", step.index_from), &step.rate)
        })
    });
    let columns = ["schedule", "year_from", "year_to"];
    assert_eq!(
        compare(&keyed(&reference("discount_schedules.csv").unwrap(), &columns), ours),
        none
    );
    for row in reference("discount_factors.csv").unwrap() {
        let schedule = factors.discount.of(IN_FORCE, &row["schedule"]).unwrap();
        let factor = schedule.factor(row["year_index"].parse().unwrap());
        let known: f64 = row["value"].parse().unwrap();
        assert!((factor - known).abs() <= 5.1e-11, "{row:?}: {factor}");
    }

    let rows = reference("energy_prices.csv").unwrap();
    let value = |series: &str, fuel: &str, year: &str, scenario: &str, band: &str| -> f64 {
        let mut found = rows.iter().filter(|row| {
            row["series"].replace('_', "-") == series
                && row["fuel"].replace('_', "-") == fuel
                && row["year"] == year
                && row["scenario"] == scenario
                && (band.is_empty() || row["note"].contains(band))
        });
        let row = found.next().unwrap_or_else(|| panic!("{series} {fuel} {year} {band}"));
        assert!(found.next().is_none(), "{series} {fuel} {year} {band}");
        row["value"].parse().unwrap()
    };
    let mut seen = 0;
    for (key, price) in &factors.prices.prices {
        let band = match (key.carrier, key.from_kwh) {
            (_, None) => "",
            (PriceCarrier::Electricity, Some(0)) => "0-20 MWh",
            (PriceCarrier::Electricity, Some(20_000)) => "20-500 MWh",
            (PriceCarrier::Electricity, Some(500_000)) => "500-2000 MWh",
            (PriceCarrier::Electricity, Some(2_000_000)) => "2-20 GWh",
            (PriceCarrier::Electricity, Some(20_000_000)) => "20-70 GWh",
            (PriceCarrier::Electricity, Some(70_000_000)) => "70-150 GWh",
            (PriceCarrier::Electricity, Some(150_000_000)) => "over 150 GWh",
            (PriceCarrier::Gas, Some(0)) => "0-278 MWh",
            (PriceCarrier::Gas, Some(278_000)) => "278-2778 MWh",
            (PriceCarrier::Gas, Some(2_778_000)) => "2.8-27.8 GWh",
            (PriceCarrier::Gas, Some(27_780_000)) => "27.8-278 GWh",
            (PriceCarrier::Gas, Some(278_000_000)) => "278-1111 GWh",
            other => panic!("{other:?}"),
        };
        let year = key.year.year_text();
        let known = value(key.series.word(), key.carrier.word(), &year, &key.estimate, band);
        assert_eq!(price.figure.value, known, "{key:?}");
        seen += 1;
    }
    for ((outlook, carrier), estimate) in &factors.prices.outlook {
        let series = match outlook {
            Outlook::RealGrowth => "real-growth-commercial-public",
            Outlook::LevelOnCentral => "level-multiplier-on-central",
        };
        for (name, figure) in
            [("low", &estimate.low), ("central", &estimate.central), ("high", &estimate.high)]
        {
            assert_eq!(figure.value, value(series, carrier.word(), "", name, ""), "{outlook}");
            seen += 1;
        }
    }
    assert_eq!(seen, rows.len());

    // The reference leaves a comma in a name unquoted, so that its rows of the paper are longer by one.
    let text = reference("dhsc_funding.csv").unwrap();
    let mut left: Vec<(String, String, f64)> = text
        .iter()
        .map(|row| {
            let series = row["series"].replace('_', "-");
            (series, row["period"].clone(), row["value"].parse().unwrap())
        })
        .collect();
    for envelope in &factors.envelopes {
        let period = match (envelope.from, envelope.to) {
            (Some(from), Some(to)) if from == to => from.to_string(),
            (Some(from), Some(to)) => format!("{from}..{to}"),
            (None, Some(to)) => format!("by {to}"),
            _ => "ten years".to_owned(),
        };
        let figure = (envelope.series.clone(), period, envelope.figure.value);
        let at = left.iter().position(|one| *one == figure);
        left.remove(at.unwrap_or_else(|| panic!("{figure:?}")));
    }
    assert!(left.is_empty(), "{left:#?}");
}

#[test]
fn every_rate_for_net_zero_is_that_of_the_reference() {
    let Some(rows) = reference("cost_benchmarks.csv") else {
        println!("skipped: the reference is not on this machine");
        return;
    };
    let rulebook = support::rulebook();
    let name = |id: &str| match id {
        "pv-large-construction" => "pv-ground-or-large-construction".to_owned(),
        "pv-large-infrastructure" => "pv-ground-or-large-infrastructure".to_owned(),
        "pv-large-upkeep" => "pv-ground-or-large-fixed-om".to_owned(),
        "battery-behind-the-meter" => "battery-commercial-behind-meter".to_owned(),
        "battery-energy-part" => "battery-energy-component".to_owned(),
        "battery-power-part" => "battery-power-component".to_owned(),
        "heat-plant-upkeep" => "heat-plant-fixed-om".to_owned(),
        "heat-decarbonisation-all-in" => "hospital-heat-decarbonisation-all-in".to_owned(),
        "high-voltage-generator-and-transformer-package" => {
            "hv-generator-and-transformer-package".to_owned()
        }
        other => other.to_owned(),
    };
    let known: BTreeMap<String, (String, String, String)> = rows
        .iter()
        .map(|row| {
            let key = format!("{} {}", row["item"].replace('_', "-"), row["estimate"]);
            let is = |column: &str| row[column].clone();
            (key, (is("value"), is("price_base"), is("asset_life_years")))
        })
        .collect();
    let hold = |id: &str, estimate: &str, value: rust_decimal::Decimal, base: i32, life| {
        let (number, price_base, years) = &known[&format!("{} {estimate}", name(id))];
        assert_eq!(value, number.parse().unwrap(), "{id} {estimate}");
        assert_eq!(*price_base, base.to_string(), "{id}");
        assert_eq!(*years, life, "{id}");
    };
    let life = |years: Option<u32>| years.map_or(String::new(), |years| years.to_string());
    for one in &rulebook.benchmarks {
        for (estimate, value) in
            [("low", one.rate.low), ("central", one.rate.central), ("high", one.rate.high)]
        {
            hold(&one.id, estimate, value, one.price_base_year, life(one.life_years));
        }
    }
    for one in &rulebook.stated_rates {
        let stated = match one.stated {
            Stated::Single(value) => vec![("central", value)],
            Stated::Range(from, to) => vec![("low", from), ("high", to)],
        };
        for (estimate, value) in stated {
            hold(&one.id, estimate, value, one.price_base_year, life(one.life_years));
        }
    }
}

// --- what is not there --------------------------------------------------------------------------

#[test]
fn a_missing_factor_is_named_and_no_neighbour_stands_in() {
    let factors = factors();
    let of = |year| factors.conversion.of(SetYear(year)).unwrap();
    assert_eq!(of(2026).factors.len(), 1);
    for (said, words) in [
        (
            of(2026).of_kwh("natural-gas-wtt-gross-cv").unwrap_err(),
            "the conversion factors of 2026 have no factor natural-gas-wtt-gross-cv",
        ),
        (
            of(2024).find("natural-gas-wtt-gross-cv").unwrap_err(),
            "the conversion factors of 2024 have no factor natural-gas-wtt-gross-cv",
        ),
        (
            of(2025).of_kwh("water-supply").unwrap_err(),
            "the conversion factors of 2025 have water-supply in kgCO2e/m3, and not for a kWh",
        ),
        (
            factors.marginal.factor(CalendarYear(2051)).unwrap_err(),
            "the grid path long-run-marginal-commercial has no factor of 2051",
        ),
        (
            factors.crrem.factor(CalendarYear(2019)).unwrap_err(),
            "the grid path crrem-2.05-uk has no factor of 2019",
        ),
        (
            factors.values.of(CalendarYear(2021), CalendarYear(2030)).unwrap_err(),
            "there are no carbon values in prices of 2021",
        ),
        (
            factors.values.of(CalendarYear(2022), CalendarYear(2051)).unwrap_err(),
            "the carbon values in prices of 2022 have none of 2051",
        ),
        (
            factors
                .pathways
                .limit(HEALTHCARE, Metric::CarbonIntensity, CalendarYear(2051))
                .unwrap_err(),
            "CRREM Global Pathways v2.05 has no carbon-intensity of healthcare in 2051",
        ),
        (
            factors.discount.of(IN_FORCE, "nominal").unwrap_err(),
            "there is no discount schedule green-book-2026 nominal",
        ),
        (factors.deflators.of("obr-2024-03").unwrap_err(), "there is no deflator obr-2024-03"),
        (
            factors.prices.paid(PriceCarrier::ElectricityExport).unwrap_err(),
            "no price that the NHS paid for electricity-export is known",
        ),
        (
            factors
                .prices
                .central(Series::RetailElectricity, PriceCarrier::Electricity, calendar(2031))
                .unwrap_err(),
            "table4-retail-industrial has no price of electricity for all in 2031",
        ),
        (
            factors
                .prices
                .central(Series::Charged, PriceCarrier::Electricity, calendar(2025))
                .unwrap_err(),
            "qep-3-4-2-non-domestic has no price of electricity for all in 2025",
        ),
        (
            factors.prices.charged(PriceCarrier::Gas, calendar(2025), 2e9).unwrap_err(),
            "qep-3-4-2-non-domestic has no price of gas for 2000000000 kWh in 2025",
        ),
        (
            factors.prices.charged(PriceCarrier::Gas, calendar(2025), f64::NAN).unwrap_err(),
            "qep-3-4-2-non-domestic has no price of gas for NaN kWh",
        ),
        (
            factors.prices.outlook(Outlook::RealGrowth, PriceCarrier::Oil).unwrap_err(),
            "there is no real-growth of the price of oil",
        ),
        (
            factors.cost_risks.location("london").unwrap_err(),
            "there is no location factor of london",
        ),
        (factors.cost_risks.spend_shares(4).unwrap_err(), "there is no spend profile of 4 years"),
        (
            factors.cost_risks.bias_percent("outsourcing", "works-duration", "upper").unwrap_err(),
            "there is no upper optimism bias of works-duration for outsourcing",
        ),
        (factors.ai.find("image-prompt").unwrap_err(), "nothing is stated of image-prompt"),
    ] {
        assert!(said.to_string().starts_with(words), "{said}");
    }
    let other = factors.conversion.of(SetYear(2027)).unwrap_err().to_string();
    assert!(other.starts_with("there are no conversion factors of 2027"), "{other}");
}

#[test]
fn calendar_and_financial_prices_never_meet() {
    let factors = factors();
    let calendar_years = factors.deflators.of("hmt-2025-12").unwrap();
    let financial_years = factors.deflators.of("obr-2025-11").unwrap();
    let money = |base| Real { pounds: "273.06".parse().unwrap(), base };
    let moved = calendar_years.rebase(money(calendar(2022)), calendar(2024)).unwrap();
    assert_eq!(moved.pounds.round_dp(4).to_string(), "301.7221");
    for (deflator, from, to, words) in [
        (calendar_years, calendar(2022), financial(2024), "hmt-2025-12 has no prices of 2024-25"),
        (calendar_years, financial(2024), calendar(2022), "hmt-2025-12 has no prices of 2024-25"),
        (financial_years, calendar(2022), financial(2024), "obr-2025-11 has no prices of 2022"),
        (financial_years, financial(2031), financial(2024), "has no prices of 2031-32"),
    ] {
        let said = deflator.rebase(money(from), to).unwrap_err().to_string();
        assert!(said.contains(words), "{said}");
    }
    // A year that the deflator lacks needs no deflator as long as nothing moves.
    assert_eq!(
        financial_years.rebase(money(calendar(1800)), calendar(1800)),
        Ok(money(calendar(1800)))
    );
}

#[test]
fn a_customer_pays_the_price_of_its_band_and_of_one_alone() {
    let prices = &factors().prices;
    let electricity = |kwh| {
        let price = prices.charged(PriceCarrier::Electricity, calendar(2025), kwh).unwrap();
        price.figure.value
    };
    for (kwh, pounds) in [
        (0.0, 0.349291),
        (19_999.9, 0.349291),
        (20_000.0, 0.290925),
        (5e6, 0.259052),
        (150e6, 0.213789),
        (1e12, 0.213789),
    ] {
        assert_eq!(electricity(kwh), pounds, "{kwh}");
    }
    let paid = prices.paid(PriceCarrier::Electricity).unwrap();
    assert_eq!((paid.figure.value, paid.price_base), (0.2835, financial(2023)));
}

#[test]
fn the_bias_of_a_mixture_takes_shares_of_a_whole() {
    let risks = &factors().cost_risks;
    let blend =
        |shares: &[(&str, f64)]| risks.blended_bias_percent(shares, "capital-expenditure", "upper");
    let mixed = blend(&[("non-standard-buildings", 0.3), ("standard-buildings", 0.7)]).unwrap();
    assert!((mixed - 32.1).abs() < 1e-9);
    for (shares, words) in [
        (&[("standard-buildings", 0.9)][..], "add up to 1, not 0.9"),
        (&[], "add up to 1, not 0"),
        (&[("standard-buildings", 1.5), ("outsourcing", -0.5)], "from 0 to 1, not 1.5"),
        (&[("standard-buildings", f64::NAN)], "from 0 to 1, not NaN"),
        (&[("hospitals", 1.0)], "for hospitals"),
    ] {
        let said = blend(shares).unwrap_err().to_string();
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn an_answer_can_name_the_sets_that_it_used() {
    let factors = factors();
    let said = [
        factors.conversion.of(SetYear(2025)).unwrap().pinned(),
        factors.marginal.pinned(),
        factors.average.pinned(),
        factors.crrem.pinned(),
        factors.values.pinned(CalendarYear(2022)).unwrap(),
        factors.deflators.of("obr-2025-11").unwrap().pinned(),
        factors.discount.of(IN_FORCE, STANDARD).unwrap().pinned(),
        Pathways::pinned(),
    ];
    let files = support::files();
    for one in &said {
        assert!(files.iter().any(|(path, _)| path == one.file), "{one}");
    }
    let said: Vec<String> = said.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "UK Government conversion factors 2025 (datasets/carbon/conversion-factors.csv)",
            "grid path long-run-marginal-commercial, published in 2023 (datasets/carbon/grid-paths.csv)",
            "grid path grid-average-commercial, published in 2023 (datasets/carbon/grid-paths.csv)",
            "grid path crrem-2.05-uk, published in 2026 (datasets/carbon/grid-paths.csv)",
            "Green Book carbon values in prices of 2022, published in 2023 (datasets/carbon/carbon-values.csv)",
            "GDP deflator obr-2025-11 (datasets/prices/deflators.csv)",
            "discount schedule green-book-2026 standard (datasets/prices/discount-rates.csv)",
            "pathways CRREM Global Pathways v2.05 (datasets/carbon/crrem-pathways.csv)",
        ]
    );
    assert!(factors.values.pinned(CalendarYear(2021)).is_err());
}

// --- broken tables ------------------------------------------------------------------------------

/// What is said of the project's tables once a text that occurs once is replaced.
fn said_of(file: &str, find: &str, replace: &str) -> Vec<String> {
    let mut files = support::files();
    let (_, text) = files.iter_mut().find(|(path, _)| path == file).expect("the file is there");
    assert_eq!(text.matches(find).count(), 1, "{file}: {find:?} must occur once");
    *text = text.replace(find, replace);
    support::read(&files).err().unwrap_or_default()
}

/// Beside the files of `broken/`: one mistake, the row at which it is found, and the words.
#[test]
fn a_mistake_in_a_table_is_found_at_its_row() {
    for (file, find, replace, said) in [
        (
            "carbon/conversion-factors.csv",
            "2025,natural-gas-gross-cv,1,0.18296,",
            "2025,natural-gas-gross-cv,1,inf,",
            ":422, value, value \"inf\": This is not a finite number. Correct it.",
        ),
        (
            "carbon/conversion-factors.csv",
            "2025,natural-gas-gross-cv,1,0.18296,",
            "2025,natural-gas-gross-cv,1,-0.18296,",
            ":422, value, value \"-0.18296\": A factor is not below zero. Correct it.",
        ),
        (
            "carbon/conversion-factors.csv",
            "2025,natural-gas-gross-cv,1,0.18296,",
            "20225,natural-gas-gross-cv,1,0.18296,",
            ":422, set_year, value \"20225\": This year lies outside 1900 to 2200. Correct it.",
        ),
        (
            "carbon/conversion-factors.csv",
            "2025,natural-gas-gross-cv,1,0.18296,",
            "2025,Natural gas,1,0.18296,",
            ":422, factor, value \"Natural gas\": An id is made of small letters, digits and single \
             hyphens. Write it in kebab-case.",
        ),
        (
            "carbon/conversion-factors.csv",
            "2025,natural-gas-gross-cv,1,0.18296,",
            "2025,natural-gas-gross-cv,4,0.18296,",
            ":422, scope, value \"4\": This is not a scope: 1, 2, 3 or outside. Correct it.",
        ),
        (
            "carbon/conversion-factors.csv",
            "2025,natural-gas-gross-cv,1,0.18296,",
            "2025,natural-gas-gross-cv,3,0.18296,",
            ":422, factor: natural-gas-gross-cv is of scope 3 and in kgCO2e/kWh here, and of scope 1 \
             and in kgCO2e/kWh in the set of 2015. Give what is another quantity another id.",
        ),
        (
            "carbon/conversion-factors.csv",
            "2025,natural-gas-gross-cv,1,0.18296,kgCO2e/kWh",
            "2025,natural-gas-gross-cv,1,0.18296,kgCO2e/m3",
            ":422, factor: natural-gas-gross-cv is of scope 1 and in kgCO2e/m3 here, and of scope 1 and \
             in kgCO2e/kWh in the set of 2015. Give what is another quantity another id.",
        ),
        (
            "carbon/grid-paths.csv",
            "crrem-2.05-uk,crrem,2031,",
            "crrem-2.05-uk,Crrem,2031,",
            ":13, purpose, value \"Crrem\": \"Crrem\" is not known here. Use one of marginal, average, \
             crrem.",
        ),
        (
            "carbon/grid-paths.csv",
            "crrem-2.05-uk,crrem,2031,",
            "crrem-2.06-uk,crrem,2031,",
            ":13, path: There are two paths for crrem: crrem-2.05-uk and crrem-2.06-uk. Keep one.",
        ),
        (
            "carbon/crrem-pathways.csv",
            "CRREM Global Pathways v2.05,healthcare,carbon-intensity,2030,",
            "CRREM Global Pathways v2.06,healthcare,carbon-intensity,2030,",
            ":12, vintage, value \"CRREM Global Pathways v2.06\": Answers name CRREM Global Pathways \
             v2.05, and this figure is of CRREM Global Pathways v2.06. Give figures of the vintage that \
             is named.",
        ),
        (
            "carbon/crrem-pathways.csv",
            "CRREM Global Pathways v2.05,healthcare,carbon-intensity,2030,",
            "CRREM Global Pathways v2.05,healthcare,carbon,2030,",
            ":12, metric, value \"carbon\": \"carbon\" is not one of: carbon-intensity, \
             energy-intensity. Use one of the words listed.",
        ),
        (
            "carbon/targets.csv",
            "england,nhs-carbon-footprint,target,2028,2032,",
            "england,nhs-carbon-footprint,target,2032,2028,",
            ":2, year_to, value \"2028\": Its last year lies before its first. Put the two in order.",
        ),
        (
            "carbon/targets.csv",
            "england,nhs-carbon-footprint,target,2028,2032,",
            "britain,nhs-carbon-footprint,target,2028,2032,",
            ":2, nation, value \"britain\": \"britain\" is not one of: england, scotland, wales, \
             northern-ireland. Use one of the words listed.",
        ),
        (
            "carbon/embodied.csv",
            "air-source-heat-pump,high,A1-A3,20,220,",
            "air-source-heat-pump,high,A1-A3,20,22,",
            "The estimates of air-source-heat-pump do not rise from low to high. Put low below central \
             below high.",
        ),
        (
            "carbon/embodied.csv",
            "air-source-heat-pump,high,A1-A3,20,220,",
            "air-source-heat-pump,high,A1-A5,20,220,",
            "The estimates of air-source-heat-pump differ in unit, modules or life. Give all of them \
             alike.",
        ),
        (
            "carbon/ai-energy.csv",
            "gemini-median-text-prompt-energy,0.24,Wh,",
            "gemini-median-text-prompt-energy,0.24,watt,",
            ":2, unit, value \"watt\": watt is not a unit of such a figure.",
        ),
        (
            "prices/deflators.csv",
            "hmt-2025-12,calendar,2024,100,",
            "hmt-2025-12,calendar,2024,99,",
            "The base of an index 2024=100 is not 100. Correct unit or value.",
        ),
        (
            "prices/deflators.csv",
            "hmt-2025-12,calendar,2024,100,index 2024=100",
            "hmt-2025-12,calendar,2024,100,index 2022=100",
            "The deflator hmt-2025-12 is an index 2022=100 here, and an index 2024=100 before: their \
             ratio says nothing. Give a vintage one base.",
        ),
        (
            "prices/deflators.csv",
            "hmt-2025-12,calendar,1990,",
            "hmt-2025-12,financial,1989-90,",
            "The deflator hmt-2025-12 mixes calendar and financial years. Give each kind of year a \
             vintage of its own.",
        ),
        (
            "prices/discount-rates.csv",
            "green-book-2026,standard,0,30,0.035,",
            "green-book-2026,standard,0,30,3.5,",
            ":2, value, value \"3.5\": A discount rate lies from 0 to below 1. Write 3.5 % as 0.035.",
        ),
        (
            "prices/energy.csv",
            "qep-3-4-2-non-domestic,electricity,2025,central,0,",
            "qep-3-4-3-domestic,electricity,2025,central,0,",
            ":2, series, value \"qep-3-4-3-domestic\": \"qep-3-4-3-domestic\" is not one of: \
             qep-3-4-2-non-domestic,",
        ),
        (
            "prices/energy.csv",
            "eric-paid-average,oil,2023-24,",
            "eric-paid-average,diesel,2023-24,",
            ":16, carrier, value \"diesel\": \"diesel\" is not one of: electricity, electricity-export, \
             gas, oil, water-and-sewerage. Use one of the words listed.",
        ),
        (
            "prices/energy.csv",
            "eric-paid-average,oil,2023-24,",
            "eric-paid-average,oil,2023-25,",
            ":16, year, value \"2023-25\": This is not a financial year such as 2025-26. Correct it.",
        ),
        (
            "prices/energy.csv",
            "electricity,2025,central,20000,500000,",
            "electricity,2025,central,30000,500000,",
            ":3, from_kwh: The band does not begin where the one before it ends. Let bands follow each \
             other, and let a price for all stand alone.",
        ),
        (
            "prices/energy.csv",
            "electricity,2025,central,150000000,,",
            "electricity,2025,central,150000000,20000,",
            ":8, to_kwh, value \"20000\": The band ends before it begins. Put the two in order.",
        ),
        (
            "prices/energy-outlook.csv",
            "real-growth,gas,low,-5.57,",
            "real-growth,gas,low,5.57,",
            "The real-growth of gas does not rise from low to high. Put low below central below high.",
        ),
        (
            "prices/energy-outlook.csv",
            "real-growth,gas,low,-5.57,%/year,",
            "real-growth,gas,low,-5.57,1,",
            ":11, unit, value \"1\": 1 is not a unit of such a figure. Give the figure in %/year.",
        ),
        (
            "costs/optimism-bias.csv",
            "standard-buildings,works-duration,lower,1,",
            "standard-buildings,works-duration,lower,10,",
            "The optimism bias of works-duration for standard-buildings has its bounds swapped.",
        ),
        (
            "costs/locations.csv",
            "inner-london,1.25,",
            "inner-london,0,",
            ":2, value, value \"0\": A level of prices is above zero. Give 1 for the mean of the UK.",
        ),
        (
            "costs/spend-profiles.csv",
            "2,1,0.6,",
            "2,1,60,",
            ":3, value, value \"60\": A share lies from 0 to 1. Write 40 % as 0.4.",
        ),
        (
            "costs/spend-profiles.csv",
            "3,1,0.5,",
            "3,3,0.5,",
            "The profile of 3 years has no year 1. Number its years from 0.",
        ),
        (
            "costs/funding-envelopes.csv",
            "iet-dhsc-capital-five-year,plan,2025-26,2029-30,capital,,dhsc-cdel,",
            "iet-dhsc-capital-five-year,plan,2025-26,2029-30,capital,,dhsc,",
            ", inside, value \"dhsc\": There is no such series that stands by itself. Name the outermost \
             series that holds this money.",
        ),
        (
            "costs/funding-envelopes.csv",
            "iet-dhsc-capital-five-year,plan,2025-26,2029-30,capital,",
            "iet-dhsc-capital-five-year,plan,2029-30,2025-26,capital,",
            ", year_to, value \"2025-26\": Its last year lies before its first. Put the two in order.",
        ),
        (
            "costs/funding-envelopes.csv",
            "iet-dhsc-capital-five-year,plan,2025-26,2029-30,capital,",
            "iet-dhsc-capital-five-year,plan,2025-26,2029-30,cdel,",
            ", money, value \"cdel\": \"cdel\" is not one of: capital, running. Use one of the words \
             listed.",
        ),
    ] {
        let file = format!("datasets/{file}");
        let found = said_of(&file, find, replace);
        let is_said = |one: &String| one.starts_with(&format!("{file}:")) && one.contains(said);
        assert!(found.iter().any(is_said), "{file}: {replace}\n  {}", found.join("\n  "));
    }
}

#[test]
fn a_table_that_nobody_reads_is_not_left_lying() {
    let mut files = support::files();
    let path = "datasets/prices/energy-2024.csv";
    files.push((path.to_owned(), "series,value\n".to_owned()));
    assert_eq!(
        support::read(&files).unwrap_err(),
        [format!(
            "{path}: No table is read at this place. Give it the name of a table that is read, or \
             remove it."
        )]
    );
}

#[test]
fn a_rate_without_three_estimates_pays_for_no_remedy() {
    let found = said_of(
        "rules/remedies/ups.toml",
        "benchmark = \"ups-modular-with-battery\"",
        "benchmark = \"battery-power-part\"",
    );
    assert_eq!(found.len(), 1, "{found:#?}");
    let words = "Its source gives no low, central and high estimates of this rate.";
    assert!(found[0].contains(words), "{found:#?}");
}
