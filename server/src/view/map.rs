//! Where placed sites lie on the map: points in Morton order on the Web Mercator square, so that the
//! sites of any tile are one run of a sorted list.
//!
//! Encoding a tile is `render::tile`; reading the record is not done here.

use super::View;
use crate::render::tile::{EXTENT, TileCluster, TileSite, encode_clusters, encode_sites};
use siteworthy_rules::judge::{Readiness, percent};
use siteworthy_rules::place::Point;

/// Bits of a coordinate: the square has 2^28 steps a side, 0.15 m at the equator.
const BITS: u32 = 28;

/// The deepest zoom: there a tile's own units are the steps of the square.
pub const MAX_ZOOM: u8 = (BITS - EXTENT.ilog2()) as u8;

/// Above this many sites a tile shows clusters: at about 110 bytes a site, with names of usual length,
/// a tile stays below 500 kB.
const MAX_TILE_SITES: usize = 4_000;

/// Bits of a cluster's cell within a tile: 32 x 32 cells.
const CELL_BITS: u32 = 5;

/// Placed sites in Morton order.
#[derive(Clone, Debug, Default)]
pub struct MapIndex {
    /// Morton number and site, sorted.
    points: Vec<(u64, u32)>,
}

/// Which tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tile {
    /// Zoom.
    pub z: u8,
    /// Column from the west.
    pub x: u32,
    /// Row from the north.
    pub y: u32,
}

impl Tile {
    /// A tile that exists; none beyond the deepest zoom or outside the square.
    #[must_use]
    pub fn new(z: u8, x: u32, y: u32) -> Option<Self> {
        let side = 1_u32.checked_shl(u32::from(z))?;
        (z <= MAX_ZOOM && x < side && y < side).then_some(Self { z, x, y })
    }
}

impl MapIndex {
    /// An index of the placed sites: position in the list and point.
    #[must_use]
    pub fn new(sites: impl Iterator<Item = (u32, Point)>) -> Self {
        let mut points: Vec<(u64, u32)> =
            sites.filter_map(|(site, point)| Some((morton(steps(point)?), site))).collect();
        points.sort_unstable();
        Self { points }
    }

    /// The sites in a tile.
    fn within(&self, tile: Tile) -> &[(u64, u32)] {
        let shift = 2 * (BITS - u32::from(tile.z));
        let first = morton((tile.x, tile.y)) << shift;
        let last = first + ((1_u64 << shift) - 1);
        let start = self.points.partition_point(|(number, _)| *number < first);
        let end = self.points.partition_point(|(number, _)| *number <= last);
        &self.points[start..end]
    }
}

/// Steps east and south of the north-west corner of the Web Mercator square (EPSG:3857); none
/// beyond its limits at 85.05 degrees.
fn steps(point: Point) -> Option<(u32, u32)> {
    let side = f64::from(1_u32 << BITS);
    let east = (point.longitude + 180.0) / 360.0;
    let sine = point.latitude.to_radians().sin();
    let south = 0.5 - ((1.0 + sine) / (1.0 - sine)).ln() / (4.0 * std::f64::consts::PI);
    let is_within = |share: &f64| (0.0..1.0).contains(share);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the share lies in 0 to 1"
    )]
    let step = |share: f64| (share * side) as u32;
    (is_within(&east) && is_within(&south)).then(|| (step(east), step(south)))
}

/// Interleaves the bits of two coordinates, so that what is near in the square is near in order.
fn morton((x, y): (u32, u32)) -> u64 {
    let spread = |value: u32| {
        let mut value = u64::from(value);
        value = (value | (value << 16)) & 0x0000_FFFF_0000_FFFF;
        value = (value | (value << 8)) & 0x00FF_00FF_00FF_00FF;
        value = (value | (value << 4)) & 0x0F0F_0F0F_0F0F_0F0F;
        value = (value | (value << 2)) & 0x3333_3333_3333_3333;
        (value | (value << 1)) & 0x5555_5555_5555_5555
    };
    spread(x) | (spread(y) << 1)
}

/// The inverse of [`morton`].
fn unmorton(number: u64) -> (u32, u32) {
    let gather = |value: u64| {
        let mut value = value & 0x5555_5555_5555_5555;
        value = (value | (value >> 1)) & 0x3333_3333_3333_3333;
        value = (value | (value >> 2)) & 0x0F0F_0F0F_0F0F_0F0F;
        value = (value | (value >> 4)) & 0x00FF_00FF_00FF_00FF;
        value = (value | (value >> 8)) & 0x0000_FFFF_0000_FFFF;
        ((value | (value >> 16)) & 0x0000_0000_FFFF_FFFF) as u32
    };
    (gather(number), gather(number >> 1))
}

/// Where a Morton number lies within its tile, in tile units.
fn position(number: u64, tile: Tile) -> (i32, i32) {
    let (x, y) = unmorton(number);
    let shift = BITS - u32::from(tile.z) - EXTENT.ilog2();
    let unit = |step: u32| (step >> shift) & (EXTENT - 1);
    #[expect(clippy::cast_possible_wrap, reason = "below 4,096")]
    let both = (unit(x) as i32, unit(y) as i32);
    both
}

/// A tile of one profile as bytes; none where no site lies in it.
///
/// # Errors
/// When the encoder refuses, which no valid view makes it do.
pub fn tile(
    view: &View,
    profile: usize,
    tile: Tile,
) -> Result<Option<Vec<u8>>, fast_mvt::MvtError> {
    let points = view.map.within(tile);
    if points.is_empty() {
        return Ok(None);
    }
    if points.len() > MAX_TILE_SITES {
        return encode_clusters(&clusters(view, profile, tile, points)).map(Some);
    }
    let sites = points
        .iter()
        .filter_map(|(number, site)| tile_site(view, profile, *site, position(*number, tile)));
    encode_sites(sites).map(Some)
}

fn tile_site(view: &View, profile: usize, at: u32, (x, y): (i32, i32)) -> Option<TileSite<'_>> {
    let site = view.site(at);
    let result = view.result(profile, at)?;
    let outcome = &result.outcome;
    Some(TileSite {
        x,
        y,
        code: &site.code,
        name: &site.name,
        organisation: view.organisation_name(site),
        readiness: outcome.score.readiness.word(),
        score: outcome.score.told_bp().map(percent),
        score_low: percent(outcome.score.low_bp),
        score_high: percent(outcome.score.high_bp),
        coverage: percent(outcome.score.coverage_bp),
        not_known: result.not_known,
        below_minimum: result.below_minimum,
        capital_gbp: result.capital.map(|capital| super::pounds(capital.central)),
    })
}

fn clusters(view: &View, profile: usize, tile: Tile, points: &[(u64, u32)]) -> Vec<TileCluster> {
    let cell_shift = 2 * (BITS - u32::from(tile.z) - CELL_BITS);
    points
        .chunk_by(|(one, _), (other, _)| one >> cell_shift == other >> cell_shift)
        .map(|cell| {
            let mut cluster = TileCluster::default();
            let (mut x, mut y) = (0_i64, 0_i64);
            for (number, site) in cell {
                let (east, south) = position(*number, tile);
                x += i64::from(east);
                y += i64::from(south);
                match view.result(profile, *site).map(|result| result.outcome.score.readiness) {
                    Some(Readiness::Ready) => cluster.ready += 1,
                    Some(Readiness::ReadyWithActions) => cluster.ready_with_actions += 1,
                    Some(Readiness::NotReady) => cluster.not_ready += 1,
                    Some(Readiness::Indeterminate) | None => cluster.indeterminate += 1,
                }
            }
            let members = i64::try_from(cell.len()).unwrap_or(1);
            cluster.x = i32::try_from(x / members).unwrap_or(0);
            cluster.y = i32::try_from(y / members).unwrap_or(0);
            cluster
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interleaving_is_undone_by_gathering() {
        for pair in [(0, 0), (1, 0), (0, 1), (123_456, 654_321), ((1 << BITS) - 1, 77)] {
            assert_eq!(unmorton(morton(pair)), pair);
        }
    }

    #[test]
    fn a_point_lies_in_the_tile_that_the_web_mercator_formula_names() {
        // Manchester Royal Infirmary: zoom 6 column 31, row 20.
        let point = Point { latitude: 53.4624, longitude: -2.2277 };
        let index = MapIndex::new([(7, point)].into_iter());
        let tile = Tile::new(6, 31, 20).expect("a tile");
        assert_eq!(index.within(tile).len(), 1);
        assert!(index.within(Tile::new(6, 32, 20).expect("a tile")).is_empty());
        let (x, y) = position(index.points[0].0, tile);
        let shares = (f64::from(x) / 4096.0 + 31.0) / 64.0 * 360.0 - 180.0;
        assert!((shares - point.longitude).abs() < 360.0 / 64.0 / 4096.0, "{shares}");
        assert!((0..4096).contains(&y));
    }

    #[test]
    fn tiles_outside_the_square_do_not_exist() {
        assert!(Tile::new(1, 2, 0).is_none());
        assert!(Tile::new(MAX_ZOOM + 1, 0, 0).is_none());
        assert!(Tile::new(200, 0, 0).is_none());
    }
}
