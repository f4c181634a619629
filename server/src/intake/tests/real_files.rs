//! The published files, where they are at hand: beside the repository in `shared/data`, or where
//! `SITEWORTHY_SHARED_DATA` says. Elsewhere these tests say that they were skipped.

use super::*;
use siteworthy_rules::observation::Value;
use std::path::PathBuf;

fn load_file(path: &str) -> Option<Vec<u8>> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let folder = std::env::var_os("SITEWORTHY_SHARED_DATA").map_or(beside, PathBuf::from);
    let bytes = std::fs::read(folder.join(path)).ok();
    if bytes.is_none() {
        println!("skipped: {path} is not at hand");
    }
    bytes
}

fn read_file(path: &str) -> Option<Draft> {
    let bytes = load_file(path)?;
    let upload = Upload { name: path, bytes: &bytes, received_on: today() };
    let (layouts, dictionary) = (layouts(), dictionary());
    let start = std::time::Instant::now();
    let draft = read(&upload, None, &layouts, &dictionary, &Known::default(), &mut |_| {});
    println!("{path}: {:?}", start.elapsed());
    Some(draft.expect("a readable file"))
}

fn sum_of(draft: &Draft, measure: &str) -> f64 {
    let of_measure = draft.observations.iter().filter(|entry| draft.measure_of(entry) == measure);
    of_measure
        .map(|entry| match entry.value {
            Value::Quantity(value) => value,
            _ => f64::NAN,
        })
        .sum()
}

fn count_code(draft: &Draft, code: &str) -> usize {
    draft.problems.iter().filter(|problem| problem.code == code).count()
}

#[test]
fn the_estates_return_is_read_whole() {
    let Some(draft) = read_file("eric/2023_24/ERIC_Site.csv") else {
        return;
    };
    assert_eq!(draft.layout, "eric-site");
    assert_eq!((draft.rows_read, draft.rows_pooled, draft.rows_refused), (2869, 159, 0));
    assert_eq!(draft.sites.len(), 2869);
    // 209 trusts, 7 regions, 1 nation.
    assert_eq!(draft.organisations.len(), 217);
    assert_eq!(sum_of(&draft, "gross-internal-area-m2"), 27_505_539.0);
    let backlog: f64 = ["high", "significant", "moderate", "low"]
        .iter()
        .map(|risk| sum_of(&draft, &format!("backlog-{risk}-gbp")))
        .sum();
    assert_eq!(backlog, 13_753_275_035.0);
    let sites_with = |measure: &str| -> BTreeSet<u32> {
        let entries = draft.observations.iter();
        let of_measure = entries.filter(|entry| draft.measure_of(entry) == measure);
        of_measure.map(|entry| entry.site).collect()
    };
    let demand = sites_with("max-demand-kw");
    let capacity = sites_with("agreed-import-capacity-kva");
    assert_eq!(demand.intersection(&capacity).count(), 939);
    assert_eq!(count_code(&draft, code::ABOVE_CEILING), 94);
    assert_eq!(sites_with("annual-grid-electricity-kwh").len(), 2034);
    // The national sums of the return, by carrier, in kWh.
    for (measure, kwh) in [
        ("annual-grid-electricity-kwh", 2_711_491_930.0),
        ("annual-onsite-electricity-kwh", 17_281_819.0),
        ("annual-gas-kwh", 8_141_187_814.0),
        ("annual-oil-kwh", 70_355_438.0),
        ("annual-renewable-fuel-kwh", 31_427_502.0),
        ("annual-steam-kwh", 111_710_440.0),
        ("annual-hot-water-kwh", 58_927_632.0),
    ] {
        assert_eq!(sum_of(&draft, measure), kwh, "{measure}");
    }
}

#[test]
fn the_problems_of_the_estates_return_are_all_said() {
    let Some(draft) = read_file("eric/2023_24/ERIC_Site.csv") else {
        return;
    };
    let postcodes: Vec<String> = draft
        .problems
        .iter()
        .filter(|problem| problem.code.ends_with("-postcode"))
        .map(ToString::to_string)
        .collect();
    assert_eq!(count_code(&draft, code::MALFORMED_POSTCODE), 14);
    insta::assert_snapshot!(postcodes.join("\n"));
    let mut counts = BTreeMap::new();
    for problem in &draft.problems {
        *counts.entry((problem.severity.word(), problem.code)).or_insert(0) += 1;
    }
    insta::assert_debug_snapshot!(counts);
}

#[test]
fn every_postcode_of_the_subset_is_placed() {
    let Some(draft) = read_file("codepoint_open/codepo_gb_nhs_subset.csv") else {
        return;
    };
    assert_eq!(draft.layout, "code-point-open");
    assert_eq!((draft.rows_read, draft.postcodes.len()), (14_242, 14_242));
    assert_eq!(draft.problems, []);
    for file in ["ze", "hs"] {
        let islands = read_file(&format!("codepoint_open/{file}.csv")).expect("a file");
        assert_eq!(islands.problems, []);
    }
}

/// Metres between two points that lie close together, on a sphere of the Earth's mean radius.
fn distance_m(left: (f64, f64), right: (f64, f64)) -> f64 {
    let degree_m = 6_371_008.8_f64.to_radians();
    let north = (left.0 - right.0) * degree_m;
    let east = (left.1 - right.1) * degree_m * left.0.to_radians().cos();
    north.hypot(east)
}

/// NHS England's own points of trusts are those of their postcodes (ONS, exact transformation), so
/// both agree but for the shift's 5 m, the metre to which each rounds, and postcodes that Royal
/// Mail has moved between the editions of 2023 and 2025.
#[test]
fn points_agree_with_those_that_the_health_service_publishes() {
    use calamine::{Data, Reader, Xlsx};
    let (Some(draft), Some(bytes)) = (
        read_file("codepoint_open/codepo_gb_nhs_subset.csv"),
        load_file("ods/NCDR_Reference_Locations.xlsx"),
    ) else {
        return;
    };
    let points: BTreeMap<&str, (f64, f64)> = draft
        .postcodes
        .iter()
        .map(|entry| (&*entry.postcode, (entry.point.latitude, entry.point.longitude)))
        .collect();
    let mut book = Xlsx::new(std::io::Cursor::new(bytes)).expect("a workbook");
    let range = book.worksheet_range_at(0).expect("a sheet").expect("cells");
    let degrees = |cell: &Data| match cell {
        Data::Float(degrees) => *degrees,
        _ => f64::NAN,
    };
    let mut distances: Vec<f64> = range
        .rows()
        .skip(1)
        .filter_map(|row| {
            let ours = points.get(row[10].to_string().as_str())?;
            let theirs = (degrees(&row[14]), degrees(&row[15]));
            Some(distance_m(*ours, theirs)).filter(|distance| distance.is_finite())
        })
        .collect();
    distances.sort_by(f64::total_cmp);
    let within = distances.partition_point(|distance| *distance <= 7.0);
    println!("{} trusts, {within} within 7 m, then {:?}", distances.len(), &distances[within..]);
    assert!(distances.len() > 300 && within * 100 > distances.len() * 80);
}
