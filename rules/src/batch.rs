//! Judging the whole estate: requirement by requirement over blocks of places.
//!
//! What one requirement says is `curve`'s, how it adds up is `tally`'s: the same functions that explain
//! one site. Here is only the order of work that makes it fast. For a block of sites, every distinct
//! question is read once into a column of values, every distinct threshold turns a column of values
//! into a column of marks, once for all technologies that share it, and each technology adds its
//! columns of marks up. Blocks are so small that their columns stay in the processor's cache. Within a
//! block nothing is allocated and nothing branches on what a site says, save the few readings that are
//! worked out from several measures.
//!
//! The result does not depend on how sites are cut into blocks or shared among threads: no site's
//! figures enter another's.

use crate::curve::{self, Curve};
use crate::estate::{Cells, Estate, value_of_code};
use crate::judge::{Judged, Outcome, Spot, best_of, count_of_item, evidence_of, reading_of_counts};
use crate::measure::{Domain, Kind, MeasureIndex, Scale};
use crate::place::SpaceKind;
use crate::profile::{Place, Profile, Question, Requirement, Threshold, is_read_of_site};
use crate::resource::Reading;
use crate::rulebook::Rulebook;
use crate::tally::{conclude_domains, gate_mark, mark};
use std::ops::Range;

/// Places judged together. Marks of about 250 thresholds take 8 bytes each: 250 x 8 x 256 = 512,000
/// bytes, half of a usual second-level cache.
const BLOCK: usize = 256;

type Numbers = [f64; BLOCK];

/// A rulebook made ready to judge estates.
pub struct Batch<'a> {
    rulebook: &'a Rulebook,
    /// What is read of the sites themselves, for whichever technology.
    of_sites: Sheet,
    groups: Vec<Group>,
}

/// Questions and thresholds of one kind of place, each once.
#[derive(Default)]
struct Sheet {
    asked: Vec<Asked>,
    columns: usize,
}

/// A question with every distinct threshold that is applied to it.
struct Asked {
    question: Question,
    scale: Scale,
    columns: Vec<Column>,
}

/// One distinct threshold of a question, and its column of marks.
struct Column {
    at: usize,
    threshold: Threshold,
    curve: Curve,
    /// The marks of a choice or flag by its code in a column of the estate; empty for numbers.
    marks: Vec<Marks>,
}

/// What a requirement adds to its domain, and what it adds to the gates where it is one.
#[derive(Clone, Copy, Default)]
struct Marks {
    points: u64,
    gate: u8,
}

impl Marks {
    #[inline]
    const fn of(judged: Judged) -> Self {
        Self { points: mark(judged), gate: gate_mark(judged.verdict) }
    }
}

/// The technologies that are judged at one kind of place.
struct Group {
    place: Place,
    /// What is read of the spaces themselves.
    of_spaces: Sheet,
    plans: Vec<Plan>,
}

/// One technology: which columns of marks it adds up.
struct Plan {
    /// Its place in the rulebook.
    profile: usize,
    /// Those of one lane together, in the order of the lanes.
    terms: Vec<Term>,
    gates: Vec<MarkAt>,
    /// Each domain with its weight.
    domains: Vec<(Domain, u32)>,
}

#[derive(Clone, Copy)]
struct Term {
    /// The sum to which it goes: of a domain, on hard or on soft evidence.
    lane: usize,
    weight: u64,
    at: MarkAt,
}

/// A column of marks: of the sites, or of the spaces.
#[derive(Clone, Copy)]
enum MarkAt {
    Site(usize),
    Space(usize),
}

/// How many sums a technology has: two a domain.
const LANES: usize = 2 * Domain::ALL.len();

impl Sheet {
    /// The column of a requirement's marks, which others with the same threshold share.
    fn column_of(&mut self, requirement: &Requirement) -> usize {
        let known = self.asked.iter().position(|asked| asked.question == requirement.asks);
        let asked = known.unwrap_or_else(|| {
            let (question, scale) = (requirement.asks.clone(), requirement.scale);
            self.asked.push(Asked { question, scale, columns: Vec::new() });
            self.asked.len() - 1
        });
        let columns = &mut self.asked[asked].columns;
        if let Some(same) = columns.iter().find(|one| one.threshold == requirement.threshold) {
            return same.at;
        }
        let curve = Curve::of(requirement);
        let marks = match &curve {
            Curve::Table(table) => {
                std::iter::once(&curve::UNKNOWN).chain(table).map(|one| Marks::of(*one)).collect()
            }
            Curve::Slope(_) | Curve::Band { .. } => Vec::new(),
        };
        let at = self.columns;
        columns.push(Column { at, threshold: requirement.threshold.clone(), curve, marks });
        self.columns += 1;
        at
    }
}

impl<'a> Batch<'a> {
    /// Makes a rulebook ready.
    #[must_use]
    pub fn new(rulebook: &'a Rulebook) -> Self {
        let mut batch = Self { rulebook, of_sites: Sheet::default(), groups: Vec::new() };
        for (at, profile) in rulebook.profiles.iter().enumerate() {
            batch.add(at, profile);
        }
        batch
    }

    fn add(&mut self, at: usize, profile: &Profile) {
        let known = self.groups.iter().position(|group| group.place == profile.place);
        let group = known.unwrap_or_else(|| {
            let (place, of_spaces) = (profile.place, Sheet::default());
            self.groups.push(Group { place, of_spaces, plans: Vec::new() });
            self.groups.len() - 1
        });
        let group = &mut self.groups[group];
        let (mut terms, mut gates) = (Vec::new(), Vec::new());
        for requirement in &profile.requirements {
            let is_of_site = profile.place == Place::Site
                || is_read_of_site(&requirement.asks, &self.rulebook.dictionary);
            let at = if is_of_site {
                MarkAt::Site(self.of_sites.column_of(requirement))
            } else {
                MarkAt::Space(group.of_spaces.column_of(requirement))
            };
            let is_soft = evidence_of(self.rulebook, requirement).is_soft();
            let lane = 2 * requirement.domain as usize + usize::from(is_soft);
            terms.push(Term { lane, weight: requirement.weight.into(), at });
            gates.extend(requirement.gate.then_some(at));
        }
        terms.sort_by_key(|term| term.lane);
        let is_used =
            |domain: &&Domain| terms.iter().any(|term| term.lane / 2 == **domain as usize);
        let domains = Domain::ALL
            .iter()
            .filter(is_used)
            .map(|domain| (*domain, profile.weights[*domain as usize]))
            .collect();
        group.plans.push(Plan { profile: at, terms, gates, domains });
    }

    /// Judges the sites from `first` on, as many as each list of `outcomes` has places: a list a
    /// profile, in the order of the rulebook.
    ///
    /// # Panics
    /// Where there are more or fewer lists than profiles, or they reach beyond the estate.
    pub fn judge(&self, estate: &Estate, first: u32, outcomes: &mut [&mut [Outcome]]) {
        assert_eq!(outcomes.len(), self.rulebook.profiles.len(), "one list a profile");
        let count = outcomes.first().map_or(0, |list| list.len());
        let mut work = Work::new(self);
        for from in (0..count).step_by(BLOCK) {
            let rows = from..count.min(from + BLOCK);
            let sites = first + number(rows.start)..first + number(rows.end);
            self.judge_block(estate, sites, rows, outcomes, &mut work);
        }
    }

    /// `sites` are the sites of the block, and `rows` their places in the lists.
    fn judge_block(
        &self,
        estate: &Estate,
        sites: Range<u32>,
        rows: Range<usize>,
        outcomes: &mut [&mut [Outcome]],
        work: &mut Work,
    ) {
        let read = Read { rulebook: self.rulebook, estate, rows: Rows::Sites(sites.clone()) };
        work.of_sites.fill(&self.of_sites, &read);
        for (group, of_spaces) in self.groups.iter().zip(&mut work.of_spaces) {
            let Place::Space(kind) = group.place else {
                let marks = Sources { of_sites: &work.of_sites, of_spaces, sites: None };
                for plan in &group.plans {
                    let list = &mut outcomes[plan.profile][rows.clone()];
                    work.lanes.add_up(plan, &marks);
                    for (at, (site, outcome)) in sites.clone().zip(list).enumerate() {
                        let score = work.lanes.conclude(self.rulebook, plan, at);
                        *outcome = Outcome::new(score, Spot::Site(site));
                    }
                }
                continue;
            };
            list_spots(estate, sites.clone(), kind, &mut work.spots);
            for spots in work.spots.chunks(BLOCK) {
                let read = Read { rulebook: self.rulebook, estate, rows: Rows::Spaces(spots) };
                of_spaces.fill(&group.of_spaces, &read);
                let marks = Sources { of_sites: &work.of_sites, of_spaces, sites: Some(spots) };
                for plan in &group.plans {
                    let list = &mut outcomes[plan.profile][rows.clone()];
                    work.lanes.add_up(plan, &marks);
                    for (at, spot) in spots.iter().enumerate() {
                        let score = work.lanes.conclude(self.rulebook, plan, at);
                        spot.enter(score, estate, sites.start, list);
                    }
                }
            }
        }
    }
}

/// A place in which a technology is judged.
#[derive(Clone, Copy)]
struct SpotRow {
    /// The site, from 0 at the start of the block.
    site: u32,
    /// The space among all spaces, or `NO_SPACE`.
    space: u32,
    /// Whether it is the first of its site.
    is_first: bool,
}

/// Stands for the space of a site that has none of the kind.
const NO_SPACE: u32 = u32::MAX;

fn list_spots(estate: &Estate, sites: Range<u32>, kind: SpaceKind, spots: &mut Vec<SpotRow>) {
    spots.clear();
    for (at, site) in (0..).zip(sites) {
        let before = spots.len();
        for space in estate.spaces_of(site).filter(|space| estate.kind(*space) == Some(kind)) {
            let is_first = spots.len() == before;
            spots.push(SpotRow { site: at, space: space - estate.sites(), is_first });
        }
        if spots.len() == before {
            spots.push(SpotRow { site: at, space: NO_SPACE, is_first: true });
        }
    }
}

impl SpotRow {
    /// Enters a score into the outcomes of the block: a site shows its best space.
    #[inline]
    fn enter(self, score: crate::tally::Score, estate: &Estate, first: u32, list: &mut [Outcome]) {
        let site = first + self.site;
        let outcome = &mut list[self.site as usize];
        if self.space == NO_SPACE {
            *outcome = Outcome::new(score, Spot::NoSpace { site });
            return;
        }
        let spot = Spot::Space { site, space: estate.sites() + self.space };
        let here = Outcome::new(score, spot);
        *outcome = best_of((!self.is_first).then_some(*outcome), here);
    }
}

/// What is used again for every block.
struct Work {
    of_sites: MarkColumns,
    /// By group.
    of_spaces: Vec<MarkColumns>,
    spots: Vec<SpotRow>,
    lanes: Lanes,
}

impl Work {
    fn new(batch: &Batch<'_>) -> Self {
        Self {
            of_sites: MarkColumns::new(&batch.of_sites),
            of_spaces: batch
                .groups
                .iter()
                .map(|group| MarkColumns::new(&group.of_spaces))
                .collect(),
            spots: Vec::new(),
            lanes: Lanes { sums: vec![[0; BLOCK]; LANES], gates: [0; BLOCK] },
        }
    }
}

/// Where values are read.
struct Read<'a> {
    rulebook: &'a Rulebook,
    estate: &'a Estate,
    rows: Rows<'a>,
}

enum Rows<'a> {
    /// Sites that follow each other.
    Sites(Range<u32>),
    /// Spaces in a list.
    Spaces(&'a [SpotRow]),
}

impl Read<'_> {
    fn cells(&self, measure: MeasureIndex) -> Option<&Cells> {
        match self.rows {
            Rows::Sites(_) => self.estate.cells_of_sites(measure),
            Rows::Spaces(_) => self.estate.cells_of_spaces(measure),
        }
    }

    /// Copies the cells of the rows, with `unknown` for a place that has none.
    #[inline]
    fn copy<T: Copy>(&self, cells: &[T], unknown: T, out: &mut [T; BLOCK]) {
        match &self.rows {
            Rows::Sites(sites) => {
                let run = &cells[sites.start as usize..sites.end as usize];
                out[..run.len()].copy_from_slice(run);
            }
            Rows::Spaces(spots) => {
                for (out, spot) in out.iter_mut().zip(*spots) {
                    *out = cells.get(spot.space as usize).copied().unwrap_or(unknown);
                }
            }
        }
    }

    /// Calls `say` with the reading of a resource at every row. Resources are read of sites.
    fn headrooms(&self, resource: usize, mut say: impl FnMut(usize, Reading)) {
        let Rows::Sites(sites) = &self.rows else { return };
        let resource = &self.rulebook.resources[resource];
        for (at, site) in sites.clone().enumerate() {
            say(at, resource.headroom(|measure| self.estate.value(measure, site)));
        }
    }

    /// Adds up the counts of a checklist at every row.
    fn counts(&self, items: &[MeasureIndex], out: &mut [u32; BLOCK]) {
        out.fill(0);
        let mut codes = [0; BLOCK];
        for item in items {
            let kind = &self.rulebook.dictionary.get(*item).kind;
            let choices = match kind {
                Kind::Choice { choices, .. } => choices.len(),
                _ => 2,
            };
            let by_code: Vec<u32> = (0..=u8::try_from(choices).unwrap_or(u8::MAX))
                .map(|code| count_of_item(kind, value_of_code(code)))
                .collect();
            match self.cells(*item) {
                Some(Cells::Codes(cells)) => self.copy(cells, 0, &mut codes),
                Some(Cells::Numbers(_)) | None => codes.fill(0),
            }
            for (out, code) in out.iter_mut().zip(codes) {
                *out += by_code[code as usize];
            }
        }
    }
}

/// A column of marks for every distinct threshold of a sheet.
struct MarkColumns {
    points: Vec<[u64; BLOCK]>,
    gates: Vec<[u8; BLOCK]>,
}

impl MarkColumns {
    fn new(sheet: &Sheet) -> Self {
        Self { points: vec![[0; BLOCK]; sheet.columns], gates: vec![[0; BLOCK]; sheet.columns] }
    }

    fn fill(&mut self, sheet: &Sheet, read: &Read<'_>) {
        for asked in &sheet.asked {
            match &asked.question {
                Question::Measure(measure) => match read.cells(*measure) {
                    None => self.fill_unknown(asked),
                    Some(Cells::Codes(cells)) => self.fill_codes(asked, read, cells),
                    Some(Cells::Numbers(cells)) => self.fill_numbers(asked, read, cells),
                },
                Question::Headroom(resource) => {
                    let mut readings = Readings::default();
                    read.headrooms(resource.at(), |at, reading| readings.set(at, reading));
                    self.fill_readings(asked, &readings);
                }
                Question::Checklist(items) => {
                    let mut counts = [0; BLOCK];
                    read.counts(items, &mut counts);
                    let mut readings = Readings::default();
                    for (at, counts) in counts.iter().enumerate() {
                        readings.set(at, reading_of_counts(*counts));
                    }
                    self.fill_readings(asked, &readings);
                }
            }
        }
    }

    fn fill_unknown(&mut self, asked: &Asked) {
        let Marks { points, gate } = Marks::of(curve::UNKNOWN);
        for column in &asked.columns {
            self.points[column.at].fill(points);
            self.gates[column.at].fill(gate);
        }
    }

    fn fill_codes(&mut self, asked: &Asked, read: &Read<'_>, cells: &[u8]) {
        let mut codes = [0; BLOCK];
        read.copy(cells, 0, &mut codes);
        for column in &asked.columns {
            let (points, gates) = (&mut self.points[column.at], &mut self.gates[column.at]);
            for ((points, gate), code) in points.iter_mut().zip(gates).zip(codes) {
                let marks = column.marks.get(code as usize).copied().unwrap_or_default();
                *points = marks.points;
                *gate = marks.gate;
            }
        }
    }

    fn fill_numbers(&mut self, asked: &Asked, read: &Read<'_>, cells: &[f64]) {
        let mut values: Numbers = [f64::NAN; BLOCK];
        read.copy(cells, f64::NAN, &mut values);
        let mut places: Numbers = values;
        if asked.scale != Scale::Linear {
            places = values.map(|value| asked.scale.place(value));
        }
        for column in &asked.columns {
            let (points, gates) = (&mut self.points[column.at], &mut self.gates[column.at]);
            column.curve.judge_each(&values, &places, |at, judged| {
                let known = Marks::of(judged);
                let unknown = Marks::of(curve::UNKNOWN);
                let marks = if values[at].is_nan() { unknown } else { known };
                points[at] = marks.points;
                gates[at] = marks.gate;
            });
        }
    }

    fn fill_readings(&mut self, asked: &Asked, readings: &Readings) {
        for column in &asked.columns {
            let (points, gates) = (&mut self.points[column.at], &mut self.gates[column.at]);
            for at in 0..BLOCK {
                let known = column.curve.judge_between(readings.low[at], readings.high[at]);
                let judged = match readings.state[at] {
                    State::Known => known,
                    State::Unknown => curve::UNKNOWN,
                    State::NotApplicable => curve::NOT_APPLICABLE,
                };
                let marks = Marks::of(judged);
                points[at] = marks.points;
                gates[at] = marks.gate;
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Known,
    Unknown,
    NotApplicable,
}

/// Readings that may lie between limits.
struct Readings {
    low: Numbers,
    high: Numbers,
    state: [State; BLOCK],
}

impl Default for Readings {
    fn default() -> Self {
        Self { low: [0.0; BLOCK], high: [0.0; BLOCK], state: [State::Unknown; BLOCK] }
    }
}

impl Readings {
    #[inline]
    fn set(&mut self, at: usize, reading: Reading) {
        let (state, low, high) = match reading {
            Reading::Unknown => (State::Unknown, 0.0, 0.0),
            Reading::NotApplicable => (State::NotApplicable, 0.0, 0.0),
            Reading::Known { low, high, .. } => (State::Known, low, high),
        };
        (self.state[at], self.low[at], self.high[at]) = (state, low, high);
    }
}

/// Where the marks of a technology are taken from.
struct Sources<'a> {
    of_sites: &'a MarkColumns,
    of_spaces: &'a MarkColumns,
    /// The site of each row, where rows are spaces.
    sites: Option<&'a [SpotRow]>,
}

/// The sums of one technology over a block.
struct Lanes {
    sums: Vec<[u64; BLOCK]>,
    gates: [u8; BLOCK],
}

impl Lanes {
    fn add_up(&mut self, plan: &Plan, sources: &Sources<'_>) {
        for (domain, _) in &plan.domains {
            let lane = 2 * *domain as usize;
            self.sums[lane].fill(0);
            self.sums[lane + 1].fill(0);
        }
        self.gates.fill(0);
        for term in &plan.terms {
            let sums = &mut self.sums[term.lane];
            match (term.at, sources.sites) {
                (MarkAt::Space(at), _) => {
                    add(sums, &sources.of_spaces.points[at], term.weight);
                }
                (MarkAt::Site(at), None) => add(sums, &sources.of_sites.points[at], term.weight),
                (MarkAt::Site(at), Some(spots)) => {
                    let points = &sources.of_sites.points[at];
                    for (sum, spot) in sums.iter_mut().zip(spots) {
                        *sum += term.weight * points[spot.site as usize % BLOCK];
                    }
                }
            }
        }
        for gate in &plan.gates {
            match (*gate, sources.sites) {
                (MarkAt::Space(at), _) => add_gates(&mut self.gates, &sources.of_spaces.gates[at]),
                (MarkAt::Site(at), None) => add_gates(&mut self.gates, &sources.of_sites.gates[at]),
                (MarkAt::Site(at), Some(spots)) => {
                    let gates = &sources.of_sites.gates[at];
                    for (sum, spot) in self.gates.iter_mut().zip(spots) {
                        *sum += gates[spot.site as usize % BLOCK];
                    }
                }
            }
        }
    }

    #[inline]
    fn conclude(&self, rulebook: &Rulebook, plan: &Plan, at: usize) -> crate::tally::Score {
        let domains = plan.domains.iter().map(|(domain, weight)| {
            let lane = 2 * *domain as usize;
            (*weight, [self.sums[lane][at], self.sums[lane + 1][at]])
        });
        conclude_domains(&rulebook.bands, domains, self.gates[at])
    }
}

#[inline]
fn add(sums: &mut [u64; BLOCK], points: &[u64; BLOCK], weight: u64) {
    for (sum, points) in sums.iter_mut().zip(points) {
        *sum += weight * points;
    }
}

#[inline]
fn add_gates(sums: &mut [u8; BLOCK], gates: &[u8; BLOCK]) {
    for (sum, gate) in sums.iter_mut().zip(gates) {
        *sum += gate;
    }
}

/// # Panics
/// A block of four thousand million sites is a bug of the caller.
fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or_else(|_| panic!("an estate has fewer than 2^32 places"))
}
