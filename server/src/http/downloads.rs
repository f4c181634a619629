//! Downloads: sites as GeoJSON, the investment gap as workbook, CSV and JSON. Query parameters are the same
//! words as in GraphQL.
//!
//! A download is complete before its first byte is sent: a failure is an error and never a shorter file.
//! Its SHA-256, and of a report the number of lines, stand in the headers of the answer.

use super::request::view_of;
use super::spool::Spool;
use super::tiles::{is_fresh, tagged};
use crate::app::App;
use crate::error::Error;
use crate::render;
use crate::view::View;
use crate::view::filter::{ReadinessFilter, SiteFilter};
use crate::view::gap::{GapQuestion, PricingAsked};
use crate::view::geojson::encode_sites;
use actix_web::http::header::{
    CONTENT_DISPOSITION, CONTENT_TYPE, ContentDisposition, DispositionParam, DispositionType,
    HeaderName, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::{HttpRequest, HttpResponse, web};
use rust_decimal::Decimal;
use siteworthy_rules::costing::pricing::{Allowance, Treatment, parse_share};
use siteworthy_rules::gap::Level;
use siteworthy_rules::place::{Nation, Setting};
use std::io::Write;
use std::sync::Arc;
use uuid::Uuid;

/// What a download may be asked for. Lists are separated by commas.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    organisation: Option<String>,
    nation: Option<Nation>,
    setting: Option<Setting>,
    /// Ids of technologies.
    technologies: Option<String>,
    level: Option<Level>,
    /// What is in a report: backlog, readiness, net-zero.
    parts: Option<String>,
    #[serde(rename = "netZeroYear")]
    net_zero_year: Option<i32>,
    allowance: Option<Allowance>,
    mitigated: Option<String>,
    contingency: Option<String>,
    fees: Option<String>,
    vat: Option<Treatment>,
    prices: Option<String>,
    #[serde(rename = "grossUp")]
    gross_up: Option<bool>,
    start: Option<String>,
    years: Option<u32>,
    /// Readiness words; needs exactly one technology.
    readiness: Option<String>,
    /// Known here so that it is not refused; `request::view_of` reads it.
    #[serde(default, rename = "asOf")]
    _as_of: serde::de::IgnoredAny,
}

impl Parameters {
    fn technologies(&self) -> Vec<String> {
        let list = self.technologies.as_deref().unwrap_or_default().split(',');
        list.map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned).collect()
    }

    fn filter(&self) -> Result<SiteFilter, Error> {
        let readiness = match &self.readiness {
            None => None,
            Some(words) => {
                let [technology] = &self.technologies()[..] else {
                    return Err(Error::Invalid(
                        "readiness needs exactly one of technologies".to_owned(),
                    ));
                };
                let any_of =
                    words.split(',').map(|word| word.trim().parse()).collect::<Result<_, _>>();
                let any_of = any_of.map_err(Error::Invalid)?;
                Some(ReadinessFilter { technology: technology.clone(), any_of })
            }
        };
        Ok(SiteFilter {
            organisation: self.organisation.clone(),
            nation: self.nation,
            setting: self.setting,
            readiness,
            with_pooled: false,
        })
    }

    fn question(&self) -> Result<GapQuestion, Error> {
        let list = self.parts.as_deref().unwrap_or_default().split(',').map(str::trim);
        let parts = list.filter(|word| !word.is_empty()).map(str::parse).collect::<Result<_, _>>();
        let start = self.start.as_ref().map(|year| year.parse()).transpose();
        Ok(GapQuestion {
            simulated: true,
            attributed: true,
            filter: self.filter()?,
            technologies: self.technologies(),
            level: self.level.unwrap_or(Level::Minimum),
            parts: parts.map_err(Error::Invalid)?,
            net_zero_year: self.net_zero_year,
            terms: PricingAsked {
                allowance: self.allowance,
                mitigated: share_of("mitigated", self.mitigated.as_ref())?,
                contingency: share_of("contingency", self.contingency.as_ref())?,
                fees: share_of("fees", self.fees.as_ref())?,
                vat: self.vat,
                prices: self.prices.clone(),
                gross_up: self.gross_up.unwrap_or(false),
                start: start.map_err(Error::Invalid)?,
                years: self.years,
            },
        })
    }

    /// Whether something is asked that only a report on the gap can answer.
    fn asks_of_the_gap(&self) -> bool {
        self.level.is_some()
            || self.parts.is_some()
            || self.net_zero_year.is_some()
            || self.allowance.is_some()
            || self.mitigated.is_some()
            || self.contingency.is_some()
            || self.fees.is_some()
            || self.vat.is_some()
            || self.prices.is_some()
            || self.gross_up.is_some()
            || self.start.is_some()
            || self.years.is_some()
    }
}

/// A share of a query, by its name.
fn share_of(name: &str, text: Option<&String>) -> Result<Option<Decimal>, Error> {
    let share = text.map(|text| parse_share(text)).transpose();
    share.map_err(|why| Error::Invalid(format!("{name}: {why}")))
}

fn parameters(request: &HttpRequest) -> Result<Parameters, Error> {
    let parsed = web::Query::<Parameters>::from_query(request.query_string());
    parsed
        .map(web::Query::into_inner)
        .map_err(|error| Error::Invalid(format!("the address cannot be understood: {error}")))
}

/// How many lines a report has.
const ROWS: HeaderName = HeaderName::from_static("x-siteworthy-rows");

/// SHA-256 of a download as it is saved. The standard's `Repr-Digest` would be of the compressed bytes
/// wherever an answer is compressed on its way.
const SHA256: HeaderName = HeaderName::from_static("x-siteworthy-sha256");

/// Answers with a file that a view gives, unless the caller holds it already. `make` writes it and tells
/// how many lines a report has.
async fn answer(
    request: HttpRequest,
    app: web::Data<App>,
    content_type: &'static str,
    file_name: Option<&'static str>,
    make: impl FnOnce(&View, &Parameters, &mut Spool) -> Result<Option<usize>, Error> + Send + 'static,
) -> Result<HttpResponse, Error> {
    let view = view_of(&request, &app).await?;
    let tag = format!("W/\"{}-{:x}\"", view.tag(), blake3_of(&request));
    let parameters = parameters(&request)?;
    if is_fresh(&request, &tag) {
        return Ok(tagged(HttpResponse::NotModified(), &view, &tag).finish());
    }
    let _turn = app.turn().await?;
    let source = Arc::clone(&view);
    let work = web::block(move || {
        let mut spool = Spool::new().map_err(Error::internal)?;
        let rows = make(&source, &parameters, &mut spool)?;
        Ok::<_, Error>((rows, spool.finish().map_err(Error::internal)?))
    });
    let (rows, spooled) = work.await.map_err(Error::internal)??;
    let mut response = tagged(HttpResponse::Ok(), &view, &tag);
    response.insert_header((CONTENT_TYPE, content_type));
    if let Some(name) = file_name {
        response.insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")));
    }
    if let Some(rows) = rows {
        response.insert_header((ROWS, rows.to_string()));
    }
    response.insert_header((SHA256, spooled.sha256.as_str()));
    Ok(response.body(spooled.into_body()))
}

fn blake3_of(request: &HttpRequest) -> u64 {
    let hash = blake3::hash(request.uri().to_string().as_bytes());
    hash.as_bytes()[..8].iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// Placed sites with their readiness.
pub async fn sites(request: HttpRequest, app: web::Data<App>) -> Result<HttpResponse, Error> {
    answer(request, app, "application/geo+json", None, |view, parameters, to| {
        if parameters.asks_of_the_gap() {
            let message = "level, parts and terms of price belong to reports, not to sites";
            return Err(Error::Invalid(message.to_owned()));
        }
        let bytes = encode_sites(view, &parameters.filter()?, &parameters.technologies())?;
        to.write_all(&bytes).map_err(Error::internal)?;
        Ok(None)
    })
    .await
}

/// The lines of the investment gap as CSV.
pub async fn gap_csv(request: HttpRequest, app: web::Data<App>) -> Result<HttpResponse, Error> {
    let kind = "text/csv; charset=utf-8";
    answer(request, app, kind, Some("investment-gap.csv"), |view, parameters, to| {
        let report = view.gap_report(&parameters.question()?)?;
        render::csv::write(&report, to).map_err(Error::internal)?;
        Ok(Some(report.lines.len()))
    })
    .await
}

/// The investment gap as JSON.
pub async fn gap_json(request: HttpRequest, app: web::Data<App>) -> Result<HttpResponse, Error> {
    let kind = "application/json";
    answer(request, app, kind, Some("investment-gap.json"), |view, parameters, to| {
        let report = view.gap_report(&parameters.question()?)?;
        render::json::write(&report, view.facts.as_of, to).map_err(Error::internal)?;
        Ok(Some(report.lines.len()))
    })
    .await
}

/// The investment gap as a workbook.
pub async fn gap_workbook(
    request: HttpRequest,
    app: web::Data<App>,
) -> Result<HttpResponse, Error> {
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    answer(request, app, kind, Some("investment-gap.xlsx"), |view, parameters, to| {
        let report = view.gap_report(&parameters.question()?)?;
        to.write_all(&view.gap_workbook(&report)?).map_err(Error::internal)?;
        Ok(Some(report.lines.len()))
    })
    .await
}

/// The file of a survey, exactly as it was uploaded.
pub async fn original(id: web::Path<String>, app: web::Data<App>) -> Result<HttpResponse, Error> {
    let unknown = || Error::NotFound(format!("there is no survey {id}"));
    let survey: Uuid = id.parse().map_err(|_| unknown())?;
    let head = app.store.find_survey(survey).await?.ok_or_else(unknown)?;
    let bytes = app.store.load_original(survey).await?;
    let name = DispositionParam::Filename(head.file_name);
    let parameters = vec![name];
    let disposition = ContentDisposition { disposition: DispositionType::Attachment, parameters };
    // The bytes are a stranger's: they are saved, never shown.
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/octet-stream"))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header(disposition)
        .body(bytes))
}
