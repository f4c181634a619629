//! The view: the estate and every result at one revision, immutable and shared. Every face reads it,
//! so all faces agree.
//!
//! It is assembled from facts and the rulebook by a pure function. Reading the record is the store's,
//! swapping views is `publish`'s.

pub mod abatement;
pub mod carbon;
pub mod deployment;
pub mod explain;
pub mod facts;
pub mod filter;
pub mod gap;
mod gap_report;
mod gap_statement;
pub mod geojson;
pub mod headline;
pub mod map;
pub mod national;
pub mod next;
pub mod organisations;
pub mod outage;
pub mod peers;
pub mod pools;
mod reserve;
pub mod rules_change;
pub mod summary;
pub mod what_if;
pub mod whole_life;

use facts::{Current, Facts, SiteFacts, SurveyFacts};
use map::MapIndex;
use organisations::Organisations;
use pools::Pool;
use rayon::prelude::*;
use siteworthy_rules::batch::Batch;
use siteworthy_rules::cost::{Estimate, Pence};
use siteworthy_rules::estate::{Estate, PlaceRow, Source, code};
use siteworthy_rules::gap::{Level, SiteGap, site_gap};
use siteworthy_rules::investment::{Prices, SiteNeeds, readiness_capital};
use siteworthy_rules::judge::{Outcome, Spot};
use siteworthy_rules::measure::MeasureIndex;
use siteworthy_rules::place::{Nation, Point, Setting, SpaceKind};
use siteworthy_rules::profile::{Place, Profile};
use siteworthy_rules::rulebook::Rulebook;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// The estate and every result at one revision.
#[derive(Debug)]
pub struct View {
    /// What it was assembled from.
    pub facts: Arc<Facts>,
    /// The rules it was judged by.
    pub rulebook: Arc<Rulebook>,
    /// The organisations as a tree.
    pub organisations: Arc<Organisations>,
    /// The columns.
    pub estate: Arc<Estate>,
    sites: Arc<Vec<Site>>,
    by_code: Arc<HashMap<String, u32>>,
    /// By profile and site; none for pooled entries, which are never judged.
    results: Vec<Vec<Option<SiteResult>>>,
    pools: HashMap<(usize, u32), Pool>,
    map: Arc<MapIndex>,
    tag: String,
}

/// One site as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Site {
    /// Code: the key.
    pub code: String,
    /// Name; the code where no survey names it.
    pub name: String,
    /// Its organisation, by its place in the tree.
    pub organisation: Option<usize>,
    /// Its nation.
    pub nation: Option<Nation>,
    /// Its setting.
    pub setting: Option<Setting>,
    /// Its postcode.
    pub postcode: Option<String>,
    /// Its point.
    pub point: Option<Point>,
    /// Who commissions it.
    pub commissioner: Option<String>,
    /// Whether it stands for many minor sites.
    pub is_pooled: bool,
    /// Its spaces in the order of the estate's rows.
    pub spaces: Vec<Space>,
}

/// One room or zone as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Space {
    /// Code within the site.
    pub code: String,
    /// What kind it is.
    pub kind: SpaceKind,
    /// Name; the code where no survey names it.
    pub name: String,
}

/// What is said of one profile at one site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SiteResult {
    /// Readiness and what decides it.
    pub outcome: Outcome,
    /// Capital that closes the known gaps of this technology alone to the minimum, on the usual terms;
    /// none where no cost is known and something may be missing.
    pub capital: Option<Estimate<Pence>>,
    /// Requirements of which too little is known to say whether anything is missing.
    pub not_known: u32,
    /// Requirements below their minimum, whether or not they are gates; none where no room of the kind
    /// is on record, of which nothing can be said.
    pub below_minimum: Option<u32>,
    /// Remedies whose cost is not known.
    pub lines_without_cost: u32,
}

impl View {
    /// Assembles a view: merges, judges every site by every profile, and places sites on the map.
    #[must_use]
    pub fn assemble(facts: Facts, rulebook: Arc<Rulebook>) -> Self {
        let organisations = Organisations::of(&facts);
        let sites: Vec<Site> =
            facts.sites.iter().map(|(code, site)| describe(code, site, &organisations)).collect();
        let by_code = (0..).zip(&sites).map(|(at, site)| (site.code.clone(), at)).collect();
        let estate = fill_estate(&facts, &rulebook, &sites);
        let placed = (0..).zip(&sites).filter(|(_, site)| !site.is_pooled);
        let map = MapIndex::new(placed.filter_map(|(at, site)| Some((at, site.point?))));
        let view = Self {
            results: Vec::new(),
            pools: HashMap::new(),
            tag: tag(&facts, &rulebook),
            facts: Arc::new(facts),
            rulebook,
            organisations: Arc::new(organisations),
            estate: Arc::new(estate),
            sites: Arc::new(sites),
            by_code: Arc::new(by_code),
            map: Arc::new(map),
        };
        view.judged()
    }

    /// The same estate judged by other rules. Nothing of it is read or placed again, so that a question
    /// of what if is answered while it is asked.
    ///
    /// # Panics
    /// Where the rules have other measures than those by which the columns are coded; whoever makes the
    /// rules sees to that.
    #[must_use]
    pub fn under(&self, rulebook: Arc<Rulebook>) -> Self {
        let (own, other) = (&self.rulebook.dictionary, &rulebook.dictionary);
        assert!(own.is_coded_like(other), "the columns are coded by the measures in force");
        let view = Self {
            results: Vec::new(),
            pools: HashMap::new(),
            tag: tag(&self.facts, &rulebook),
            facts: Arc::clone(&self.facts),
            rulebook,
            organisations: Arc::clone(&self.organisations),
            estate: Arc::clone(&self.estate),
            sites: Arc::clone(&self.sites),
            by_code: Arc::clone(&self.by_code),
            map: Arc::clone(&self.map),
        };
        view.judged()
    }

    fn judged(self) -> Self {
        let results = judge_all(&self.rulebook, &self.estate, &self.sites);
        let pools = pools::judge_pools(&self.rulebook, &self.estate, &self.sites);
        Self { results, pools, ..self }
    }

    /// Names every answer that is made from this view, and serves as cache key: the revision, the
    /// rulebook, the program's version, the accepted surveys, by which two records that have the same
    /// revision differ, and the editions in force and the day, by which two views of one record do.
    #[must_use]
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// All sites, pooled ones too, by code.
    #[must_use]
    pub fn sites(&self) -> &[Site] {
        &self.sites
    }

    /// The site at a place in the list.
    #[must_use]
    pub fn site(&self, at: u32) -> &Site {
        &self.sites[at as usize]
    }

    /// Finds a site by code.
    #[must_use]
    pub fn find_site(&self, code: &str) -> Option<u32> {
        self.by_code.get(code).copied()
    }

    /// What is said of a profile at a site; none for a pooled entry.
    #[must_use]
    pub fn result(&self, profile: usize, site: u32) -> Option<&SiteResult> {
        self.results[profile][site as usize].as_ref()
    }

    /// How the places of a pooled entry stand for a profile; none for an ordinary site, and where the
    /// profile is not judged in pools.
    #[must_use]
    pub fn pool(&self, profile: usize, site: u32) -> Option<&Pool> {
        self.pools.get(&(profile, site))
    }

    /// The name of a site's organisation, empty where no survey names one.
    #[must_use]
    pub fn organisation_name(&self, site: &Site) -> &str {
        site.organisation.map_or("", |at| &self.organisations.get(at).name)
    }

    /// The space at a row of the estate, none for a site's own row.
    #[must_use]
    pub fn space(&self, place: PlaceRow) -> Option<&Space> {
        let at = self.estate.site_of(place);
        let first = self.estate.spaces_of(at).start;
        place.checked_sub(first).and_then(|space| self.site(at).spaces.get(space as usize))
    }

    /// Code of the space of a spot; none for the site as a whole, and where no such space is on record.
    #[must_use]
    pub fn space_code(&self, spot: Spot) -> Option<&str> {
        Some(&self.space(spot.space()?)?.code)
    }

    /// How a place is called: its space, or the whole site.
    #[must_use]
    pub fn place_name(&self, place: PlaceRow) -> &str {
        self.space(place).map_or("whole site", |space| &space.name)
    }

    /// The file, row and date of a source, such as `survey.csv:21 (2026-03-31)`.
    #[must_use]
    pub fn row_of(&self, source: &Source) -> String {
        format!("{}:{} ({})", self.survey(source).file_name, source.row, source.observed_on)
    }

    /// The survey that a source names.
    #[must_use]
    pub fn survey(&self, source: &Source) -> &SurveyFacts {
        &self.facts.surveys[source.survey as usize]
    }
}

fn tag(facts: &Facts, rulebook: &Rulebook) -> String {
    let mut hasher = blake3::Hasher::new();
    for survey in &facts.surveys {
        hasher.update(survey.id.as_bytes());
    }
    for profile in &rulebook.profiles {
        // Quoted, so that no two lists run together alike.
        hasher.update(format!("{:?}", (&profile.id, &profile.edition)).as_bytes());
    }
    let read = hasher.finalize().to_hex();
    let version = env!("CARGO_PKG_VERSION");
    let as_of = facts.as_of.map_or_else(String::new, |day| format!("-{day}"));
    format!("{}-{}-{}-{version}{as_of}", facts.revision, &rulebook.hash[..16], &read[..16])
}

/// Money in pounds for faces that show a number.
#[expect(clippy::cast_precision_loss, reason = "pence below 2^53 are exact")]
#[must_use]
pub fn pounds(pence: Pence) -> f64 {
    pence.0 as f64 / 100.0
}

fn describe(code: &str, site: &SiteFacts, organisations: &Organisations) -> Site {
    let spaces = site.spaces.iter().map(|(code, space)| Space {
        code: code.clone(),
        kind: space.kind,
        name: space.name.clone().unwrap_or_else(|| code.clone()),
    });
    Site {
        code: code.to_owned(),
        name: site.name.clone().unwrap_or_else(|| code.to_owned()),
        organisation: site.organisation.as_deref().and_then(|code| organisations.find(code)),
        nation: site.nation,
        setting: site.setting,
        postcode: site.postcode.clone(),
        point: site.point,
        commissioner: site.commissioner.clone(),
        // A record may hold homes from before their pools were set apart.
        is_pooled: site.is_pooled || site.setting.is_some_and(Setting::is_pooled),
        spaces: spaces.collect(),
    }
}

fn fill_estate(facts: &Facts, rulebook: &Rulebook, sites: &[Site]) -> Estate {
    let kinds: Vec<Vec<SpaceKind>> =
        sites.iter().map(|site| site.spaces.iter().map(|space| space.kind).collect()).collect();
    let mut estate = Estate::new(&rulebook.dictionary, kinds.iter().map(Vec::as_slice));
    let surveys: HashMap<Uuid, u32> =
        (0..).zip(&facts.surveys).map(|(at, survey)| (survey.id, at)).collect();
    for ((at, site), shown) in (0..).zip(facts.sites.values()).zip(sites) {
        for ((space, measure), current) in &site.current {
            let place = place_row(&estate, at, shown, space);
            let measure = rulebook.dictionary.find(measure).map(|(index, _)| index);
            let (Some(place), Some(measure)) = (place, measure) else {
                continue;
            };
            set_value(&mut estate, rulebook, measure, place, current, &surveys);
        }
    }
    estate
}

fn place_row(estate: &Estate, site: u32, shown: &Site, space: &str) -> Option<PlaceRow> {
    if space.is_empty() {
        return Some(site);
    }
    let at = shown.spaces.binary_search_by(|known| known.code.as_str().cmp(space)).ok()?;
    Some(estate.spaces_of(site).start + u32::try_from(at).ok()?)
}

fn set_value(
    estate: &mut Estate,
    rulebook: &Rulebook,
    measure: MeasureIndex,
    place: PlaceRow,
    current: &Current,
    surveys: &HashMap<Uuid, u32>,
) {
    let value = code(&rulebook.dictionary, measure, &current.value);
    if let (Some(value), Some(survey)) = (value, surveys.get(&current.survey)) {
        let source = Source {
            survey: *survey,
            row: current.row,
            column: current.column,
            observed_on: current.observed_on,
            method: current.method,
        };
        estate.set(measure, place, value, source);
    }
}

/// Judges all sites in runs that are shared among the processors, and finds what each technology
/// alone lacks.
fn judge_all(rulebook: &Rulebook, estate: &Estate, sites: &[Site]) -> Vec<Vec<Option<SiteResult>>> {
    // The deflator of the terms was found when the rules were read.
    let prices = Prices::new(rulebook, &rulebook.costing.usual).ok();
    judge_estate(rulebook, estate)
        .into_iter()
        .enumerate()
        .map(|(profile, outcomes)| {
            let judged = sites.par_iter().enumerate().zip(outcomes).with_min_len(256);
            judged
                .map(|((at, site), outcome)| {
                    let is_judged = is_judged(&rulebook.profiles[profile], site);
                    is_judged.then(|| {
                        let gap = site_gap(rulebook, estate, &[(profile, outcome)], Level::Minimum);
                        site_result(outcome, &gap, prices.as_ref(), (at, site))
                    })
                })
                .collect()
        })
        .collect()
}

/// The outcome of every profile at every site.
#[must_use]
pub fn judge_estate(rulebook: &Rulebook, estate: &Estate) -> Vec<Vec<Outcome>> {
    let batch = Batch::new(rulebook, estate);
    let sites = estate.sites() as usize;
    // Made side by side: of a million sites, a fifth of the time goes into fetching this memory.
    let list = |_: &Profile| vec![Outcome::unjudged(); sites];
    let mut outcomes: Vec<Vec<Outcome>> = rulebook.profiles.par_iter().map(list).collect();
    let runs = Batch::runs(&mut outcomes, RUN);
    runs.into_par_iter().for_each(|(first, mut lists)| batch.judge(first, &mut lists));
    outcomes
}

/// Sites that one processor judges at a time.
const RUN: usize = 1024;

/// Pooled entries stand for many buildings and are not judged as one; homes are judged in pools alone.
fn is_judged(profile: &Profile, site: &Site) -> bool {
    !site.is_pooled && profile.place != Place::Space(SpaceKind::Home)
}

fn site_result(
    outcome: Outcome,
    gap: &SiteGap,
    prices: Option<&Prices<'_>>,
    (at, site): (usize, &Site),
) -> SiteResult {
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let (place, nation) = (count(at), site.nation);
    let needs = SiteNeeds { site: place, nation, gap, works: &[], backlog: &[] };
    let lines = prices.map(|prices| prices.lines(&needs)).unwrap_or_default();
    SiteResult {
        outcome,
        capital: readiness_capital(gap, &lines),
        not_known: count(gap.not_known.len()),
        below_minimum: gap.no_room.is_empty().then(|| count(gap.below_level())),
        lines_without_cost: count(lines.iter().filter(|line| line.capital.is_none()).count()),
    }
}
