//! Between the entries of a draft and the rows of the tables, both ways.
//!
//! A row that cannot be read back means that someone else wrote to the database: Internal. What is
//! asked of the database, and when, is not decided here.

use super::entities::{observation, organisation, postcode, problem, site, space};
use super::surveys::SavedProblem;
use crate::error::Error;
use crate::intake::{ObservationEntry, OrganisationEntry, PostcodeEntry, SiteEntry, SpaceEntry};
use sea_orm::{QueryResult, Set};
use siteworthy_rules::observation::Value;
use siteworthy_rules::place::Point;
use siteworthy_rules::problem::Problem;
use std::collections::HashMap;
use std::str::FromStr;
use uuid::Uuid;

/// All that an observation always has, in one text, as `read_observation` expects it; the measure
/// comes last. Reading a column costs more than finding and splitting a text: with each in a
/// column of its own, SQLite's rows take twice as long.
pub(super) const OBSERVATION_WORDS: &str = r#""observations"."ordinal" || ' ' ||
    "site_ordinal" || ' ' || coalesce("space_ordinal", -1) || ' ' || "kind" || ' ' ||
    CAST("observed_on" AS text) || ' ' || "method" || ' ' || "file_row" || ' ' ||
    "file_column" || ' ' || "measure""#;

/// A count or position as the database keeps it.
pub(super) fn number(value: impl TryInto<i32>) -> Result<i32, Error> {
    let limit = i32::MAX;
    value.try_into().map_err(|_| Error::TooLarge(format!("rows and entries go up to {limit}")))
}

/// A count or position as the database gave it.
pub(super) fn unsigned(value: i32) -> Result<u32, Error> {
    u32::try_from(value).map_err(Error::internal)
}

/// A word of one of the closed vocabularies.
pub(super) fn word<T: FromStr<Err = String>>(text: &str) -> Result<T, Error> {
    text.parse().map_err(|error: String| Error::internal(error))
}

/// Free text. PostgreSQL cannot keep the character NUL, which is shown as the replacement
/// character on both databases.
pub(super) fn text(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

fn some_text(value: Option<&String>) -> Option<String> {
    value.map(|value| text(value))
}

fn some_word<T: FromStr<Err = String>>(text: Option<&String>) -> Result<Option<T>, Error> {
    text.map(|text| word(text)).transpose()
}

pub(super) fn organisation_row(
    survey: Uuid,
    ordinal: usize,
    entry: &OrganisationEntry,
) -> Result<organisation::ActiveModel, Error> {
    Ok(organisation::ActiveModel {
        survey_id: Set(survey),
        ordinal: Set(number(ordinal)?),
        code: Set(text(&entry.code)),
        name: Set(text(&entry.name)),
        kind: Set(entry.kind.word().to_owned()),
        parent: Set(some_text(entry.parent.as_ref())),
    })
}

pub(super) fn read_organisation(row: organisation::Model) -> Result<OrganisationEntry, Error> {
    Ok(OrganisationEntry {
        kind: word(&row.kind)?,
        code: row.code,
        name: row.name,
        parent: row.parent,
    })
}

pub(super) fn site_row(
    survey: Uuid,
    ordinal: usize,
    entry: &SiteEntry,
) -> Result<site::ActiveModel, Error> {
    Ok(site::ActiveModel {
        survey_id: Set(survey),
        ordinal: Set(number(ordinal)?),
        code: Set(text(&entry.code)),
        file_row: Set(number(entry.row)?),
        name: Set(some_text(entry.name.as_ref())),
        organisation: Set(some_text(entry.organisation.as_ref())),
        nation: Set(entry.nation.map(|nation| nation.word().to_owned())),
        setting: Set(entry.setting.map(|setting| setting.word().to_owned())),
        postcode: Set(some_text(entry.postcode.as_ref())),
        latitude: Set(entry.point.map(|point| point.latitude)),
        longitude: Set(entry.point.map(|point| point.longitude)),
        commissioner: Set(some_text(entry.commissioner.as_ref())),
        is_pooled: Set(entry.is_pooled),
    })
}

pub(super) fn read_site(row: site::Model) -> Result<SiteEntry, Error> {
    Ok(SiteEntry {
        row: unsigned(row.file_row)?,
        nation: some_word(row.nation.as_ref())?,
        setting: some_word(row.setting.as_ref())?,
        point: row
            .latitude
            .zip(row.longitude)
            .map(|(latitude, longitude)| Point { latitude, longitude }),
        code: row.code,
        name: row.name,
        organisation: row.organisation,
        postcode: row.postcode,
        commissioner: row.commissioner,
        is_pooled: row.is_pooled,
    })
}

pub(super) fn space_row(
    survey: Uuid,
    ordinal: usize,
    entry: &SpaceEntry,
) -> Result<space::ActiveModel, Error> {
    Ok(space::ActiveModel {
        survey_id: Set(survey),
        ordinal: Set(number(ordinal)?),
        site_ordinal: Set(number(entry.site)?),
        code: Set(text(&entry.code)),
        kind: Set(entry.kind.word().to_owned()),
        name: Set(some_text(entry.name.as_ref())),
    })
}

pub(super) fn read_space(row: space::Model) -> Result<SpaceEntry, Error> {
    Ok(SpaceEntry {
        site: unsigned(row.site_ordinal)?,
        kind: word(&row.kind)?,
        code: row.code,
        name: row.name,
    })
}

pub(super) fn postcode_row(
    survey: Uuid,
    entry: &PostcodeEntry,
) -> Result<postcode::ActiveModel, Error> {
    Ok(postcode::ActiveModel {
        survey_id: Set(survey),
        postcode: Set(text(&entry.postcode)),
        latitude: Set(entry.point.latitude),
        longitude: Set(entry.point.longitude),
        file_row: Set(number(entry.row)?),
    })
}

pub(super) fn read_postcode(row: postcode::Model) -> Result<PostcodeEntry, Error> {
    Ok(PostcodeEntry {
        point: Point { latitude: row.latitude, longitude: row.longitude },
        row: unsigned(row.file_row)?,
        postcode: row.postcode,
    })
}

pub(super) fn observation_row(
    survey: Uuid,
    ordinal: usize,
    entry: &ObservationEntry,
    measure: &str,
) -> Result<observation::ActiveModel, Error> {
    let (kind, value, text_value) = match &entry.value {
        // SQLite would keep NaN as null. Adding zero turns -0.0, which it cannot keep, into 0.0.
        Value::Quantity(value) if value.is_finite() => ("quantity", Some(value + 0.0), None),
        Value::Quantity(value) => {
            let (row, column) = (entry.row, entry.column);
            return Err(Error::Invalid(format!(
                "row {row}, column {column}: {value} is not a finite value of {measure}"
            )));
        }
        Value::Choice(choice) => ("choice", None, Some(text(choice))),
        Value::Flag(flag) => ("flag", Some(f64::from(u8::from(*flag))), None),
        Value::Date(date) => ("date", None, Some(date.to_string())),
        Value::Text(words) => ("text", None, Some(text(words))),
    };
    Ok(observation::ActiveModel {
        survey_id: Set(survey),
        site_ordinal: Set(number(entry.site)?),
        ordinal: Set(number(ordinal)?),
        space_ordinal: Set(entry.space.map(number).transpose()?),
        measure: Set(text(measure)),
        kind: Set(kind.to_owned()),
        value: Set(value),
        text_value: Set(text_value),
        observed_on: Set(entry.observed_on),
        method: Set(entry.method.word().to_owned()),
        file_row: Set(number(entry.row)?),
        file_column: Set(i32::from(entry.column)),
    })
}

/// The ids of measures as they are met while observations are read, each once.
#[derive(Default)]
pub(super) struct MeasureIds {
    places: HashMap<String, u16>,
}

impl MeasureIds {
    fn place(&mut self, id: &str) -> Result<u16, Error> {
        if let Some(place) = self.places.get(id) {
            return Ok(*place);
        }
        let new = u16::try_from(self.places.len()).map_err(Error::internal)?;
        self.places.insert(id.to_owned(), new);
        Ok(new)
    }

    /// The ids in order of their places.
    pub(super) fn into_list(self) -> Vec<String> {
        let mut list: Vec<(u16, String)> =
            self.places.into_iter().map(|(id, place)| (place, id)).collect();
        list.sort_unstable();
        list.into_iter().map(|(_, id)| id).collect()
    }
}

/// An observation and its ordinal, from `OBSERVATION_WORDS`, the value and the text value, which
/// are the columns from `first`.
pub(super) fn read_observation(
    row: &QueryResult,
    first: usize,
    measures: &mut MeasureIds,
) -> Result<(u32, ObservationEntry), Error> {
    let words: String = row.try_get_by_index(first)?;
    let mut parts = words.splitn(9, ' ');
    let mut next = || parts.next().ok_or_else(|| Error::internal("an observation lacks a word"));
    let ordinal = parse(next()?)?;
    let site = parse(next()?)?;
    let space: i64 = parse(next()?)?;
    let value = match next()? {
        "quantity" => Value::Quantity(row.try_get_by_index(first + 1)?),
        "flag" => Value::Flag(row.try_get_by_index::<f64>(first + 1)? != 0.0),
        "choice" => Value::Choice(row.try_get_by_index(first + 2)?),
        "date" => Value::Date(parse(&row.try_get_by_index::<String>(first + 2)?)?),
        "text" => Value::Text(row.try_get_by_index(first + 2)?),
        other => return Err(Error::internal(format!("{other:?} is no kind of value"))),
    };
    let entry = ObservationEntry {
        site,
        space: u32::try_from(space).ok(),
        value,
        observed_on: parse(next()?)?,
        method: word(next()?)?,
        row: parse(next()?)?,
        column: parse(next()?)?,
        measure: measures.place(next()?)?,
    };
    Ok((ordinal, entry))
}

fn parse<T: FromStr<Err: std::error::Error + Send + Sync + 'static>>(
    text: &str,
) -> Result<T, Error> {
    text.parse().map_err(Error::internal)
}

pub(super) fn problem_row(
    survey: Uuid,
    ordinal: usize,
    problem: &Problem,
) -> Result<problem::ActiveModel, Error> {
    Ok(problem::ActiveModel {
        survey_id: Set(survey),
        ordinal: Set(number(ordinal)?),
        severity: Set(problem.severity.word().to_owned()),
        code: Set(problem.code.to_owned()),
        file: Set(text(&problem.position.file)),
        file_row: Set(problem.position.row.map(number).transpose()?),
        file_column: Set(some_text(problem.position.column.as_ref())),
        value: Set(some_text(problem.value.as_ref())),
        message: Set(text(&problem.message)),
        advice: Set(text(&problem.advice)),
    })
}

pub(super) fn read_problem(row: problem::Model) -> Result<SavedProblem, Error> {
    Ok(SavedProblem {
        ordinal: unsigned(row.ordinal)?,
        severity: word(&row.severity)?,
        code: row.code,
        file: row.file,
        row: row.file_row.map(unsigned).transpose()?,
        column: row.file_column,
        value: row.value,
        message: row.message,
        advice: row.advice,
    })
}
