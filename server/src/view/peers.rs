//! How a site stands among sites like it: same nation, same setting, and of about its size.
//!
//! A figure among unlike sites says nothing, and one among a handful points at a neighbour. So groups
//! of fewer than five are not shown, and what is shown comes with the spread of the group. A score that
//! rests on less than the least coverage is no figure: it enters no group, and those left out are counted.

use super::View;
use super::explain::plain;
use crate::error::Error;
use siteworthy_rules::judge::percent;
use siteworthy_rules::measure::{Kind, MeasureIndex, Scope};
use siteworthy_rules::place::{Nation, Setting};

/// The fewest sites of a group that is shown, the site itself among them.
pub const LEAST_PEERS: usize = 5;

/// Lower ends of the size bands, in square metres of gross internal area. Siteworthy policy: a surgery,
/// a health centre, a small hospital, a district general, a large one.
pub const SIZE_BANDS_M2: [f64; 5] = [0.0, 1_000.0, 5_000.0, 20_000.0, 60_000.0];

/// What makes sites alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Likeness {
    /// Nation.
    pub nation: Nation,
    /// Setting.
    pub setting: Setting,
    /// Size band, as an index into [`SIZE_BANDS_M2`].
    pub size_band: usize,
}

impl Likeness {
    /// The band in words.
    #[must_use]
    pub fn size(&self) -> String {
        let from = SIZE_BANDS_M2[self.size_band];
        SIZE_BANDS_M2
            .get(self.size_band + 1)
            .map_or_else(|| format!("from {from} m2"), |to| format!("{from} to under {to} m2"))
    }
}

/// A site's figure among those of its peers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standing {
    /// The site's own figure.
    pub value: f64,
    /// Share of the peers whose figure is lower, those that are equal counted by half, in per cent.
    pub percentile: f64,
    /// How many sites of the group have a figure, the site itself among them.
    pub group_size: usize,
    /// Lowest, lower quartile, median, upper quartile and highest figure of the group.
    pub spread: [f64; 5],
}

/// A site's figure among its peers, or why it is not shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    /// The standing.
    pub standing: Result<Standing, NoStanding>,
    /// How many other sites like it are left out because too little is known of them for a score; none
    /// where a measure is compared.
    pub left_out: Option<usize>,
}

/// Why no standing is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoStanding {
    /// Nation, setting or floor area of the site are not known, or it is a pooled entry.
    NotPlaced,
    /// The site has no such figure.
    NoFigure,
    /// Less is known of the site than a score must rest on.
    LittleKnown {
        /// What is known, in basis points of the weight.
        coverage_bp: u16,
        /// The least that must be.
        least_bp: u16,
    },
    /// Too few sites of its group have one.
    TooFew,
}

impl NoStanding {
    /// The reason in words.
    #[must_use]
    pub fn reason(self) -> String {
        match self {
            Self::NotPlaced => {
                "Nation, setting or floor area of the site are not known, or it stands for many \
                 places."
                    .to_owned()
            }
            Self::NoFigure => "The site has no such figure.".to_owned(),
            Self::LittleKnown { coverage_bp, least_bp } => {
                let [known, least] = [coverage_bp, least_bp].map(|bp| plain(percent(bp)));
                format!(
                    "Its score is not known: {known} % of what the technology asks is answered here, and \
                     a score is told from {least} % on."
                )
            }
            Self::TooFew => format!(
                "Fewer than {LEAST_PEERS} sites of its nation, setting and size have such a figure."
            ),
        }
    }
}

impl View {
    /// What makes other sites like this one; none where nation, setting or floor area are not known.
    #[must_use]
    pub fn likeness(&self, at: u32) -> Option<Likeness> {
        let site = self.site(at);
        let area = self.estate.value(self.rulebook.areas.site, at);
        if site.is_pooled || area.is_nan() {
            return None;
        }
        let size_band = SIZE_BANDS_M2.iter().rposition(|from| area >= *from)?;
        Some(Likeness { nation: site.nation?, setting: site.setting?, size_band })
    }

    /// How the score of a technology stands among the site's peers, of those of which enough is known for
    /// one.
    #[must_use]
    pub fn score_among_peers(&self, at: u32, profile: usize) -> Comparison {
        let score_of = |site: u32| Some(self.result(profile, site)?.outcome.score);
        let figure = |site: u32| score_of(site)?.told_bp().map(percent);
        let standing = self.among_peers(at, figure).map_err(|why| match score_of(at) {
            Some(score) if why == NoStanding::NoFigure && !score.is_enough_known => {
                let least_bp = self.rulebook.bands.coverage_bp;
                NoStanding::LittleKnown { coverage_bp: score.coverage_bp, least_bp }
            }
            _ => why,
        });
        let is_left_out = |site: &u32| score_of(*site).is_some_and(|score| !score.is_enough_known);
        let others = self.peers(at).filter(|site| *site != at);
        let left_out = others.filter(is_left_out).count();
        // Of a site that is like no other nobody can be left out.
        let has_peers = self.likeness(at).is_some();
        Comparison { standing, left_out: has_peers.then_some(left_out) }
    }

    /// The sites like a site, itself among them; none where what makes others like it is not known.
    fn peers(&self, at: u32) -> impl Iterator<Item = u32> {
        let likeness = self.likeness(at);
        let all = 0..self.estate.sites();
        all.filter(move |site| likeness.is_some() && self.likeness(*site) == likeness)
    }

    /// Finds a measure that can be compared between sites.
    ///
    /// # Errors
    /// `NotFound` where there is none of the id, `Invalid` for one that has no order to stand in or that
    /// is measured in rooms.
    pub fn find_comparable(&self, id: &str) -> Result<MeasureIndex, Error> {
        let (index, measure) = self.rulebook.dictionary.find(id).ok_or_else(|| {
            Error::NotFound(format!(
                "there is no measure {id:?}; siteworthy layouts template --form long lists them"
            ))
        })?;
        if !matches!(measure.kind, Kind::Quantity { .. }) {
            let kind = measure.kind_word();
            let message = format!("{id} is a {kind}; only quantities have an order to stand in");
            return Err(Error::Invalid(message));
        }
        if measure.scope != Scope::Site {
            let message = format!("{id} is measured in rooms; name a measure of the whole site");
            return Err(Error::Invalid(message));
        }
        Ok(index)
    }

    /// How a measure that can be compared stands among the site's peers.
    #[must_use]
    pub fn value_among_peers(&self, at: u32, measure: MeasureIndex) -> Comparison {
        let figure =
            |site: u32| Some(self.estate.value(measure, site)).filter(|value| !value.is_nan());
        Comparison { standing: self.among_peers(at, figure), left_out: None }
    }

    fn among_peers(
        &self,
        at: u32,
        figure: impl Fn(u32) -> Option<f64>,
    ) -> Result<Standing, NoStanding> {
        self.likeness(at).ok_or(NoStanding::NotPlaced)?;
        let value = figure(at).ok_or(NoStanding::NoFigure)?;
        let mut figures: Vec<f64> = self.peers(at).filter_map(figure).collect();
        if figures.len() < LEAST_PEERS {
            return Err(NoStanding::TooFew);
        }
        figures.sort_by(f64::total_cmp);
        Ok(standing(value, &figures))
    }
}

/// The place of a value among sorted figures, its own among them.
#[expect(clippy::cast_precision_loss, reason = "groups stay far below 2^53")]
fn standing(value: f64, figures: &[f64]) -> Standing {
    let below = figures.partition_point(|figure| *figure < value);
    let not_above = figures.partition_point(|figure| *figure <= value);
    // Itself is one of the equal ones and no peer of its own.
    let equal = not_above - below - 1;
    let others = figures.len() - 1;
    let percentile = 100.0 * (below as f64 + equal as f64 / 2.0) / others as f64;
    let spread = [0.0, 0.25, 0.5, 0.75, 1.0].map(|share| quantile(figures, share));
    Standing { value, percentile, group_size: figures.len(), spread }
}

/// A quantile of sorted figures, linear between neighbours (type 7 of Hyndman and Fan, 1996).
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a place within a list"
)]
fn quantile(figures: &[f64], share: f64) -> f64 {
    let place = share * (figures.len() - 1) as f64;
    let (below, above) = (place.floor() as usize, place.ceil() as usize);
    figures[below] + (figures[above] - figures[below]) * place.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_stands_where_half_of_its_equals_are_below_it() {
        for (value, figures, percentile) in [
            (3.0, [1.0, 2.0, 3.0, 4.0, 5.0], 50.0),
            (1.0, [1.0, 2.0, 3.0, 4.0, 5.0], 0.0),
            (5.0, [1.0, 2.0, 3.0, 4.0, 5.0], 100.0),
            (2.0, [2.0, 2.0, 2.0, 2.0, 2.0], 50.0),
            (2.0, [1.0, 2.0, 2.0, 2.0, 3.0], 50.0),
        ] {
            assert_eq!(standing(value, &figures).percentile, percentile, "{value} in {figures:?}");
        }
    }

    #[test]
    fn quartiles_lie_between_neighbours() {
        let spread = standing(1.0, &[1.0, 2.0, 3.0, 4.0, 9.0]).spread;
        assert_eq!(spread, [1.0, 2.0, 3.0, 4.0, 9.0]);
        let spread = standing(1.0, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).spread;
        assert_eq!(spread, [1.0, 2.25, 3.5, 4.75, 6.0]);
    }
}
