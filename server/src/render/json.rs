//! The whole investment-gap report as JSON: an object with a list of rows for each of its tables.
//!
//! Rows are written one after another from the report as it stands, without a copy of it. Numbers are
//! numbers, money is in pounds, and what is not known is null.

use super::csv::{Cell, LINE_HEADINGS, line_cells};
use super::report::{GapReport, Totals};
use chrono::NaiveDate;
use serde::ser::{Serialize, SerializeMap, Serializer};
use siteworthy_rules::cost::{Estimate, Pence};
use std::io::{self, Write};

/// Writes the report; `as_of` is the day as of which the record was asked.
///
/// # Errors
/// Where it cannot be written; nothing is left out in silence.
pub fn write(report: &GapReport, as_of: Option<NaiveDate>, mut to: impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut to, &Whole { report, as_of })?;
    to.write_all(b"\n")?;
    to.flush()
}

/// The report as bytes.
///
/// # Errors
/// As [`write()`].
pub fn encode(report: &GapReport, as_of: Option<NaiveDate>) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    write(report, as_of, &mut bytes)?;
    Ok(bytes)
}

struct Whole<'a> {
    report: &'a GapReport,
    as_of: Option<NaiveDate>,
}

/// One value of a row.
enum Value<'a> {
    Null,
    Text(&'a str),
    Number(f64),
}

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        /// From here on not every whole number is a double.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            // Whole numbers are written without a point.
            #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
            Self::Number(value) if value.fract() == 0.0 && value.abs() < EXACT => {
                serializer.serialize_i64(*value as i64)
            }
            Self::Number(value) if value.is_finite() => serializer.serialize_f64(*value),
            Self::Number(_) | Self::Null => serializer.serialize_none(),
        }
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl From<f64> for Value<'_> {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

impl From<usize> for Value<'_> {
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    fn from(count: usize) -> Self {
        Self::Number(count as f64)
    }
}

impl From<Pence> for Value<'_> {
    #[expect(clippy::cast_precision_loss, reason = "pence below 2^53 are exact")]
    fn from(pence: Pence) -> Self {
        Self::Number(pence.0 as f64 / 100.0)
    }
}

impl<'a, T: Into<Self>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl<'a> From<Cell<'a>> for Value<'a> {
    #[expect(clippy::cast_precision_loss, reason = "quantities stay below 2^53")]
    fn from(cell: Cell<'a>) -> Self {
        match cell {
            Cell::Text(text) => Self::Text(text),
            Cell::Pounds(pence) => pence.into(),
            Cell::Milli(milli) => Self::Number(milli as f64 / 1000.0),
            Cell::Count(count) => count.into(),
            Cell::Empty => Self::Null,
        }
    }
}

/// The three runs of an amount; null where it is not known.
fn runs<'a>(amount: Option<Estimate<Pence>>) -> [Value<'a>; 3] {
    amount
        .map_or([None; 3], |Estimate { low, central, high }| [Some(low), Some(central), Some(high)])
        .map(Value::from)
}

struct Row<'a> {
    keys: &'a [&'static str],
    values: Vec<Value<'a>>,
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.keys.iter().zip(&self.values))
    }
}

/// Rows of one table.
const fn rows<'a, I, F>(keys: &'a [&'static str], items: I, values: F) -> Rows<'a, I, F>
where
    I: Iterator + Clone,
    F: Fn(I::Item) -> Vec<Value<'a>>,
{
    Rows { keys, items, values }
}

/// Rows of one table, each made when it is written.
struct Rows<'a, I, F> {
    keys: &'a [&'static str],
    items: I,
    values: F,
}

impl<'a, I, F> Serialize for Rows<'a, I, F>
where
    I: Iterator + Clone,
    F: Fn(I::Item) -> Vec<Value<'a>>,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let row = |item| {
            let values = (self.values)(item);
            assert_eq!(values.len(), self.keys.len(), "a value a key");
            Row { keys: self.keys, values }
        };
        serializer.collect_seq(self.items.clone().map(row))
    }
}

const TOTAL_KEYS: [&str; 20] = [
    "sites",
    "sites_with_gap",
    "backlog_central_gbp",
    "readiness_central_gbp",
    "net_zero_central_gbp",
    "readiness_and_net_zero_central_gbp",
    "capital_low_gbp",
    "capital_central_gbp",
    "capital_high_gbp",
    "work_central_gbp",
    "risk_central_gbp",
    "may_be_in_backlog_central_gbp",
    "running_central_gbp_per_year",
    "lines_without_cost",
    "lines_in_part",
    "lines_without_running",
    "without_remedy",
    "not_known",
    "sites_without_backlog",
    "sites_without_net_zero",
];

fn totals<'a>(totals: &Totals) -> impl Iterator<Item = Value<'a>> {
    let central = |amount: Option<Estimate<Pence>>| Value::from(amount.map(|all| all.central));
    let counts = [
        totals.lines_without_cost,
        totals.lines_in_part,
        totals.lines_without_running,
        totals.without_remedy,
        totals.not_known,
        totals.sites_without_backlog,
        totals.sites_without_net_zero,
    ];
    let behind = [
        totals.capital_parts().map(|parts| parts.central.work).into(),
        totals.capital_parts().map(|parts| parts.central.risk).into(),
        totals.may_be_in_backlog.central.into(),
        central(totals.running),
    ];
    [totals.sites.into(), totals.sites_with_gap.into()]
        .into_iter()
        .chain(totals.by_part.map(central))
        .chain(runs(totals.capital))
        .chain(behind)
        .chain(counts.map(Value::from))
}

fn with_totals(own: [&'static str; 2]) -> Vec<&'static str> {
    own.into_iter().chain(TOTAL_KEYS).collect()
}

const REMEDY_KEYS: [&str; 10] = [
    "remedy",
    "title",
    "lines",
    "lines_without_cost",
    "capital_low_gbp",
    "capital_central_gbp",
    "capital_high_gbp",
    "running_central_gbp_per_year",
    "life_years",
    "equivalent_annual_central_gbp",
];

const TECHNOLOGY_KEYS: [&str; 12] = [
    "technology",
    "title",
    "alone_low_gbp",
    "alone_central_gbp",
    "alone_high_gbp",
    "serving_low_gbp",
    "serving_central_gbp",
    "serving_high_gbp",
    "marginal_low_gbp",
    "marginal_central_gbp",
    "marginal_high_gbp",
    "lines_in_question",
];

const YEAR_KEYS: [&str; 13] = [
    "money",
    "year",
    "required_low_gbp",
    "required_central_gbp",
    "required_high_gbp",
    "unpriced",
    "allocated_gbp",
    "gap_low_gbp",
    "gap_central_gbp",
    "gap_high_gbp",
    "cumulative_low_gbp",
    "cumulative_central_gbp",
    "cumulative_high_gbp",
];

const LEDGER_KEYS: [&str; 10] = [
    "money",
    "sum_yearly_low_gbp",
    "sum_yearly_central_gbp",
    "sum_yearly_high_gbp",
    "closing_low_gbp",
    "closing_central_gbp",
    "closing_high_gbp",
    "peak_low_gbp",
    "peak_central_gbp",
    "peak_high_gbp",
];

/// The keys of a line, in the order of [`LINE_HEADINGS`].
const LINE_KEYS: [&str; LINE_HEADINGS.len()] = [
    "organisation_code",
    "organisation",
    "site_code",
    "site",
    "nation",
    "place",
    "part",
    "remedy_id",
    "remedy",
    "quantity_low",
    "quantity_central",
    "quantity_high",
    "unit",
    "work_central_gbp",
    "risk_central_gbp",
    "fees_central_gbp",
    "vat_central_gbp",
    "capital_low_gbp",
    "capital_central_gbp",
    "capital_high_gbp",
    "running_low_gbp_per_year",
    "running_central_gbp_per_year",
    "running_high_gbp_per_year",
    "technologies",
    "requirements",
    "survey_rows",
    "reference",
    "evidence",
    "remark",
    "line",
];

impl Serialize for Whole<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let report = self.report;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("revision", &report.revision)?;
        map.serialize_entry("rulebook", &report.rulebook)?;
        map.serialize_entry("as_of", &self.as_of.map(|day| day.to_string()))?;
        map.serialize_entry("says", &report.says().collect::<Vec<_>>())?;
        let keys = with_totals(["organisation_code", "organisation"]);
        let organisations = report.organisations.iter();
        let organisations =
            organisations.map(|group| (Some(&group.code), group.name.as_str(), &group.totals));
        map.serialize_entry(
            "organisations",
            &rows(
                &keys,
                organisations.chain([(None, "Total", &report.total)]),
                |(code, name, sums): (Option<&String>, _, _)| {
                    [code.into(), Value::Text(name)].into_iter().chain(totals(sums)).collect()
                },
            ),
        )?;
        let keys = with_totals(["code", "name"]);
        for (key, groups) in [("nations", &report.nations), ("regions", &report.regions)] {
            let rows = rows(&keys, groups.iter(), |group| {
                let own = [Value::from(&group.code), (&group.name).into()];
                own.into_iter().chain(totals(&group.totals)).collect()
            });
            map.serialize_entry(key, &rows)?;
        }
        self.serialize_remedies(&mut map)?;
        self.serialize_years(&mut map)?;
        let lines = report.lines.iter().enumerate();
        map.serialize_entry(
            "lines",
            &rows(&LINE_KEYS, lines, |(at, line)| line_cells(at + 1, line).map(Value::from).into()),
        )?;
        map.serialize_entry(
            "statement",
            &rows(
                &["label", "text"],
                report.statement.iter(),
                |(label, text): &(String, String)| vec![label.into(), text.into()],
            ),
        )?;
        map.end()
    }
}

impl Whole<'_> {
    fn serialize_remedies<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        map.serialize_entry(
            "remedies",
            &rows(&REMEDY_KEYS, self.report.remedies.iter(), |one| {
                let own = [(&one.id).into(), (&one.title).into()];
                let counts = [one.lines.into(), one.lines_without_cost.into()];
                let rest = [
                    one.running.map(|all| all.central).into(),
                    one.life_years.map(|years| years as usize).into(),
                    one.equivalent_annual.map(|all| all.central).into(),
                ];
                own.into_iter().chain(counts).chain(runs(one.capital)).chain(rest).collect()
            }),
        )?;
        if self.report.attributed.is_empty() {
            return Ok(());
        }
        map.serialize_entry(
            "technologies",
            &rows(&TECHNOLOGY_KEYS, self.report.attributed.iter(), |one| {
                let own = [Value::from(&one.id), (&one.title).into()];
                let money = [one.alone, one.serving, one.marginal];
                let money = money.into_iter().flat_map(runs);
                own.into_iter().chain(money).chain([one.lines_in_question.into()]).collect()
            }),
        )
    }

    fn serialize_years<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let ledgers = &self.report.ledgers;
        let years = ledgers.iter();
        let years =
            years.flat_map(|ledger| ledger.years.iter().map(move |year| (ledger.money, year)));
        let known = |money, amount: Estimate<Pence>| {
            runs(Some(amount).filter(|_| self.report.is_known(money)))
        };
        map.serialize_entry(
            "years",
            &rows(&YEAR_KEYS, years, |(money, year)| {
                let own = [money.word().into(), (&year.year).into()];
                let between = [year.unpriced.into(), year.allocated.into()];
                own.into_iter()
                    .chain(known(money, year.required))
                    .chain(between)
                    .chain(known(money, year.yearly_gap))
                    .chain(known(money, year.cumulative))
                    .collect()
            }),
        )?;
        map.serialize_entry(
            "ledgers",
            &rows(&LEDGER_KEYS, ledgers.iter(), |one| {
                let amounts = [one.sum_yearly, one.closing, one.peak];
                let amounts = amounts.into_iter().flat_map(|amount| known(one.money, amount));
                [one.money.word().into()].into_iter().chain(amounts).collect()
            }),
        )?;
        let simulated = [&self.report.percentiles];
        map.serialize_entry(
            "capital_simulated",
            &rows(
                &["p10_gbp", "p50_gbp", "p90_gbp", "unknown_because"],
                simulated.into_iter(),
                |one| match one {
                    Ok(found) => {
                        let three = [found.p10, found.p50, found.p90].map(Value::from);
                        three.into_iter().chain([Value::Null]).collect()
                    }
                    Err(why) => vec![Value::Null, Value::Null, Value::Null, why.into()],
                },
            ),
        )?;
        map.serialize_entry(
            "path",
            &rows(
                &["year", "emitted_t", "with_works_t", "allowed_t"],
                self.report.path.years.iter(),
                |one| {
                    let tonnes = [one.emitted_t, one.with_works_t, one.allowed_t];
                    [f64::from(one.year)].into_iter().chain(tonnes).map(Value::from).collect()
                },
            ),
        )?;
        map.serialize_entry(
            "figures",
            &rows(
                &["name", "value", "unit", "source", "evidence"],
                self.report.figures.iter(),
                |one| {
                    let texts = [&*one.name, &one.value, &one.unit, &one.source, one.evidence];
                    texts.map(Value::from).into()
                },
            ),
        )
    }
}
