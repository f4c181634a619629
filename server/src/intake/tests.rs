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
    let dictionary = Dictionary::read("measures.toml", text, &mut problems);
    assert_eq!(problems.into_vec(), []);
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
            let draft = read_bytes(text.as_bytes(), &known()).expect("a readable file");
            assert_eq!((draft.layout.as_str(), draft.rows_read), (id, 0));
            let codes: Vec<_> = draft.problems.iter().map(|problem| problem.code).collect();
            assert_eq!(codes, [code::NO_ROWS]);
        }
    }
    let wide = layouts.find("siteworthy-survey-wide").expect("a layout");
    let text = write_template(wide, &dictionary, Some(&["max-demand-kva"])).expect("a template");
    assert!(text.ends_with("date,method,max-demand-kva [kVA]\r\n"), "{text}");
    assert!(write_template(wide, &dictionary, Some(&["lunch"])).is_err());
}

#[test]
fn a_return_is_read_by_its_own_words() {
    let layouts = layouts();
    let eric = layouts.find("eric-site").expect("a layout");
    let mut text = write_template(eric, &dictionary(), None).expect("a template");
    let cells = [
        ("Site Code", "R0A07"),
        ("Site Name", "WYTHENSHAWE HOSPITAL"),
        ("Trust Code", "R0A"),
        ("Trust Name", "MANCHESTER UNIVERSITY NHS FOUNDATION TRUST"),
        ("Commissioning Region", "NORTH WEST COMMISSIONING REGION"),
        ("Post Code", "M23 9LT"),
        ("Site Type", "General acute hospital"),
        ("Electricity - green electricity consumed (kWh)", "\"1,000\""),
        ("Electricity - other consumed (kWh)", "500"),
        ("Maximum electrical demand (kW)", "0"),
        ("Gas consumed (kWh)", "0"),
    ];
    let row: Vec<&str> = text
        .trim_end()
        .split(',')
        .map(|heading| {
            let found = cells.iter().find(|(name, _)| *name == heading);
            found.map_or("N/A", |(_, value)| value)
        })
        .collect();
    text.push_str(&row.join(","));
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
            ("annual-electricity-kwh", Value::Quantity(1500.0)),
            ("annual-gas-kwh", Value::Quantity(0.0)),
        ]
    );
    let codes: Vec<_> = draft.problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, [code::STALE_OBSERVATION], "one note for the file, none a row");
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
    let lines: Vec<String> = fits
        .iter()
        .map(|fit| format!("{} {:.2} {}", fit.layout.id, fit.known_fraction, fit.reason))
        .collect();
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
    let upload = Upload { name: "survey.csv", bytes: LONG.as_bytes(), received_on: today() };
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
