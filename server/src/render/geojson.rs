//! Placed sites as a GeoJSON feature collection.
//!
//! Which sites and which properties are chosen in `view::geojson`.

use geojson::{Feature, FeatureCollection, GeometryValue, JsonObject};
use siteworthy_rules::place::Point;

/// One site to draw.
pub struct PlacedSite {
    /// Where.
    pub point: Point,
    /// Site code, the feature's id.
    pub code: String,
    /// What to say of it.
    pub properties: JsonObject,
}

/// Encodes a feature collection; `members` are added beside its features.
#[must_use]
pub fn encode(sites: impl Iterator<Item = PlacedSite>, members: JsonObject) -> Vec<u8> {
    let features = sites
        .map(|site| Feature {
            bbox: None,
            geometry: Some(
                GeometryValue::new_point([site.point.longitude, site.point.latitude]).into(),
            ),
            id: Some(geojson::feature::Id::String(site.code)),
            properties: Some(site.properties),
            foreign_members: None,
        })
        .collect();
    let collection = FeatureCollection { bbox: None, features, foreign_members: Some(members) };
    serde_json::to_vec(&collection).unwrap_or_default()
}
