//! Sites and clusters of sites as a Mapbox Vector Tile.
//!
//! Which sites lie in a tile, and where in it, is `view::map`.

use fast_mvt::{MvtGeometry, MvtLayerBuilder, MvtResult};

/// Width and height of a tile in its own units: the encoder's default.
pub const EXTENT: u32 = 4096;

/// One site in a tile, with its readiness for the tile's technology.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TileSite<'a> {
    /// From the left edge, in tile units.
    pub x: i32,
    /// From the upper edge, in tile units.
    pub y: i32,
    /// Site code.
    pub code: &'a str,
    /// Name.
    pub name: &'a str,
    /// Name of the organisation.
    pub organisation: &'a str,
    /// The word of the readiness.
    pub readiness: &'static str,
    /// Score in per cent; none where too little is known to tell one.
    pub score: Option<f64>,
    /// Score if every unknown were 0.
    pub score_low: f64,
    /// Score if every unknown were 1.
    pub score_high: f64,
    /// Coverage in per cent.
    pub coverage: f64,
    /// Requirements of which too little is known.
    pub not_known: u32,
    /// Requirements below their minimum; none where no room of the kind is on record.
    pub below_minimum: Option<u32>,
    /// Central capital cost of this technology alone, in pounds; none where no cost is known.
    pub capital_gbp: Option<f64>,
}

/// Many sites drawn as one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TileCluster {
    /// From the left edge, in tile units.
    pub x: i32,
    /// From the upper edge, in tile units.
    pub y: i32,
    /// How many sites are ready.
    pub ready: u32,
    /// How many are ready with actions.
    pub ready_with_actions: u32,
    /// How many are indeterminate.
    pub indeterminate: u32,
    /// How many are not ready.
    pub not_ready: u32,
}

/// Encodes sites into a layer named `sites`.
///
/// # Errors
/// When the encoder refuses, which no valid input makes it do.
pub fn encode_sites<'a>(sites: impl Iterator<Item = TileSite<'a>>) -> MvtResult<Vec<u8>> {
    let mut layer = MvtLayerBuilder::new("sites")?;
    for site in sites {
        let mut feature = layer.feature(&MvtGeometry::Point((site.x, site.y).into()))?;
        feature.tag("code", site.code)?;
        feature.tag("name", site.name)?;
        feature.tag("organisation", site.organisation)?;
        feature.tag("readiness", site.readiness)?;
        if let Some(score) = site.score {
            feature.tag_double("score", score)?;
        }
        feature.tag_double("score_low", site.score_low)?;
        feature.tag_double("score_high", site.score_high)?;
        feature.tag_double("coverage", site.coverage)?;
        feature.tag_uint("not_known", u64::from(site.not_known))?;
        if let Some(below_minimum) = site.below_minimum {
            feature.tag_uint("below_minimum", u64::from(below_minimum))?;
        }
        if let Some(capital_gbp) = site.capital_gbp {
            feature.tag_double("capital_gbp", capital_gbp)?;
        }
        layer = feature.end();
    }
    Ok(layer.encode())
}

/// Encodes clusters into a layer named `clusters`.
///
/// # Errors
/// When the encoder refuses, which no valid input makes it do.
pub fn encode_clusters(clusters: &[TileCluster]) -> MvtResult<Vec<u8>> {
    let mut layer = MvtLayerBuilder::new("clusters")?;
    for cluster in clusters {
        let all =
            cluster.ready + cluster.ready_with_actions + cluster.indeterminate + cluster.not_ready;
        let mut feature = layer.feature(&MvtGeometry::Point((cluster.x, cluster.y).into()))?;
        for (key, count) in [
            ("sites", all),
            ("ready", cluster.ready),
            ("ready_with_actions", cluster.ready_with_actions),
            ("indeterminate", cluster.indeterminate),
            ("not_ready", cluster.not_ready),
        ] {
            feature.tag_uint(key, u64::from(count))?;
        }
        layer = feature.end();
    }
    Ok(layer.encode())
}
