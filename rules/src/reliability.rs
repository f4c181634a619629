//! Which measures tell how a site stands through an outage, and the published figures that stand in
//! for a reliability that it has not measured: the file `reliability.toml`.
//!
//! What they say together is `resilience`; what a site's own survey gives is `plant`.

use crate::dated::Evidence;
use crate::fields::{Fields, Problems, parse_table};
use crate::measure::{Dictionary, Kind, MeasureIndex};
use crate::resource::find_measure;
use crate::unit::Unit;
use crate::words::words;

words! {
    /// What a measure, or a default, tells about a plant. The unit is last in its name.
    Role {
        /// How many sets of the first kind there are.
        Sets = "sets",
        /// Rating of a set of the first kind, in kVA.
        SetKva = "set_kva",
        /// How many sets of the second kind there are.
        SecondSets = "second_sets",
        /// Rating of a set of the second kind, in kVA.
        SecondSetKva = "second_set_kva",
        /// How many sets are out of service for long.
        SetsOut = "sets_out",
        /// What the sets carry with the redundant ones out of service, in kVA.
        FirmKva = "firm_kva",
        /// N, N+1, 2N or 2(N+1).
        Redundancy = "redundancy",
        /// Seconds from the loss of the mains until the sets carry the load.
        StartS = "start_s",
        /// Share of the time in which a set is fit to be started, in per cent.
        AvailabilityPercent = "availability_percent",
        /// Share of starts that fail, in per cent.
        FailureToStartPercent = "failure_to_start_percent",
        /// Mean hours on load until a set fails.
        MttfH = "mttf_h",
        /// Fuel that the sets can draw on, in litres.
        FuelUsableL = "fuel_usable_l",
        /// Hours that the fuel lasts at full load.
        FuelEnduranceH = "fuel_endurance_h",
        /// Litres burned for each kWh produced.
        FuelSlopeLKwh = "fuel_slope_l_kwh",
        /// Litres that a running set burns each hour beside that.
        FuelInterceptLH = "fuel_intercept_l_h",
        /// What the batteries can supply, in kW.
        BatteryPowerKw = "battery_power_kw",
        /// Usable energy of the batteries, in kWh.
        BatteryEnergyKwh = "battery_energy_kwh",
        /// Minutes for which the UPS carries what is wired to it.
        UpsAutonomyMin = "ups_autonomy_min",
        /// Highest demand of the essential load, in kVA.
        EssentialDemandKva = "essential_demand_kva",
        /// Active power as a share of apparent power.
        PowerFactor = "power_factor",
    }
}

impl Role {
    /// The roles for which a default is published.
    pub const WITH_DEFAULT: [Self; 6] = [
        Self::SetsOut,
        Self::AvailabilityPercent,
        Self::FailureToStartPercent,
        Self::MttfH,
        Self::FuelSlopeLKwh,
        Self::FuelInterceptLH,
    ];

    /// The symbol of the unit in which the measure must be kept; nothing for a choice.
    #[must_use]
    pub const fn unit_symbol(self) -> &'static str {
        match self {
            Self::Sets | Self::SecondSets | Self::SetsOut => "count",
            Self::SetKva | Self::SecondSetKva | Self::FirmKva | Self::EssentialDemandKva => "kVA",
            Self::Redundancy => "",
            Self::StartS => "s",
            Self::AvailabilityPercent | Self::FailureToStartPercent => "%",
            Self::MttfH | Self::FuelEnduranceH => "h",
            Self::FuelUsableL => "l",
            Self::FuelSlopeLKwh => "l/kWh",
            Self::FuelInterceptLH => "l/h",
            Self::BatteryPowerKw => "kW",
            Self::BatteryEnergyKwh => "kWh",
            Self::UpsAutonomyMin => "min",
            Self::PowerFactor => "1",
        }
    }
}

/// A published figure that stands in where a site has not measured its own.
#[derive(Clone, Debug, PartialEq)]
pub struct DefaultFigure {
    /// What it tells.
    pub role: Role,
    /// In the unit of the role.
    pub value: f64,
    /// Where it comes from.
    pub reference: String,
    /// How well it is supported.
    pub evidence: Evidence,
}

/// Everything that `reliability.toml` says.
#[derive(Clone, Debug, PartialEq)]
pub struct ReliabilityRules {
    /// The measure of each role, in the order of [`Role::ALL`].
    measures: Vec<MeasureIndex>,
    /// One figure for each of [`Role::WITH_DEFAULT`].
    defaults: Vec<DefaultFigure>,
}

impl ReliabilityRules {
    /// The measure that tells a role.
    #[must_use]
    pub fn measure(&self, role: Role) -> MeasureIndex {
        self.measures[role as usize]
    }

    /// The figure that stands in for a role where the site has none.
    #[must_use]
    pub fn default_figure(&self, role: Role) -> Option<&DefaultFigure> {
        self.defaults.iter().find(|figure| figure.role == role)
    }
}

/// Reads `reliability.toml`; whatever is wrong in it is added to `problems`.
#[must_use]
pub fn read_reliability(
    file: &str,
    text: &str,
    dictionary: &Dictionary,
    problems: &mut Problems,
) -> Option<ReliabilityRules> {
    let table = parse_table(file, text, problems)?;
    let mut fields = Fields::new(&table, file, "", problems);
    fields.date("as_of");
    let measures = match fields.table_if_any("measures") {
        Some((entry, path)) => {
            fields.within(entry, path, |fields| read_measures(fields, dictionary))
        }
        None => {
            fields.problem(
                "measures",
                "The measures of a plant are missing.",
                "Add a [measures] table with a measure for each role.",
            );
            None
        }
    };
    let mut defaults: Vec<DefaultFigure> = Vec::new();
    for (entry, path) in fields.tables("default") {
        let read = fields.within(entry, path.clone(), |fields| {
            read_default(fields, measures.as_deref(), dictionary)
        });
        let Some(figure) = read else { continue };
        if defaults.iter().any(|other| other.role == figure.role) {
            let message = format!("{path} is defined twice.");
            fields.problem("default", message, "Remove one of the two.");
        }
        defaults.push(figure);
    }
    check_defaults(&table, &mut fields);
    fields.finish();
    Some(ReliabilityRules { measures: measures?, defaults })
}

fn read_measures(fields: &mut Fields<'_>, dictionary: &Dictionary) -> Option<Vec<MeasureIndex>> {
    let found: Vec<Option<MeasureIndex>> =
        Role::ALL.iter().map(|role| read_measure_of(*role, fields, dictionary)).collect();
    found.into_iter().collect()
}

fn read_measure_of(
    role: Role,
    fields: &mut Fields<'_>,
    dictionary: &Dictionary,
) -> Option<MeasureIndex> {
    let index = find_measure(fields, role.word(), dictionary, Unit::parse(role.unit_symbol()))?;
    let is_choice = matches!(dictionary.get(index).kind, Kind::Choice { .. });
    if role == Role::Redundancy && !is_choice {
        fields.problem(role.word(), "This measure is no choice.", "Use a measure with choices.");
    }
    Some(index)
}

fn read_default(
    fields: &mut Fields<'_>,
    measures: Option<&[MeasureIndex]>,
    dictionary: &Dictionary,
) -> Option<DefaultFigure> {
    let role = fields.word::<Role>("id");
    let value = fields.number("value");
    let reference = fields.text("reference");
    let evidence = fields.word("evidence");
    let role = role?;
    if !Role::WITH_DEFAULT.contains(&role) {
        fields.problem(
            "id",
            "Nothing may stand in for this: it differs from site to site.",
            "Remove the default.",
        );
        return None;
    }
    let limits =
        measures.and_then(|measures| match &dictionary.get(measures[role as usize]).kind {
            Kind::Quantity { range, .. } => Some(*range),
            _ => None,
        });
    if value.zip(limits).is_some_and(|(value, (low, high))| !(low..=high).contains(&value)) {
        fields.problem("value", "This lies outside the range of the measure.", "Correct it.");
    }
    Some(DefaultFigure { role, value: value?, reference: reference?, evidence: evidence? })
}

/// Every role that has a default must be given one, well formed or not.
fn check_defaults(table: &toml::Table, fields: &mut Fields<'_>) {
    let given: Vec<&str> = table
        .get("default")
        .and_then(toml::Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.get("id")?.as_str())
        .collect();
    for role in Role::WITH_DEFAULT {
        if !given.contains(&role.word()) {
            let message = format!("No default is given for {role}.");
            fields.problem("", message, "Add a [[default]] with its figure.");
        }
    }
}
