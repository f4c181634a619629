//! What is missing for a set of technologies at a site, and what it costs to put right.
//!
//! Each remedy is counted once a place: what two technologies share is paid once. Where several
//! remedies close a gap, the cheapest for that gap is taken; which set of them is cheapest for the
//! whole site is `takes`. Capital and running cost are kept apart. Costs are plain benchmark costs in
//! the rulebook's price base: optimism bias, contingency, fees, VAT and location factors are not in
//! them.

use crate::cost::{Estimate, Money, Pence};
use crate::estate::{Estate, PlaceRow};
use crate::judge::{Judged, Outcome, Spot, Verdict, WHOLE_BP, judge, place_of, read};
use crate::place::SpaceKind;
use crate::profile::{Place, Profile, Question, Requirement, Threshold};
use crate::remedy::{Basis, Closes, Remedy};
use crate::resource::{Areas, Reading, ResourceIndex, steady};
use crate::rulebook::Rulebook;
use crate::words::words;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

words! {
    /// How far gaps are to be closed.
    Level {
        /// To the minimum of every requirement.
        Minimum = "minimum",
        /// To the target of every requirement.
        Target = "target",
    }
}

/// A requirement of a profile, by their places in the rulebook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Need {
    /// The profile.
    pub profile: usize,
    /// The requirement within it.
    pub requirement: usize,
}

/// One remedy at one place.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The remedy, by its place in the rulebook.
    pub remedy: usize,
    /// Where it is put: a space, or the site itself.
    pub place: PlaceRow,
    /// How much, in thousandths of the remedy's unit; none where it cannot be told.
    pub quantity_milli: Option<Estimate<i64>>,
    /// Of that quantity, what the site lacks already, before any of these technologies; none where it
    /// lacks nothing yet.
    pub already_milli: Option<Estimate<i64>>,
    /// Capital cost; none where the quantity or a rate is not known.
    pub capital: Option<Estimate<Pence>>,
    /// Running cost a year; none where no figure is published.
    pub running: Option<Estimate<Pence>>,
    /// Why the quantity cannot be told, or what is missing from it: it is then at least so much.
    pub unknown_reason: Option<String>,
    /// The requirements that it serves.
    pub needs: Vec<Need>,
}

/// What is missing at one site.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SiteGap {
    /// What to do, a line a remedy and place.
    pub lines: Vec<Line>,
    /// Requirements that are short and that no remedy closes.
    pub without_remedy: Vec<Need>,
    /// Requirements of which too little is known to say whether anything is missing.
    pub not_known: Vec<Need>,
    /// Technologies, by their places in the rulebook, for which the site has no room of their kind on
    /// record. Nothing is priced for them: no one buys a supply for a robot that has nowhere to stand. What
    /// is not known of them is in `not_known` all the same.
    pub no_room: Vec<usize>,
}

impl SiteGap {
    /// Capital of the lines whose cost is known. Nothing where everything is known and nothing is
    /// missing; none where no cost is known and something may be missing, for that is not nothing.
    #[must_use]
    pub fn capital(&self) -> Option<Estimate<Pence>> {
        let known = self.lines.iter().filter_map(|line| line.capital);
        let nothing = self.is_nothing().then(Estimate::default);
        known.reduce(|one, other| one + other).or(nothing)
    }

    /// Whether everything is known and nothing is missing.
    #[must_use]
    pub const fn is_nothing(&self) -> bool {
        self.lines.is_empty()
            && self.not_known.is_empty()
            && self.without_remedy.is_empty()
            && self.no_room.is_empty()
    }

    /// How many requirements do not come up to the level, whether or not a remedy closes them.
    #[must_use]
    pub fn below_level(&self) -> usize {
        let with_remedy: usize = self.lines.iter().map(|line| line.needs.len()).sum();
        with_remedy + self.without_remedy.len()
    }

    /// Running cost a year of the lines whose cost is known; none where no line's is.
    #[must_use]
    pub fn running(&self) -> Option<Estimate<Pence>> {
        self.lines.iter().filter_map(|line| line.running).reduce(|one, other| one + other)
    }

    /// How many lines have no running cost: what [`Self::running`] leaves out.
    #[must_use]
    pub fn lines_without_running(&self) -> usize {
        self.lines.iter().filter(|line| line.running.is_none()).count()
    }

    /// How many lines have no capital cost.
    #[must_use]
    pub fn lines_without_cost(&self) -> usize {
        self.lines.iter().filter(|line| line.capital.is_none()).count()
    }
}

/// Whether a verdict leaves something to do at this level.
#[must_use]
pub fn is_missing(judged: Judged, level: Level) -> bool {
    match level {
        Level::Minimum => judged.verdict == Verdict::Short,
        Level::Target => matches!(judged.verdict, Verdict::Short | Verdict::MeetsMinimum),
    }
}

/// The gap of one requirement in the unit of what it asks; none where the reading is not known or
/// where the gap has no size, as with a choice.
#[must_use]
pub fn gap_size(
    requirement: &Requirement,
    reading: Reading,
    level: Level,
) -> Option<Estimate<f64>> {
    let Reading::Known { low, central, high } = reading else {
        return None;
    };
    let limit = |limits: &crate::profile::Limits| match level {
        Level::Minimum => limits.minimum,
        Level::Target => limits.target,
    };
    let size = |value: f64| match &requirement.threshold {
        Threshold::AtLeast(limits) => Some((limit(limits) - value).max(0.0)),
        Threshold::AtMost(limits) => Some((value - limit(limits)).max(0.0)),
        Threshold::Within { low, high } => {
            Some((limit(low) - value).max(value - limit(high)).max(0.0))
        }
        Threshold::Choices(_) | Threshold::Is(_) => None,
    };
    let (one, central, other) = (size(low)?, size(central)?, size(high)?);
    Some(Estimate { low: one.min(other), central, high: one.max(other) })
}

/// A requirement that is short, with what could close it; nothing closes a checklist as a whole.
struct Short {
    gap: Option<Closes>,
    place: PlaceRow,
    size: Option<Estimate<f64>>,
    need: Need,
}

/// What a remedy at a place has to do.
#[derive(Default)]
struct Work {
    size: Option<Estimate<f64>>,
    /// Of the size, what is missing before any technology comes.
    already: Option<Estimate<f64>>,
    needs: Vec<Need>,
}

/// What is missing at a site for one unit of each of `profiles`, each judged where its outcome says. For
/// one that has no room of its kind on record nothing is priced, and it takes nothing from the others.
///
/// Headroom is taken for all of them together: technologies that each fit alone and do not fit
/// together are seen to be short.
#[must_use]
pub fn site_gap(
    rulebook: &Rulebook,
    estate: &Estate,
    deployed: &[(usize, Outcome)],
    level: Level,
) -> SiteGap {
    let mut gap = SiteGap::default();
    let mut works: BTreeMap<(usize, PlaceRow), Work> = BTreeMap::new();
    let mut shorts = Vec::new();
    let mut headrooms: BTreeMap<ResourceIndex, Vec<(Need, Spot)>> = BTreeMap::new();
    for (profile_at, outcome) in deployed {
        let profile = &rulebook.profiles[*profile_at];
        if matches!(outcome.spot(), Spot::NoSpace { .. }) {
            gap.no_room.push(*profile_at);
            gap.not_known.extend(unknown_needs(rulebook, estate, *profile_at, outcome.spot()));
            continue;
        }
        for (at, requirement) in profile.requirements.iter().enumerate() {
            let need = Need { profile: *profile_at, requirement: at };
            if let Question::Headroom(resource) = requirement.asks {
                headrooms.entry(resource).or_default().push((need, outcome.spot()));
                continue;
            }
            let reading = read(rulebook, estate, requirement, outcome.spot());
            let judged = judge(requirement, reading);
            // Between limits of which the better reaches the target, whether it is met is not known.
            let may_reach =
                judged.verdict == Verdict::MeetsMinimum && judged.at_best_bp == WHOLE_BP;
            if judged.verdict == Verdict::Unknown || (level == Level::Target && may_reach) {
                gap.not_known.push(need);
            } else if is_missing(judged, level) {
                let size = gap_size(requirement, reading, level);
                let place = place_of(rulebook, &requirement.asks, outcome.spot())
                    .unwrap_or(outcome.spot().site());
                shorts.push(Short { gap: gap_left_by(&requirement.asks), place, size, need });
            }
        }
    }
    add_shorts(rulebook, estate, shorts, &mut works, &mut gap);
    for (resource, needs) in headrooms {
        add_headroom(rulebook, estate, resource, &needs, level, &mut works, &mut gap);
    }
    cover_rooms(rulebook, estate, &mut works);
    gap.lines = works
        .into_iter()
        .map(|((remedy, place), work)| cost_line(rulebook, estate, remedy, place, work))
        .collect();
    gap
}

/// The requirements of a profile that cannot be judged at a place.
fn unknown_needs(
    rulebook: &Rulebook,
    estate: &Estate,
    profile: usize,
    spot: Spot,
) -> impl Iterator<Item = Need> {
    let requirements = rulebook.profiles[profile].requirements.iter().enumerate();
    let is_unknown = move |requirement: &Requirement| {
        judge(requirement, read(rulebook, estate, requirement, spot)).verdict == Verdict::Unknown
    };
    requirements
        .filter(move |(_, requirement)| is_unknown(requirement))
        .map(move |(at, _)| Need { profile, requirement: at })
}

/// Technologies for which nothing is priced at some sites, because no room of their kind is on record there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WithoutRoom {
    /// How many sites have none.
    pub sites: usize,
    /// The technologies, by their places in the rulebook.
    pub profiles: BTreeSet<usize>,
}

impl WithoutRoom {
    /// What is not priced, in a sentence.
    #[must_use]
    pub fn sentence(&self, rulebook: &Rulebook, kind: SpaceKind) -> String {
        let sites = match self.sites {
            1 => "1 site has".to_owned(),
            many => format!("{many} sites have"),
        };
        let titles = rulebook.titles_of(self.profiles.iter().copied()).unwrap_or_default();
        format!("{sites} no {} on record: nothing is priced there for {titles}.", kind.name())
    }
}

/// By kind of room, for how many sites and for which technologies nothing is priced, because no such room
/// is on record. Technologies of one kind find room at the same sites, so each site counts once a kind.
#[must_use]
pub fn without_room<'a>(
    rulebook: &Rulebook,
    gaps: impl Iterator<Item = &'a SiteGap>,
) -> BTreeMap<SpaceKind, WithoutRoom> {
    let mut found: BTreeMap<SpaceKind, WithoutRoom> = BTreeMap::new();
    for gap in gaps {
        let mut kinds = BTreeSet::new();
        for profile in &gap.no_room {
            let Place::Space(kind) = rulebook.profiles[*profile].place else { continue };
            let here = found.entry(kind).or_default();
            here.sites += usize::from(kinds.insert(kind));
            here.profiles.insert(*profile);
        }
    }
    found
}

/// The gap that a question leaves where its answer is short; none for a checklist, which only work on
/// its items closes.
#[must_use]
pub const fn gap_left_by(asks: &Question) -> Option<Closes> {
    match asks {
        Question::Measure(measure) => Some(Closes::Measure(*measure)),
        Question::Headroom(resource) => Some(Closes::Headroom(*resource)),
        Question::Checklist(_) => None,
    }
}

/// The remedy that closes the gap of one requirement of a profile, by its place in the rulebook: the
/// cheapest where there are several.
#[must_use]
pub fn closing(
    rulebook: &Rulebook,
    estate: &Estate,
    profile: &Profile,
    requirement: &Requirement,
    spot: Spot,
) -> Option<usize> {
    let gap = gap_left_by(&requirement.asks)?;
    let place = place_of(rulebook, &requirement.asks, spot).unwrap_or(spot.site());
    let reading = read(rulebook, estate, requirement, spot);
    let size = gap_size(requirement, reading, Level::Minimum);
    let demand = |resource| full_demand_of(rulebook, std::iter::once((profile, 1)), resource);
    cheapest(rulebook, estate, gap, place, size, &demand)
}

/// Of the remedies that close a gap the one of least central capital: what has no cost comes last, and
/// of equals the first by id.
fn cheapest(
    rulebook: &Rulebook,
    estate: &Estate,
    gap: Closes,
    place: PlaceRow,
    size: Option<Estimate<f64>>,
    demand: &Demands<'_>,
) -> Option<usize> {
    let mut remedies = rulebook.remedies_for(gap);
    let first = remedies.next()?;
    let rest: Vec<usize> = remedies.collect();
    if rest.is_empty() {
        return Some(first);
    }
    std::iter::once(first).chain(rest).min_by_key(|remedy| {
        let capital = price(rulebook, estate, *remedy, place, size, demand).capital;
        (capital.is_none(), capital.map(|capital| capital.central))
    })
}

/// What technologies take of a resource at full use.
pub(crate) struct FullDemand {
    /// Of those of which a sourced figure tells it.
    known: f64,
    /// Why that is not the whole, in words.
    unknown: Option<String>,
}

impl FullDemand {
    /// The same where a part of it is as good as nothing: one of which no sourced figure tells makes
    /// the whole unknown.
    pub(crate) fn whole(self) -> Self {
        if self.unknown.is_some() { Self { known: 0.0, ..self } } else { self }
    }
}

/// What the technologies that a remedy serves take of a resource at full use.
pub(crate) type Demands<'a> = dyn Fn(ResourceIndex) -> FullDemand + 'a;

/// What so many of each of these technologies take of a resource at full use together.
pub(crate) fn full_demand_of<'a>(
    rulebook: &Rulebook,
    technologies: impl Iterator<Item = (&'a Profile, u32)>,
    resource: ResourceIndex,
) -> FullDemand {
    let (mut known, mut without) = (0.0, Vec::new());
    for (profile, quantity) in technologies {
        match profile.full_demand_on(resource) {
            Some(one) => known += one * f64::from(quantity),
            None => without.push(profile.title.as_str()),
        }
    }
    let title = &rulebook.resources[resource.at()].title;
    let unknown = (!without.is_empty()).then(|| {
        format!("No sourced figure tells the demand ({title}) of: {}.", without.join("; "))
    });
    FullDemand { known, unknown }
}

/// What the technologies of these needs take of a resource at full use, one unit of each.
fn full_demand_of_needs(
    rulebook: &Rulebook,
    needs: &[Need],
    resource: ResourceIndex,
) -> FullDemand {
    let profiles: BTreeSet<usize> = needs.iter().map(|need| need.profile).collect();
    let one_each = profiles.into_iter().map(|at| (&rulebook.profiles[at], 1));
    full_demand_of(rulebook, one_each, resource)
}

/// All needs of one measure at one place are closed by one remedy, the cheapest for all of them.
fn add_shorts(
    rulebook: &Rulebook,
    estate: &Estate,
    shorts: Vec<Short>,
    works: &mut BTreeMap<(usize, PlaceRow), Work>,
    gap: &mut SiteGap,
) {
    let mut together: BTreeMap<(Option<Closes>, PlaceRow), Work> = BTreeMap::new();
    for short in &shorts {
        let work = together.entry((short.gap, short.place)).or_default();
        work.add(short.size, short.need);
    }
    let remedies: BTreeMap<(Option<Closes>, PlaceRow), Option<usize>> = together
        .into_iter()
        .map(|(key, work)| {
            let demand = |resource| full_demand_of_needs(rulebook, &work.needs, resource);
            let remedy =
                key.0.and_then(|gap| cheapest(rulebook, estate, gap, key.1, work.size, &demand));
            (key, remedy)
        })
        .collect();
    for short in shorts {
        match remedies[&(short.gap, short.place)] {
            Some(remedy) => {
                works.entry((remedy, short.place)).or_default().add(short.size, short.need);
            }
            None => gap.without_remedy.push(short.need),
        }
    }
}

impl Work {
    /// Several needs of one remedy at one place are met by the largest of them.
    fn add(&mut self, size: Option<Estimate<f64>>, need: Need) {
        self.needs.push(need);
        self.size = larger(self.size, size);
    }
}

/// The larger of two sizes, estimate by estimate; what has no size adds nothing.
pub(crate) fn larger<T: PartialOrd>(
    one: Option<Estimate<T>>,
    other: Option<Estimate<T>>,
) -> Option<Estimate<T>> {
    let max = |one: T, other: T| if other > one { other } else { one };
    match (one, other) {
        (Some(one), Some(other)) => Some(Estimate {
            low: max(one.low, other.low),
            central: max(one.central, other.central),
            high: max(one.high, other.high),
        }),
        (one, other) => one.or(other),
    }
}

/// Where a remedy by floor area is put over a whole site, the rooms of the site are in it and are
/// not paid for again. Where the area of the site is not known, its rooms are what can be priced.
fn cover_rooms(
    rulebook: &Rulebook,
    estate: &Estate,
    works: &mut BTreeMap<(usize, PlaceRow), Work>,
) {
    let rooms: Vec<(usize, PlaceRow)> = works
        .keys()
        .copied()
        .filter(|(remedy, place)| {
            estate.kind(*place).is_some()
                && rulebook.remedies[*remedy].quantity.basis == Basis::Area
        })
        .collect();
    for (remedy, place) in rooms {
        let whole = (remedy, estate.site_of(place));
        let is_known = !estate.value(rulebook.areas.site, whole.1).is_nan();
        if is_known
            && works.contains_key(&whole)
            && let Some(room) = works.remove(&(remedy, place))
        {
            works.entry(whole).or_default().needs.extend(room.needs);
        }
    }
}

/// The demands of all technologies are added up and set against what the site has left. What is
/// missing is sized as the capacity to add, of which the growth reserve takes its share too.
fn add_headroom(
    rulebook: &Rulebook,
    estate: &Estate,
    resource: ResourceIndex,
    needs: &[(Need, Spot)],
    level: Level,
    works: &mut BTreeMap<(usize, PlaceRow), Work>,
    gap: &mut SiteGap,
) {
    let limit = |need: &Need| match (&requirement_of(rulebook, *need).threshold, level) {
        (Threshold::AtLeast(limits), Level::Minimum) => limits.minimum,
        (Threshold::AtLeast(limits), Level::Target) => limits.target,
        _ => 0.0,
    };
    let wanted = steady(needs.iter().map(|(need, _)| limit(need)).sum());
    let Some((_, spot)) = needs.first() else {
        return;
    };
    let site = spot.site();
    let headroom =
        rulebook.resources[resource.at()].headroom(|measure| estate.value(measure, site));
    let listed = needs.iter().map(|(need, _)| *need);
    let Reading::Known { low, central, high } = headroom else {
        gap.not_known.extend(listed);
        return;
    };
    if low >= wanted {
        return;
    }
    if high >= wanted {
        gap.not_known.extend(listed);
        return;
    }
    let missing = |left: f64| rulebook.resources[resource.at()].addition_for(wanted - left);
    let size = Estimate { low: missing(high), central: missing(central), high: missing(low) };
    let all: Vec<Need> = listed.clone().collect();
    let demand = |resource| full_demand_of_needs(rulebook, &all, resource);
    let gap_of = Closes::Headroom(resource);
    match cheapest(rulebook, estate, gap_of, site, Some(size), &demand) {
        Some(remedy) => {
            let work = works.entry((remedy, site)).or_default();
            listed.for_each(|need| work.add(Some(size), need));
            let lacking = |left: f64| missing(left + wanted).max(0.0);
            let already =
                Estimate { low: lacking(high), central: lacking(central), high: lacking(low) };
            if let Some(work) = works.get_mut(&(remedy, site)).filter(|_| already.high > 0.0) {
                work.already = Some(already);
            }
        }
        None => gap.without_remedy.extend(listed),
    }
}

fn requirement_of(rulebook: &Rulebook, need: Need) -> &Requirement {
    &rulebook.profiles[need.profile].requirements[need.requirement]
}

fn cost_line(
    rulebook: &Rulebook,
    estate: &Estate,
    remedy: usize,
    place: PlaceRow,
    work: Work,
) -> Line {
    let demand = |resource| full_demand_of_needs(rulebook, &work.needs, resource);
    let priced = price(rulebook, estate, remedy, place, work.size, &demand);
    let factor = rulebook.remedies[remedy].quantity.factor;
    Line {
        remedy,
        place,
        quantity_milli: priced.quantity_milli,
        already_milli: work.already.map(|size| in_milli(size, factor)),
        capital: priced.capital,
        running: priced.running,
        unknown_reason: priced.unknown_reason,
        needs: work.needs,
    }
}

/// How much of a remedy it is, and what that costs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Priced {
    /// How much, in thousandths of the remedy's unit; none where it cannot be told.
    pub quantity_milli: Option<Estimate<i64>>,
    /// Capital cost; none where the quantity or a rate is not known.
    pub capital: Option<Estimate<Pence>>,
    /// Running cost a year; none where no figure is published.
    pub running: Option<Estimate<Pence>>,
    /// Why the quantity cannot be told, or what is missing from it.
    pub unknown_reason: Option<String>,
}

/// Prices a remedy at a place that closes gaps up to a size, for technologies that take at full use
/// what `demand` says.
pub(crate) fn price(
    rulebook: &Rulebook,
    estate: &Estate,
    remedy_at: usize,
    place: PlaceRow,
    size: Option<Estimate<f64>>,
    demand: &Demands<'_>,
) -> Priced {
    let remedy = &rulebook.remedies[remedy_at];
    let (quantity, unknown_reason) = quantity(rulebook, estate, remedy, place, size, demand);
    let quantity_milli = quantity.map(|size| in_milli(size, remedy.quantity.factor));
    let cost =
        |money| quantity_milli.and_then(|quantity| cost_of(rulebook, remedy, money, quantity));
    Priced {
        quantity_milli,
        capital: cost(Money::Capital),
        running: cost(Money::Running),
        unknown_reason,
    }
}

fn in_milli(size: Estimate<f64>, factor: f64) -> Estimate<i64> {
    Estimate {
        low: milli(size.low * factor),
        central: milli(size.central * factor),
        high: milli(size.high * factor),
    }
}

/// Quantities are rounded once, to thousandths, so that quantity x rate gives the pounds shown.
#[expect(
    clippy::cast_possible_truncation,
    reason = "plausible ranges keep quantities far below 2^63"
)]
pub(crate) fn milli(quantity: f64) -> i64 {
    (quantity * 1000.0).round_ties_even() as i64
}

/// How much of a remedy is needed, and why it cannot be told or what is missing from it.
fn quantity(
    rulebook: &Rulebook,
    estate: &Estate,
    remedy: &Remedy,
    place: PlaceRow,
    size: Option<Estimate<f64>>,
    demand: &Demands<'_>,
) -> (Option<Estimate<f64>>, Option<String>) {
    let exactly = |value: f64| Some(Estimate { low: value, central: value, high: value });
    let unknown = |reason: String| (None, Some(reason));
    match remedy.quantity.basis {
        Basis::Gap if size.is_none() => {
            unknown("The gap has no size in a unit that a rate could be applied to.".to_owned())
        }
        Basis::Gap => (size, None),
        // What carries the technologies carries all of them at full use: diversity is of the peak.
        Basis::Demand => {
            let Some(resource) = remedy.quantity.resource else {
                return unknown("The remedy names no resource.".to_owned());
            };
            let FullDemand { known, unknown: reason } = demand(resource);
            match reason {
                None => (exactly(known), None),
                Some(reason) if known > 0.0 => {
                    (exactly(known), Some(format!("At least. {reason}")))
                }
                Some(reason) => unknown(reason),
            }
        }
        Basis::Area => {
            let Areas { site, space } = rulebook.areas;
            let measure = if estate.kind(place).is_some() { space } else { site };
            let area = estate.value(measure, place);
            if area.is_nan() {
                let id = &rulebook.dictionary.get(measure).id;
                unknown(format!("The floor area ({id}) is not surveyed."))
            } else {
                (exactly(area), None)
            }
        }
        Basis::Saved | Basis::Measure => {
            unknown("It is sized by what it saves and not by a gap.".to_owned())
        }
    }
}

/// Rate x quantity for every part of the cost that is of this kind of money; none where no part is.
fn cost_of(
    rulebook: &Rulebook,
    remedy: &Remedy,
    money: Money,
    quantity: Estimate<i64>,
) -> Option<Estimate<Pence>> {
    let rates: Vec<Estimate<Decimal>> = remedy
        .costs
        .iter()
        .filter(|cost| cost.money == money)
        .map(|cost| rulebook.benchmarks[cost.benchmark].rate)
        .collect();
    if rates.is_empty() {
        return None;
    }
    let rate: Estimate<Decimal> = rates.into_iter().sum();
    let pence =
        |rate: Decimal, milli: i64| Pence::from_pounds(rate.checked_mul(Decimal::new(milli, 3))?);
    Some(Estimate {
        low: pence(rate.low, quantity.low)?,
        central: pence(rate.central, quantity.central)?,
        high: pence(rate.high, quantity.high)?,
    })
}

/// The profile that a need belongs to.
#[must_use]
pub fn profile_of(rulebook: &Rulebook, need: Need) -> &Profile {
    &rulebook.profiles[need.profile]
}
