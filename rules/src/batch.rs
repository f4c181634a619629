//! Judging the whole estate: requirement by requirement over blocks of places.
//!
//! What one requirement says is `curve`'s, how it adds up is `tally`'s, as for the explanation of one
//! site; a test holds the two equal. Here is only the order of work that makes it fast. For a block of sites, every distinct
//! question is read once into a column of values, every distinct threshold turns a column of values
//! into a column of marks, once for all technologies that share it, and each technology adds its
//! columns of marks up, those of one weight together. Blocks are so small that their columns stay in
//! the processor's cache, and marks so narrow that one instruction adds several.
//!
//! Most of what can be said is rare: only checklists and demands in kW lie between limits, only some
//! choices do not apply, and only gates can fail. So margins and gate marks have columns of their own,
//! which few thresholds fill, and a domain without any is concluded by a shorter loop.
//!
//! Within a block nothing is allocated, and the loops over its columns do not branch on what a site
//! says, save for the shares of checklists and the best of several spaces.
//!
//! Technologies share thresholds only where they read the same answers. So there are two arrangements of
//! the same work: one in which what is asked of a technology is read of the answers for all, and a
//! slower one, for the blocks in which some site answers for a technology apart.
//!
//! The result does not depend on how sites are cut into blocks or shared among threads: no site's
//! figures enter another's.

use crate::curve::{self, Curve};
use crate::estate::{Cells, Estate, code_of_value, value_of_code};
use crate::judge::{
    Judged, Outcome, Spot, Verdict, best_of, count_of_item, evidence_of, reading_of_counts,
};
use crate::measure::{Domain, Kind, MeasureIndex, Scale};
use crate::place::SpaceKind;
use crate::profile::{Place, Profile, Question, Requirement, Threshold, is_read_of_site};
use crate::resource::{Reading, Source};
use crate::rulebook::Rulebook;
use crate::tally::{DomainSums, NOT_APPLICABLE_MARGIN, Score, Totals};
use crate::tally::{answered_mark, gate_mark, margin, mark};
use std::ops::Range;

/// Places judged together. Marks of about 250 thresholds take 4 bytes each: 250 x 4 x 128 = 128,000
/// bytes, an eighth of a usual second-level cache, and what one technology adds up fits the first.
const BLOCK: usize = 128;

type Numbers = [f64; BLOCK];
type Counts = [u32; BLOCK];

/// A rulebook made ready to judge an estate.
pub struct Batch<'a> {
    rulebook: &'a Rulebook,
    estate: &'a Estate,
    /// For blocks in which every site answers for all technologies together.
    shared: Arrangement,
    /// For the others; none where there are none.
    apart: Option<Arrangement>,
}

/// Which questions and thresholds are worked out once, and which technologies add them up.
#[derive(Default)]
struct Arrangement {
    /// What is read of the sites themselves, for whichever technology.
    of_sites: Sheet,
    groups: Vec<Group>,
    /// The kinds of space of the groups.
    kinds: Vec<SpaceKind>,
}

/// Questions and thresholds of one kind of place, each once.
#[derive(Default)]
struct Sheet {
    asked: Vec<Asked>,
    marks: usize,
    margins: usize,
    gates: usize,
}

/// A question with every distinct threshold that is applied to it.
struct Asked {
    question: Question,
    scale: Scale,
    /// The items of a checklist, each with what every code of it counts.
    items: Vec<(MeasureIndex, ByCode<u32>)>,
    columns: Vec<Column>,
}

/// One distinct threshold of a question, and its columns of marks, of margins where it can have any,
/// and of gate marks where it is a gate of some technology.
struct Column {
    marks: usize,
    margins: Option<usize>,
    gates: Option<usize>,
    threshold: Threshold,
    curve: Curve,
    /// The marks of a choice or flag by its code in a column of the estate; none for numbers.
    codes: Option<Codes>,
}

/// What stands for each code in a column of the estate, whichever byte that is.
type ByCode<T> = Box<[T; 256]>;

struct Codes {
    marks: ByCode<u32>,
    margins: ByCode<u32>,
    gates: ByCode<u8>,
}

impl Codes {
    fn new(table: &[Judged]) -> Self {
        let all = std::iter::once(&curve::UNKNOWN).chain(table);
        let mut codes = Self {
            marks: Box::new([mark(curve::UNKNOWN); 256]),
            margins: Box::new([margin(curve::UNKNOWN); 256]),
            gates: Box::new([gate_mark(curve::UNKNOWN.verdict); 256]),
        };
        for (code, judged) in all.enumerate().take(256) {
            codes.marks[code] = mark(*judged);
            codes.margins[code] = margin(*judged);
            codes.gates[code] = gate_mark(judged.verdict);
        }
        codes
    }
}

/// The technologies that are judged at one kind of place.
struct Group {
    place: Place,
    /// What is read of the spaces themselves.
    of_spaces: Sheet,
    plans: Vec<Plan>,
}

/// One technology: which columns it adds up.
struct Plan {
    /// Its place in the rulebook.
    profile: usize,
    domains: Vec<DomainPlan>,
    gates: Places<Vec<usize>>,
}

/// One domain of a technology.
struct DomainPlan {
    /// Weight of the domain.
    weight: u32,
    /// The weights of all its requirements.
    weights: u32,
    hard: Terms,
    soft: Terms,
    margins: Terms,
}

/// Columns of the sites, and columns of the spaces.
#[derive(Default)]
struct Places<T> {
    of_sites: T,
    of_spaces: T,
}

impl<T> Places<T> {
    const fn at(&mut self, is_of_site: bool) -> &mut T {
        if is_of_site { &mut self.of_sites } else { &mut self.of_spaces }
    }
}

/// Columns to be added up, those of one weight together.
type Terms = Places<Vec<(u32, Vec<usize>)>>;

impl Terms {
    fn push(&mut self, is_of_site: bool, weight: u32, column: usize) {
        let own = self.at(is_of_site);
        match own.iter_mut().find(|(other, _)| *other == weight) {
            Some((_, columns)) => columns.push(column),
            None => own.push((weight, vec![column])),
        }
    }

    const fn is_empty(&self) -> bool {
        self.of_sites.is_empty() && self.of_spaces.is_empty()
    }
}

impl Sheet {
    /// The columns of a requirement, which others with the same threshold share.
    fn column_of(
        &mut self,
        requirement: &Requirement,
        question: Question,
        rulebook: &Rulebook,
    ) -> &Column {
        let known = self.asked.iter().position(|asked| asked.question == question);
        let asked = known.unwrap_or_else(|| {
            self.asked.push(Asked {
                scale: requirement.scale,
                items: items_of(&question, rulebook),
                question,
                columns: Vec::new(),
            });
            self.asked.len() - 1
        });
        let columns = &mut self.asked[asked].columns;
        let known = columns.iter().position(|one| one.threshold == requirement.threshold);
        let at = known.unwrap_or_else(|| {
            let curve = Curve::of(requirement);
            let codes = match &curve {
                Curve::Table(table) => Some(Codes::new(table)),
                Curve::Slope(_) | Curve::Band { .. } => None,
            };
            let margins = has_margins(requirement, rulebook).then(|| next(&mut self.margins));
            let marks = next(&mut self.marks);
            let threshold = requirement.threshold.clone();
            columns.push(Column { marks, margins, gates: None, threshold, curve, codes });
            columns.len() - 1
        });
        let column = &mut columns[at];
        if requirement.gate && column.gates.is_none() {
            column.gates = Some(next(&mut self.gates));
        }
        column
    }
}

/// Counts one more and gives the number before.
const fn next(count: &mut usize) -> usize {
    *count += 1;
    *count - 1
}

/// Whether anything but known exactly and unknown can come up.
fn has_margins(requirement: &Requirement, rulebook: &Rulebook) -> bool {
    match (&requirement.asks, &requirement.threshold) {
        (Question::Checklist(_), _) => true,
        (Question::Headroom(resource), _) => {
            let source = &rulebook.resources[resource.at()].source;
            matches!(source, Source::Balance { active: Some(_), .. })
        }
        (Question::Measure(_), Threshold::Choices(shares)) => shares.contains(&None),
        (Question::Measure(_), _) => false,
    }
}

fn items_of(question: &Question, rulebook: &Rulebook) -> Vec<(MeasureIndex, ByCode<u32>)> {
    let Question::Checklist(items) = question else { return Vec::new() };
    let counts = |item: &MeasureIndex| {
        let kind = &rulebook.dictionary.get(*item).kind;
        let choices = match kind {
            Kind::Choice { choices, .. } => choices.len(),
            _ => 2,
        };
        let mut counts = Box::new([count_of_item(kind, f64::NAN); 256]);
        for (code, count) in (0..=u8::MAX).zip(counts.iter_mut()).take(1 + choices) {
            *count = count_of_item(kind, value_of_code(code));
        }
        (*item, counts)
    };
    items.iter().map(counts).collect()
}

impl Arrangement {
    /// `read` says which answer is read for each that a requirement asks.
    fn new(rulebook: &Rulebook, read: &impl Fn(MeasureIndex) -> MeasureIndex) -> Self {
        let mut arrangement = Self::default();
        for (at, profile) in rulebook.profiles.iter().enumerate() {
            arrangement.add(rulebook, read, at, profile);
        }
        arrangement
    }

    fn add(
        &mut self,
        rulebook: &Rulebook,
        read: &impl Fn(MeasureIndex) -> MeasureIndex,
        at: usize,
        profile: &Profile,
    ) {
        let known = self.groups.iter().position(|group| group.place == profile.place);
        let group = known.unwrap_or_else(|| {
            let (place, of_spaces) = (profile.place, Sheet::default());
            self.kinds.extend(match place {
                Place::Space(kind) => Some(kind),
                Place::Site => None,
            });
            self.groups.push(Group { place, of_spaces, plans: Vec::new() });
            self.groups.len() - 1
        });
        let group = &mut self.groups[group];
        let mut plan = Plan { profile: at, domains: Vec::new(), gates: Places::default() };
        for domain in Domain::ALL.iter().copied() {
            let mut sums = DomainPlan {
                weight: profile.weights[domain as usize],
                weights: 0,
                hard: Terms::default(),
                soft: Terms::default(),
                margins: Terms::default(),
            };
            for requirement in &profile.requirements {
                if requirement.domain != domain {
                    continue;
                }
                let is_of_site = profile.place == Place::Site
                    || is_read_of_site(&requirement.asks, &rulebook.dictionary);
                let sheet = if is_of_site { &mut self.of_sites } else { &mut group.of_spaces };
                let question = requirement.asks.clone().of_measures(read);
                let column = sheet.column_of(requirement, question, rulebook);
                let is_soft = evidence_of(rulebook, requirement).is_soft();
                let marks = if is_soft { &mut sums.soft } else { &mut sums.hard };
                marks.push(is_of_site, requirement.weight, column.marks);
                if let Some(margins) = column.margins {
                    sums.margins.push(is_of_site, requirement.weight, margins);
                }
                if requirement.gate {
                    plan.gates.at(is_of_site).extend(column.gates);
                }
                sums.weights += requirement.weight;
            }
            if sums.weights > 0 {
                plan.domains.push(sums);
            }
        }
        group.plans.push(plan);
    }
}

impl<'a> Batch<'a> {
    /// Makes a rulebook ready for an estate.
    #[must_use]
    pub fn new(rulebook: &'a Rulebook, estate: &'a Estate) -> Self {
        let general = |measure| rulebook.dictionary.general(measure);
        let shared = Arrangement::new(rulebook, &general);
        // What no site answers apart is read of the answers for all there too.
        let counted = |measure| {
            if estate.is_answered_apart(measure) { measure } else { general(measure) }
        };
        let apart = estate.is_any_answered_apart(0..estate.sites());
        let apart = apart.then(|| Arrangement::new(rulebook, &counted));
        Self { rulebook, estate, shared, apart }
    }

    /// Judges the sites from `first` on, as many as each list of `outcomes` has places: a list a
    /// profile, in the order of the rulebook.
    ///
    /// # Panics
    /// Where there are more or fewer lists than profiles, or they reach beyond the estate.
    pub fn judge(&self, first: u32, outcomes: &mut [&mut [Outcome]]) {
        assert_eq!(outcomes.len(), self.rulebook.profiles.len(), "one list a profile");
        let count = outcomes.first().map_or(0, |list| list.len());
        let mut shared = Work::new(&self.shared);
        let mut apart = self.apart.as_ref().map(|apart| (apart, Work::new(apart)));
        for from in (0..count).step_by(BLOCK) {
            let rows = from..count.min(from + BLOCK);
            let sites = first + number(rows.start)..first + number(rows.end);
            match &mut apart {
                Some((apart, work)) if self.estate.is_any_answered_apart(sites.clone()) => {
                    self.judge_block(apart, sites, rows, outcomes, work);
                }
                _ => self.judge_block(&self.shared, sites, rows, outcomes, &mut shared),
            }
        }
    }

    /// Cuts a list of outcomes a profile into runs of sites, each with its first site, as
    /// [`Self::judge`] takes them: runs can be judged side by side.
    pub fn runs(outcomes: &mut [Vec<Outcome>], sites: usize) -> Vec<(u32, Vec<&mut [Outcome]>)> {
        let count = outcomes.first().map_or(0, Vec::len);
        let mut runs: Vec<(u32, Vec<&mut [Outcome]>)> =
            (0..count).step_by(sites).map(|first| (number(first), Vec::new())).collect();
        for list in outcomes {
            for ((_, lists), run) in runs.iter_mut().zip(list.chunks_mut(sites)) {
                lists.push(run);
            }
        }
        runs
    }

    /// `sites` are the sites of the block, and `rows` their places in the lists.
    fn judge_block(
        &self,
        arrangement: &Arrangement,
        sites: Range<u32>,
        rows: Range<usize>,
        outcomes: &mut [&mut [Outcome]],
        work: &mut Work,
    ) {
        let estate = self.estate;
        let read = Read { rulebook: self.rulebook, estate, rows: Rows::Sites(sites.clone()) };
        work.of_sites.fill(&arrangement.of_sites, &read);
        work.spots.list(estate, sites.clone(), &arrangement.kinds);
        for (group, of_spaces) in arrangement.groups.iter().zip(&mut work.of_spaces) {
            let Place::Space(kind) = group.place else {
                let columns = Columns { of_sites: &work.of_sites, of_spaces, spots: None };
                for plan in &group.plans {
                    let scores = work.sums.score(self.rulebook, plan, &columns);
                    let list = &mut outcomes[plan.profile][rows.clone()];
                    for ((site, outcome), score) in sites.clone().zip(list).zip(scores) {
                        *outcome = Outcome::new(*score, Spot::Site(site));
                    }
                }
                continue;
            };
            let all = &work.spots.by_kind[kind as usize];
            for spots in all.chunks(BLOCK) {
                let read = Read { rulebook: self.rulebook, estate, rows: Rows::Spaces(spots) };
                of_spaces.fill(&group.of_spaces, &read);
                // A spot a site, and so the sites in their order.
                let is_one_each = all.len() == sites.len();
                let spread = (!is_one_each).then_some(spots);
                let columns = Columns { of_sites: &work.of_sites, of_spaces, spots: spread };
                for plan in &group.plans {
                    let scores = work.sums.score(self.rulebook, plan, &columns);
                    let list = &mut outcomes[plan.profile][rows.clone()];
                    for (spot, score) in spots.iter().zip(scores) {
                        spot.enter(*score, estate, sites.start, list);
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
    /// The space among all spaces, or `NONE_OF_KIND`.
    space: u32,
    /// Whether it is the first of its site.
    is_first: bool,
}

/// Stands for the space of a site that has none of the kind.
const NONE_OF_KIND: u32 = u32::MAX;

/// The spots of a block of sites, by kind of space.
struct Spots {
    by_kind: [Vec<SpotRow>; SpaceKind::ALL.len()],
}

impl Spots {
    /// Lists the spaces of all kinds, and for each of the `kinds` the sites without any.
    fn list(&mut self, estate: &Estate, sites: Range<u32>, kinds: &[SpaceKind]) {
        self.by_kind.iter_mut().for_each(Vec::clear);
        for (at, site) in (0..).zip(sites) {
            for place in estate.spaces_of(site) {
                let Some(kind) = estate.kind(place) else { continue };
                let own = &mut self.by_kind[kind as usize];
                let is_first = own.last().is_none_or(|last| last.site != at);
                own.push(SpotRow { site: at, space: place - estate.sites(), is_first });
            }
            for kind in kinds {
                let own = &mut self.by_kind[*kind as usize];
                if own.last().is_none_or(|last| last.site != at) {
                    own.push(SpotRow { site: at, space: NONE_OF_KIND, is_first: true });
                }
            }
        }
    }
}

impl SpotRow {
    /// Enters a score into the outcomes of the block: a site shows its best space.
    #[inline]
    fn enter(self, score: Score, estate: &Estate, first: u32, list: &mut [Outcome]) {
        let site = first + self.site;
        let outcome = &mut list[self.site as usize];
        if self.space == NONE_OF_KIND {
            *outcome = Outcome::new(score, Spot::NoSpace { site });
            return;
        }
        let spot = Spot::Space { site, space: estate.sites() + self.space };
        let here = Outcome::new(score, spot);
        *outcome = if self.is_first { best_of(None, here) } else { best_of(Some(*outcome), here) };
    }
}

/// What is used again for every block.
struct Work {
    of_sites: MarkColumns,
    /// By group.
    of_spaces: Vec<MarkColumns>,
    spots: Spots,
    sums: Sums,
}

impl Work {
    fn new(arrangement: &Arrangement) -> Self {
        let groups = arrangement.groups.iter();
        let of_spaces = groups.map(|group| MarkColumns::new(&group.of_spaces));
        Self {
            of_sites: MarkColumns::new(&arrangement.of_sites),
            of_spaces: of_spaces.collect(),
            spots: Spots { by_kind: Default::default() },
            sums: Sums::new(),
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

    /// The cells of the rows, with `unknown` for a place that has none: where they lie, if a whole
    /// block of sites lies there, or copied to `room`.
    #[inline]
    fn cells_of<'b, T: Copy>(
        &self,
        cells: &'b [T],
        unknown: T,
        room: &'b mut [T; BLOCK],
    ) -> &'b [T; BLOCK] {
        match &self.rows {
            Rows::Sites(sites) => {
                let run = &cells[sites.start as usize..sites.end as usize];
                if let Some(block) = run.first_chunk() {
                    return block;
                }
                room[..run.len()].copy_from_slice(run);
                room[run.len()..].fill(unknown);
            }
            Rows::Spaces(spots) => {
                for (out, spot) in room.iter_mut().zip(*spots) {
                    *out = cells.get(spot.space as usize).copied().unwrap_or(unknown);
                }
                room[spots.len()..].fill(unknown);
            }
        }
        room
    }

    /// The answers for one technology that sites of the block give, each with its row. Nothing for a
    /// measure, and for spaces, of which nothing is asked that is asked of a technology.
    fn apart(&self, measure: MeasureIndex) -> impl Iterator<Item = (usize, f64)> {
        let sites = match &self.rows {
            Rows::Sites(sites) => sites.clone(),
            Rows::Spaces(_) => 0..0,
        };
        let first = sites.start;
        let answers = self.estate.answers_apart(measure, sites);
        answers.map(move |(site, value)| ((site - first) as usize, value))
    }

    /// Copies the numbers of a measure; NaN throughout where it has none.
    fn numbers(&self, measure: MeasureIndex, out: &mut Numbers) {
        match self.cells(measure) {
            Some(Cells::Numbers(cells)) => {
                let mut room = [0.0; BLOCK];
                out.copy_from_slice(self.cells_of(cells, f64::NAN, &mut room));
            }
            Some(Cells::Codes(_)) | None => out.fill(f64::NAN),
        }
        for (row, value) in self.apart(measure) {
            out[row] = value;
        }
    }

    fn codes_for_all<'b>(
        &'b self,
        measure: MeasureIndex,
        room: &'b mut [u8; BLOCK],
    ) -> &'b [u8; BLOCK] {
        match self.cells(measure) {
            Some(Cells::Codes(cells)) => self.cells_of(cells, 0, room),
            Some(Cells::Numbers(_)) | None => &UNKNOWN_CODES,
        }
    }

    /// The codes of a measure; unknown throughout where it has none.
    fn codes<'b>(&'b self, measure: MeasureIndex, room: &'b mut [u8; BLOCK]) -> &'b [u8; BLOCK] {
        let mut apart = self.apart(measure).peekable();
        if apart.peek().is_none() {
            return self.codes_for_all(measure, room);
        }
        let mut own = *self.codes_for_all(measure, room);
        for (row, value) in apart {
            own[row] = code_of_value(value);
        }
        *room = own;
        room
    }
}

static UNKNOWN_CODES: [u8; BLOCK] = [0; BLOCK];

/// Columns of marks, margins and gate marks for every distinct threshold of a sheet.
struct MarkColumns {
    marks: Vec<Counts>,
    margins: Vec<Counts>,
    gates: Vec<[u8; BLOCK]>,
}

impl MarkColumns {
    fn new(sheet: &Sheet) -> Self {
        Self {
            marks: vec![[0; BLOCK]; sheet.marks],
            margins: vec![[0; BLOCK]; sheet.margins],
            gates: vec![[0; BLOCK]; sheet.gates],
        }
    }

    fn fill(&mut self, sheet: &Sheet, read: &Read<'_>) {
        for asked in &sheet.asked {
            match &asked.question {
                Question::Measure(measure) if read.estate.is_answered_apart(*measure) => {
                    self.fill_apart(asked, *measure, read);
                }
                Question::Measure(measure) => match read.cells(*measure) {
                    None => self.fill_unknown(asked),
                    Some(Cells::Codes(cells)) => {
                        self.fill_codes(asked, read.cells_of(cells, 0, &mut [0; BLOCK]));
                    }
                    Some(Cells::Numbers(cells)) => {
                        self.fill_numbers(asked, read.cells_of(cells, f64::NAN, &mut [0.0; BLOCK]));
                    }
                },
                Question::Headroom(resource) => {
                    let mut readings = Readings::unknown();
                    let resource = &read.rulebook.resources[resource.at()];
                    let (low, high) = (&mut readings.low, &mut readings.high);
                    resource.headrooms(|measure, out| read.numbers(measure, out), low, high);
                    self.fill_readings(asked, &readings);
                }
                Question::Checklist(_) => self.fill_readings(asked, &checklist(asked, read)),
            }
        }
    }

    /// From the answers for one technology, with those for all where a site gives none.
    fn fill_apart(&mut self, asked: &Asked, measure: MeasureIndex, read: &Read<'_>) {
        match read.rulebook.dictionary.get(measure).kind {
            Kind::Choice { .. } | Kind::Flag => {
                self.fill_codes(asked, read.codes(measure, &mut [0; BLOCK]));
            }
            Kind::Quantity { .. } | Kind::Date | Kind::Text => {
                let mut numbers = [f64::NAN; BLOCK];
                read.numbers(measure, &mut numbers);
                self.fill_numbers(asked, &numbers);
            }
        }
    }

    fn fill_unknown(&mut self, asked: &Asked) {
        for column in &asked.columns {
            self.marks[column.marks].fill(mark(curve::UNKNOWN));
            if let Some(margins) = column.margins {
                self.margins[margins].fill(margin(curve::UNKNOWN));
            }
            if let Some(gates) = column.gates {
                self.gates[gates].fill(gate_mark(curve::UNKNOWN.verdict));
            }
        }
    }

    fn fill_codes(&mut self, asked: &Asked, codes: &[u8; BLOCK]) {
        for column in &asked.columns {
            let Some(by_code) = &column.codes else { continue };
            look_up(codes, &by_code.marks, &mut self.marks[column.marks]);
            if let Some(margins) = column.margins {
                look_up(codes, &by_code.margins, &mut self.margins[margins]);
            }
            if let Some(gates) = column.gates {
                look_up(codes, &by_code.gates, &mut self.gates[gates]);
            }
        }
    }

    fn fill_numbers(&mut self, asked: &Asked, values: &Numbers) {
        let mut room = [0.0; BLOCK];
        let places = match asked.scale {
            Scale::Linear => values,
            Scale::Log10 | Scale::Nines => {
                for (place, value) in room.iter_mut().zip(values) {
                    *place = asked.scale.place(*value);
                }
                &room
            }
        };
        let answered = values.map(|value| if value.is_nan() { 0 } else { answered_mark(0) });
        for column in &asked.columns {
            let marks = &mut self.marks[column.marks];
            column.curve.attain_each(values, places, |at, attainment_bp| {
                marks[at] = u32::from(attainment_bp) | answered[at];
            });
            if let Some(margins) = column.margins {
                self.margins[margins].fill(0);
            }
            if let Some(gates) = column.gates {
                let gates = &mut self.gates[gates];
                column.curve.meet_each(values, |at, is_met| {
                    gates[at] = gate_mark_of(answered[at] != 0, is_met);
                });
            }
        }
    }

    fn fill_readings(&mut self, asked: &Asked, readings: &Readings) {
        debug_assert_eq!(asked.scale, Scale::Linear, "headrooms and shares are their own places");
        let Readings { low, high, not_applicable } = readings;
        for column in &asked.columns {
            let Some(margins) = column.margins else {
                self.fill_numbers(asked, low);
                return;
            };
            let (marks, margins) = (&mut self.marks[column.marks], &mut self.margins[margins]);
            let (mut at_low, mut at_high) = ([0; BLOCK], [0; BLOCK]);
            let (mut low_meets, mut high_meets) = ([false; BLOCK], [false; BLOCK]);
            column.curve.attain_each(low, low, |at, attainment| at_low[at] = attainment);
            column.curve.attain_each(high, high, |at, attainment| at_high[at] = attainment);
            column.curve.meet_each(low, |at, is_met| low_meets[at] = is_met);
            column.curve.meet_each(high, |at, is_met| high_meets[at] = is_met);
            // There is a verdict only where both ends agree on whether the minimum is met.
            let mut answered = [false; BLOCK];
            for at in 0..BLOCK {
                answered[at] = !low[at].is_nan() & (low_meets[at] == high_meets[at]);
                let (worse, better) = (at_low[at].min(at_high[at]), at_low[at].max(at_high[at]));
                marks[at] = if answered[at] { answered_mark(worse) } else { 0 };
                let margin = if answered[at] { u32::from(better - worse) } else { 0 };
                margins[at] = margin | not_applicable[at];
            }
            if let Some(gates) = column.gates {
                let gates = &mut self.gates[gates];
                for at in 0..BLOCK {
                    let mark = gate_mark_of(answered[at], low_meets[at]);
                    gates[at] = if not_applicable[at] == 0 { mark } else { 0 };
                }
            }
        }
    }
}

/// Readings that may lie between limits.
struct Readings {
    /// NaN where it is not known.
    low: Numbers,
    high: Numbers,
    /// The margin of a question that does not arise; else 0.
    not_applicable: Counts,
}

impl Readings {
    const fn unknown() -> Self {
        Self { low: [f64::NAN; BLOCK], high: [f64::NAN; BLOCK], not_applicable: [0; BLOCK] }
    }
}

fn checklist(asked: &Asked, read: &Read<'_>) -> Readings {
    let mut counts = [0; BLOCK];
    for (item, by_code) in &asked.items {
        let mut room = [0; BLOCK];
        for (sum, code) in counts.iter_mut().zip(read.codes(*item, &mut room)) {
            *sum += by_code[*code as usize];
        }
    }
    let mut readings = Readings::unknown();
    for (at, counts) in counts.iter().enumerate() {
        match reading_of_counts(*counts) {
            Reading::Known { low, high, .. } => {
                (readings.low[at], readings.high[at]) = (low, high);
            }
            Reading::NotApplicable => readings.not_applicable[at] = NOT_APPLICABLE_MARGIN,
            Reading::Unknown => {}
        }
    }
    readings
}

#[inline]
fn look_up<T: Copy>(codes: &[u8; BLOCK], by_code: &[T; 256], out: &mut [T; BLOCK]) {
    for (out, code) in out.iter_mut().zip(codes) {
        *out = by_code[*code as usize];
    }
}

/// The gate mark of a question that arises.
#[inline]
const fn gate_mark_of(is_answered: bool, is_met: bool) -> u8 {
    let answered = gate_mark(if is_met { Verdict::MeetsMinimum } else { Verdict::Short });
    if is_answered { answered } else { gate_mark(Verdict::Unknown) }
}

/// What the sums of a technology are taken from.
struct Columns<'a> {
    of_sites: &'a MarkColumns,
    of_spaces: &'a MarkColumns,
    /// The spots of the rows, where they are not the sites in their order.
    spots: Option<&'a [SpotRow]>,
}

impl Columns<'_> {
    /// Spreads the sums of sites over their spots.
    fn spread<T: Copy + Default>(&self, sums: &mut [T; BLOCK]) {
        let Some(spots) = self.spots else { return };
        let of_sites = *sums;
        *sums = [T::default(); BLOCK];
        for (sum, spot) in sums.iter_mut().zip(spots) {
            *sum = of_sites[spot.site as usize % BLOCK];
        }
    }
}

/// The sums of one technology over a block.
struct Sums {
    hard: Counts,
    soft: Counts,
    margins: Counts,
    totals: Totals<BLOCK>,
    scores: [Score; BLOCK],
}

impl Sums {
    const fn new() -> Self {
        let none = [0; BLOCK];
        let (totals, scores) = (Totals::of_nothing(), [Score::UNKNOWN; BLOCK]);
        Self { hard: none, soft: none, margins: none, totals, scores }
    }

    fn score(&mut self, rulebook: &Rulebook, plan: &Plan, from: &Columns<'_>) -> &[Score; BLOCK] {
        self.totals.clear();
        let marks = (&from.of_sites.marks[..], &from.of_spaces.marks[..]);
        let margins = (&from.of_sites.margins[..], &from.of_spaces.margins[..]);
        for domain in &plan.domains {
            add_up(&domain.hard, marks, from, &mut self.hard);
            add_up(&domain.soft, marks, from, &mut self.soft);
            add_up(&domain.margins, margins, from, &mut self.margins);
            self.totals.add(&DomainSums {
                weight: domain.weight,
                weights: domain.weights,
                hard: &self.hard,
                soft: &self.soft,
                margins: (!domain.margins.is_empty()).then_some(&self.margins),
            });
        }
        let mut gates = [0; BLOCK];
        for column in &plan.gates.of_sites {
            add_gates(&mut gates, &from.of_sites.gates[*column]);
        }
        from.spread(&mut gates);
        for column in &plan.gates.of_spaces {
            add_gates(&mut gates, &from.of_spaces.gates[*column]);
        }
        self.totals.conclude(&rulebook.bands, &gates, &mut self.scores);
        &self.scores
    }
}

/// Adds up columns: those of the sites, spread over their spots, and those of the spaces.
fn add_up(
    terms: &Terms,
    (of_sites, of_spaces): (&[Counts], &[Counts]),
    from: &Columns<'_>,
    sums: &mut Counts,
) {
    sums.fill(0);
    if !terms.of_sites.is_empty() {
        add_weighted(&terms.of_sites, of_sites, sums);
        from.spread(sums);
    }
    add_weighted(&terms.of_spaces, of_spaces, sums);
}

fn add_weighted(terms: &[(u32, Vec<usize>)], columns: &[Counts], sums: &mut Counts) {
    for (weight, own) in terms {
        let mut room = [0; BLOCK];
        let marks = match own[..] {
            [one] => &columns[one],
            _ => {
                for column in own {
                    for (sum, mark) in room.iter_mut().zip(&columns[*column]) {
                        *sum += mark;
                    }
                }
                &room
            }
        };
        for (sum, marks) in sums.iter_mut().zip(marks) {
            *sum += weight * marks;
        }
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
