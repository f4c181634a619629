//! How a site stands among sites like it, as GraphQL shows it.

use super::measures::MeasureNode;
use super::profiles::ProfileNode;
use crate::error::Error;
use crate::view::View;
use crate::view::peers::{Comparison, NoStanding};
use async_graphql::{Object, SimpleObject};
use siteworthy_rules::measure::MeasureIndex;
use std::sync::Arc;

/// What one comparison counts in a query's complexity: for it every site of the estate is looked at,
/// which takes as long as some hundred fields do.
pub const PEERS_COMPLEXITY: usize = 400;

/// Compares the score of a technology, and quantities, with those of the peers of a site.
///
/// # Errors
/// `NotFound` where there is no such technology or measure, `Invalid` where nothing is asked, or a
/// measure that has no order or is not one of the whole site.
pub fn among_peers(
    view: &Arc<View>,
    site: u32,
    technology: Option<&str>,
    measures: &[String],
) -> Result<Vec<PeersNode>, Error> {
    if technology.is_none() && measures.is_empty() {
        let message = "name a technology or measures to compare";
        return Err(Error::Invalid(message.to_owned()));
    }
    let profile = technology.map(|id| view.find_profile(id)).transpose()?;
    let measures = measures.iter().map(|id| view.find_comparable(id));
    let measures = measures.collect::<Result<Vec<_>, _>>()?;
    let scores =
        profile.map(|profile| (About::Score(profile), view.score_among_peers(site, profile)));
    let values =
        measures.into_iter().map(|at| (About::Measure(at), view.value_among_peers(site, at)));
    let node = |(about, compared)| PeersNode { view: Arc::clone(view), site, about, compared };
    Ok(scores.into_iter().chain(values).map(node).collect())
}

/// What is compared.
#[derive(Clone, Copy)]
enum About {
    /// The score for a profile.
    Score(usize),
    /// The value of a measure.
    Measure(MeasureIndex),
}

/// A figure of a site among those of its peers.
pub struct PeersNode {
    view: Arc<View>,
    site: u32,
    about: About,
    compared: Comparison,
}

/// Lowest, quartiles and highest of a group, linear between neighbours.
#[derive(SimpleObject)]
struct Spread {
    /// The lowest figure.
    lowest: f64,
    /// A quarter of the figures lie below it.
    lower_quartile: f64,
    /// Half of the figures lie below it.
    median: f64,
    /// Three quarters of the figures lie below it.
    upper_quartile: f64,
    /// The highest figure.
    highest: f64,
}

/// A figure of a site among those of sites like it, or why it is not shown.
#[Object(name = "PeerStanding")]
impl PeersNode {
    /// The technology whose score is compared; none where it is a measure.
    async fn profile(&self) -> Option<ProfileNode> {
        match self.about {
            About::Score(at) => Some(ProfileNode { view: Arc::clone(&self.view), at }),
            About::Measure(_) => None,
        }
    }

    /// The measure that is compared; none where it is the score for a technology.
    async fn measure(&self) -> Option<MeasureNode> {
        match self.about {
            About::Measure(index) => Some(MeasureNode { view: Arc::clone(&self.view), index }),
            About::Score(_) => None,
        }
    }

    /// What makes the others like this site, in words; none where too little of the site is known.
    async fn likeness(&self) -> Option<String> {
        let likeness = self.view.likeness(self.site)?;
        let (nation, setting) = (likeness.nation.title(), likeness.setting);
        Some(format!("{setting} sites in {nation}, {} of floor area", likeness.size()))
    }

    /// Why nothing is shown; none where it is.
    async fn reason(&self) -> Option<String> {
        self.compared.standing.err().map(NoStanding::reason)
    }

    /// The site's own figure: per cent of a score, or in the unit of the measure. A score that rests on too
    /// little is not known.
    async fn value(&self) -> Option<f64> {
        self.compared.standing.ok().map(|standing| standing.value)
    }

    /// Share of the peers whose figure is lower, those that are equal counted by half, in per cent.
    async fn percentile(&self) -> Option<f64> {
        self.compared.standing.ok().map(|standing| standing.percentile)
    }

    /// How many sites of the group have a figure, this one among them.
    async fn group_size(&self) -> Option<usize> {
        self.compared.standing.ok().map(|standing| standing.group_size)
    }

    /// How many other sites like this one are left out, because too little is known of them for a score;
    /// none where a measure is compared.
    async fn left_out(&self) -> Option<usize> {
        self.compared.left_out
    }

    /// How the figures of the group are spread.
    async fn spread(&self) -> Option<Spread> {
        let [lowest, lower_quartile, median, upper_quartile, highest] =
            self.compared.standing.ok()?.spread;
        Some(Spread { lowest, lower_quartile, median, upper_quartile, highest })
    }
}
