//! Workbooks of conversion factors, sound and broken: what is read, and the words and places of what is
//! wrong. One mistake a test, but for one with all of them at once.

use super::*;
use crate::corpus::Corpus;
use siteworthy_rules::fields::Problems;
use siteworthy_tests::flat_file::{FlatFile, Value};
use siteworthy_tests::shared_data;

const ELECTRICITY: &str = "7_400_4000_5_1";
const GAS: &str = "1_100_1004_6_1";

fn layout() -> FactorLayout {
    let corpus = Corpus::load(None, None).expect("the embedded files");
    corpus.factor_layout().expect("a sound layout").expect("a layout")
}

fn read(file: &FlatFile) -> Result<FactorSet, Vec<Problem>> {
    read_factors("set.xlsx", &file.bytes(), &layout())
}

fn spoilt(spoil: impl FnOnce(&mut FlatFile)) -> FlatFile {
    let mut file = FlatFile::of(2027);
    spoil(&mut file);
    file
}

fn say(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(|problem| format!("{} {problem}", problem.severity)).collect()
}

/// The set is read all the same, with these problems and without these factors.
fn check(spoil: impl FnOnce(&mut FlatFile), problems: &[&str], missing: &[&str]) -> FactorSet {
    let set = read(&spoilt(spoil)).expect("a set");
    assert_eq!(say(&set.problems), problems);
    assert_eq!(set.missing, missing);
    for id in missing {
        assert!(!set.factors.contains_key(*id), "{id}");
    }
    set
}

/// The workbook as a whole is refused, with these problems.
fn check_refused(spoil: impl FnOnce(&mut FlatFile), problems: &[&str]) {
    let found = read(&spoilt(spoil)).expect_err("no set");
    assert_eq!(say(&found), problems);
}

#[test]
fn a_year_that_the_program_has_never_seen_is_read_whole() {
    let set = check(|_| {}, &[], &[]);
    assert_eq!((set.year, set.version.as_deref()), (SetYear(2027), Some("1")));
    assert_eq!((set.sheet.as_str(), set.heading_row), ("Factors by Category", 6));
    assert_eq!(set.factors.len(), layout().factors.len());
    let title = "UK Government GHG Conversion Factors for Company Reporting 2027, flat file v1";
    assert_eq!(set.title(&layout()), title);
    for (id, value, unit) in [
        ("electricity-generation", 0.1111, "kgCO2e/kWh"),
        ("electricity-td", 0.0102, "kgCO2e/kWh"),
        ("natural-gas-gross-cv", 0.1811, "kgCO2e/kWh"),
        ("natural-gas-m3", 2.01, "kgCO2e/m3"),
        ("biogas", 0.0002, "kgCO2e/kWh"),
        ("biogas-biogenic", 0.2, "kgCO2e/kWh"),
    ] {
        let found = &set.factors[id];
        assert_eq!((found.value, found.unit.as_str()), (value, unit), "{id}");
    }
    assert_eq!(set.factors["biogas-biogenic"].scope, Scope::Outside);
    let electricity = &set.factors["electricity-generation"];
    assert_eq!(electricity.row, FlatFile::of(2027).row_of(ELECTRICITY));
    assert_eq!(electricity.source_id.as_deref(), Some(ELECTRICITY));
}

#[test]
fn the_heading_is_found_wherever_it_stands_and_rows_in_any_order() {
    let moved = check(
        |file| {
            file.rows_above = 20;
            file.rows.reverse();
        },
        &[],
        &[],
    );
    assert_eq!(moved.heading_row, 26);
    let values = |set: &FactorSet| -> Vec<(String, f64)> {
        set.factors.iter().map(|(id, row)| (id.clone(), row.value)).collect()
    };
    assert_eq!(values(&moved), values(&read(&FlatFile::of(2027)).expect("a set")));
}

#[test]
fn case_blanks_dashes_and_the_spellings_of_earlier_years_make_no_difference() {
    let set = check(
        |file| {
            file.headings[8] = "GHG".to_owned();
            file.change(ELECTRICITY, "Level 1", "uk  Electricity ");
            file.change(ELECTRICITY, "Level 4", "");
            file.change("13_402_4000_5_1", "Level 2", "T&D \u{2013} UK electricity");
            file.change("15_917_4000_5_1", "Level 1", "WTT- UK & overseas elec");
            file.change("3_200_2005_3_1", "Level 2", "Kyoto protocol - standard");
            file.change("3_200_2005_3_1", "Column Text", "");
            file.change("13_403_4004_5_1", "Level 2", "Distribution - district heat and steam");
        },
        &[],
        &[],
    );
    assert_eq!(set.factors["electricity-generation"].value, 0.1111);
}

#[test]
fn an_empty_factor_is_unknown_and_a_zero_is_zero() {
    let row = FlatFile::of(2027).row_of(GAS);
    let set = check(
        |file| {
            file.set(GAS, Value::Empty);
            file.set("2_105_1047_5_1", Value::Number(0.0));
        },
        &[&format!(
            "warning set.xlsx, sheet Factors by Category:{row}, GHG Conversion Factor 2027, value \"\": \
             natural-gas-gross-cv is empty here, which is not zero; it is unknown in this set. Look in the \
             notes of the set why the publisher gives none."
        )],
        &["natural-gas-gross-cv"],
    );
    assert_eq!(set.factors["biogas"].value, 0.0);
}

#[test]
fn what_the_file_does_not_give_is_told_by_name() {
    check(
        |file| file.remove("17_404_4005_1_1"),
        &[
            "warning set.xlsx, sheet Factors by Category: water-supply is not in this file; it is unknown in \
           this set. If the file has it in other words, add them to water-supply in \
           datasets/flat-files/ghg-conversion-factors.toml.",
        ],
        &["water-supply"],
    );
}

#[test]
fn a_row_in_other_words_is_found_by_its_id_and_not_taken() {
    let row = FlatFile::of(2027).row_of(ELECTRICITY);
    check(
        |file| file.change(ELECTRICITY, "Level 2", "Electricity consumed"),
        &[&format!(
            "warning set.xlsx, sheet Factors by Category:{row}, Level 2, value \"Electricity consumed\": \
             electricity-generation is not in this file. This row has its ID of earlier years, and not the \
             words \"Electricity generated\". If it is the same factor, add its words to \
             electricity-generation in datasets/flat-files/ghg-conversion-factors.toml; if not, the factor \
             is unknown in this set."
        )],
        &["electricity-generation"],
    );
}

#[test]
fn a_row_with_the_id_of_another_factor_keeps_its_words_and_is_told() {
    let row = FlatFile::of(2027).row_of(GAS);
    let set = check(
        |file| {
            file.change(GAS, "ID", "1_100_1003_6_1");
        },
        &[&format!(
            "warning set.xlsx, sheet Factors by Category:{row}, ID, value \"1_100_1003_6_1\": By its words \
             this row is natural-gas-gross-cv, and by its ID of earlier years lpg-gross-cv; the words were \
             followed. Compare the row with the published tables."
        )],
        &[],
    );
    assert_eq!(set.factors["natural-gas-gross-cv"].value, 0.1811);
}

#[test]
fn another_unit_is_not_the_wanted_one() {
    let row = FlatFile::of(2027).row_of(ELECTRICITY);
    check(
        |file| file.change(ELECTRICITY, "UOM", "MWh"),
        &[&format!(
            "refused set.xlsx, sheet Factors by Category:{row}, UOM, value \"MWh\": electricity-generation is \
             wanted for kWh, and is given here for MWh; it is left out of the set. If one of these is the \
             wanted unit in other words, add it to uom of electricity-generation in \
             datasets/flat-files/ghg-conversion-factors.toml."
        )],
        &["electricity-generation"],
    );
}

#[test]
fn net_calorific_value_never_stands_in_for_gross() {
    let set = read(&spoilt(|file| file.remove(GAS))).expect("a set");
    assert_eq!(set.missing, ["natural-gas-gross-cv"]);
    let problems = say(&set.problems);
    assert_eq!(problems.len(), 1, "{problems:#?}");
    assert!(
        problems[0].contains(
            "wanted for kWh (Gross CV), and is given here for tonnes, cubic metres, kWh (Net CV)"
        ),
        "{}",
        problems[0]
    );
}

#[test]
fn a_factor_with_two_values_has_none_and_with_the_same_twice_has_it() {
    let file = FlatFile::of(2027);
    let (first, last) = (file.row_of(ELECTRICITY), 7 + file.rows.len());
    check(
        |file| file.repeat(ELECTRICITY, Value::Number(0.2222)),
        &[&format!(
            "refused set.xlsx, sheet Factors by Category:{last}, GHG Conversion Factor 2027, value \"0.2222\": \
             electricity-generation is 0.1111 in row {first}, and something else here; it is left out of the \
             set. Ask the publisher which of the two holds, and remove the other."
        )],
        &["electricity-generation"],
    );
    let set = check(
        |file| file.repeat(ELECTRICITY, Value::Number(0.1111)),
        &[&format!(
            "note set.xlsx, sheet Factors by Category:{last}, GHG Conversion Factor 2027, value \"0.1111\": \
             electricity-generation is given twice with the same value, here and in row {first}. Nothing is \
             to be done."
        )],
        &[],
    );
    assert_eq!(set.factors["electricity-generation"].row, first);
}

#[test]
fn what_is_no_number_or_below_zero_is_left_out() {
    let row = FlatFile::of(2027).row_of(GAS);
    let place =
        format!("refused set.xlsx, sheet Factors by Category:{row}, GHG Conversion Factor 2027");
    for (value, shown) in [
        (Value::Text("<0.2"), "<0.2"),
        (Value::Text("0.1811"), "0.1811"),
        (Value::Day(46_000.0), "the date 46000"),
    ] {
        check(
            |file| file.set(GAS, value),
            &[&format!(
                "{place}, value \"{shown}\": natural-gas-gross-cv is not a number here; it is left out of \
                 the set. Get the file again: as it is published, factors are numbers."
            )],
            &["natural-gas-gross-cv"],
        );
    }
    check(
        |file| file.set(GAS, Value::Number(-0.1)),
        &[&format!(
            "{place}, value \"-0.1\": natural-gas-gross-cv is below zero; it is left out of the set. Get the \
             file again, or ask the publisher."
        )],
        &["natural-gas-gross-cv"],
    );
    // A row that is none of ours may say what it likes.
    check(|file| file.set("1_100_1004_15_1", Value::Text("<1")), &[], &[]);
}

#[test]
fn without_headings_year_or_end_nothing_is_read() {
    let heading = "set.xlsx, sheet Factors by Category:6";
    check_refused(
        |file| file.headings[7] = "Unit".to_owned(),
        &[&format!(
            "refused {heading}: The heading UOM is missing. Get the file again: as it is published, it has \
             this column."
        )],
    );
    check_refused(
        |file| file.headings[9] = "GHG Conversion Factor".to_owned(),
        &[&format!(
            "refused {heading}, GHG Conversion Factor, value \"GHG Conversion Factor\": The heading of the \
             factors names no year. Get the file again: as it is published, a year with four digits follows."
        )],
    );
    check_refused(
        |file| file.front_year = 2026,
        &[&format!(
            "refused {heading}, GHG Conversion Factor 2027, value \"GHG Conversion Factor 2027\": The heading \
             names the year 2027, and the front page 2026. Get the file again: which year's set this is cannot \
             be told."
        )],
    );
    check_refused(
        |file| file.headings.push("GHG Conversion Factor 2026".to_owned()),
        &[&format!(
            "refused {heading}, GHG Conversion Factor, value \"GHG Conversion Factor 2026\": There are two \
             columns GHG Conversion Factor. Keep the column of the year that is to be imported."
        )],
    );
    let last = 6 + FlatFile::of(2027).rows.len();
    check_refused(
        |file| file.ends = false,
        &[&format!(
            "refused set.xlsx, sheet Factors by Category:{last}: The sheet ends with this row, and no row END \
             follows. Get the file again: what comes after this row is lost."
        )],
    );
    check_refused(
        |file| file.headings = vec!["Site".to_owned(), "Value".to_owned()],
        &[
            "refused set.xlsx: This workbook is no flat file of conversion factors: no sheet has its headings, \
           which are ID, Scope, Level 1, Level 2, Level 3, Level 4, Column Text, UOM, GHG/Unit, GHG Conversion \
           Factor. Only that flat file is read as a workbook, as it is published, and not the condensed or the \
           full set. Save any other sheet, such as that of a survey, as CSV UTF-8.",
        ],
    );
}

#[test]
fn a_file_without_ids_is_read_by_its_words_alone() {
    let set = check(
        |file| file.headings[0] = "Row".to_owned(),
        &[
            "note set.xlsx, sheet Factors by Category:6: There is no column ID; rows are known by their words \
           alone. Nothing is to be done.",
        ],
        &[],
    );
    assert_eq!(set.factors["electricity-generation"].source_id, None);
}

#[test]
fn all_problems_are_told_at_once() {
    let found = read(&spoilt(|file| {
        file.front_year = 2026;
        file.ends = false;
        file.set(GAS, Value::Text("n/a"));
        file.change(ELECTRICITY, "UOM", "MWh");
        file.repeat("13_402_4000_5_1", Value::Number(9.0));
    }));
    let codes: Vec<&str> = found.expect_err("no set").iter().map(|problem| problem.code).collect();
    let expected =
        ["contradictory-values", "not-a-number", "incomplete-file", "contradictory-values"];
    assert_eq!(codes, expected, "the unit is told only where the sheet is whole");
}

#[test]
fn what_is_no_workbook_within_is_refused_without_panic() {
    let bytes = FlatFile::of(2027).bytes();
    for cut in [4, 100, bytes.len() / 2, bytes.len() - 30] {
        let problems = read_factors("set.xlsx", &bytes[..cut], &layout()).expect_err("cut off");
        assert_eq!(problems.len(), 1);
        let text = problems[0].to_string();
        assert!(text.starts_with("set.xlsx: This workbook cannot be read: "), "{text}");
        assert!(text.contains("get that file again. Save any other sheet"), "{text}");
    }
    assert!(is_workbook(&bytes) && !is_workbook(b"site,value\n"));
}

/// What is wrong with the embedded layout once these words in it are replaced and more is added.
fn check_layout(replaced: &[(&str, &str)], added: &str, expected: &[&str]) {
    let corpus = Corpus::load(None, None).expect("the embedded files");
    let mut text = corpus.find(crate::corpus::FACTOR_LAYOUT).expect("the layout").to_owned();
    for (from, to) in replaced {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    let mut problems = Problems::default();
    let _ = FactorLayout::read("own.toml", &format!("{text}{added}"), &mut problems);
    let said = |problem: &Problem| {
        assert!(problem.position.row.is_some(), "{problem}");
        format!("{}: {}", problem.position.column.clone().unwrap_or_default(), problem.message)
    };
    let mut found: Vec<String> = problems.into_vec().iter().map(said).collect();
    found.sort();
    assert_eq!(found, expected);
}

#[test]
fn a_broken_layout_names_every_mistake() {
    check_layout(
        &[
            ("uom = [\"kWh (Gross CV)\"]\n", "uom = []\n"),
            ("unit = \"kgCO2e/m3\"", "unit = \"kgCO2e/mile\""),
            ("scope = \"2\"", "scope = \"4\""),
            ("ids = [\"1_100_1003_6_1\"]", "id_of_file = \"1_100_1003_6_1\""),
        ],
        "",
        &[
            "factor[electricity-generation].scope: \"4\" is not one of: 1, 2, 3, outside.",
            "factor[lpg-gross-cv].id_of_file: This key is not known here; known are: column_text, ghg, id, \
             ids, level_1, level_2, level_3, level_4, scope, unit, uom.",
            "factor[natural-gas-gross-cv].uom: This list is empty.",
            "factor[natural-gas-m3].unit: kgCO2e/mile is not a unit of such a figure.",
        ],
    );
    check_layout(
        &[("id = \"lpg-litre\"", "id = \"lpg-gross-cv\"")],
        "\n[[factor]]\nid = \"more-steam\"\nscope = \"2\"\nunit = \"kgCO2e/kWh\"\n\
         level_1 = [\"Heat & steam\"]\nlevel_2 = [\"heat and steam\"]\n\
         level_3 = [\"Onsite heat and steam\"]\nuom = [\"kWh\"]\n",
        &[
            "factor[lpg-gross-cv]: The factor lpg-gross-cv is here twice.",
            "factor[more-steam]: The same row could be onsite-heat-and-steam and more-steam.",
        ],
    );
    let nothing_outside = [("outside = [\"Outside of Scopes\"]\n", "")];
    check_layout(&nothing_outside, "", &["scopes.outside: This key is missing."]);
}

/// The published file, where it is at hand, against the set that the project ships.
#[test]
fn the_published_set_of_2025_is_the_shipped_one_and_five_factors_more() {
    let Some(path) = shared_data("ghg_factors/flat-file.xlsx") else { return };
    let bytes = std::fs::read(path).expect("a file");
    let set = read_factors("flat-file.xlsx", &bytes, &layout()).expect("a set");
    assert_eq!(say(&set.problems), [""; 0]);
    assert_eq!((set.year, set.rows_read, set.heading_row), (SetYear(2025), 8740, 6));
    let rulebook = Corpus::load(None, None).expect("files").rulebook().expect("sound rules");
    let shipped = &rulebook.factors.conversion.sets[&SetYear(2025)];
    for (id, factor) in &shipped.factors {
        let found = set.factors.get(id).unwrap_or_else(|| panic!("{id} is not read"));
        let figure = &factor.figure;
        assert_eq!((found.value, &found.unit), (figure.value, &figure.unit), "{id}");
        assert_eq!(found.scope, factor.scope, "{id}");
        assert!(figure.source.starts_with(&set.title(&layout())), "{id}: {}", figure.source);
    }
    let more: Vec<&str> = set
        .factors
        .keys()
        .filter(|id| !shipped.factors.contains_key(*id))
        .map(String::as_str)
        .collect();
    let biogenic = [
        "biogas-biogenic",
        "biogas-wtt",
        "wood-chips-biogenic",
        "wood-logs-biogenic",
        "wood-pellets-biogenic",
    ];
    assert_eq!(more, biogenic);
    for (id, row, value, source_id) in [
        ("electricity-generation", 3066, 0.177, "7_400_4000_5_1"),
        ("electricity-td", 3627, 0.01853, "13_402_4000_5_1"),
        ("natural-gas-gross-cv", 83, 0.18296, "1_100_1004_6_1"),
    ] {
        let found = &set.factors[id];
        assert_eq!((found.row, found.value), (row, value));
        assert_eq!(found.source_id.as_deref(), Some(source_id));
    }
}
