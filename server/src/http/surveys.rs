//! `POST /surveys`: a file by multipart form, and the reading of multipart parts under limits.

use super::PREFLIGHT_HEADER;
use crate::app::{App, NOBODY};
use crate::error::Error;
use crate::store::SurveyHead;
use crate::upload::{MAX_FILE_BYTES, ReceivedFile, Uploaded, too_large_file, upload};
use actix_multipart::{Field, Multipart};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::Utc;
use futures_util::StreamExt;
use serde_json::{Value, json};
use siteworthy_rules::problem::Problem;
use std::fs::File;
use std::io::{Seek, Write};

/// The largest part that is not a file.
const MAX_TEXT_BYTES: usize = 1024;

/// A multipart body that cannot be read.
pub struct MultipartFault(pub String);

impl From<MultipartFault> for Error {
    fn from(fault: MultipartFault) -> Self {
        Self::Invalid(format!("the multipart body cannot be read: {}", fault.0))
    }
}

/// Reads a part into memory; `too_large` is said where it has more bytes than the limit.
pub async fn read_field(part: &mut Field, limit: usize, too_large: &str) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.next().await {
        let chunk = chunk.map_err(|fault| MultipartFault(fault.to_string()))?;
        if bytes.len() + chunk.len() > limit {
            return Err(Error::TooLarge(too_large.to_owned()));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Writes a file part to a temporary file without blocking other requests.
pub async fn store_file(part: &mut Field, limit: usize) -> Result<File, Error> {
    let new = web::block(tempfile::tempfile).await.map_err(Error::internal)?;
    let mut file = new.map_err(Error::internal)?;
    let mut written = 0;
    while let Some(chunk) = part.next().await {
        let chunk = chunk.map_err(|fault| MultipartFault(fault.to_string()))?;
        written += chunk.len();
        if written > limit {
            return Err(too_large_file());
        }
        let write = web::block(move || file.write_all(&chunk).map(|()| file)).await;
        file = write.map_err(Error::internal)?.map_err(Error::internal)?;
    }
    file.rewind().map_err(Error::internal)?;
    Ok(file)
}

/// Receives a file in the part `file`, and perhaps the id of a layout in the part `layout`.
pub async fn receive(
    request: HttpRequest,
    mut parts: Multipart,
    app: web::Data<App>,
) -> Result<HttpResponse, Error> {
    if !request.headers().contains_key(PREFLIGHT_HEADER) {
        return Err(Error::Invalid(format!("an upload needs the header {PREFLIGHT_HEADER}: 1")));
    }
    let (mut layout, mut file) = (None, None);
    while let Some(part) = parts.next().await {
        let mut part = part.map_err(|fault| MultipartFault(fault.to_string()))?;
        match part.name() {
            Some("layout") => {
                let text =
                    read_field(&mut part, MAX_TEXT_BYTES, "the id of a layout is shorter").await?;
                layout = Some(String::from_utf8_lossy(&text).into_owned());
            }
            Some("file") if file.is_none() => {
                let disposition = part.content_disposition();
                let name =
                    disposition.and_then(|part| part.get_filename()).unwrap_or("file").to_owned();
                file = Some((
                    name,
                    read_field(&mut part, MAX_FILE_BYTES, &too_large_file().to_string()).await?,
                ));
            }
            other => {
                let other = other.unwrap_or_default();
                return Err(Error::Invalid(format!(
                    "the part {other:?} is not expected; send file, and layout if you know it"
                )));
            }
        }
    }
    let Some((name, bytes)) = file else {
        return Err(Error::Invalid("the part file is missing".to_owned()));
    };
    let received = ReceivedFile { name, bytes, layout, by: NOBODY.to_owned(), at: Utc::now() };
    let uploaded = upload(&app.into_inner(), received, |_| {}).await?;
    Ok(match uploaded {
        Uploaded::Draft { survey, problems } => {
            HttpResponse::Created().json(body(Some(&survey), &problems, false))
        }
        Uploaded::AlreadyThere(survey) => HttpResponse::Ok().json(body(Some(&survey), &[], true)),
        Uploaded::Unreadable(problems) => {
            HttpResponse::UnprocessableEntity().json(body(None, &problems, false))
        }
    })
}

fn body(survey: Option<&SurveyHead>, problems: &[Problem], already_there: bool) -> Value {
    let survey = survey.map(|survey| {
        json!({
            "id": survey.id.to_string(),
            "status": survey.status.word(),
            "layout": survey.layout,
            "fileName": survey.file_name,
            "rowsRead": survey.rows_read,
            "rowsPooled": survey.rows_pooled,
            "rowsRefused": survey.rows_refused,
        })
    });
    let problems: Vec<Value> = problems
        .iter()
        .map(|problem| {
            json!({
                "severity": problem.severity.word(),
                "code": problem.code,
                "file": problem.position.file,
                "row": problem.position.row,
                "column": problem.position.column,
                "value": problem.value,
                "message": problem.message,
                "advice": problem.advice,
            })
        })
        .collect();
    json!({ "survey": survey, "alreadyThere": already_there, "problems": problems })
}
