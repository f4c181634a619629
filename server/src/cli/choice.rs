//! What the questions on the command line share: which sites and technologies, which deployment, and
//! how and where the answer is written.

use super::tables::Answer;
use super::{Ending, write_out};
use crate::error::Error;
use crate::view::View;
use crate::view::deployment::Asked;
use crate::view::filter::SiteFilter;
use clap::{Args, ValueEnum};
use siteworthy_rules::deployment::Item;
use siteworthy_rules::place::{Nation, Setting};
use std::fs;
use std::path::{Path, PathBuf};

/// Which sites.
#[derive(Args, Debug)]
pub struct Sites {
    /// Code of an organisation: its own sites and those of everything below it
    #[arg(long, value_name = "CODE")]
    organisation: Option<String>,

    /// england, scotland, wales or northern-ireland
    #[arg(long, value_name = "NATION")]
    nation: Option<Nation>,

    /// Setting, such as acute
    #[arg(long, value_name = "SETTING")]
    setting: Option<Setting>,
}

impl Sites {
    pub fn filter(&self) -> SiteFilter {
        SiteFilter {
            organisation: self.organisation.clone(),
            nation: self.nation,
            setting: self.setting,
            readiness: None,
            with_pooled: false,
        }
    }
}

/// Which sites and technologies.
#[derive(Args, Debug)]
pub struct Choice {
    #[command(flatten)]
    sites: Sites,

    /// Id of a technology; may be given several times; all that can be deployed now otherwise
    #[arg(long = "technology", value_name = "ID")]
    pub technologies: Vec<String>,
}

impl Choice {
    pub fn filter(&self) -> SiteFilter {
        self.sites.filter()
    }
}

/// The forms of an answer.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Tables for the eye
    Table,
    /// Every column at full precision, one row a line
    Csv,
    /// The same as an object
    Json,
}

/// How the answer is written, and where.
#[derive(Args, Debug)]
pub struct Reply {
    /// How to write the answer
    #[arg(long, value_enum, default_value = "table")]
    format: Format,

    #[command(flatten)]
    output: Output,
}

impl Reply {
    pub fn send(&self, answer: &Answer) -> Result<Ending, Error> {
        self.output.write(&encode(answer, self.format)?)
    }
}

/// An answer in one of its forms.
pub fn encode(answer: &Answer, format: Format) -> Result<Vec<u8>, Error> {
    match format {
        Format::Table => Ok(answer.to_text().into_bytes()),
        Format::Csv => answer.to_csv(),
        Format::Json => answer.to_json(),
    }
}

/// Where the answer goes.
#[derive(Args, Debug)]
pub struct Output {
    /// Where to write; standard output otherwise
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Output {
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

/// What is deployed at a site.
#[derive(Args, Debug)]
pub struct Deployment {
    /// A technology to deploy; may be given several times. How many of it (1 otherwise), in which
    /// space (as many of the best ones as needed otherwise), from which year: surgical-robot=2@TH1:2027
    #[arg(
        long = "deploy",
        value_name = "ID[=QUANTITY][@SPACE][:YEAR]",
        value_parser = parse_asked
    )]
    asked: Vec<Asked>,
}

impl Deployment {
    /// Whether nothing is deployed.
    pub const fn is_empty(&self) -> bool {
        self.asked.is_empty()
    }

    /// What it means at a site, in the order in which it comes.
    pub fn items(&self, view: &View, site: u32) -> Result<Vec<Item>, Error> {
        view.find_items(site, &self.asked)
    }
}

/// Reads `ID[=QUANTITY][@SPACE][:YEAR]`.
fn parse_asked(text: &str) -> Result<Asked, String> {
    let (rest, from_year) = match text.rsplit_once(':') {
        None => (text, None),
        Some((rest, year)) => (rest, Some(parse_year(year)?)),
    };
    let (rest, space) = match rest.split_once('@') {
        None => (rest, None),
        Some((_, "")) => return Err("after @ comes the code of a space, such as @TH1".to_owned()),
        Some((rest, space)) => (rest, Some(space.to_owned())),
    };
    let (technology, quantity) = match rest.split_once('=') {
        None => (rest, 1),
        Some((technology, quantity)) => (technology, parse_quantity(quantity)?),
    };
    if technology.is_empty() {
        return Err("begin with the id of a technology, such as surgical-robot=2".to_owned());
    }
    Ok(Asked { technology: technology.to_owned(), quantity, space, from_year })
}

fn parse_year(text: &str) -> Result<i32, String> {
    let is_year = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    let year = is_year.then(|| text.parse().ok()).flatten();
    year.ok_or_else(|| format!("after : comes a year with four digits, not {text:?}"))
}

fn parse_quantity(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| format!("after = comes a whole number, not {text:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deployment_is_read_in_one_word() {
        let asked = |quantity, space: Option<&str>, from_year| {
            let (technology, space) = ("surgical-robot".to_owned(), space.map(str::to_owned));
            Asked { technology, quantity, space, from_year }
        };
        for (text, expected) in [
            ("surgical-robot", asked(1, None, None)),
            ("surgical-robot=2", asked(2, None, None)),
            ("surgical-robot@TH 1", asked(1, Some("TH 1"), None)),
            ("surgical-robot:2027", asked(1, None, Some(2027))),
            ("surgical-robot=3@TH1:2027", asked(3, Some("TH1"), Some(2027))),
        ] {
            assert_eq!(parse_asked(text), Ok(expected), "{text}");
        }
        for (text, words) in [
            ("", "begin with the id"),
            ("=2", "begin with the id"),
            ("a=", "whole number"),
            ("a=-1", "whole number"),
            ("a=1.5", "whole number"),
            ("a@", "code of a space"),
            ("a:27", "four digits"),
            ("a:+202", "four digits"),
        ] {
            let error = parse_asked(text).expect_err(text);
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
