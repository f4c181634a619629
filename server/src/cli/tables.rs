//! What the commands that show tables share: the choice of sites and technologies, where an answer
//! goes, and how a table looks.

use super::{Ending, write_out};
use crate::error::Error;
use crate::view::filter::SiteFilter;
use clap::Args;
use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};
use siteworthy_rules::judge::percent;
use siteworthy_rules::place::{Nation, Setting};
use std::fs;
use std::path::{Path, PathBuf};

/// Which sites and technologies, and where the answer goes.
#[derive(Args, Debug)]
pub struct Choice {
    /// Code of an organisation: its own sites and those of everything below it
    #[arg(long, value_name = "CODE")]
    organisation: Option<String>,

    /// england, scotland, wales or northern-ireland
    #[arg(long, value_name = "NATION")]
    nation: Option<Nation>,

    /// Setting, such as acute
    #[arg(long, value_name = "SETTING")]
    setting: Option<Setting>,

    /// Id of a technology; may be given several times; all of them otherwise
    #[arg(long = "technology", value_name = "ID")]
    pub technologies: Vec<String>,

    /// Where to write; standard output otherwise
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Choice {
    pub fn filter(&self) -> SiteFilter {
        SiteFilter {
            organisation: self.organisation.clone(),
            nation: self.nation,
            setting: self.setting,
            readiness: None,
            with_pooled: false,
        }
    }

    pub fn write(&self, bytes: &[u8]) -> Result<Ending, Error> {
        match &self.output {
            Some(path) => write_file(path, bytes),
            None => write_out(bytes).map(|()| Ending::Clean),
        }
    }
}

/// Writes a file and says so on standard error.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<Ending, Error> {
    fs::write(path, bytes)
        .map_err(|error| Error::Invalid(format!("cannot write {}: {error}", path.display())))?;
    eprintln!("Wrote {}.", path.display());
    Ok(Ending::Clean)
}

/// Basis points in per cent with both decimals.
#[must_use]
pub fn two_decimals(bp: u16) -> String {
    format!("{:.2}", percent(bp))
}

/// An empty table with headings.
pub fn new_table(headings: &[&str]) -> Table {
    let mut table = Table::new();
    table
        .load_preset(presets::UTF8_FULL_CONDENSED)
        .set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(headings);
    table
}

/// A cell of a number.
pub fn right(text: impl ToString) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}
