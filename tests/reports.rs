//! The files of the investment gap: the workbook adds itself up to the very totals of the report, also in
//! LibreOffice; nothing in a file is a formula that is not ours; a file is whole or an error.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the finding")]

use calamine::{Data, Range, Reader, Xlsx};
use rust_xlsxwriter::{Formula, Workbook};
use sha2::{Digest, Sha256};
use siteworthy::render;
use siteworthy::render::report::GapReport;
use siteworthy_rules::cost::{Estimate, Pence};
use siteworthy_tests::made_report::{NAMES, UNKNOWN, made_report};
use siteworthy_tests::program::{Answer, Served, run, texts};
use siteworthy_tests::root;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Cursor, Write};
use std::path::Path;
use std::process::Command;

const SHEETS: [&str; 10] = [
    "Summary",
    "Organisations",
    "Remedies",
    "Technologies",
    "Years",
    "Net zero",
    "Sites",
    "Lines",
    "Assumptions",
    "Statement",
];

fn workbook_of(report: &GapReport) -> Vec<u8> {
    render::workbook::encode(report, (2026, 3, 31)).unwrap()
}

fn open(bytes: &[u8]) -> Xlsx<Cursor<&[u8]>> {
    Xlsx::new(Cursor::new(bytes)).unwrap()
}

fn sheet(bytes: &[u8], name: &str) -> Range<Data> {
    open(bytes).worksheet_range(name).unwrap()
}

/// The row of a sheet whose first cell says so.
fn row<'a>(sheet: &'a Range<Data>, label: &str) -> &'a [Data] {
    let found = sheet.rows().find(|row| row[0] == *label);
    found.unwrap_or_else(|| panic!("no row {label}"))
}

#[expect(clippy::cast_possible_truncation, reason = "pence of a test stay far below 2^63")]
fn pence(cell: &Data) -> Option<i64> {
    match cell {
        Data::Float(pounds) => Some((pounds * 100.0).round() as i64),
        Data::Int(pounds) => Some(pounds * 100),
        Data::Empty => None,
        other => panic!("{other:?} is no amount"),
    }
}

fn three(amount: Option<Estimate<Pence>>) -> [Option<i64>; 3] {
    amount.map_or([None; 3], |all| [all.low, all.central, all.high].map(|run| Some(run.0)))
}

/// The capital of a workbook, low, central and high, by what it is spent for and in all, as its summary
/// says.
fn capital_of(bytes: &[u8]) -> BTreeMap<String, [Option<i64>; 3]> {
    let summary = sheet(bytes, "Summary");
    let labels =
        ["Backlog", "Readiness", "Net zero", "Readiness and net zero at once", "Capital in all"];
    let of = |label: &str| {
        let row = row(&summary, label);
        (label.to_owned(), [1, 2, 3].map(|at| pence(&row[at])))
    };
    labels.into_iter().map(of).collect()
}

/// Asserts that a summary says what the report holds, and that its checks find no difference.
fn assert_is_summed(bytes: &[u8], report: &GapReport, what: &str) {
    let capital = capital_of(bytes);
    assert_eq!(capital["Capital in all"], three(report.total.capital), "{what}");
    let parts = ["Backlog", "Readiness", "Net zero", "Readiness and net zero at once"];
    for (part, amount) in parts.iter().zip(report.total.by_part) {
        assert_eq!(capital[*part], three(amount), "{what}, {part}");
    }
    let summary = sheet(bytes, "Summary");
    for check in ["By what it is spent for", "By line", "By remedy", "By year"] {
        let row = row(&summary, check);
        assert_eq!([1, 2, 3].map(|at| pence(&row[at])), [Some(0); 3], "{what}, {check}");
    }
}

#[test]
fn a_workbook_has_every_sheet_and_says_the_totals_of_the_report() {
    let report = made_report(2_003, 40);
    let bytes = workbook_of(&report);
    assert_eq!(open(&bytes).sheet_names(), SHEETS);
    assert_is_summed(&bytes, &report, "as written");
    let years = sheet(&bytes, "Years");
    let sums: Vec<&[Data]> = years.rows().filter(|row| row[0] == *"Sum").collect();
    assert_eq!(sums.len(), report.ledgers.len());
    for (sum, ledger) in sums.into_iter().zip(&report.ledgers) {
        assert_eq!([6, 7, 8].map(|at| pence(&sum[at])), three(Some(ledger.sum_yearly)));
    }
    let statement = sheet(&bytes, "Statement");
    let allocated =
        statement.rows().filter(|row| row[0].to_string().starts_with("Allocated money"));
    let text: String = allocated.map(|row| row[1].to_string()).collect();
    assert_eq!(text.len(), 2_000 * 27, "a statement longer than a cell goes on in the next");
}

#[test]
fn what_is_not_known_is_an_empty_cell_and_never_a_zero() {
    let report = made_report(2_003, 40);
    let bytes = workbook_of(&report);
    let organisations = sheet(&bytes, "Organisations");
    let unknown: Vec<&[Data]> =
        organisations.rows().filter(|row| row[1] == *report.organisations[UNKNOWN].code).collect();
    let [unknown] = unknown[..] else { panic!("{unknown:?}") };
    assert!(unknown[5..20].iter().all(|cell| *cell == Data::Empty), "{unknown:?}");
    let formulas = open(&bytes).worksheet_formula("Organisations").unwrap();
    let own = u32::try_from(4 + UNKNOWN).unwrap();
    for column in 5..20 {
        let formula = formulas.get_value((own, column));
        assert!(formula.is_none_or(String::is_empty), "{formula:?}");
    }
    // With nothing priced at all, no total is a zero either.
    let mut report = made_report(80, 3);
    for line in &mut report.lines {
        (line.capital, line.running) = (None, None);
    }
    let none = |totals: &mut render::report::Totals| {
        (totals.capital, totals.running, totals.by_part) = (None, None, [None; 4]);
    };
    none(&mut report.total);
    for group in
        report.organisations.iter_mut().chain(&mut report.regions).chain(&mut report.nations)
    {
        none(&mut group.totals);
    }
    for remedy in &mut report.remedies {
        (remedy.capital, remedy.running) = (None, None);
    }
    let bytes = workbook_of(&report);
    assert_eq!(capital_of(&bytes)["Capital in all"], [None; 3]);
    let years = sheet(&bytes, "Years");
    let year = row(&years, "2026-27");
    assert!(year[1..4].iter().chain(&year[6..]).all(|cell| *cell == Data::Empty), "{year:?}");
    assert_ne!(year[5], Data::Empty, "what is allocated is on record all the same");
}

#[test]
fn a_line_of_no_organisation_that_is_counted_is_an_error_and_not_a_smaller_total() {
    let mut report = made_report(80, 3);
    report.lines[4].rows = "é".repeat(40_000);
    let book = workbook_of(&report);
    let lines = sheet(&book, "Lines");
    let rows = lines.get_value((5, 25)).unwrap().to_string();
    assert!(
        rows.ends_with("é [cut here; CSV and JSON have all of it]"),
        "a text too long for a cell"
    );
    report.lines[5].organisation_code = "LOST".to_owned();
    let error = render::workbook::encode(&report, (2026, 3, 31)).unwrap_err();
    assert!(error.to_string().contains("line 6 is of LOST"), "{error}");
}

#[test]
fn names_from_files_are_texts_on_every_sheet_and_in_csv() {
    let report = made_report(400, 12);
    let bytes = workbook_of(&report);
    let mut book = open(&bytes);
    let mut found = 0;
    for name in SHEETS {
        let cells = book.worksheet_range(name).unwrap();
        let formulas = book.worksheet_formula(name).unwrap();
        for (row, column, cell) in cells.used_cells() {
            let Data::String(text) = cell else { continue };
            if text.starts_with(['=', '+', '-', '@', '\t']) {
                found += 1;
                let start = cells.start().unwrap_or_default();
                let at = (start.0 + row as u32, start.1 + column as u32);
                let formula = formulas.get_value(at);
                assert!(formula.is_none_or(String::is_empty), "{name} {at:?}: {formula:?}");
            }
        }
        for (_, _, formula) in formulas.used_cells() {
            assert!(!formula.contains("HYPERLINK"), "{name}: {formula}");
        }
    }
    assert!(found > 400, "{found}");
    let csv = render::csv::encode(&report).unwrap();
    let mut reader = csv::Reader::from_reader(&*csv);
    let records: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(records.len(), report.lines.len());
    let mut inert = 0;
    for record in &records {
        for (at, cell) in record.iter().enumerate() {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{at}: {cell}");
            inert += usize::from(cell.starts_with('\''));
        }
    }
    assert!(inert > 100, "{inert}");
    assert!(records.iter().any(|record| record[1] == format!("'{}", NAMES[1])));
}

/// A disk that is full after some bytes.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0 == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let written = bytes.len().min(self.0);
        self.0 -= written;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_file_that_cannot_be_written_to_its_end_is_an_error() {
    let report = made_report(400, 12);
    for room in [0, 1_000, 100_000] {
        assert!(render::csv::write(&report, Full(room)).is_err(), "{room}");
        assert!(render::json::write(&report, None, Full(room)).is_err(), "{room}");
    }
    assert!(render::csv::write(&report, Full(usize::MAX)).is_ok());
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn assert_headers(answer: &Answer, lines: usize, what: &str) {
    assert_eq!(answer.status, 200, "{what}");
    assert_eq!(answer.header("x-siteworthy-rows"), Some(&*lines.to_string()), "{what}");
    assert_eq!(answer.header("x-siteworthy-sha256"), Some(&*sha256(&answer.body)), "{what}");
}

#[test]
fn downloads_tell_their_lines_and_their_sha256_and_are_what_the_command_line_writes() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite://{}", folder.path().join("reports.db").display());
    let served = Served::start(&database);
    let survey = fs::read_to_string(root().join("datasets/demo/northmoor-2026.csv")).unwrap();
    let named = "\"=HYPERLINK(\"\"http://example.org\"\",\"\"Open\"\")\"";
    let survey = survey.replace("Northmoor General Hospital", named);
    let _ = served.import("northmoor.csv", survey.as_bytes());
    for query in ["", "?technologies=voice-scribe&parts=readiness&level=target", "?nation=wales"] {
        let address = |end: &str| format!("/reports/investment-gap.{end}{query}");
        let json = served.get(&address("json"));
        let value = json.json();
        let lines = value["lines"].as_array().unwrap();
        assert_eq!(lines.is_empty(), query.contains("wales"));
        assert_headers(&json, lines.len(), "JSON");
        let csv = served.get(&address("csv"));
        assert_headers(&csv, lines.len(), "CSV");
        assert_eq!(csv::Reader::from_reader(&*csv.body).records().count(), lines.len());
        let book = served.get(&address("xlsx"));
        assert_headers(&book, lines.len(), "workbook");
        assert_eq!(sheet(&book.body, "Lines").height(), lines.len() + 1);
    }
    for end in ["csv", "json", "xlsx"] {
        let address = format!("/reports/investment-gap.{end}");
        let download = served.get(&address);
        let file = folder.path().join(end);
        let file = file.to_str().unwrap();
        let arguments =
            ["gap", "--format", end, "--output", file, "--database-url", database.as_str()];
        let (_, err, code) = texts(&run(&arguments));
        assert_eq!(code, 0, "{err}");
        assert!(fs::read(file).unwrap() == download.body, "{end} of the command line differs");
        let refused = served.get(&format!("{address}?technologies=teleporter"));
        assert_eq!(refused.status, 404);
        assert_eq!(refused.header("x-siteworthy-sha256"), None);
        // Compressed on its way it is the same file for whoever saves it.
        let packed = served.get_with(&address, &[("accept-encoding", "gzip")]);
        assert_eq!(packed.header("content-encoding"), Some("gzip"), "{end}");
        for header in ["x-siteworthy-rows", "x-siteworthy-sha256"] {
            assert_eq!(packed.header(header), download.header(header), "{end}");
        }
    }
    let book = served.get("/reports/investment-gap.xlsx").body;
    let sites = sheet(&book, "Sites");
    assert_eq!(row(&sites, "ZZN01")[1], *"=HYPERLINK(\"http://example.org\",\"Open\")");
    let csv = String::from_utf8(served.get("/reports/investment-gap.csv").body).unwrap();
    assert!(csv.contains(",\"'=HYPERLINK(") && !csv.contains(",\"=HYPERLINK("));
    let _ = served.stop();
}

/// LibreOffice with a profile of its own that works out every formula when it opens a file.
struct LibreOffice {
    folder: tempfile::TempDir,
}

impl LibreOffice {
    /// None, and "skipped" is printed, where it is not installed.
    fn find() -> Option<Self> {
        let is_there = Command::new("soffice").arg("--version").output().is_ok();
        if !is_there {
            println!("skipped: LibreOffice (soffice) is not on this machine");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let user = folder.path().join("profile/user");
        fs::create_dir_all(&user).unwrap();
        let always = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <oor:items xmlns:oor=\"http://openoffice.org/2001/registry\">\
             <item oor:path=\"/org.openoffice.Office.Calc/Formula/Load\">\
             <prop oor:name=\"OOXMLRecalcMode\" oor:op=\"fuse\"><value>0</value></prop>\
             </item></oor:items>\n";
        fs::write(user.join("registrymodifications.xcu"), always).unwrap();
        Some(Self { folder })
    }

    /// A workbook as LibreOffice saves it again.
    fn recalculated(&self, name: &str, bytes: &[u8]) -> Vec<u8> {
        let at = |path: &str| self.folder.path().join(path);
        fs::write(at(name), bytes).unwrap();
        let profile = format!("-env:UserInstallation=file://{}", at("profile").display());
        let output = Command::new("soffice")
            .args([&profile, "--headless", "--convert-to", "xlsx", "--outdir"])
            .args([at("out"), at(name)])
            .output()
            .unwrap();
        let saved: &Path = &at("out").join(name);
        assert!(saved.exists(), "{}", String::from_utf8_lossy(&output.stderr));
        fs::read(saved).unwrap()
    }
}

/// Asserts that two workbooks show the same in every cell, money to the penny.
fn assert_same_cells(one: &[u8], other: &[u8], what: &str) {
    for name in SHEETS {
        let (one, other) = (sheet(one, name), sheet(other, name));
        let cells = |sheet: &Range<Data>| -> BTreeMap<(u32, u32), Data> {
            let (first_row, first_column) = sheet.start().unwrap_or_default();
            let cells = sheet.used_cells().map(|(row, column, cell)| {
                ((first_row + row as u32, first_column + column as u32), cell.clone())
            });
            cells
                .filter(|(_, cell)| !matches!(cell, Data::String(text) if text.is_empty()))
                .collect()
        };
        let (one, other) = (cells(&one), cells(&other));
        assert_eq!(one.len(), other.len(), "{what}, {name}");
        for (at, cell) in &one {
            let again = &other[at];
            let is_same = match (cell, again) {
                (Data::Float(one), Data::Float(other)) => (one - other).abs() < 0.000_5,
                (Data::String(one), Data::String(other)) => one == other,
                (one, other) => one == other,
            };
            assert!(is_same, "{what}, {name} {at:?}: {cell:?} is {again:?} when worked out");
        }
    }
}

#[test]
fn libreoffice_works_out_the_same_totals_to_the_penny() {
    let Some(office) = LibreOffice::find() else { return };
    // A formula with a wrong result shows whether it works formulas out at all.
    let mut wrong = Workbook::new();
    wrong.add_worksheet().write_formula(0, 0, Formula::new("1+1").set_result("3")).unwrap();
    let wrong = office.recalculated("wrong.xlsx", &wrong.save_to_buffer().unwrap());
    assert_eq!(sheet(&wrong, "Sheet1").get_value((0, 0)), Some(&Data::Float(2.0)));

    let report = made_report(2_003, 40);
    let bytes = workbook_of(&report);
    let again = office.recalculated("made.xlsx", &bytes);
    assert_is_summed(&again, &report, "worked out by LibreOffice");
    assert_same_cells(&bytes, &again, "made-up report");

    let served = Served::demo();
    let bytes = served.get("/reports/investment-gap.xlsx").body;
    let again = office.recalculated("demo.xlsx", &bytes);
    let capital = capital_of(&again);
    let data = served.query("{ investmentGap { total { capital { low central high } } } }");
    let capital_said = &data["investmentGap"]["total"]["capital"];
    let said = ["low", "central", "high"].map(|run| {
        let pounds = &capital_said[run];
        let pounds = pounds.as_f64().or_else(|| pounds.as_str()?.parse().ok()).unwrap();
        pence(&Data::Float(pounds))
    });
    assert_eq!(capital["Capital in all"], said);
    assert_same_cells(&bytes, &again, "demonstration");
    let _ = served.stop();
}
