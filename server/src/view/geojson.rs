//! Placed sites as GeoJSON, with their readiness for each technology asked for.

use super::filter::SiteFilter;
use super::{View, pounds};
use crate::error::Error;
use crate::render::geojson::{PlacedSite, encode};
use geojson::JsonObject;
use serde_json::json;
use siteworthy_rules::judge::percent;

/// Encodes the chosen sites that are placed.
///
/// # Errors
/// `NotFound` where the view has no such organisation or technology.
pub fn encode_sites(
    view: &View,
    filter: &SiteFilter,
    technologies: &[String],
) -> Result<Vec<u8>, Error> {
    let profiles = view.find_technologies(technologies)?;
    let chosen = filter.find(view)?;
    let sites = chosen.sites(view).filter_map(|(at, site)| {
        let mut properties = JsonObject::new();
        properties.insert("code".to_owned(), json!(site.code));
        properties.insert("name".to_owned(), json!(site.name));
        properties.insert("organisation".to_owned(), json!(view.organisation_name(site)));
        properties.insert("nation".to_owned(), json!(site.nation));
        properties.insert("setting".to_owned(), json!(site.setting));
        properties.insert("readiness".to_owned(), readiness(view, &profiles, at).into());
        Some(PlacedSite { point: site.point?, code: site.code.clone(), properties })
    });
    let mut members = JsonObject::new();
    members.insert("revision".to_owned(), json!(view.facts.revision));
    members.insert("rulebook".to_owned(), json!(view.rulebook.hash));
    Ok(encode(sites, members))
}

fn readiness(view: &View, profiles: &[usize], site: u32) -> JsonObject {
    let judged =
        profiles.iter().filter_map(|profile| Some((profile, view.result(*profile, site)?)));
    judged
        .map(|(profile, result)| {
            let outcome = &result.outcome;
            let said = json!({
                "readiness": outcome.score.readiness.word(),
                "score": outcome.score.told_bp().map(percent),
                "score_low": percent(outcome.score.low_bp),
                "score_high": percent(outcome.score.high_bp),
                "coverage": percent(outcome.score.coverage_bp),
                "not_known": result.not_known,
                "below_minimum": result.below_minimum,
                "capital_gbp": result.capital.map(|capital| pounds(capital.central)),
            });
            (view.rulebook.profiles[*profile].id.clone(), said)
        })
        .collect()
}
