//! Whole files through [`read`]: the good, the odd and the shuffled. One broken file per mistake is
//! in `tests/broken`; the published files are `real_files`.

mod real_files;

use super::*;
use proptest::prelude::*;
use siteworthy_rules::fields::Problems;
use siteworthy_rules::observation::{Method, Value};
use siteworthy_rules::place::{Nation, OrganisationKind, Point, Setting};
use siteworthy_rules::problem::Severity;

/// The small dictionary of the tests.
pub fn dictionary() -> Dictionary {
    let mut problems = Problems::default();
    let text = include_str!("../../../tests/broken/measures.toml");
    let mut dictionary = Dictionary::read("measures.toml", text, &mut problems);
    assert_eq!(problems.into_vec(), []);
    dictionary.add_technologies([("surgical-robot", "Robot"), ("voice-scribe", "Scribe")]);
    dictionary
}

/// The layouts that come with the program.
pub fn layouts() -> Layouts {
    let corpus = crate::corpus::Corpus::load(None, None).expect("the embedded files");
    corpus.layouts(&dictionary()).expect("sound layouts")
}

/// The day on which the tests receive their files.
pub fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 22).expect("a date")
}

fn known() -> Known {
    Known {
        organisations: BTreeSet::from(["R0A".to_owned()]),
        sites: BTreeMap::from([(
            "R0A01".to_owned(),
            BTreeMap::from([("TH1".to_owned(), SpaceKind::Theatre)]),
        )]),
    }
}

fn read_bytes(bytes: &[u8], known: &Known) -> Result<Draft, Vec<Problem>> {
    let upload = Upload { name: "C:\\surveys\\survey.csv", bytes, received_on: today() };
    read(&upload, None, &layouts(), &dictionary(), known, &mut |_| {})
}

fn read_sound(text: &str) -> Draft {
    let draft = read_bytes(text.as_bytes(), &known()).expect("a readable file");
    assert_eq!(draft.problems, []);
    draft
}

fn read_sound_but_for(code: &str, text: &str) -> Draft {
    let draft = read_bytes(text.as_bytes(), &known()).expect("a readable file");
    let codes: Vec<_> = draft.problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, [code]);
    draft
}

const LONG: &str = "site,space,space_kind,measure,value,unit,date,method\n";

#[test]
fn a_long_survey_is_read() {
    let draft = read_sound(&format!(
        "{LONG}R0A01,,,max-demand-kva,1.2,MVA,2026-03-31,measured\n\
         R0A01,TH1,,wifi-rssi-p05-dbm,-61,dBm,01/04/2026,surveyed\n\
         R0A01,W2,ward,room-area-m2,\"1,250\",,2026-04-01,declared\n"
    ));
    assert_eq!(draft.layout, "siteworthy-survey-long");
    assert_eq!(draft.file_name, "survey.csv");
    assert_eq!((draft.rows_read, draft.rows_refused), (3, 0));
    assert_eq!(draft.sites.len(), 1);
    let spaces: Vec<_> = draft.spaces.iter().map(|space| (&*space.code, space.kind)).collect();
    assert_eq!(spaces, [("TH1", SpaceKind::Theatre), ("W2", SpaceKind::Ward)]);
    let first = &draft.observations[0];
    assert_eq!(draft.measure_of(first), "max-demand-kva");
    assert_eq!(first.value, Value::Quantity(1200.0));
    assert_eq!((first.space, first.row, first.column), (None, 2, 5));
    assert_eq!(first.method, Method::Measured);
    assert_eq!(draft.observations[2].value, Value::Quantity(1250.0));
}

#[test]
fn a_wide_survey_describes_new_sites_and_organisations() {
    let draft = read_sound(
        "site;site_name;organisation;organisation_name;nation;setting;postcode;latitude;longitude;\
         space;space_kind;date;method;max-demand-kva [MVA];generator-redundancy;ips-present\r\n\
         Z1;Royal Infirmary;ZO;Lothian;Scotland;Acute;EH16 4SA;55.9219;-3.1366;;;2026-05-01;\
         calculated;3.5;N+1;\r\n\
         Z1;Royal Infirmary;ZO;Lothian;Scotland;Acute;EH16 4SA;55.9219;-3.1366;T1;Theatre;\
         2026-05-01;surveyed;;;yes\r\n",
    );
    assert_eq!(draft.layout, "siteworthy-survey-wide");
    let site = &draft.sites[0];
    assert_eq!(site.nation, Some(Nation::Scotland));
    assert_eq!(site.setting, Some(Setting::Acute));
    let point = Point { latitude: 55.9219, longitude: -3.1366 };
    assert_eq!(site.point, Some(point));
    assert_eq!(draft.organisations[0].kind, OrganisationKind::HealthBoard);
    assert_eq!(draft.organisations[0].parent, None);
    let values: Vec<_> = draft
        .observations
        .iter()
        .map(|entry| (draft.measure_of(entry), entry.space, entry.value.clone()))
        .collect();
    assert_eq!(
        values,
        [
            ("max-demand-kva", None, Value::Quantity(3500.0)),
            ("generator-redundancy", None, Value::Choice("N+1".to_owned())),
            ("ips-present", Some(0), Value::Flag(true)),
        ]
    );
}

#[test]
fn an_empty_template_reads_back_as_its_layout() {
    let (dictionary, layouts) = (dictionary(), layouts());
    for id in ["siteworthy-survey-long", "siteworthy-survey-wide"] {
        let layout = layouts.find(id).expect("a layout");
        for measures in [None, Some(&["ips-present", "max-demand-kva"][..])] {
            let text = write_template(layout, &dictionary, measures).expect("a template");
            let problems = read_bytes(text.as_bytes(), &known()).expect_err("no rows");
            let codes: Vec<_> = problems.iter().map(|problem| problem.code).collect();
            assert_eq!(codes, [code::NO_ROWS], "{id}");
        }
    }
    let wide = layouts.find("siteworthy-survey-wide").expect("a layout");
    let text = write_template(wide, &dictionary, Some(&["max-demand-kva"])).expect("a template");
    assert!(text.ends_with("date,method,max-demand-kva [kVA]\r\n"), "{text}");
    assert!(write_template(wide, &dictionary, Some(&["lunch"])).is_err());
}

/// A national return of one site; every column that is not said is `N/A`.
fn write_return(said: &[(&str, &str)]) -> String {
    let site = [
        ("Site Code", "R0A07"),
        ("Site Name", "WYTHENSHAWE HOSPITAL"),
        ("Trust Code", "R0A"),
        ("Trust Name", "MANCHESTER UNIVERSITY NHS FOUNDATION TRUST"),
        ("Commissioning Region", "NORTH WEST COMMISSIONING REGION"),
        ("Post Code", "M23 9LT"),
        ("Site Type", "General acute hospital"),
    ];
    let layouts = layouts();
    let eric = layouts.find("eric-site").expect("a layout");
    let mut text = write_template(eric, &dictionary(), None).expect("a template");
    let row: Vec<&str> = text
        .trim_end()
        .split(',')
        .map(|heading| {
            let found = site.iter().chain(said).find(|(name, _)| *name == heading);
            found.map_or("N/A", |(_, value)| value)
        })
        .collect();
    text.push_str(&row.join(","));
    text
}

#[test]
fn a_return_is_read_by_its_own_words() {
    let text = write_return(&[
        ("Electricity - green electricity consumed (kWh)", "\"1,000\""),
        ("Electricity - trust owned solar consumed (kWh)", "0"),
        ("Electricity - third party owned solar consumed (kWh)", "0"),
        ("Electricity - other renewables consumed (kWh)", "0"),
        ("Electricity - other consumed (kWh)", "500"),
        ("Maximum electrical demand (kW)", "0"),
        ("Gas consumed (kWh)", "0"),
    ]);
    let draft = read_bytes(text.as_bytes(), &Known::default()).expect("a readable file");
    let parents: Vec<_> =
        draft.organisations.iter().map(|entry| (&*entry.code, entry.parent.as_deref())).collect();
    assert_eq!(parents, [("E92000001", None), ("R0A", Some("Y62")), ("Y62", Some("E92000001"))]);
    let values: Vec<_> = draft
        .observations
        .iter()
        .map(|entry| (draft.measure_of(entry), entry.value.clone()))
        .collect();
    assert_eq!(
        values,
        [
            ("annual-grid-electricity-kwh", Value::Quantity(1500.0)),
            ("annual-onsite-electricity-kwh", Value::Quantity(0.0)),
            ("annual-gas-kwh", Value::Quantity(0.0)),
        ]
    );
    let codes: Vec<_> = draft.problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, [code::STALE_OBSERVATION], "one note for the file, none a row");
}

#[test]
fn a_zero_with_another_unit_beside_it_is_refused_and_not_taken_for_missing() {
    let text = write_return(&[("Maximum electrical demand (kW)", "0 MW")]);
    let draft = read_bytes(text.as_bytes(), &Known::default()).expect("a readable file");
    let codes: Vec<_> = draft.problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, [code::STALE_OBSERVATION, code::WRONG_UNIT]);
}

#[test]
fn a_sum_with_missing_parts_is_not_known_and_the_parts_are_named() {
    let text = write_return(&[
        ("Electricity - green electricity consumed (kWh)", "1000"),
        ("Electricity - trust owned solar consumed (kWh)", "0"),
        ("Electricity - other consumed (kWh)", "500"),
    ]);
    let draft = read_bytes(text.as_bytes(), &Known::default()).expect("a readable file");
    let read: Vec<_> = draft.observations.iter().map(|entry| draft.measure_of(entry)).collect();
    assert_eq!(read, ["annual-grid-electricity-kwh"], "a part is not the whole");
    let problem = &draft.problems[1];
    assert_eq!((problem.code, problem.severity), ("incomplete-sum", Severity::Warning));
    let missing = "Electricity - third party owned solar consumed (kWh), \
                   Electricity - other renewables consumed (kWh)";
    assert!(problem.message.contains(missing), "{problem}");
}

#[test]
fn no_name_is_longer_than_a_cell_of_a_workbook_holds() {
    let long = "x".repeat(40_000);
    let heading = "site,site_name,organisation,organisation_name,nation,setting,space,space_kind,\
                   space_name,measure,value,unit,date,method\n";
    let values = "max-demand-kva,900,,2026-03-31,measured";
    let text = format!(
        "{heading}R0A01,{long},,,,,,,,{values}\n\
         NEW1,{long},R0A,,england,acute,,,,{values}\n\
         NEW2,New,NEW,{long},england,acute,,,,{values}\n\
         R0A01,,,,,,TH1,,{long},room-area-m2,5,,2026-03-31,measured\n"
    );
    let draft = read_bytes(text.as_bytes(), &known()).expect("a readable file");
    let sites: Vec<_> = draft.sites.iter().map(|site| (&*site.code, site.name.clone())).collect();
    assert_eq!(sites, [("R0A01", None)]);
    assert_eq!(draft.organisations, []);
    assert_eq!(draft.spaces[0].name, None);
    let found: Vec<_> = draft
        .problems
        .iter()
        .map(|problem| (problem.position.row, problem.code, problem.severity))
        .collect();
    let refused = |row, code| (Some(row), code, Severity::Refused);
    assert_eq!(
        found,
        [
            refused(2, code::TEXT_TOO_LONG),
            refused(3, code::TEXT_TOO_LONG),
            refused(3, code::UNKNOWN_SITE),
            refused(4, code::TEXT_TOO_LONG),
            refused(4, code::UNKNOWN_ORGANISATION),
            refused(5, code::TEXT_TOO_LONG),
        ]
    );
}

#[test]
fn a_long_file_name_is_cut_and_keeps_its_ending() {
    let text = format!("{LONG}R0A01,,,power-factor,lots,,2026-03-31,measured\n");
    let check = |name: &str, expected: &str| {
        let upload = Upload { name, bytes: text.as_bytes(), received_on: today() };
        let draft = read(&upload, None, &layouts(), &dictionary(), &known(), &mut |_| {});
        let draft = draft.expect("a readable file");
        assert_eq!(draft.file_name, expected);
        assert_eq!(draft.problems[0].position.file, expected);
    };
    let name = |count| format!("{}.csv", "é".repeat(count));
    check(&format!("surveys/{}", name(196)), &name(196));
    check(&name(300), &name(196));
    check(&"x".repeat(300), &"x".repeat(200));
    check(&format!("x.{}", "y".repeat(300)), &format!("x.{}", "y".repeat(198)));
}

#[test]
fn problems_of_a_kind_are_listed_to_a_limit_and_then_counted() {
    let mut text = "site,date,method,max-demand-kva,max-demand-kw\n".to_owned();
    for _ in 0..1_250 {
        text.push_str("R0A01,2026-03-31,measured,x,x\n");
    }
    let draft = read_bytes(text.as_bytes(), &known()).expect("a readable file");
    assert_eq!((draft.rows_read, draft.rows_refused), (1_250, 1_250));
    let of_column = |column: &str| {
        let problems = draft.problems.iter();
        let found: Vec<&Problem> =
            problems.filter(|problem| problem.position.column.as_deref() == Some(column)).collect();
        found
    };
    for column in ["max-demand-kva", "max-demand-kw"] {
        let found = of_column(column);
        assert_eq!(found.len(), 1_001);
        let last = found[1_000];
        assert_eq!((last.code, last.severity), (code::NOT_A_NUMBER, Severity::Refused));
        assert_eq!(last.position.row, Some(1_002), "the first row that is not listed");
        assert!(last.message.contains("250 more"), "{last}");
    }
    assert_eq!(draft.problems.len(), 2_002);
}

#[test]
fn no_problem_repeats_a_long_text_whole() {
    let long = "z".repeat(1_990);
    let row =
        |value: &str| format!("R0A01,TH1,,clinical-risk-category,{value},,2026-03-31,surveyed\n");
    let text = format!(
        "{LONG}{}{}R0A01,,,max-demand-kva,1 {long},,2026-03-31,measured\n\
         R0A01,,,max-demand-kva,\"{}1\",,2026-03-31,measured\n",
        row(&long),
        row(&format!("{long}a")),
        "1,".repeat(500)
    );
    let heading = LONG.trim_end();
    let wide = format!("{heading},{long},{long}{}", ",".repeat(16_000));
    let text = text.replacen(heading, &wide, 1);
    let draft = read_bytes(text.as_bytes(), &known()).expect("a readable file");
    for expected in [
        code::DUPLICATE_COLUMN,
        code::CONTRADICTORY_VALUES,
        code::UNKNOWN_UNIT,
        code::UNCLEAR_SEPARATOR,
        code::BLANK_HEADING,
    ] {
        assert!(draft.problems.iter().any(|problem| problem.code == expected), "{expected}");
    }
    for problem in &draft.problems {
        assert!(problem.to_string().len() < 800, "{problem}");
    }
}

#[test]
fn a_repeated_postcode_is_kept_once_and_another_position_is_refused() {
    let tail = "\"E92000001\",\"\",\"\",\"\",\"E07000240\",\"E05013963\"";
    let text = format!(
        "\"M1 1AE\",10,384604,398309,{tail}\n\"M1 1AD\",10,384603,398309,{tail}\n\
         \"M1 1AD\",10,384603,398309,{tail}\n\"M11AD\",10,384603,398310,{tail}\n"
    );
    let draft = read_bytes(text.as_bytes(), &Known::default()).expect("a readable file");
    let kept: Vec<_> = draft.postcodes.iter().map(|entry| (&*entry.postcode, entry.row)).collect();
    assert_eq!(kept, [("M1 1AE", 1), ("M1 1AD", 2)]);
    assert_eq!((draft.rows_read, draft.rows_refused), (4, 1));
    let found: Vec<_> = draft
        .problems
        .iter()
        .map(|problem| (problem.code, problem.severity, problem.position.row))
        .collect();
    assert_eq!(
        found,
        [
            ("duplicate-postcode", Severity::Note, Some(3)),
            ("duplicate-postcode", Severity::Refused, Some(4)),
        ]
    );
}

#[test]
fn rows_of_a_pooled_entry_are_counted_and_not_the_entries() {
    let draft = read_sound_but_for(
        code::POOLED_ROWS,
        "site,site_name,organisation,nation,setting,measure,value,unit,date,method\n\
         P1,Others,R0A,england,pooled,max-demand-kva,900,,2026-03-31,measured\n\
         P1,,,,,max-demand-kw,800,,2026-03-31,measured\n\
         R0A01,,,,,max-demand-kw,800,,2026-03-31,measured\n",
    );
    assert_eq!((draft.rows_read, draft.rows_pooled), (3, 2));
}

#[test]
fn a_gazetteer_is_known_by_its_shape() {
    let tail = "\"E92000001\",\"E19000001\",\"E18000006\",\"\",\"E07000240\",\"E05013963\"";
    let text = format!(
        "\"M1  1AD\",10,384603,398309,{tail}\n\"M1 1AE\",90,0,0,{tail}\n\"M1 1AF\",10,800000,0,{tail}\n"
    );
    let draft = read_bytes(text.as_bytes(), &Known::default()).expect("a readable file");
    assert_eq!(draft.layout, "code-point-open");
    assert_eq!((draft.rows_read, draft.rows_refused), (3, 2));
    assert_eq!(draft.postcodes[0].postcode, "M1 1AD");
    let codes: Vec<_> = draft.problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, [code::NO_POSITION, code::POINT_OUTSIDE_UK]);
}

#[test]
fn a_detected_layout_says_how_well_it_fits() {
    let upload = Upload { name: "survey.csv", bytes: LONG.as_bytes(), received_on: today() };
    let layouts = layouts();
    let fits = detect(&upload, &layouts, &dictionary()).expect("text");
    let lines: Vec<String> =
        fits.iter().map(|fit| format!("{}: {}", fit.layout.id, fit.reason)).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn progress_never_falls_and_ends_at_the_end() {
    let mut text = LONG.to_owned();
    for row in 0..2000 {
        text.push_str(&format!("R0A01,,,max-demand-kva,{row},,2026-03-31,measured\n"));
    }
    let mut seen = Vec::new();
    let upload = Upload { name: "survey.csv", bytes: text.as_bytes(), received_on: today() };
    let mut progress = |bytes| seen.push(bytes);
    let _ = read(&upload, None, &layouts(), &dictionary(), &known(), &mut progress);
    assert!(seen.is_sorted() && seen.len() >= 4);
    assert_eq!(seen.last(), Some(&text.len()));
}

#[test]
fn a_choice_spelt_like_a_missing_mark_is_the_choice() {
    let draft = read_sound(&format!(
        "{LONG}R0A01,,,dspt-status,not-applicable,,2026-03-31,declared\n\
         R0A01,,,max-demand-kva,n/a,,2026-03-31,declared\n"
    ));
    assert_eq!(draft.observations.len(), 1);
}

#[test]
fn a_layout_asked_for_by_name_must_exist_and_fit() {
    let text = format!("{LONG}R0A01,,,power-factor,0.9,,2026-03-31,measured\n");
    let upload = Upload { name: "survey.csv", bytes: text.as_bytes(), received_on: today() };
    let read_as = |layout| {
        let known = known();
        read(&upload, Some(layout), &layouts(), &dictionary(), &known, &mut |_| {})
            .map(|draft| draft.layout)
            .map_err(|problems| problems[0].code)
    };
    assert_eq!(read_as("siteworthy-survey-long"), Ok("siteworthy-survey-long".to_owned()));
    assert_eq!(read_as("siteworthy-survey-wide"), Ok("siteworthy-survey-wide".to_owned()));
    assert_eq!(read_as("eric-site"), Err(code::LAYOUT_DOES_NOT_FIT));
    assert_eq!(read_as("lunch"), Err(code::UNKNOWN_LAYOUT));
}

#[test]
fn every_code_of_a_problem_is_on_the_list() {
    for text in ["", "x", LONG, "a,b\n1,2\n"] {
        let problems = match read_bytes(text.as_bytes(), &known()) {
            Ok(draft) => draft.problems,
            Err(problems) => problems,
        };
        assert!(problems.iter().all(|problem| PROBLEM_CODES.contains(&problem.code)));
    }
}

/// What a draft says, without its rows.
fn summarise(draft: &Draft) -> Vec<String> {
    let mut lines: Vec<String> = draft
        .observations
        .iter()
        .map(|entry| {
            let site = &draft.sites[entry.site as usize].code;
            let space = entry.space.map(|space| &*draft.spaces[space as usize].code);
            let measure = draft.measure_of(entry);
            format!("{site} {space:?} {measure} {:?} {}", entry.value, entry.observed_on)
        })
        .collect();
    lines.extend(draft.sites.iter().map(|site| format!("{} {:?}", site.code, site.name)));
    lines.extend(draft.problems.iter().map(|problem| problem.code.to_owned()));
    lines.sort();
    lines
}

fn rows_in_any_order() -> impl Strategy<Value = Vec<String>> {
    let rows: Vec<String> = (0..12)
        .map(|at| {
            let (site, name) = if at % 2 == 0 { ("R0A01", "") } else { ("NEW1", "New site") };
            let space = ["", "TH1", "W1"][at % 3];
            let kind = if at == 5 || at == 2 { "ward" } else { "" };
            let value = at * 10;
            format!(
                "{site},{name},R0A,england,acute,{space},{kind},room-area-m2,{value},,2026-0{}-01,measured",
                1 + at % 9
            )
        })
        .collect();
    Just(rows).prop_shuffle()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_read_or_refused_without_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..300)
    ) {
        let _ = read_bytes(&bytes, &known());
    }

    #[test]
    fn any_cells_under_good_headings_are_read_without_panic(
        cells in prop::collection::vec("[^\r\n]{0,12}", 0..40)
    ) {
        let mut text = LONG.to_owned();
        for row in cells.chunks(8) {
            text.push_str(&row.join(","));
            text.push('\n');
        }
        let draft = read_bytes(text.as_bytes(), &known());
        if let Ok(draft) = draft {
            let refused = draft.problems.iter().filter(|problem| problem.severity == Severity::Refused);
            prop_assert!(draft.rows_refused == 0 || refused.count() > 0);
            prop_assert!(draft.rows_refused <= draft.rows_read);
        }
    }

    #[test]
    fn the_order_of_rows_is_irrelevant(rows in rows_in_any_order()) {
        let heading = "site,site_name,organisation,nation,setting,space,space_kind,measure,value,unit,date,method\n";
        let read_rows = |rows: &[String]| {
            let text = format!("{heading}{}\n", rows.join("\n"));
            read_bytes(text.as_bytes(), &known()).expect("a readable file")
        };
        let mut sorted = rows.clone();
        sorted.sort();
        prop_assert_eq!(summarise(&read_rows(&rows)), summarise(&read_rows(&sorted)));
    }
}
