//! Adopting: a year's set of conversion factors takes its place in a folder of datasets.
//!
//! What a set changes is told before anything is written, and nothing is written that the rulebook
//! would refuse. Reading the workbook is `intake`'s; the record has no part in it, for factors are
//! datasets.

use crate::corpus::Corpus;
use crate::error::Error;
use crate::intake::{FactorLayout, FactorRow, FactorSet};
use chrono::NaiveDate;
use csv::{QuoteStyle, ReaderBuilder, StringRecord, Terminator, WriterBuilder};
use siteworthy_rules::dated::Evidence;
use siteworthy_rules::factor::conversion::{ConversionSet, ConversionSets};
use siteworthy_rules::factor::{CONVERSION, SetYear};
use siteworthy_rules::problem::Problem;
use siteworthy_rules::words;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// The path of the conversion factors below a folder of datasets.
const FACTORS_FILE: &str = "carbon/conversion-factors.csv";
/// The list of sources below a folder of datasets.
const SOURCES_FILE: &str = "sources.toml";

words! {
    /// How a factor of a set stands to the set of that year which is in force.
    Standing {
        /// It says the same.
        Same = "same",
        /// It says something else.
        Changed = "changed",
        /// The set in force has no such factor, or there is no set of that year.
        New = "new",
        /// The file does not give it: it will be unknown, whatever is in force.
        Missing = "not in this file",
        /// No such file holds it: it stays as it is.
        Kept = "not of this file, stays",
    }
}

/// One factor before and after.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Our id.
    pub id: String,
    /// What the file gives.
    pub found: Option<FactorRow>,
    /// What is in force, with its unit.
    pub in_force: Option<(f64, String)>,
    /// How the two stand.
    pub standing: Standing,
}

/// What a set says, factor by factor, beside the set of its year among these.
#[must_use]
pub fn compare(set: &FactorSet, layout: &FactorLayout, sets: &ConversionSets) -> Vec<Line> {
    let in_force = sets.sets.get(&set.year);
    let own = layout.factors.iter().map(|place| &place.id);
    let ids: BTreeSet<&String> =
        own.chain(in_force.iter().flat_map(|set| set.factors.keys())).collect();
    ids.into_iter().map(|id| line(id, set, layout, in_force)).collect()
}

fn line(
    id: &str,
    set: &FactorSet,
    layout: &FactorLayout,
    in_force: Option<&ConversionSet>,
) -> Line {
    let found = set.factors.get(id);
    let before = in_force.and_then(|set| set.factors.get(id));
    let standing = match (found, before) {
        (Some(found), Some(before)) => {
            let figure = &before.figure;
            let is_same = (found.value, &found.unit) == (figure.value, &figure.unit)
                && found.scope == before.scope;
            if is_same { Standing::Same } else { Standing::Changed }
        }
        (Some(_), None) => Standing::New,
        (None, _) if layout.knows(id) => Standing::Missing,
        (None, _) => Standing::Kept,
    };
    Line {
        id: id.to_owned(),
        found: found.cloned(),
        in_force: before.map(|before| (before.figure.value, before.figure.unit.clone())),
        standing,
    }
}

/// Puts a set into a folder of datasets, in place of whatever its file of conversion factors has of that
/// year. Factors of other years, and those that no such workbook holds, stay as they are, to the byte.
/// Where the folder lists its sources, that list says from which file the set was read.
///
/// The files that were written; none where the folder says all of it already.
///
/// # Errors
/// `Invalid` where the folder cannot be read or written; nothing has changed then. Within it the
/// problems that the rulebook would have with the set.
pub fn adopt(
    folder: &Path,
    rules: Option<&Path>,
    set: &FactorSet,
    layout: &FactorLayout,
    on: NaiveDate,
) -> Result<Result<Vec<PathBuf>, Vec<Problem>>, Error> {
    let corpus = Corpus::load(rules, Some(folder))?;
    let text = corpus.find(CONVERSION).unwrap_or_default();
    let merged = merge(text, set, layout).map_err(Error::internal)?;
    if merged == text {
        return Ok(Ok(Vec::new()));
    }
    if let Err(problems) = corpus.with(CONVERSION, merged.clone()).rulebook() {
        return Ok(Err(problems));
    }
    let mut texts = Vec::new();
    let list = folder.join(SOURCES_FILE);
    if list.exists() {
        let read = fs::read_to_string(&list).map_err(|error| cannot("read", &list, &error))?;
        let sha256 = sha256(merged.as_bytes());
        let listed = record_source(&read, set, layout, &sha256, on).map_err(|why| {
            Error::Invalid(format!("cannot update {}: {why}; nothing was written", list.display()))
        })?;
        texts.push((list, listed));
    }
    texts.insert(0, (folder.join(FACTORS_FILE), merged));
    write_all(&texts)?;
    Ok(Ok(texts.into_iter().map(|(path, _)| path).collect()))
}

fn cannot(what: &str, path: &Path, error: &std::io::Error) -> Error {
    Error::Invalid(format!("cannot {what} {}: {error}; nothing was written", path.display()))
}

/// Writes every text beside its place first and then moves all of them there, so that nobody reads half a
/// file and a full disk changes nothing.
fn write_all(texts: &[(PathBuf, String)]) -> Result<(), Error> {
    let mut ready = Vec::new();
    for (path, text) in texts {
        let failed = |error| cannot("write", path, &error);
        // Where a link stands, the file that it leads to is written.
        let path = fs::canonicalize(path).map_err(failed)?;
        let folder = path.parent().unwrap_or(Path::new("."));
        let mut file = NamedTempFile::new_in(folder).map_err(failed)?;
        let rights = fs::metadata(&path).map_err(failed)?.permissions();
        file.write_all(text.as_bytes()).map_err(failed)?;
        file.as_file().set_permissions(rights).map_err(failed)?;
        file.as_file().sync_all().map_err(failed)?;
        ready.push((path, file));
    }
    for (path, file) in ready {
        file.persist(&path).map_err(|error| {
            Error::Invalid(format!("cannot write {}: {}", path.display(), error.error))
        })?;
    }
    Ok(())
}

/// The file of conversion factors with a set in place of its year's.
fn merge(text: &str, set: &FactorSet, layout: &FactorLayout) -> Result<String, csv::Error> {
    let terminator = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let mut records: Vec<StringRecord> = reader.records().collect::<Result<_, _>>()?;
    let start = |record: &StringRecord| {
        let byte = record.position().map_or(0, csv::Position::byte);
        let at = usize::try_from(byte).unwrap_or(text.len());
        // The reader takes a record to begin between the two signs of a line end in Windows.
        at + usize::from(text[at..].starts_with('\n'))
    };
    let first = records.first().map_or(text.len(), start);
    let ends: Vec<usize> = records.iter().skip(1).map(start).chain([text.len()]).collect();
    let (mut before, mut after) = (whole_lines(&text[..first], terminator), String::new());
    let mut own: BTreeMap<String, String> = BTreeMap::new();
    for (record, end) in records.drain(..).zip(ends) {
        let raw = whole_lines(&text[start(&record)..end], terminator);
        let year = record.get(0).and_then(|year| year.trim().parse().ok()).map(SetYear);
        let id = record.get(1).unwrap_or_default().trim();
        match year {
            Some(year) if year == set.year => {
                if !layout.knows(id) {
                    own.insert(id.to_owned(), raw);
                }
            }
            Some(year) if year > set.year => after.push_str(&raw),
            // Once a later year has come, whatever follows keeps its place behind it.
            _ if !after.is_empty() => after.push_str(&raw),
            _ => before.push_str(&raw),
        }
    }
    let title = set.title(layout);
    for (id, row) in &set.factors {
        own.insert(id.clone(), write_row(set.year, id, row, &title, terminator)?);
    }
    Ok(before + &own.into_values().collect::<String>() + &after)
}

fn whole_lines(raw: &str, terminator: &str) -> String {
    let end = if raw.is_empty() || raw.ends_with('\n') { "" } else { terminator };
    format!("{raw}{end}")
}

fn write_row(
    year: SetYear,
    id: &str,
    row: &FactorRow,
    title: &str,
    terminator: &str,
) -> Result<String, csv::Error> {
    let terminator = if terminator == "\r\n" { Terminator::CRLF } else { Terminator::Any(b'\n') };
    let mut writer = WriterBuilder::new()
        .quote_style(QuoteStyle::Necessary)
        .terminator(terminator)
        .from_writer(Vec::new());
    let source_id = row.source_id.as_ref().map(|id| format!(", ID {id}"));
    writer.write_record([
        &year.to_string(),
        id,
        row.scope.word(),
        &write_value(row.value),
        &row.unit,
        Evidence::Verified.word(),
        title,
        &year.to_string(),
        &format!("row {}{}", row.row, source_id.unwrap_or_default()),
    ])?;
    let bytes = writer.into_inner().map_err(|error| error.into_error())?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The shortest digits that give the same number again, with a point.
#[must_use]
pub fn write_value(value: f64) -> String {
    let text = value.to_string();
    if text.contains('.') { text } else { format!("{text}.0") }
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

const SOURCE: &str = "[[source]]";
const READ: &str = "[[source.read]]";

/// The list of sources with the new checksum of the conversion factors and, below their entry, the file
/// from which the set was read. Everything else stays as it is, comments included.
fn record_source(
    text: &str,
    set: &FactorSet,
    layout: &FactorLayout,
    sha256: &str,
    on: NaiveDate,
) -> Result<String, String> {
    let is_entry = |lines: &[&str]| {
        let table: Option<toml::Table> = lines.concat().parse().ok();
        let path = table.as_ref().and_then(|table| table["source"][0].get("path")?.as_str());
        path == Some(FACTORS_FILE)
    };
    let mut written = String::with_capacity(text.len());
    let mut is_found = false;
    for block in split_before(text, SOURCE) {
        // What stands before the first entry is none.
        if block[0].trim() != SOURCE || !is_entry(&block) {
            written.push_str(&block.concat());
            continue;
        }
        is_found = true;
        written.push_str(&renew_entry(&block, set, layout, sha256, on));
    }
    if !is_found {
        let title = "UK Government conversion factors for company reporting";
        let block = format!(
            "{SOURCE}\npath = {}\ntitle = {}\npublisher = {}\nlicence = {}\nretrieved = {on}\n\
             sha256 = {}\n",
            quoted(FACTORS_FILE),
            quoted(title),
            quoted(&layout.publisher),
            quoted(&layout.licence),
            quoted(sha256),
        );
        let block: Vec<&str> = block.split_inclusive('\n').collect();
        written = whole_lines(&written, "\n");
        written.push('\n');
        written.push_str(&renew_entry(&block, set, layout, sha256, on));
    }
    check_list(&written, set, sha256)?;
    Ok(written)
}

/// The list is edited as text, so that its comments stay; whether it then says what it should is seen by
/// reading it.
fn check_list(text: &str, set: &FactorSet, sha256: &str) -> Result<(), String> {
    let list: toml::Table =
        text.parse().map_err(|error: toml::de::Error| error.message().to_owned())?;
    let sources = list.get("source").and_then(toml::Value::as_array);
    let says = |table: &toml::Value, key: &str, text: &str| {
        table.get(key).and_then(toml::Value::as_str) == Some(text)
    };
    let is_listed = sources.into_iter().flatten().any(|source| {
        let read = source.get("read").and_then(toml::Value::as_array);
        says(source, "path", FACTORS_FILE)
            && says(source, "sha256", sha256)
            && read.is_some_and(|read| read.iter().any(|read| says(read, "sha256", &set.sha256)))
    });
    if is_listed {
        return Ok(());
    }
    Err(format!("the entry of {FACTORS_FILE} has no line \"sha256 = ...\" of its own"))
}

fn renew_entry(
    block: &[&str],
    set: &FactorSet,
    layout: &FactorLayout,
    sha256: &str,
    on: NaiveDate,
) -> String {
    // Blank lines and comments at the end belong to what follows.
    let is_open = |line: &&str| line.trim().is_empty() || line.trim_start().starts_with('#');
    let tail = block.iter().rev().take_while(|line| is_open(line)).count();
    let (own, tail) = block.split_at(block.len() - tail);
    let mut written = String::new();
    for part in split_before(&own.concat(), READ) {
        if part[0].trim() == READ {
            let table: Option<toml::Table> = part.concat().replace(READ, "[[read]]").parse().ok();
            let year =
                table.as_ref().and_then(|table| table["read"][0].get("set_year")?.as_integer());
            if year != Some(i64::from(set.year.0)) {
                written.push_str(&whole_lines(&part.concat(), "\n"));
            }
            continue;
        }
        for line in part {
            let line = match line.split_once('=').map(|(key, _)| key.trim()) {
                Some("sha256") => format!("sha256 = {}\n", quoted(sha256)),
                Some("retrieved") => format!("retrieved = {on}\n"),
                _ => line.to_owned(),
            };
            written.push_str(&whole_lines(&line, "\n"));
        }
    }
    written.push_str(&format!(
        "{READ}\nset_year = {}\ntitle = {}\npublisher = {}\nlicence = {}\nfile = {}\nsha256 = {}\n\
         imported = {on}\n",
        set.year,
        quoted(&set.title(layout)),
        quoted(&layout.publisher),
        quoted(&layout.licence),
        quoted(&set.file_name),
        quoted(&set.sha256),
    ));
    written + &tail.concat()
}

/// The lines of a text in blocks, each but perhaps the first beginning with a line that says `mark`.
fn split_before<'a>(text: &'a str, mark: &str) -> Vec<Vec<&'a str>> {
    let mut blocks: Vec<Vec<&str>> = Vec::new();
    for line in text.split_inclusive('\n') {
        match blocks.last_mut() {
            Some(block) if line.trim() != mark => block.push(line),
            _ => blocks.push(vec![line]),
        }
    }
    blocks
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use siteworthy_rules::factor::conversion::Scope;

    fn layout() -> FactorLayout {
        let corpus = Corpus::load(None, None).expect("the embedded files");
        corpus.factor_layout().expect("a sound layout").expect("a layout")
    }

    fn set(year: i32, factors: &[(&str, f64)]) -> FactorSet {
        let row = |value| FactorRow {
            scope: Scope::Two,
            value,
            unit: "kgCO2e/kWh".to_owned(),
            row: 7,
            source_id: Some("7_400".to_owned()),
        };
        FactorSet {
            file_name: "set \"a\".xlsx".to_owned(),
            sha256: "ab12".to_owned(),
            sheet: "Factors".to_owned(),
            heading_row: 6,
            year: SetYear(year),
            version: Some("1.1".to_owned()),
            rows_read: 1,
            factors: factors.iter().map(|(id, value)| ((*id).to_owned(), row(*value))).collect(),
            missing: Vec::new(),
            problems: Vec::new(),
        }
    }

    const HEADING: &str = "set_year,factor,scope,value,unit,evidence,source,source_year,note\n";

    #[test]
    fn a_set_takes_the_place_of_its_year_and_everything_else_stays_to_the_byte() {
        let text = format!(
            "{HEADING}2025,biogas,1,0.1,kgCO2e/kWh,verified,\"A, b\",2025,\n\
             2026,electricity-generation,2,0.13096,kgCO2e/kWh,second-hand,Quoted,2026,old\n\
             2026,gas-oil-litre,1,2.5,kgCO2e/litre,recalled,Quoted,2026,\n\
             2026,our-own-heat,2,0.2,kgCO2e/kWh,verified,Supplier,2026,\n\
             2028,biogas,1,0.3,kgCO2e/kWh,verified,C,2028,last"
        );
        let merged = merge(
            &text,
            &set(2026, &[("electricity-generation", 0.13), ("water-supply", 2.0)]),
            &layout(),
        );
        let source =
            "\"UK Government GHG Conversion Factors for Company Reporting 2026, flat file v1.1\"";
        let expected = format!(
            "{HEADING}2025,biogas,1,0.1,kgCO2e/kWh,verified,\"A, b\",2025,\n\
             2026,electricity-generation,2,0.13,kgCO2e/kWh,verified,{source},2026,\"row 7, ID 7_400\"\n\
             2026,our-own-heat,2,0.2,kgCO2e/kWh,verified,Supplier,2026,\n\
             2026,water-supply,2,2.0,kgCO2e/kWh,verified,{source},2026,\"row 7, ID 7_400\"\n\
             2028,biogas,1,0.3,kgCO2e/kWh,verified,C,2028,last\n"
        );
        assert_eq!(merged.expect("sound rows"), expected);
    }

    #[test]
    fn the_same_set_twice_changes_nothing_and_line_ends_are_kept() {
        let set = set(2027, &[("biogas", 0.2)]);
        for heading in [HEADING.to_owned(), HEADING.replace('\n', "\r\n")] {
            let once = merge(&heading, &set, &layout()).expect("sound rows");
            let ends = if heading == HEADING { 0 } else { 2 };
            assert_eq!(once.matches("\r\n").count(), ends);
            assert_eq!(merge(&once, &set, &layout()).expect("sound rows"), once);
        }
    }

    #[test]
    fn values_keep_every_digit() {
        for (value, text) in [(0.177, "0.177"), (28.0, "28.0"), (0.000_001, "0.000001")] {
            assert_eq!(write_value(value), text);
        }
    }

    const SOURCES: &str = "# Where files come from.\n\n\
        [[source]]\npath = \"carbon/conversion-factors.csv\"\ntitle = \"Factors\"\nretrieved = 2025-01-01\n\
        sha256 = \"old\"\nnote = \"sha256 = is not here\"\n\n# Of the next.\n\n\
        [[source]]\npath = \"carbon/targets.csv\"\nsha256 = \"other\"\n";

    #[test]
    fn the_list_of_sources_says_what_was_read_and_keeps_the_rest() {
        let day = NaiveDate::from_ymd_opt(2027, 6, 30).expect("a day");
        let record = |text: &str, year, sha256: &str| {
            record_source(text, &set(year, &[]), &layout(), sha256, day)
        };
        let read = "[[source.read]]\nset_year = 2027\n\
            title = \"UK Government GHG Conversion Factors for Company Reporting 2027, flat file v1.1\"\n\
            publisher = \"Department for Energy Security and Net Zero\"\n\
            licence = \"Open Government Licence v3.0\"\nfile = 'set \"a\".xlsx'\nsha256 = \"ab12\"\n\
            imported = 2027-06-30\n";
        let expected = SOURCES
            .replace(
                "retrieved = 2025-01-01\nsha256 = \"old\"",
                "retrieved = 2027-06-30\nsha256 = \"new\"",
            )
            .replace("not here\"\n", &format!("not here\"\n{read}"));
        let once = record(SOURCES, 2027, "new").expect("a list");
        assert_eq!(once, expected);
        // The same year again replaces what was said of it; another year is said beside it.
        let again = record(&once, 2027, "newer").expect("a list");
        assert_eq!(again, once.replace("\"new\"", "\"newer\""));
        let both = record(&again, 2028, "newest").expect("a list");
        assert_eq!(both.matches("[[source.read]]").count(), 2);
        assert!(both.contains("\"other\"") && both.contains("# Of the next."), "{both}");
        let fresh = record("", 2027, "new").expect("a list");
        assert!(fresh.contains("path = \"carbon/conversion-factors.csv\""), "{fresh}");
        for (text, why) in [
            ("[[source]\n", "unclosed"),
            (&SOURCES.replace("sha256 = \"old\"\n", ""), "has no line \"sha256 = ...\" of its own"),
        ] {
            let said = record(text, 2027, "new").expect_err(why);
            assert!(!said.is_empty() && (why == "unclosed" || said.contains(why)), "{said}");
        }
    }
}
