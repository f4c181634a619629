//! Eastings and northings of the British National Grid (EPSG:27700) to WGS84.
//!
//! The seven-parameter shift is used: it lies 1 to 5 m from the exact transformation (OSTN15),
//! which is finer than a postcode. Northern Ireland has another grid and is not covered.

use proj4rs::proj::Proj;
use proj4rs::transform::transform;
use siteworthy_rules::place::Point;
use std::sync::LazyLock;

/// The grid's extent in metres; outside it the formulas still answer, wrongly.
pub const EASTINGS_M: std::ops::RangeInclusive<f64> = 0.0..=700_000.0;
/// The grid's extent in metres.
pub const NORTHINGS_M: std::ops::RangeInclusive<f64> = 0.0..=1_300_000.0;

/// The Ordnance Survey's published parameters, from WGS84 to OSGB36 with their signs turned.
const BRITISH_NATIONAL_GRID: &str = "+proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 \
     +y_0=-100000 +ellps=airy +towgs84=446.448,-125.157,542.06,0.15,0.247,0.842,-20.489 +units=m \
     +no_defs";

static PROJECTIONS: LazyLock<Option<(Proj, Proj)>> = LazyLock::new(|| {
    let grid = Proj::from_proj_string(BRITISH_NATIONAL_GRID).ok()?;
    let world = Proj::from_proj_string("+proj=longlat +datum=WGS84 +no_defs").ok()?;
    Some((grid, world))
});

/// The point at a grid reference in metres; nothing outside the grid.
#[must_use]
pub fn find_point(easting_m: f64, northing_m: f64) -> Option<Point> {
    if !EASTINGS_M.contains(&easting_m) || !NORTHINGS_M.contains(&northing_m) {
        return None;
    }
    let (grid, world) = PROJECTIONS.as_ref()?;
    let mut place = (easting_m, northing_m, 0.0);
    transform(grid, world, &mut place).ok()?;
    let point = Point { latitude: place.1.to_degrees(), longitude: place.0.to_degrees() };
    (point.latitude.is_finite() && point.longitude.is_finite()).then_some(point)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Metres between two points that lie close together, on a sphere of the Earth's mean radius.
    fn distance_m(left: Point, right: Point) -> f64 {
        let degree_m = 6_371_008.8_f64.to_radians();
        let north = (left.latitude - right.latitude) * degree_m;
        let east = (left.longitude - right.longitude) * degree_m * left.latitude.to_radians().cos();
        north.hypot(east)
    }

    #[test]
    fn outside_the_grid_there_is_no_point() {
        assert_eq!(find_point(-1.0, 500_000.0), None);
        assert_eq!(find_point(400_000.0, 1_300_001.0), None);
        assert_eq!(find_point(f64::NAN, 0.0), None);
        assert!(find_point(0.0, 0.0).is_some());
    }

    /// Test points that Ordnance Survey publishes with OSTN15 (`OSTN15_OSGM15_TestInput_ETRStoOSGB`
    /// and its output): easting, northing, latitude, longitude.
    #[test]
    fn ordnance_survey_test_points_are_met_within_five_metres() {
        for (easting_m, northing_m, latitude, longitude) in [
            (91_492.146, 11_318.804, 49.922_263_937_30, -6.299_777_520_14),
            (170_370.718, 11_572.405, 49.960_061_378_20, -5.203_046_099_98),
            (250_359.811, 62_016.569, 50.438_858_256_10, -4.108_645_635_61),
            (438_710.920, 114_792.250, 50.931_279_379_10, -1.450_514_337_00),
            (530_624.974, 178_388.464, 51.489_365_649_50, -0.119_925_571_80),
            (389_544.190, 261_912.153, 52.255_293_816_30, -2.154_586_143_87),
        ] {
            let exact = Point { latitude, longitude };
            let found = find_point(easting_m, northing_m).expect("on the grid");
            let distance_m = distance_m(found, exact);
            println!("{easting_m} {northing_m}: {distance_m:.2} m");
            assert!(distance_m < 5.0, "{easting_m}, {northing_m}: {distance_m} m");
        }
    }
}
