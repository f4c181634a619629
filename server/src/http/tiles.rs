//! Vector tiles and their TileJSON.

use super::request::{AS_OF, view_of};
use crate::app::App;
use crate::error::Error;
use crate::view::View;
use crate::view::map::{MAX_ZOOM, Tile, tile};
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HOST, IF_NONE_MATCH};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use serde_json::json;

/// Whether the caller holds the answer that this tag names.
pub fn is_fresh(request: &HttpRequest, tag: &str) -> bool {
    let held = request.headers().get_all(IF_NONE_MATCH).filter_map(|value| value.to_str().ok());
    held.flat_map(|value| value.split(',')).any(|held| {
        let held = held.trim();
        held == "*" || held.trim_start_matches("W/") == tag.trim_start_matches("W/")
    })
}

/// Marks an answer as the one that a tag names, and with the revision and the rules that it was made
/// by. It must be asked for again each time.
pub fn tagged(mut response: HttpResponseBuilder, view: &View, tag: &str) -> HttpResponseBuilder {
    if let Some(day) = view.facts.as_of {
        response.insert_header(("x-siteworthy-as-of", day.to_string()));
    }
    response
        .insert_header((ETAG, tag))
        .insert_header((CACHE_CONTROL, "no-cache"))
        .insert_header(("x-siteworthy-revision", view.facts.revision.to_string()))
        .insert_header(("x-siteworthy-rulebook", view.rulebook.hash.clone()));
    response
}

/// One tile of one technology: 200, 204 where no site lies in it, 304 where the caller holds it.
pub async fn draw(
    request: HttpRequest,
    path: web::Path<(String, u8, u32, u32)>,
    app: web::Data<App>,
) -> Result<HttpResponse, Error> {
    let (technology, z, x, y) = path.into_inner();
    let view = view_of(&request, &app).await?;
    let profile = view.find_profile(&technology)?;
    let Some(at) = Tile::new(z, x, y) else {
        return Err(Error::NotFound(format!(
            "there is no tile {z}/{x}/{y}; zoom ends at {MAX_ZOOM}"
        )));
    };
    // Weak, because the same tile may be sent compressed or not.
    let tag = format!("W/\"{}-{technology}-{z}-{x}-{y}\"", view.tag());
    if is_fresh(&request, &tag) {
        return Ok(tagged(HttpResponse::NotModified(), &view, &tag).finish());
    }
    Ok(match tile(&view, profile, at).map_err(Error::internal)? {
        Some(bytes) => tagged(HttpResponse::Ok(), &view, &tag)
            .insert_header((CONTENT_TYPE, "application/vnd.mapbox-vector-tile"))
            .body(bytes),
        None => tagged(HttpResponse::NoContent(), &view, &tag).finish(),
    })
}

/// What a map needs to know of the tiles of one technology.
pub async fn describe(
    request: HttpRequest,
    technology: web::Path<String>,
    app: web::Data<App>,
) -> Result<HttpResponse, Error> {
    let view = view_of(&request, &app).await?;
    let profile = &view.rulebook.profiles[view.find_profile(&technology)?];
    // The address that the caller used; what a proxy says of another host is not believed.
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let is_secure = request.connection_info().scheme() == "https";
    let base = format!("{}://{host}", if is_secure { "https" } else { "http" });
    let tag = format!("W/\"{}-{}-{host}\"", view.tag(), profile.id);
    if is_fresh(&request, &tag) {
        return Ok(tagged(HttpResponse::NotModified(), &view, &tag).finish());
    }
    // The tiles of a map of the past are of the same day.
    let as_of = view.facts.as_of.map_or_else(String::new, |day| format!("?{AS_OF}={day}"));
    let text = "String";
    let number = "Number";
    Ok(tagged(HttpResponse::Ok(), &view, &tag).json(json!({
        "tilejson": "3.0.0",
        "name": profile.title,
        "description": profile.summary,
        "version": profile.edition.split('.').chain(["0", "0"]).take(3).collect::<Vec<_>>().join("."),
        "attribution": "Contains public sector information licensed under the Open Government Licence v3.0. Contains OS data © Crown copyright and database right. Contains Royal Mail data © Royal Mail copyright and database right.",
        "scheme": "xyz",
        "tiles": [format!("{base}/tiles/{}/{{z}}/{{x}}/{{y}}.mvt{as_of}", profile.id)],
        "minzoom": 0,
        "maxzoom": MAX_ZOOM,
        "bounds": [-8.7, 49.8, 1.8, 60.9],
        "revision": view.facts.revision,
        "as_of": view.facts.as_of,
        "vector_layers": [
            {
                "id": "sites",
                "description": "One point a site.",
                "fields": {
                    "code": text, "name": text, "organisation": text, "readiness": text,
                    "score": number, "score_low": number, "score_high": number,
                    "coverage": number, "not_known": number, "below_minimum": number,
                    "capital_gbp": number,
                },
            },
            {
                "id": "clusters",
                "description": "Many sites as one point, in tiles that would hold too many.",
                "fields": {
                    "sites": number, "ready": number, "ready_with_actions": number,
                    "indeterminate": number, "not_ready": number,
                },
            },
        ],
    })))
}
