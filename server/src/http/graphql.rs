//! GraphQL over HTTP: JSON bodies under a limit, and the multipart request specification for uploads,
//! read part by part.
//!
//! Only `application/json` and multipart with the preflight header are taken: browsers send other
//! kinds to any site without asking.

use super::request::{AS_OF, view_of};
use super::surveys::{MultipartFault, read_field, store_file};
use super::{MAX_QUERY_BYTES, PREFLIGHT_HEADER};
use crate::api::ApiSchema;
use crate::app::App;
use crate::error::Error;
use crate::upload::MAX_FILE_BYTES;
use crate::view::View;
use actix_multipart::{Field, Multipart};
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use async_graphql::parser::types::OperationType;
use async_graphql::{BatchRequest, BatchResponse, Request, UploadValue, Value};
use futures_util::StreamExt;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// The most queries in one body.
const MAX_BATCH: usize = 10;

/// The most files in one upload.
const MAX_FILES: usize = 4;

/// How long a query may take.
const MAX_SECONDS: u64 = 30;

/// Answers a query or mutation.
pub async fn answer(
    request: HttpRequest,
    payload: web::Payload,
    schema: web::Data<ApiSchema>,
    app: web::Data<App>,
) -> Result<HttpResponse, Error> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    let view = view_of(&request, &app).await?;
    let mut batch = match kind {
        "application/json" => read_json(&request, payload).await?,
        "multipart/form-data" => {
            if !request.headers().contains_key(PREFLIGHT_HEADER) {
                return Err(Error::Invalid(format!(
                    "a multipart request needs the header {PREFLIGHT_HEADER}: 1"
                )));
            }
            BatchRequest::Single(
                read_multipart(Multipart::new(request.headers(), payload.into_inner())).await?,
            )
        }
        _ => return Err(Error::Invalid("send a query as application/json".to_owned())),
    };
    if batch.iter().count() > MAX_BATCH {
        return Err(Error::TooLarge(format!("a batch may have at most {MAX_BATCH} queries")));
    }
    if view.facts.as_of.is_some() && batch.iter_mut().any(has_mutation) {
        return Err(Error::Invalid(format!("a change is always made now; leave {AS_OF} out")));
    }
    let response = execute(&schema, batch, view).await?;
    Ok(HttpResponse::Ok().json(response))
}

/// Executes away from the threads that serve connections: resolvers compute, and a large page takes
/// its time. Every response carries the day, the revision and the rules that it was answered by.
async fn execute(
    schema: &ApiSchema,
    batch: BatchRequest,
    view: Arc<View>,
) -> Result<BatchResponse, Error> {
    let as_of = view.facts.as_of.map_or(Value::Null, |day| Value::from(day.to_string()));
    let extensions = [
        ("asOf", as_of),
        ("revision", Value::from(view.facts.revision)),
        ("rulebook", Value::from(view.rulebook.hash.clone())),
    ];
    let schema = schema.clone();
    let runtime = tokio::runtime::Handle::current();
    let work = web::block(move || {
        let limit = Duration::from_secs(MAX_SECONDS);
        runtime.block_on(async {
            tokio::time::timeout(limit, schema.execute_batch(batch.data(view))).await
        })
    });
    let response = work.await.map_err(Error::internal)?;
    let mut response = response.map_err(|_| {
        Error::TooLarge(format!("the query took more than {MAX_SECONDS} seconds; ask for less"))
    })?;
    let responses = match &mut response {
        BatchResponse::Single(single) => std::slice::from_mut(single),
        BatchResponse::Batch(several) => several,
    };
    for response in responses {
        let named = extensions.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        response.extensions.extend(named);
    }
    Ok(response)
}

/// Whether a request may change something. What cannot be parsed is told when it is executed.
fn has_mutation(request: &mut Request) -> bool {
    let is_mutation = |document: &async_graphql::parser::types::ExecutableDocument| {
        document
            .operations
            .iter()
            .any(|(_, operation)| operation.node.ty == OperationType::Mutation)
    };
    request.parsed_query().is_ok_and(is_mutation)
}

async fn read_json(request: &HttpRequest, payload: web::Payload) -> Result<BatchRequest, Error> {
    let body = web::Bytes::from_request(request, &mut payload.into_inner()).await;
    let body = body.map_err(|_| too_large("a query", MAX_QUERY_BYTES))?;
    serde_json::from_slice(&body)
        .map_err(|error| Error::Invalid(format!("the body is not a GraphQL request: {error}")))
}

fn too_large(what: &str, bytes: usize) -> Error {
    Error::TooLarge(format!("{what} may have at most {} MiB", bytes / (1024 * 1024)))
}

/// Reads `operations`, then `map`, then the files that the map names.
async fn read_multipart(mut parts: Multipart) -> Result<Request, Error> {
    let mut operations: Option<Request> = None;
    let mut map: Option<HashMap<String, Vec<String>>> = None;
    let mut files = 0;
    while let Some(part) = parts.next().await {
        let mut part = part.map_err(|fault| MultipartFault(fault.to_string()))?;
        let name = part.name().unwrap_or_default().to_owned();
        match name.as_str() {
            "operations" => operations = Some(read_json_part(&mut part).await?),
            "map" => map = Some(read_json_part(&mut part).await?),
            _ => {
                files += 1;
                if files > MAX_FILES {
                    return Err(Error::TooLarge(format!(
                        "an upload may have at most {MAX_FILES} files"
                    )));
                }
                let paths = map.as_mut().and_then(|map| map.remove(&name));
                let (Some(request), Some(paths)) = (operations.as_mut(), paths) else {
                    return Err(Error::Invalid(
                        "send operations, then map, then the files that it names".to_owned(),
                    ));
                };
                let disposition = part.content_disposition();
                let filename =
                    disposition.and_then(|part| part.get_filename()).unwrap_or("file").to_owned();
                let content_type = part.content_type().map(ToString::to_string);
                let content = store_file(&mut part, MAX_FILE_BYTES).await?;
                // Copies of the handle would share one position, so that the second reads nothing.
                let [path] = &paths[..] else {
                    return Err(Error::Invalid("map each file to exactly one variable".to_owned()));
                };
                request.set_upload(path, UploadValue { filename, content_type, content });
            }
        }
    }
    if map.is_none_or(|map| !map.is_empty()) {
        return Err(Error::Invalid("the map, or a file that it names, is missing".to_owned()));
    }
    operations.ok_or_else(|| Error::Invalid("the part operations is missing".to_owned()))
}

async fn read_json_part<T: serde::de::DeserializeOwned>(part: &mut Field) -> Result<T, Error> {
    let limit = too_large("operations and map", MAX_QUERY_BYTES).to_string();
    let bytes = read_field(part, MAX_QUERY_BYTES, &limit).await?;
    serde_json::from_slice(&bytes)
        .map_err(|error| Error::Invalid(format!("operations or map is not valid JSON: {error}")))
}
