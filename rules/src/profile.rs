//! What one technology demands: requirements with thresholds, and shares of common resources.
//!
//! How its file is read and checked is `reading`. Judging a site against a profile is `judge`; paying
//! for what is missing is `gap`.

pub mod reading;
mod threshold;

use crate::dated::Evidence;
use crate::measure::{Dictionary, Domain, MeasureIndex, Scale, Scope};
use crate::place::SpaceKind;
use crate::resource::{ResourceIndex, steady};
use crate::words::words;
use chrono::NaiveDate;

/// Weights of the domains, in the order of [`Domain::ALL`].
pub type DomainWeights = [u32; Domain::ALL.len()];

/// The heaviest weight of a domain.
pub const MAX_WEIGHT_OF_DOMAIN: u32 = 100;

/// The heaviest weight of a requirement.
pub const MAX_WEIGHT: u32 = 10;

/// The most that the weights of one domain of a profile may add up to. Judging packs sums of up to 400,
/// and asking how far a result hangs on one weight multiplies all by ten: 10 x 39 + 10 = 400.
pub const MAX_DOMAIN_WEIGHT: u32 = 39;

/// The most gates of a profile: judging packs their counts.
pub const MAX_GATES: usize = 15;

words! {
    /// Whether a technology can be deployed today.
    Horizon {
        /// It can.
        Now = "now",
        /// It cannot yet: shown apart, never in totals.
        Future = "future",
    }
}

words! {
    /// How far a technology has come in the health service, where a source says so.
    AdoptionStatus {
        /// Approved for use.
        Approved = "approved",
        /// Holds an innovator passport: proved at one trust, taken on trust by the others.
        InnovatorPassport = "innovator-passport",
        /// Research and trials only.
        Research = "research",
    }
}

/// How far a technology has come, with the source that says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adoption {
    /// How far.
    pub status: AdoptionStatus,
    /// Who says so.
    pub reference: String,
    /// How well that is supported.
    pub evidence: Evidence,
}

/// Where a profile is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// At the site as a whole.
    Site,
    /// In every space of a kind; the site shows its best one.
    Space(SpaceKind),
}

impl Place {
    /// The word in rule files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Site => "site",
            Self::Space(kind) => kind.word(),
        }
    }
}

/// What one technology demands.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// Stable kebab-case id.
    pub id: String,
    /// Heading.
    pub title: String,
    /// Edition of the profile.
    pub edition: String,
    /// When it was last checked.
    pub as_of: NaiveDate,
    /// The day from which this edition holds.
    pub in_force_from: NaiveDate,
    /// Where it is judged.
    pub place: Place,
    /// Whether it can be deployed today.
    pub horizon: Horizon,
    /// What the technology is, in a sentence.
    pub summary: String,
    /// How far it has come, where a source says so.
    pub adoption: Option<Adoption>,
    /// Weights of the domains.
    pub weights: DomainWeights,
    /// What must be so.
    pub requirements: Vec<Requirement>,
    /// What it takes of common resources.
    pub demands: Vec<Demand>,
    /// Life and energy, where a figure is published.
    pub lifecycle: Lifecycle,
}

impl Profile {
    /// What one unit takes of a resource at full use, in the resource's unit, diversity left out; none
    /// where no sourced figure says, which is not nothing.
    #[must_use]
    pub fn full_demand_on(&self, resource: ResourceIndex) -> Option<f64> {
        let mut own = self.demands.iter().filter(|demand| demand.resource == resource).peekable();
        own.peek()?;
        Some(own.map(|demand| demand.per_unit).sum())
    }

    /// What one deployed unit takes of a resource at the site's peak, in the resource's unit: diversity
    /// included.
    #[must_use]
    pub fn demand_on(&self, resource: ResourceIndex) -> f64 {
        demand_on(&self.demands, resource)
    }
}

/// What one unit takes of a resource at the site's peak, diversity included.
pub(crate) fn demand_on(demands: &[Demand], resource: ResourceIndex) -> f64 {
    demands
        .iter()
        .filter(|demand| demand.resource == resource)
        .map(|demand| demand.per_unit * demand.diversity)
        .sum()
}

/// One thing that must be so, with its weight, reference and evidence.
#[derive(Clone, Debug, PartialEq)]
pub struct Requirement {
    /// Stable kebab-case id within the profile.
    pub id: String,
    /// What is asked.
    pub asks: Question,
    /// The domain in which it counts.
    pub domain: Domain,
    /// What is good enough, in the unit of what is asked.
    pub threshold: Threshold,
    /// The scale on which attainment is linear.
    pub scale: Scale,
    /// Whether its minimum must be met, whatever the score.
    pub gate: bool,
    /// Weight within the domain, 1 to 10.
    pub weight: u32,
    /// How well the threshold is supported.
    pub evidence: Evidence,
    /// Where the threshold comes from.
    pub reference: String,
    /// Why it matters: a plain sentence.
    pub why: String,
}

/// What a requirement asks about.
#[derive(Clone, Debug, PartialEq)]
pub enum Question {
    /// The value of a measure.
    Measure(MeasureIndex),
    /// What is left of a resource, in the resource's unit.
    Headroom(ResourceIndex),
    /// The share of a list of measures that is met, 0 to 1.
    Checklist(Vec<MeasureIndex>),
}

impl Question {
    /// The same question as it is asked of one technology: of its own answers, where a site may give
    /// such. Where it gives none, the estate reads the answer for all.
    #[must_use]
    pub fn of_technology(self, technology: &str, dictionary: &Dictionary) -> Self {
        let own = |measure| dictionary.answer_for(measure, technology);
        self.of_measures(own)
    }

    /// The same question with each measure that it names exchanged; a resource has its own.
    #[must_use]
    pub fn of_measures(self, exchange: impl Fn(MeasureIndex) -> MeasureIndex) -> Self {
        match self {
            Self::Measure(measure) => Self::Measure(exchange(measure)),
            Self::Checklist(items) => Self::Checklist(items.into_iter().map(exchange).collect()),
            Self::Headroom(resource) => Self::Headroom(resource),
        }
    }
}

/// What is good enough.
#[derive(Clone, Debug, PartialEq)]
pub enum Threshold {
    /// More is better.
    AtLeast(Limits),
    /// Less is better.
    AtMost(Limits),
    /// Between two values is good.
    Within {
        /// The lower edges.
        low: Limits,
        /// The upper edges.
        high: Limits,
    },
    /// Attainment, 0 to 1, of each choice of the measure; none where the choice does not apply.
    Choices(Vec<Option<f64>>),
    /// The flag must have this value.
    Is(bool),
}

/// Floor, minimum and target. Attainment is 0 at the floor, 0.5 at the minimum, 1 at the target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// At or beyond it nothing counts.
    pub floor: f64,
    /// What must be reached.
    pub minimum: f64,
    /// What is wanted.
    pub target: f64,
}

impl Limits {
    /// All three multiplied.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        Self {
            floor: steady(self.floor * factor),
            minimum: steady(self.minimum * factor),
            target: steady(self.target * factor),
        }
    }
}

/// What one deployed unit takes of a resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Demand {
    /// The resource.
    pub resource: ResourceIndex,
    /// In the resource's unit, for one unit at full use.
    pub per_unit: f64,
    /// Share of full use that falls together with the site's peak, 0 to 1.
    pub diversity: f64,
    /// Where the figure comes from.
    pub reference: String,
    /// How well it is supported.
    pub evidence: Evidence,
}

/// Life and energy of one unit. What has no published figure is unknown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lifecycle {
    /// Years in service, from and to.
    pub life_years: Option<(f64, f64)>,
    /// Electricity in use, kWh a year, from and to.
    pub annual_kwh: Option<(f64, f64)>,
    /// Id of the item of embodied carbon that one unit is.
    pub embodied: Option<String>,
    /// Where the figures come from.
    pub reference: Option<String>,
    /// How well they are supported.
    pub evidence: Option<Evidence>,
}

/// Whether what is asked is read of the whole site even in a profile that is judged in spaces.
#[must_use]
pub fn is_read_of_site(asks: &Question, dictionary: &Dictionary) -> bool {
    match asks {
        Question::Headroom(_) => true,
        Question::Measure(measure) => dictionary.get(*measure).scope == Scope::Site,
        Question::Checklist(measures) => dictionary.get(measures[0]).scope == Scope::Site,
    }
}
