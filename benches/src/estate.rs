//! A made-up estate, the same at every run: values on, beside and far from the limits, one in five
//! unknown.
//!
//! Only what some technology asks has values: at a site, and in a space of the kind in which it is
//! judged. What nobody asks would take memory and tell nothing.

use siteworthy_rules::estate::Estate;
use siteworthy_rules::judge::for_each_measure;
use siteworthy_rules::measure::{Kind, MeasureIndex};
use siteworthy_rules::place::SpaceKind;
use siteworthy_rules::profile::{Limits, Place, Question, Threshold, is_read_of_site};
use siteworthy_rules::rulebook::Rulebook;
use std::collections::{BTreeMap, BTreeSet};

/// The spaces of every site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spaces {
    /// One of every kind in which a technology is judged.
    OneOfEveryKind,
    /// One, whose kind goes round from site to site.
    OneInTurn,
}

/// Splitmix64 (Steele, Lea and Flood 2014): small, and good enough to scatter values.
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    /// From 0 up to 1.
    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn below(&mut self, count: usize) -> usize {
        (self.share() * count as f64) as usize
    }
}

/// What is asked at sites and in spaces of every kind, and the limits of every measure.
#[derive(Default)]
struct Asked {
    at_sites: BTreeSet<MeasureIndex>,
    in_spaces: BTreeMap<&'static str, (Option<SpaceKind>, BTreeSet<MeasureIndex>)>,
    limits: BTreeMap<MeasureIndex, Vec<f64>>,
}

fn asked(rulebook: &Rulebook) -> Asked {
    let mut asked = Asked::default();
    for profile in &rulebook.profiles {
        for requirement in &profile.requirements {
            let is_of_site = is_read_of_site(&requirement.asks, &rulebook.dictionary);
            let measures = match profile.place {
                Place::Space(kind) if !is_of_site => {
                    let entry = asked.in_spaces.entry(profile.place.word()).or_default();
                    entry.0 = Some(kind);
                    &mut entry.1
                }
                Place::Site | Place::Space(_) => &mut asked.at_sites,
            };
            // No site answers for one technology: what it says of one, it says of all.
            let general = |measure| rulebook.dictionary.general(measure);
            for_each_measure(rulebook, &requirement.asks, |measure| {
                measures.insert(general(measure));
            });
            if let Question::Measure(measure) = requirement.asks {
                let all = |limits: &Limits| [limits.floor, limits.minimum, limits.target];
                let own = asked.limits.entry(general(measure)).or_default();
                match &requirement.threshold {
                    Threshold::AtLeast(limits) | Threshold::AtMost(limits) => {
                        own.extend(all(limits));
                    }
                    Threshold::Within { low, high } => own.extend([all(low), all(high)].concat()),
                    Threshold::Choices(_) | Threshold::Is(_) => {}
                }
            }
        }
    }
    asked
}

/// An estate of so many sites.
#[must_use]
pub fn estate(rulebook: &Rulebook, sites: usize, spaces: Spaces) -> Estate {
    let asked = asked(rulebook);
    let kinds: Vec<SpaceKind> = asked.in_spaces.values().filter_map(|(kind, _)| *kind).collect();
    let kinds_of = |site: usize| match spaces {
        Spaces::OneOfEveryKind => &kinds[..],
        Spaces::OneInTurn => &kinds[site % kinds.len()..][..1],
    };
    let mut estate = Estate::new(&rulebook.dictionary, (0..sites).map(kinds_of));
    let mut draws = Draws(1);
    let nothing = Vec::new();
    for place in 0..estate.rows() {
        let measures = match estate.kind(place) {
            None => &asked.at_sites,
            Some(kind) => &asked.in_spaces[Place::Space(kind).word()].1,
        };
        for measure in measures {
            if draws.share() < 0.2 {
                continue;
            }
            let kind = &rulebook.dictionary.get(*measure).kind;
            let limits = asked.limits.get(measure).unwrap_or(&nothing);
            if let Some(value) = value(kind, limits, &mut draws) {
                estate.suppose(*measure, place, value);
            }
        }
    }
    estate
}

/// A value of a measure: a quantity mostly on or near one of its limits.
fn value(kind: &Kind, limits: &[f64], draws: &mut Draws) -> Option<f64> {
    match kind {
        Kind::Quantity { range: (low, high), .. } => {
            let form = if limits.is_empty() { 1.0 } else { draws.share() };
            let draw = draws.share();
            if form < 0.2 {
                return Some(limits[draws.below(limits.len())]);
            }
            if form < 0.8 {
                let limit = limits[draws.below(limits.len())];
                let away = (draw - 0.5) * limit.abs().max(1.0);
                return Some((limit + away).clamp(*low, *high));
            }
            Some(low + draw * draw * (high - low))
        }
        Kind::Choice { choices, .. } => Some(draws.below(choices.len()) as f64),
        Kind::Flag => Some(f64::from(u8::from(draws.share() < 0.7))),
        Kind::Date | Kind::Text => None,
    }
}
