//! The project's closed vocabularies as GraphQL enums, and money as GraphQL shows it.

use async_graphql::{Enum, SimpleObject};
use rust_decimal::Decimal;
use siteworthy_rules::cost::{Estimate, Pence};
use siteworthy_rules::judge::percent;
use siteworthy_rules::resource::Reading;
use siteworthy_rules::tally::Score;

macro_rules! mirror {
    ($(#[$meta:meta])* $name:ident = $path:literal { $($(#[$vmeta:meta])* $variant:ident,)+ }) => {
        $(#[$meta])*
        #[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
        #[graphql(remote = $path)]
        pub enum $name { $($(#[$vmeta])* $variant,)+ }
    };
}

mirror! {
    /// The nation whose guidance and net-zero target apply to a site.
    Nation = "siteworthy_rules::place::Nation" { England, Scotland, Wales, NorthernIreland, }
}

mirror! {
    /// What kind of care a site gives.
    Setting = "siteworthy_rules::place::Setting" {
        Acute, Mixed, Community, MentalHealth, LearningDisability, OtherInpatient, NonInpatient,
        PrimaryCare, Ambulance, Support, CareHome, Home, Unoccupied, Pooled,
    }
}

mirror! {
    /// Which path is to be met.
    AbatementPath = "siteworthy_rules::carbon::path::Choice" {
        /// The pathway of CRREM, which begins at what any building of the class may emit.
        Crrem,
        /// The target of the nation, which begins at what the sites themselves emitted.
        National,
    }
}

mirror! {
    /// What a pound is spent for.
    GapPart = "siteworthy_rules::investment::Part" {
        /// To put right what is worn out.
        Backlog,
        /// To be ready for technologies.
        Readiness,
        /// To meet the path of net zero.
        NetZero,
        /// For readiness and net zero at once.
        Both,
    }
}

mirror! {
    /// What is allowed for the risk that work costs more than thought.
    Allowance = "siteworthy_rules::costing::pricing::Allowance" {
        /// The optimism bias of the kind of project.
        OptimismBias,
        /// A contingency.
        Contingency,
        /// Nothing.
        None,
    }
}

mirror! {
    /// What happens to value added tax.
    VatTreatment = "siteworthy_rules::costing::pricing::Treatment" {
        /// Not in the figures.
        Excluded,
        /// Paid, and not recovered.
        Included,
        /// Paid and recovered.
        Recovered,
    }
}

mirror! {
    /// What kind of reason keeps a remedy out.
    LeftOutKind = "siteworthy_rules::carbon::saving::Kind" {
        /// There is nothing for it to do, as far as is known.
        NothingToDo,
        /// A measure must be surveyed first.
        ToSurvey,
        /// Nobody can say what it saves or costs.
        Unknown,
    }
}

mirror! {
    /// The kind of a room or zone.
    SpaceKind = "siteworthy_rules::place::SpaceKind" {
        Theatre, Ward, ConsultingRoom, Imaging, Pharmacy, DataRoom, Corridor, Home,
    }
}

mirror! {
    /// The kind of an organisation.
    OrganisationKind = "siteworthy_rules::place::OrganisationKind" {
        Trust, HealthBoard, Icb, Region, Nation,
    }
}

mirror! {
    /// What is said of one requirement.
    Verdict = "siteworthy_rules::judge::Verdict" {
        MeetsTarget, MeetsMinimum, Short, Unknown, NotApplicable,
    }
}

mirror! {
    /// What is said of one technology at one site.
    Readiness = "siteworthy_rules::judge::Readiness" {
        /// All gates pass, enough is known and the score is high.
        Ready,
        /// All gates pass, enough is known and the score is fair.
        ReadyWithActions,
        /// Too little is known, or a gate is unknown.
        Indeterminate,
        /// A gate fails, or the score is low.
        NotReady,
    }
}

mirror! {
    /// How a value was obtained, strongest first.
    Method = "siteworthy_rules::observation::Method" { Measured, Calculated, Surveyed, Declared, }
}

mirror! {
    /// How well a published or proposed figure is supported, strongest first.
    Evidence = "siteworthy_rules::dated::Evidence" {
        /// Read in the originating document.
        Verified,
        /// Read in a page that quotes the origin.
        SecondHand,
        /// Worked out from verified or second-hand figures.
        Derived,
        /// Known from general practice; not seen in print.
        Recalled,
        /// A choice of this rulebook, not a published fact.
        Policy,
    }
}

mirror! {
    /// The part of a building or service that a measure describes.
    Domain = "siteworthy_rules::measure::Domain" {
        Power, Connectivity, Acoustics, Environment, Space, Cyber, Workforce, Sustainability,
    }
}

mirror! {
    /// The kind of money: two ledgers that are never added together.
    MoneyKind = "siteworthy_rules::cost::Money" {
        /// Capital (CDEL).
        Capital,
        /// Running cost (RDEL).
        Running,
    }
}

mirror! {
    /// What energy comes as.
    EnergyCarrier = "siteworthy_rules::carbon::demand::Carrier" {
        Electricity, NaturalGas, GasOil, BurningOil, Lpg, DistrictHeat, Biogas, WoodChips, WoodPellets,
        WoodLogs, RenewableFuel,
    }
}

mirror! {
    /// A part of a footprint.
    FootprintPart = "siteworthy_rules::carbon::footprint::Part" {
        /// Burned on site.
        Scope1,
        /// Electricity and heat bought.
        Scope2,
        /// Scope 3: lost on the way.
        Transmission,
        /// Scope 3: from well to tank of what is used.
        WellToTank,
        /// Scope 3: from well to tank of what is lost on the way.
        WellToTankTransmission,
        /// Biogenic carbon dioxide, beside the total.
        Biogenic,
    }
}

mirror! {
    /// Which way is better.
    Better = "siteworthy_rules::measure::Better" { Higher, Lower, Neither, }
}

mirror! {
    /// Whether a technology can be deployed today.
    Horizon = "siteworthy_rules::profile::Horizon" { Now, Future, }
}

mirror! {
    /// How far a technology has come in the health service, where a source says so.
    AdoptionStatus = "siteworthy_rules::profile::AdoptionStatus" {
        /// Approved for use.
        Approved,
        /// Holds an innovator passport: proved at one trust, taken on trust by the others.
        InnovatorPassport,
        /// Research and trials only.
        Research,
    }
}

mirror! {
    /// Whether a technology of a deployment still fits.
    Fit = "siteworthy_rules::deployment::Fit" {
        /// Every resource that it takes has room for it beside those before it that fit.
        Fits,
        /// What is known of a resource leaves it open.
        Unknown,
        /// A resource has no room for it.
        Exceeds,
    }
}

mirror! {
    /// What happens in the seconds after the mains is lost.
    Start = "siteworthy_rules::resilience::Start" {
        /// The battery carries the whole load until the generator sets do.
        Bridged,
        /// What is wired to the UPS is carried until the sets carry the load; the rest is interrupted.
        UpsOnly,
        /// The load is interrupted until the sets carry it.
        Interrupted,
        /// The sets in service cannot take the load, and the battery cannot either.
        NotCarried,
        /// The start time of the sets was not measured.
        Unknown,
    }
}

mirror! {
    /// A figure of a standby plant or of the load that it must carry. The unit is last in its name.
    PlantFigure = "siteworthy_rules::reliability::Role" {
        /// How many generator sets of the first kind there are.
        Sets,
        /// Rating of a set of the first kind, in kVA.
        SetKva,
        /// How many sets of the second kind there are.
        SecondSets,
        /// Rating of a set of the second kind, in kVA.
        SecondSetKva,
        /// How many sets are out of service for long.
        SetsOut,
        /// What the sets carry with the redundant ones out of service, in kVA.
        FirmKva,
        /// N, N+1, 2N or 2(N+1): the place of the choice in the list of its measure, from 0.
        Redundancy,
        /// Seconds from the loss of the mains until the sets carry the load.
        StartS,
        /// Share of the time in which a set is fit to be started, in per cent.
        AvailabilityPercent,
        /// Share of starts that fail, in per cent.
        FailureToStartPercent,
        /// Mean hours on load until a set fails.
        MttfH,
        /// Fuel that the sets can draw on, in litres.
        FuelUsableL,
        /// Hours that the fuel lasts at full load.
        FuelEnduranceH,
        /// Litres burned for each kWh produced.
        FuelSlopeLKwh,
        /// Litres that a running set burns each hour beside that.
        FuelInterceptLH,
        /// What the batteries can supply, in kW.
        BatteryPowerKw,
        /// Usable energy of the batteries, in kWh.
        BatteryEnergyKwh,
        /// Minutes for which the UPS carries what is wired to it.
        UpsAutonomyMin,
        /// Highest demand of the essential load, in kVA.
        EssentialDemandKva,
        /// Active power as a share of apparent power.
        PowerFactor,
    }
}

mirror! {
    /// Which way a figure of the rules is moved.
    Move = "siteworthy_rules::sensitivity::Move" {
        /// A threshold becomes harder to meet, a weight greater.
        Up,
        /// A threshold becomes easier to meet, a weight smaller.
        Down,
    }
}

mirror! {
    /// How far gaps are closed.
    Level = "siteworthy_rules::gap::Level" { Minimum, Target, }
}

mirror! {
    /// How far a problem of an upload reaches.
    Severity = "siteworthy_rules::problem::Severity" {
        /// The value, row or file was set aside.
        Refused,
        /// The value was kept, and a person should look at it.
        Warning,
        /// Nothing is wrong; the reader says what it did.
        Note,
    }
}

/// Low, central and high estimates in pounds. They are three estimates of the whole and are not to
/// be mixed.
#[derive(SimpleObject, Clone, Debug)]
pub struct MoneyEstimate {
    /// The low estimate, as an exact decimal text.
    low: Decimal,
    /// The central estimate.
    central: Decimal,
    /// The high estimate.
    high: Decimal,
}

impl From<Estimate<Pence>> for MoneyEstimate {
    fn from(estimate: Estimate<Pence>) -> Self {
        Self {
            low: estimate.low.pounds(),
            central: estimate.central.pounds(),
            high: estimate.high.pounds(),
        }
    }
}

/// Low, central and high estimates of a quantity.
#[derive(SimpleObject, Clone, Debug)]
pub struct QuantityEstimate {
    /// The low estimate, as an exact decimal text.
    low: Decimal,
    /// The central estimate.
    central: Decimal,
    /// The high estimate.
    high: Decimal,
}

impl From<Estimate<i64>> for QuantityEstimate {
    fn from(milli: Estimate<i64>) -> Self {
        let unit = |milli| Decimal::new(milli, 3).normalize();
        Self { low: unit(milli.low), central: unit(milli.central), high: unit(milli.high) }
    }
}

/// A figure that may be known only between limits.
#[derive(SimpleObject, Clone, Debug)]
pub struct KnownBetween {
    /// The least that it can be.
    pub low: f64,
    /// The value for a central estimate of costs; never used for a verdict.
    central: f64,
    /// The most that it can be.
    pub high: f64,
}

impl KnownBetween {
    /// What is known of a reading; none where nothing is.
    pub const fn of(reading: Reading) -> Option<Self> {
        match reading {
            Reading::Known { low, central, high } => Some(Self { low, central, high }),
            Reading::Unknown | Reading::NotApplicable => None,
        }
    }
}

/// How a technology stands at a place, in short.
#[derive(SimpleObject, Clone, Debug)]
pub struct Standing {
    /// What is said.
    readiness: Readiness,
    /// Score over what is known, in per cent; none where less is known than any verdict but
    /// indeterminate asks for.
    score: Option<f64>,
    /// The score if every unknown were 0.
    score_low: f64,
    /// The score if every unknown were 1.
    score_high: f64,
    /// Share of the weight that is answered, in per cent.
    coverage: f64,
    /// Gates whose minimum is not met.
    gates_failed: u8,
    /// Gates that are not known.
    gates_unknown: u8,
}

impl From<&Score> for Standing {
    fn from(score: &Score) -> Self {
        Self {
            readiness: score.readiness.into(),
            score: score.told_bp().map(percent),
            score_low: percent(score.low_bp),
            score_high: percent(score.high_bp),
            coverage: percent(score.coverage_bp),
            gates_failed: score.gates_failed,
            gates_unknown: score.gates_unknown,
        }
    }
}

/// How many sites stand where.
#[derive(SimpleObject, Clone, Debug)]
pub struct ReadinessCounts {
    /// Sites that are ready.
    ready: u32,
    /// Sites that are ready with actions.
    ready_with_actions: u32,
    /// Sites of which too little is known.
    indeterminate: u32,
    /// Sites that are not ready.
    not_ready: u32,
}

impl From<[u32; 4]> for ReadinessCounts {
    /// Counts in the order of `judge::Readiness::ALL`.
    fn from([ready, ready_with_actions, indeterminate, not_ready]: [u32; 4]) -> Self {
        Self { ready, ready_with_actions, indeterminate, not_ready }
    }
}
