//! The loop that a good engineer writes without a thought of columns: site after site, technology
//! after technology, requirement after requirement.
//!
//! Thresholds are made ready once, with the logarithms of their limits; a value's own logarithm is
//! taken only where it lies between limits. Nothing is looked up by name and nothing is allocated for
//! a site. The arithmetic is written afresh; only the rounding to basis points, the headroom of a
//! resource and the coding of checklists are the rules' own.

use siteworthy_rules::curve::{round_bp, share_bp};
use siteworthy_rules::estate::{Cells, Estate, value_of_code};
use siteworthy_rules::judge::{Readiness, count_of_item};
use siteworthy_rules::measure::{Domain, Kind, MeasureIndex, Scale};
use siteworthy_rules::place::SpaceKind;
use siteworthy_rules::profile::{Limits, Place, Question, Requirement, Threshold, is_read_of_site};
use siteworthy_rules::resource::{Reading, Resource};
use siteworthy_rules::rulebook::{Bands, Rulebook};

/// What is said of one technology at one site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Result {
    pub readiness: Readiness,
    pub score_bp: Option<u16>,
    pub low_bp: u16,
    pub high_bp: u16,
    pub coverage_bp: u16,
    pub gates_failed: u8,
    pub gates_unknown: u8,
    pub spaces: u32,
    pub spaces_ready: u32,
}

/// Technologies made ready to be judged by the columns of one estate.
pub struct Plain<'a> {
    estate: &'a Estate,
    bands: &'a Bands,
    profiles: Vec<Profile>,
    requirements: Vec<Needs<'a>>,
    items: Vec<Item<'a>>,
}

struct Profile {
    space: Option<SpaceKind>,
    first: usize,
    end: usize,
    weights: [f64; Domain::ALL.len()],
}

/// One requirement.
struct Needs<'a> {
    asks: Asks<'a>,
    is_of_site: bool,
    domain: u8,
    weight: u32,
    gate: bool,
}

enum Asks<'a> {
    Slope(&'a [f64], Slope),
    Band(&'a [f64], Slope, Slope),
    /// What is said of each code.
    Choice(&'a [u8], [Said; 16]),
    Headroom(&'a Resource, Slope),
    /// From and to which item.
    Checklist(usize, usize, Slope),
    Nothing,
}

struct Item<'a> {
    codes: &'a [u8],
    counts: [u32; 16],
}

/// Limits as they rise; where less is better all are negated.
#[derive(Clone, Copy)]
struct Slope {
    scale: Scale,
    is_falling: bool,
    limits: Limits,
    places: Limits,
}

#[derive(Clone, Copy)]
enum Said {
    Unknown,
    NotApplicable,
    /// From and to which attainment, in basis points, and whether the minimum is met.
    Known(u16, u16, bool),
}

impl Slope {
    fn new(limits: Limits, scale: Scale, is_falling: bool) -> Self {
        let sign = if is_falling { -1.0 } else { 1.0 };
        let signed = |form: &dyn Fn(f64) -> f64| Limits {
            floor: sign * form(limits.floor),
            minimum: sign * form(limits.minimum),
            target: sign * form(limits.target),
        };
        let (own, places) = (signed(&|limit| limit), signed(&|limit| scale.place(limit)));
        Self { scale, is_falling, limits: own, places }
    }

    /// Attainment in basis points, and whether the minimum is met.
    #[inline]
    fn attain(&self, value: f64) -> (u16, bool) {
        let signed = if self.is_falling { -value } else { value };
        if signed >= self.limits.target {
            return (10_000, true);
        }
        let is_met = signed >= self.limits.minimum;
        if !is_met && signed <= self.limits.floor {
            return (0, false);
        }
        let place = self.scale.place(value);
        let place = if self.is_falling { -place } else { place };
        let (base, from, to) = if is_met {
            (0.5, self.places.minimum, self.places.target)
        } else {
            (0.0, self.places.floor, self.places.minimum)
        };
        let share = base + (place - from) * (0.5 / (to - from));
        (share_bp(share.clamp(base, base + 0.5)), is_met)
    }

    #[inline]
    fn judge(&self, reading: Reading) -> Said {
        match reading {
            Reading::Unknown => Said::Unknown,
            Reading::NotApplicable => Said::NotApplicable,
            Reading::Known { low, high, .. } => {
                let (at_low, at_high) = (self.attain(low), self.attain(high));
                if at_low.1 != at_high.1 {
                    return Said::Unknown;
                }
                Said::Known(at_low.0.min(at_high.0), at_low.0.max(at_high.0), at_low.1)
            }
        }
    }
}

/// The sums of one domain.
#[derive(Clone, Copy, Default)]
struct Sums {
    points: u32,
    at_best: u32,
    answered: u32,
    applicable: u32,
}

impl<'a> Plain<'a> {
    /// Makes all technologies of a rulebook ready.
    #[must_use]
    pub fn new(rulebook: &'a Rulebook, estate: &'a Estate) -> Self {
        let (requirements, items) = (Vec::new(), Vec::new());
        let mut plain =
            Self { estate, bands: &rulebook.bands, profiles: Vec::new(), requirements, items };
        for profile in &rulebook.profiles {
            let first = plain.requirements.len();
            for requirement in &profile.requirements {
                plain.add(rulebook, profile.place, requirement);
            }
            let space = match profile.place {
                Place::Space(kind) => Some(kind),
                Place::Site => None,
            };
            let weights = profile.weights.map(f64::from);
            let end = plain.requirements.len();
            plain.profiles.push(Profile { space, first, end, weights });
        }
        plain
    }

    fn add(&mut self, rulebook: &'a Rulebook, place: Place, requirement: &Requirement) {
        let is_of_site =
            place == Place::Site || is_read_of_site(&requirement.asks, &rulebook.dictionary);
        let estate = self.estate;
        let cells = |measure: MeasureIndex| {
            if is_of_site {
                estate.cells_of_sites(measure)
            } else {
                estate.cells_of_spaces(measure)
            }
        };
        let rising = |limits: Limits| Slope::new(limits, requirement.scale, false);
        let asks = match (&requirement.asks, &requirement.threshold) {
            (Question::Measure(measure), threshold) => match (cells(*measure), threshold) {
                (Some(Cells::Numbers(cells)), Threshold::AtLeast(limits)) => {
                    Asks::Slope(cells, rising(*limits))
                }
                (Some(Cells::Numbers(cells)), Threshold::AtMost(limits)) => {
                    Asks::Slope(cells, Slope::new(*limits, requirement.scale, true))
                }
                (Some(Cells::Numbers(cells)), Threshold::Within { low, high }) => {
                    let falling = Slope::new(*high, requirement.scale, true);
                    Asks::Band(cells, rising(*low), falling)
                }
                (Some(Cells::Codes(codes)), Threshold::Choices(shares)) => {
                    Asks::Choice(codes, said_of_codes(shares))
                }
                (Some(Cells::Codes(codes)), Threshold::Is(wanted)) => {
                    let share = |flag: bool| Some(f64::from(u8::from(flag == *wanted)));
                    Asks::Choice(codes, said_of_codes(&[share(false), share(true)]))
                }
                _ => Asks::Nothing,
            },
            (Question::Headroom(resource), Threshold::AtLeast(limits)) => {
                Asks::Headroom(&rulebook.resources[resource.at()], rising(*limits))
            }
            (Question::Checklist(measures), Threshold::AtLeast(limits)) => {
                let first = self.items.len();
                for measure in measures {
                    let Some(Cells::Codes(codes)) = cells(*measure) else {
                        panic!("the made-up estate knows every item somewhere");
                    };
                    let counts = counts_of_codes(&rulebook.dictionary.get(*measure).kind);
                    self.items.push(Item { codes, counts });
                }
                Asks::Checklist(first, self.items.len(), rising(*limits))
            }
            _ => panic!("no threshold of this form fits the question"),
        };
        self.requirements.push(Needs {
            asks,
            is_of_site,
            domain: requirement.domain as u8,
            weight: requirement.weight,
            gate: requirement.gate,
        });
    }

    /// Judges every site, `results` being a list a technology.
    pub fn judge(&self, results: &mut [Vec<Result>]) {
        for site in 0..self.estate.sites() {
            for (profile, results) in self.profiles.iter().zip(&mut *results) {
                results[site as usize] = self.judge_site(profile, site);
            }
        }
    }

    fn judge_site(&self, profile: &Profile, site: u32) -> Result {
        let Some(kind) = profile.space else {
            return self.judge_spot(profile, site, Some(site));
        };
        let mut best: Option<Result> = None;
        let (mut spaces, mut spaces_ready) = (0, 0);
        for space in self.estate.spaces_of(site) {
            if self.estate.kind(space) != Some(kind) {
                continue;
            }
            let here = self.judge_spot(profile, site, Some(space - self.estate.sites()));
            spaces += 1;
            spaces_ready += u32::from(here.readiness == Readiness::Ready);
            let key = |result: &Result| {
                (std::cmp::Reverse(result.readiness), result.score_bp, result.coverage_bp)
            };
            if best.as_ref().is_none_or(|best| key(&here) > key(best)) {
                best = Some(here);
            }
        }
        let Some(best) = best else {
            let result = self.judge_spot(profile, site, None);
            let is_failed = result.gates_failed > 0;
            let readiness = if is_failed { Readiness::NotReady } else { Readiness::Indeterminate };
            return Result { readiness, ..result };
        };
        Result { spaces, spaces_ready, ..best }
    }

    /// `row` is where what is not read of the site is read.
    fn judge_spot(&self, profile: &Profile, site: u32, row: Option<u32>) -> Result {
        let mut sums = [Sums::default(); Domain::ALL.len()];
        let (mut gates_failed, mut gates_unknown) = (0, 0);
        for needs in &self.requirements[profile.first..profile.end] {
            let said = match if needs.is_of_site { Some(site) } else { row } {
                Some(row) => self.judge_one(needs, row),
                None => Said::Unknown,
            };
            let sums = &mut sums[needs.domain as usize];
            match said {
                Said::NotApplicable => {}
                Said::Unknown => {
                    sums.at_best += needs.weight * 10_000;
                    sums.applicable += needs.weight;
                    gates_unknown += u8::from(needs.gate);
                }
                Said::Known(points, at_best, is_met) => {
                    sums.points += needs.weight * u32::from(points);
                    sums.at_best += needs.weight * u32::from(at_best);
                    sums.answered += needs.weight;
                    sums.applicable += needs.weight;
                    gates_failed += u8::from(needs.gate && !is_met);
                }
            }
        }
        self.conclude(profile, &sums, gates_failed, gates_unknown)
    }

    #[inline]
    fn judge_one(&self, needs: &Needs<'_>, row: u32) -> Said {
        let known = |(points, is_met): (u16, bool)| Said::Known(points, points, is_met);
        let at = row as usize;
        match &needs.asks {
            Asks::Slope(cells, slope) => {
                let value = cells[at];
                if value.is_nan() { Said::Unknown } else { known(slope.attain(value)) }
            }
            Asks::Band(cells, low, high) => {
                let value = cells[at];
                if value.is_nan() {
                    return Said::Unknown;
                }
                let (low, high) = (low.attain(value), high.attain(value));
                known((low.0.min(high.0), low.1 && high.1))
            }
            Asks::Choice(codes, said) => said[codes[at] as usize & 15],
            Asks::Headroom(resource, slope) => {
                slope.judge(resource.headroom(|measure| self.estate.value(measure, row)))
            }
            Asks::Checklist(first, end, slope) => {
                let mut counts = 0;
                for item in &self.items[*first..*end] {
                    counts += item.counts[item.codes[at] as usize & 15];
                }
                slope.judge(siteworthy_rules::judge::reading_of_counts(counts))
            }
            Asks::Nothing => Said::Unknown,
        }
    }

    fn conclude(
        &self,
        profile: &Profile,
        sums: &[Sums; Domain::ALL.len()],
        gates_failed: u8,
        gates_unknown: u8,
    ) -> Result {
        let (mut score, mut low, mut high) = (0.0, 0.0, 0.0);
        let (mut weight_answered, mut weight_applicable) = (0.0, 0.0);
        let (mut answered, mut applicable) = (0, 0);
        for (sums, weight) in sums.iter().zip(profile.weights) {
            if sums.applicable == 0 {
                continue;
            }
            let all = f64::from(sums.applicable);
            low += weight * f64::from(sums.points) / all;
            high += weight * f64::from(sums.at_best) / all;
            weight_applicable += weight;
            applicable += sums.applicable;
            if sums.answered > 0 {
                score += weight * f64::from(sums.points) / f64::from(sums.answered);
                weight_answered += weight;
                answered += sums.answered;
            }
        }
        let score_bp = (weight_answered > 0.0).then(|| round_bp(score / weight_answered));
        let is_any = weight_applicable > 0.0;
        let coverage_bp = if applicable > 0 {
            share_bp(f64::from(answered) / f64::from(applicable))
        } else {
            10_000
        };
        let bands = self.bands;
        let readiness = match score_bp {
            _ if gates_failed > 0 => Readiness::NotReady,
            Some(score) if gates_unknown == 0 && coverage_bp >= bands.coverage_bp => {
                if score >= bands.ready_bp {
                    Readiness::Ready
                } else if score >= bands.ready_with_actions_bp {
                    Readiness::ReadyWithActions
                } else {
                    Readiness::NotReady
                }
            }
            _ => Readiness::Indeterminate,
        };
        Result {
            readiness,
            score_bp,
            low_bp: if is_any { round_bp(low / weight_applicable) } else { 0 },
            high_bp: if is_any { round_bp(high / weight_applicable) } else { 10_000 },
            coverage_bp,
            gates_failed,
            gates_unknown,
            spaces: 0,
            spaces_ready: 0,
        }
    }
}

/// What is said of each code: 0 is unknown.
fn said_of_codes(shares: &[Option<f64>]) -> [Said; 16] {
    assert!(shares.len() < 16, "a choice has too many words for this table");
    let mut all = [Said::Unknown; 16];
    for (said, share) in all[1..].iter_mut().zip(shares) {
        *said = match share {
            None => Said::NotApplicable,
            Some(share) => Said::Known(share_bp(*share), share_bp(*share), *share >= 0.5),
        };
    }
    all
}

fn counts_of_codes(kind: &Kind) -> [u32; 16] {
    let codes = match kind {
        Kind::Choice { choices, .. } => choices.len() + 1,
        _ => 3,
    };
    assert!(codes <= 16, "a choice has too many words for this table");
    let mut counts = [0; 16];
    for (code, count) in (0..).zip(&mut counts[..codes]) {
        *count = count_of_item(kind, value_of_code(code));
    }
    counts
}

impl Result {
    /// What stands in a list until it is judged.
    #[must_use]
    pub const fn unjudged() -> Self {
        Self {
            readiness: Readiness::Indeterminate,
            score_bp: None,
            low_bp: 0,
            high_bp: 10_000,
            coverage_bp: 0,
            gates_failed: 0,
            gates_unknown: 0,
            spaces: 0,
            spaces_ready: 0,
        }
    }
}
