//! A year's conversion factors from outside: the workbook is imported, the folder of datasets has the set,
//! and the footprint is worked out by it. The year is one of which the program knows nothing.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the finding")]

use sha2::{Digest, Sha256};
use siteworthy_tests::flat_file::{FlatFile, Value};
use siteworthy_tests::program::{run, texts};
use siteworthy_tests::{copy_folder, root, shared_data};
use std::fs;
use std::path::{Path, PathBuf};

const FACTORS: &str = "carbon/conversion-factors.csv";

struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy_folder(&root().join("datasets"), &folder.path().join("datasets"));
        Self { folder }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn datasets(&self) -> String {
        self.path("datasets")
    }

    fn file(&self, name: &str) -> PathBuf {
        Path::new(&self.datasets()).join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.file(name)).unwrap()
    }

    /// Writes the workbook and imports it.
    fn import(&self, book: &FlatFile, extra: &[&str]) -> (String, String, i32) {
        let file = self.path("set.xlsx");
        fs::write(&file, book.bytes()).unwrap();
        let url = self.database();
        let base = ["import", "--database-url", &url, &file];
        texts(&run(&[&base, extra].concat()))
    }

    fn import_here(&self, book: &FlatFile, extra: &[&str]) -> (String, String, i32) {
        let datasets = self.datasets();
        self.import(book, &[&["--datasets", &datasets], extra].concat())
    }

    fn database(&self) -> String {
        format!("sqlite://{}", self.path("record.db"))
    }
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_new_year_needs_no_code() {
    let desk = Desk::new();
    let book = FlatFile::of(2027);
    let shipped = desk.read(FACTORS);
    let (out, err, code) = desk.import_here(&book, &[]);
    assert_eq!((err.as_str(), code), ("", 0), "{out}");
    for words in [
        "set.xlsx: UK Government GHG Conversion Factors for Company Reporting 2027, flat file v1.",
        "49 of 49 factors were found.",
        "There is no set of 2027 in force yet.",
        "Problems: 0 refused, 0 warnings, 0 notes.",
        "Wrote the set of 2027 to ",
    ] {
        assert!(out.contains(words), "{words} in:\n{out}");
    }
    assert!(!Path::new(&desk.path("record.db")).exists(), "factors need no record");
    let written = desk.read(FACTORS);
    assert!(written.starts_with(&shipped), "the other sets stay to the byte");
    let row = book.row_of("7_400_4000_5_1");
    assert!(written.contains(&format!(
        "\n2027,electricity-generation,2,0.1111,kgCO2e/kWh,verified,\"UK Government GHG Conversion Factors for \
         Company Reporting 2027, flat file v1\",2027,\"row {row}, ID 7_400_4000_5_1\"\n"
    )));
    let sources: toml::Table = desk.read("sources.toml").parse().unwrap();
    let list = sources["source"].as_array().unwrap();
    let entry = list.iter().find(|entry| entry["path"].as_str() == Some(FACTORS)).unwrap();
    assert_eq!(entry["sha256"].as_str().unwrap(), sha256(written.as_bytes()));
    let read = &entry["read"][0];
    assert_eq!(read["set_year"].as_integer(), Some(2027));
    assert_eq!(read["publisher"].as_str(), Some("Department for Energy Security and Net Zero"));
    assert_eq!(read["licence"].as_str(), Some("Open Government Licence v3.0"));
    assert_eq!(read["sha256"].as_str().unwrap(), sha256(&fs::read(desk.path("set.xlsx")).unwrap()));
    let (out, _, code) = texts(&run(&["layouts", "detect", &desk.path("set.xlsx")]));
    assert!(code == 0 && out.starts_with("ghg-conversion-factors   fits. UK Government"), "{out}");
    let (out, _, code) = desk.import_here(&book, &[]);
    assert!(out.contains("49 same, 0 changed, 0 new, 0 not in this file."), "{out}");
    assert!(out.contains("Nothing has changed.") && code == 0, "{out}");

    // The footprint takes it, and says so.
    let (url, datasets) = (desk.database(), desk.datasets());
    let northmoor = root().join("datasets/demo/northmoor-2026.csv");
    let northmoor = northmoor.to_str().unwrap();
    assert!(run(&["import", "--accept", "--database-url", &url, northmoor]).status.success());
    let footprint = |extra: &[&str]| {
        let base = ["footprint", "--set", "2027", "--database-url", &url];
        texts(&run(&[&base, extra].concat()))
    };
    let (out, err, code) = footprint(&["--datasets", &datasets]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("UK Government conversion factors of 2027."), "{out}");
    let (json, _, _) = footprint(&["--datasets", &datasets, "--format", "json"]);
    let answer: serde_json::Value = serde_json::from_str(&json).unwrap();
    let find = |table: &str, key: &str, name: &str, column: &str| {
        let rows = answer[table].as_array().unwrap();
        rows.iter().find(|row| row[key] == name).unwrap()[column].as_f64().unwrap()
    };
    let kwh = find("carriers", "carrier", "electricity", "kwh");
    let tonnes = find("parts", "part", "transmission", "tonnes_co2e");
    assert!(kwh > 0.0 && (tonnes - kwh * 0.0102 / 1000.0).abs() < 1e-6, "{kwh} kWh, {tonnes} t");
    let (_, err, code) = footprint(&[]);
    assert!(code == 1 && err.contains("there are no conversion factors of 2027"), "{err}");
}

#[test]
fn without_a_folder_it_is_shown_and_a_dry_run_writes_nothing() {
    let desk = Desk::new();
    let (factors, sources) = (desk.read(FACTORS), desk.read("sources.toml"));
    let mut book = FlatFile::of(2025);
    book.set("7_400_4000_5_1", Value::Number(0.177));
    let (out, err, code) = desk.import(&book, &[]);
    assert_eq!((err.as_str(), code), ("", 0));
    assert!(out.contains("Beside the set of 2025 in force: 1 same, 43 changed, 5 new"), "{out}");
    let line = |id: &str| out.lines().find(|line| line.contains(id)).unwrap().to_owned();
    assert!(line("electricity-generation").contains("same"), "{out}");
    let gas = line("natural-gas-gross-cv");
    for words in ["0.1811", "0.18296", "changed"] {
        assert!(gas.contains(words), "{words} in {gas}");
    }
    assert!(line("biogas-biogenic").contains("new"), "{out}");
    assert!(out.contains("import the file again with --datasets and your copy"), "{out}");
    let (out, _, code) = desk.import_here(&book, &["--dry-run"]);
    assert!(code == 0 && out.ends_with("Nothing was written.\n"), "{out}");
    assert_eq!((desk.read(FACTORS), desk.read("sources.toml")), (factors, sources));
}

#[test]
fn a_factor_that_the_file_lacks_is_named_and_never_carried_forward() {
    let desk = Desk::new();
    let mut book = FlatFile::of(2025);
    book.remove("1_100_1004_6_1");
    book.set("13_402_4000_5_1", Value::Empty);
    let (out, err, code) = desk.import_here(&book, &[]);
    assert_eq!(code, 1, "{out}");
    assert!(err.contains("refused  set.xlsx, sheet Factors by Category:"), "{err}");
    assert!(err.contains("electricity-td is empty here, which is not zero"), "{err}");
    let missing =
        "Unknown in this set, whatever other years say: natural-gas-gross-cv, electricity-td.";
    assert!(out.replace('\n', " ").contains(missing), "{out}");
    let line = out.lines().find(|line| line.contains(" natural-gas-gross-cv ")).unwrap();
    assert!(line.contains("0.18296") && line.contains("not in this file"), "{line}");
    let written = desk.read(FACTORS);
    assert!(written.contains("\n2024,natural-gas-gross-cv,"));
    assert!(!written.contains("\n2025,natural-gas-gross-cv,"));
    assert!(!written.contains("\n2025,electricity-td,"));
}

#[test]
fn what_cannot_be_trusted_is_not_written() {
    let desk = Desk::new();
    let before = desk.read(FACTORS);
    let mut book = FlatFile::of(2027);
    book.ends = false;
    let (out, err, code) = desk.import_here(&book, &[]);
    assert_eq!((out.as_str(), code), ("set.xlsx: nothing was imported.\n", 1));
    assert!(err.contains("no row END follows"), "{err}");
    // A folder whose list of sources cannot be kept true is left alone too.
    fs::write(desk.file("sources.toml"), "[[source]\n").unwrap();
    let (_, err, code) = desk.import_here(&FlatFile::of(2027), &[]);
    assert!(
        code == 1 && err.contains("sources.toml") && err.contains("nothing was written"),
        "{err}"
    );
    assert_eq!(desk.read(FACTORS), before);
    // Without such a list there is none to keep.
    fs::remove_file(desk.file("sources.toml")).unwrap();
    let (out, err, code) = desk.import_here(&FlatFile::of(2027), &[]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(!desk.file("sources.toml").exists() && desk.read(FACTORS) != before);
}

#[test]
fn a_folder_that_is_not_there_or_does_not_know_the_rows_is_told() {
    let desk = Desk::new();
    let book = FlatFile::of(2027);
    let nowhere = desk.path("nowhere");
    let (_, err, code) = desk.import(&book, &["--datasets", &nowhere]);
    assert_eq!(code, 1);
    assert!(
        err.contains("there is no such folder; copy the project's folder datasets to there"),
        "{err}"
    );
    fs::remove_dir_all(desk.file("flat-files")).unwrap();
    let (_, err, code) = desk.import_here(&book, &[]);
    assert_eq!(code, 1);
    assert!(
        err.contains("the datasets have no file flat-files/ghg-conversion-factors.toml"),
        "{err}"
    );
}

#[test]
fn a_spelling_of_a_new_year_is_added_as_data() {
    let desk = Desk::new();
    let mut book = FlatFile::of(2027);
    book.change("7_400_4000_5_1", "Level 2", "Electricity supplied");
    let (_, err, code) = desk.import_here(&book, &["--dry-run"]);
    assert!(code == 1 && err.contains("value \"Electricity supplied\""), "{err}");
    let path = desk.file("flat-files/ghg-conversion-factors.toml");
    let layout = fs::read_to_string(&path).unwrap();
    let wider = layout.replacen(
        "[\"Electricity generated\"]",
        "[\"Electricity generated\", \"Electricity supplied\"]",
        1,
    );
    fs::write(&path, wider).unwrap();
    let (out, err, code) = desk.import_here(&book, &[]);
    assert_eq!((err.as_str(), code), ("", 0), "{out}");
    assert!(desk.read(FACTORS).contains("\n2027,electricity-generation,2,0.1111,"));
}

#[test]
fn the_published_workbook_is_imported_and_its_figures_are_those_that_are_shipped() {
    let Some(file) = shared_data("ghg_factors/flat-file.xlsx") else { return };
    let desk = Desk::new();
    let (datasets, url) = (desk.datasets(), desk.database());
    let arguments =
        ["import", "--database-url", &url, "--datasets", &datasets, file.to_str().unwrap()];
    let (out, err, code) = texts(&run(&arguments));
    assert_eq!((err.as_str(), code), ("", 0));
    assert!(out.contains("44 same, 0 changed, 5 new, 0 not in this file."), "{out}");
    assert_eq!(texts(&run(&["rules", "check", "--datasets", &datasets])).2, 0);
}
