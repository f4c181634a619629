//! What technologies share and exhaust together, and how much of it a site has left.
//!
//! How much one technology takes is `profile`; what more would cost is `gap`.

use crate::dated::Evidence;
use crate::fields::{Fields, Problems, parse_table};
use crate::measure::{Dictionary, Domain, Kind, MeasureIndex, Scope};
use crate::unit::Unit;

/// The unit in which floor areas are kept, and remedies by floor area are counted.
pub const AREA_UNIT: &str = "m2";

/// A figure that may be known only between limits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reading {
    /// Nothing is known.
    Unknown,
    /// The question does not arise here.
    NotApplicable,
    /// Known, exactly or between limits.
    Known {
        /// The least that it can be.
        low: f64,
        /// The value for a central cost estimate; never used for a verdict.
        central: f64,
        /// The most that it can be.
        high: f64,
    },
}

impl Reading {
    /// A value known exactly; NaN is unknown.
    #[must_use]
    pub fn exact(value: f64) -> Self {
        if value.is_nan() {
            Self::Unknown
        } else {
            Self::Known { low: value, central: value, high: value }
        }
    }

    /// What is left once an amount is taken away.
    #[must_use]
    pub fn less(self, amount: f64) -> Self {
        match self {
            Self::Known { low, central, high } => Self::Known {
                low: steady(low - amount),
                central: steady(central - amount),
                high: steady(high - amount),
            },
            other => other,
        }
    }
}

/// A shared resource, such as electrical supply.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// Stable kebab-case id.
    pub id: String,
    /// Heading.
    pub title: String,
    /// Unit of headroom and of demands.
    pub unit: Unit,
    /// Domain in which a requirement on it counts.
    pub domain: Domain,
    /// How headroom is found.
    pub source: Source,
    /// What it is, in a sentence or two.
    pub help: String,
    /// Where the formula comes from.
    pub reference: String,
    /// How well it is supported.
    pub evidence: Evidence,
}

/// How the headroom of a resource is found.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// It is itself a measure.
    Direct(MeasureIndex),
    /// capacity x (1 - growth reserve) - present demand.
    Balance {
        /// Capacity, in the resource's unit.
        capacity: MeasureIndex,
        /// Share of capacity kept for growth, 0 to 1.
        growth_reserve: f64,
        /// Present demand, in the resource's unit.
        demand: MeasureIndex,
        /// Present demand as active power, for sites that know no other.
        active: Option<ActiveDemand>,
    },
}

/// A demand known as active power (kW). It bounds the apparent power (kVA) through the power factor.
#[derive(Clone, Debug, PartialEq)]
pub struct ActiveDemand {
    /// The measure in kW.
    pub measure: MeasureIndex,
    /// The measured power factor.
    pub power_factor: MeasureIndex,
    /// Plausible limits of a power factor that was not measured.
    pub limits: (f64, f64),
    /// Power factor taken for a central cost estimate; never used for a verdict.
    pub central: f64,
}

/// The measures that hold floor areas, in square metres: what goes by area is counted by them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Areas {
    /// Of a whole site.
    pub site: MeasureIndex,
    /// Of a room or zone.
    pub space: MeasureIndex,
}

/// What the headroom of a resource is made of: headroom = capacity - kept back - present demand. Nothing of it
/// applies where the headroom itself is measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MakeUp {
    /// The capacity, in the resource's unit.
    pub capacity: Reading,
    /// What is kept back of it for growth, in the resource's unit.
    pub kept_back: Reading,
    /// Present demand, in the resource's unit.
    pub demand: Reading,
}

/// A headroom with the measures that were read for it; none where nothing could be told.
struct WorkedOut {
    headroom: Reading,
    read: [Option<MeasureIndex>; 3],
}

impl WorkedOut {
    const fn unknown() -> Self {
        Self { headroom: Reading::Unknown, read: [None; 3] }
    }
}

impl Resource {
    /// Every measure that the headroom may be worked out from, known or not: capacity, demand, active
    /// demand and power factor in this order, as far as there are any.
    pub fn measures(&self) -> impl Iterator<Item = MeasureIndex> {
        let (own, active) = match &self.source {
            Source::Direct(measure) => ([Some(*measure), None], None),
            Source::Balance { capacity, demand, active, .. } => {
                ([Some(*capacity), Some(*demand)], active.as_ref())
            }
        };
        let active = active.into_iter().flat_map(|active| [active.measure, active.power_factor]);
        own.into_iter().flatten().chain(active)
    }

    /// What must be surveyed for the headroom to be known exactly, given what is known. A demand in kW
    /// wants its power factor, and one that contradicts the capacity wants measuring in kVA.
    #[must_use]
    pub fn missing(&self, value: impl Fn(MeasureIndex) -> f64) -> Vec<MeasureIndex> {
        let is_unknown = |measure: &MeasureIndex| value(*measure).is_nan();
        match &self.source {
            Source::Direct(measure) => Some(*measure).into_iter().filter(is_unknown).collect(),
            Source::Balance { capacity, demand, active, .. } => {
                let mut missing: Vec<MeasureIndex> =
                    Some(*capacity).into_iter().filter(is_unknown).collect();
                let active_kw = active.as_ref().filter(|active| !is_unknown(&active.measure));
                match active_kw {
                    _ if !is_unknown(demand) => {}
                    Some(active) if value(active.measure) > value(*capacity) => {
                        missing.push(*demand);
                    }
                    Some(active) if is_unknown(&active.power_factor) => {
                        missing.push(active.power_factor);
                    }
                    Some(_) => {}
                    None => missing.push(*demand),
                }
                missing
            }
        }
    }

    /// Share of the capacity that is kept back for growth, 0 to 1; none where the headroom itself is measured.
    #[must_use]
    pub const fn growth_reserve(&self) -> Option<f64> {
        match self.source {
            Source::Direct(_) => None,
            Source::Balance { growth_reserve, .. } => Some(growth_reserve),
        }
    }

    /// How much more headroom an addition leaves: the reverse of [`Self::addition_for`].
    #[must_use]
    pub fn headroom_of(&self, addition: f64) -> f64 {
        steady(addition * (1.0 - self.growth_reserve().unwrap_or(0.0)))
    }

    /// How much of the resource must be added for `headroom` more of it to be left: a share of what
    /// is added goes into the growth reserve again.
    #[must_use]
    pub fn addition_for(&self, headroom: f64) -> f64 {
        self.growth_reserve().map_or(headroom, |reserve| steady(headroom / (1.0 - reserve)))
    }

    /// What is left at a site, in the resource's unit, before any new technology.
    /// `value` gives a measure at the site, NaN where it is unknown.
    ///
    /// Apparent power is active power divided by the power factor (IEC 60050 131-11-46), so a demand
    /// known only in kW lies between kW / 1.0 and kW / least plausible power factor. A demand in kW
    /// above the capacity in kVA contradicts it, and the headroom is then unknown.
    pub fn headroom(&self, value: impl Fn(MeasureIndex) -> f64) -> Reading {
        self.work_out(value).headroom
    }

    /// The measures that [`Self::headroom`] rests on: a demand in kW is not among them where one in
    /// kVA is known, and none is where the headroom is not known.
    pub fn read_for_headroom(
        &self,
        value: impl Fn(MeasureIndex) -> f64,
    ) -> impl Iterator<Item = MeasureIndex> {
        self.work_out(value).read.into_iter().flatten()
    }

    /// The headrooms of many sites at once, as [`Self::headroom`] gives each: the least and the most
    /// that it can be, NaN where it is not known. `read` copies the values of a measure at
    /// all of them.
    ///
    /// NaN goes through every sum and quotient, so nothing branches on what a site knows.
    pub fn headrooms<const N: usize>(
        &self,
        read: impl Fn(MeasureIndex, &mut [f64; N]),
        low: &mut [f64; N],
        high: &mut [f64; N],
    ) {
        let (growth_reserve, active) = match &self.source {
            Source::Direct(measure) => {
                read(*measure, low);
                *high = *low;
                return;
            }
            Source::Balance { growth_reserve, active, .. } => (growth_reserve, active),
        };
        let [mut capacity, mut demand, mut demand_kw, mut power_factor] = [[0.0; N]; 4];
        for (measure, values) in
            self.measures().zip([&mut capacity, &mut demand, &mut demand_kw, &mut power_factor])
        {
            read(measure, values);
        }
        let left = |at: usize, demand: f64| steady(capacity[at] * (1.0 - growth_reserve) - demand);
        let Some(active) = active else {
            for at in 0..N {
                low[at] = left(at, demand[at]);
            }
            *high = *low;
            return;
        };
        for at in 0..N {
            let contradicts = demand_kw[at] > capacity[at];
            let demand_kw = if contradicts { f64::NAN } else { demand_kw[at] };
            let demand_kva = |limit: f64| {
                let power_factor = power_factor[at];
                let power_factor = if power_factor.is_nan() { limit } else { power_factor };
                if demand[at].is_nan() { demand_kw / power_factor } else { demand[at] }
            };
            low[at] = left(at, demand_kva(active.limits.0));
            high[at] = left(at, demand_kva(active.limits.1));
        }
    }

    /// Capacity, what is kept back of it, and present demand: what the headroom is made of, each as far as
    /// it is known by itself.
    #[must_use]
    pub fn make_up(&self, value: impl Fn(MeasureIndex) -> f64) -> MakeUp {
        let Source::Balance { capacity, growth_reserve, .. } = &self.source else {
            return MakeUp {
                capacity: Reading::NotApplicable,
                kept_back: Reading::NotApplicable,
                demand: Reading::NotApplicable,
            };
        };
        let capacity = value(*capacity);
        let (demand, _) = self.present_demand(&value);
        MakeUp {
            capacity: Reading::exact(capacity),
            kept_back: Reading::exact(steady(capacity * growth_reserve)),
            demand,
        }
    }

    fn work_out(&self, value: impl Fn(MeasureIndex) -> f64) -> WorkedOut {
        let (capacity, growth_reserve) = match &self.source {
            Source::Direct(measure) => {
                let found = value(*measure);
                if found.is_nan() {
                    return WorkedOut::unknown();
                }
                let read = [Some(*measure), None, None];
                return WorkedOut { headroom: Reading::exact(found), read };
            }
            Source::Balance { capacity, growth_reserve, .. } => (*capacity, *growth_reserve),
        };
        let usable = value(capacity) * (1.0 - growth_reserve);
        let (demand, [first, second]) = self.present_demand(&value);
        let Reading::Known { low, central, high } = demand else {
            return WorkedOut::unknown();
        };
        if usable.is_nan() {
            return WorkedOut::unknown();
        }
        let left = |demand: f64| steady(usable - demand);
        let headroom = Reading::Known { low: left(high), central: left(central), high: left(low) };
        WorkedOut { headroom, read: [Some(capacity), first, second] }
    }

    /// Present demand in the resource's unit, and the measures that say it; unknown for a resource whose
    /// headroom is measured itself.
    fn present_demand(
        &self,
        value: &impl Fn(MeasureIndex) -> f64,
    ) -> (Reading, [Option<MeasureIndex>; 2]) {
        const UNKNOWN: (Reading, [Option<MeasureIndex>; 2]) = (Reading::Unknown, [None; 2]);
        let Source::Balance { capacity, demand, active, .. } = &self.source else {
            return UNKNOWN;
        };
        let demand_kva = value(*demand);
        if !demand_kva.is_nan() {
            return (Reading::exact(demand_kva), [Some(*demand), None]);
        }
        let Some(active) = active else {
            return UNKNOWN;
        };
        let demand_kw = value(active.measure);
        let power_factor = value(active.power_factor);
        // A demand in kW above the capacity in kVA says that one of the two figures is wrong, such as
        // a capacity written in MVA: nothing is worked out from a pair that contradicts itself.
        if demand_kw.is_nan() || demand_kw > value(*capacity) {
            return UNKNOWN;
        }
        if !power_factor.is_nan() {
            let read = [Some(active.measure), Some(active.power_factor)];
            return (Reading::exact(demand_kw / power_factor), read);
        }
        let between = Reading::Known {
            low: demand_kw / active.limits.1,
            central: demand_kw / active.central,
            high: demand_kw / active.limits.0,
        };
        (between, [Some(active.measure), None])
    }
}

/// An amount of a resource to the nearest millionth. Sums and products of decimal figures are a
/// last binary digit off, so that 800 - 796.32 would fall short of 3.68.
#[inline]
#[must_use]
pub fn steady(amount: f64) -> f64 {
    /// 1.5 x 2^52: what is added to it keeps no digit after the point, and halves go to even.
    const WHOLE: f64 = 6_755_399_441_055_744.0;
    /// 2^51: amounts beyond it have no place for a millionth.
    const LARGEST: f64 = 2_251_799_813_685_248.0;
    let millionths = amount * 1e6;
    let steadied = (millionths + WHOLE - WHOLE) / 1e6;
    if millionths.abs() < LARGEST { steadied } else { amount }
}

/// A resource's place in the rulebook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceIndex(pub u8);

impl ResourceIndex {
    /// As a list index.
    #[must_use]
    pub const fn at(self) -> usize {
        self.0 as usize
    }
}

/// Reads `resources.toml`: the resources, and the measures of floor area.
#[must_use]
pub fn read_resources(
    file: &str,
    text: &str,
    dictionary: &Dictionary,
    problems: &mut Problems,
) -> (Vec<Resource>, Option<Areas>) {
    let Some(table) = parse_table(file, text, problems) else {
        return (Vec::new(), None);
    };
    let mut fields = Fields::new(&table, file, "", problems);
    fields.date("as_of");
    let areas = match fields.table_if_any("areas") {
        Some((entry, path)) => fields.within(entry, path, |fields| read_areas(fields, dictionary)),
        None => {
            fields.problem(
                "areas",
                "The measures of floor area are missing.",
                "Add an [areas] table with site and space.",
            );
            None
        }
    };
    let mut resources: Vec<Resource> = Vec::new();
    for (entry, path) in fields.tables("resource") {
        let read = fields.within(entry, path.clone(), |fields| read_resource(fields, dictionary));
        let Some(resource) = read else { continue };
        if resources.iter().any(|other| other.id == resource.id) {
            fields.problem(
                "resource",
                format!("{path} is defined twice."),
                "Give one of them another id.",
            );
        }
        resources.push(resource);
    }
    fields.finish();
    (resources, areas)
}

fn read_areas(fields: &mut Fields<'_>, dictionary: &Dictionary) -> Option<Areas> {
    let mut area = |key, scope: Scope| {
        let index = find_measure(fields, key, dictionary, Unit::parse(AREA_UNIT))?;
        if dictionary.get(index).scope != scope {
            let message = format!("This measure is not of a {scope}.");
            fields.problem(key, message, "Use a measure whose scope is the name of the key.");
        }
        Some(index)
    };
    let (site, space) = (area("site", Scope::Site), area("space", Scope::Space));
    Some(Areas { site: site?, space: space? })
}

fn read_resource(fields: &mut Fields<'_>, dictionary: &Dictionary) -> Option<Resource> {
    let id = fields.id();
    let title = fields.text("title");
    let symbol = fields.text("unit");
    let unit = symbol.as_deref().and_then(Unit::parse);
    if symbol.is_some() && unit.is_none() {
        fields.problem("unit", "This unit is not known.", "Use a unit of rules/src/unit.rs.");
    }
    let growth_reserve = fields.number("growth_reserve");
    if growth_reserve.is_some_and(|share| !(0.0..1.0).contains(&share)) {
        fields.problem(
            "growth_reserve",
            "A reserve is a share from 0 up to 1.",
            "Write 20 per cent as 0.20.",
        );
    }
    let source = if fields.has("headroom") {
        if growth_reserve.is_some_and(|share| share > 0.0) {
            fields.problem(
                "growth_reserve",
                "A reserve is a share of capacity, and a measured headroom has none.",
                "Write 0, or give capacity and demand.",
            );
        }
        find_measure(fields, "headroom", dictionary, unit).map(Source::Direct)
    } else {
        read_balance(fields, dictionary, unit, growth_reserve)
    };
    let help = fields.text("help");
    let reference = fields.text("reference");
    let evidence = fields.word("evidence");
    let source = source?;
    let domain = match &source {
        Source::Direct(measure) | Source::Balance { capacity: measure, .. } => {
            dictionary.get(*measure).domain
        }
    };
    Some(Resource {
        id: id?,
        title: title?,
        unit: unit?,
        domain,
        source,
        help: help?,
        reference: reference?,
        evidence: evidence?,
    })
}

fn read_balance(
    fields: &mut Fields<'_>,
    dictionary: &Dictionary,
    unit: Option<Unit>,
    growth_reserve: Option<f64>,
) -> Option<Source> {
    let capacity = find_measure(fields, "capacity", dictionary, unit);
    let demand = find_measure(fields, "demand", dictionary, unit);
    let active = if fields.has("active_demand") { read_active(fields, dictionary) } else { None };
    Some(Source::Balance {
        capacity: capacity?,
        growth_reserve: growth_reserve?,
        demand: demand?,
        active,
    })
}

fn read_active(fields: &mut Fields<'_>, dictionary: &Dictionary) -> Option<ActiveDemand> {
    let measure = find_measure(fields, "active_demand", dictionary, Unit::parse("kW"));
    let power_factor = find_measure(fields, "power_factor", dictionary, Unit::parse("1"));
    let central = fields.number("central_power_factor");
    let limits = power_factor.and_then(|index| match dictionary.get(index).kind {
        Kind::Quantity { range, .. } => Some(range),
        _ => None,
    });
    if central.zip(limits).is_some_and(|(central, (low, high))| !(low..=high).contains(&central)) {
        fields.problem(
            "central_power_factor",
            "This lies outside the range of the power factor.",
            "Correct it.",
        );
    }
    Some(ActiveDemand {
        measure: measure?,
        power_factor: power_factor?,
        limits: limits?,
        central: central?,
    })
}

/// Finds the measure that a key names, and says what is wrong with it: that there is none, or that it
/// is in another unit than `unit`.
pub fn find_measure(
    fields: &mut Fields<'_>,
    key: &'static str,
    dictionary: &Dictionary,
    unit: Option<Unit>,
) -> Option<MeasureIndex> {
    let id = fields.text(key)?;
    let Some((index, measure)) = dictionary.find(&id) else {
        fields.problem(
            key,
            "There is no such measure.",
            "Use the id of a measure in measures.toml.",
        );
        return None;
    };
    if unit.is_some_and(|unit| unit.symbol() != measure.unit_symbol()) {
        let message =
            format!("The measure {id} is in {}, which does not fit here.", measure.unit_symbol());
        fields.problem(key, message, "Use a measure in the right unit.");
    }
    Some(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn electrical() -> Resource {
        Resource {
            id: "electrical".to_owned(),
            title: "Electrical supply".to_owned(),
            unit: Unit::parse("kVA").expect("kVA is a unit"),
            domain: Domain::Power,
            source: Source::Balance {
                capacity: MeasureIndex(0),
                growth_reserve: 0.2,
                demand: MeasureIndex(1),
                active: Some(ActiveDemand {
                    measure: MeasureIndex(2),
                    power_factor: MeasureIndex(3),
                    limits: (0.5, 1.0),
                    central: 0.95,
                }),
            },
            help: String::new(),
            reference: String::new(),
            evidence: Evidence::Policy,
        }
    }

    fn check(values: [f64; 4], expected: Reading) {
        assert_eq!(electrical().headroom(|index| values[index.at()]), expected, "{values:?}");
    }

    const NONE: f64 = f64::NAN;

    #[test]
    fn headroom_is_capacity_less_reserve_less_demand() {
        check([1000.0, 500.0, NONE, NONE], Reading::exact(300.0));
    }

    #[test]
    fn a_headroom_that_is_just_enough_is_not_short_by_a_binary_digit() {
        check([1000.0, 796.32, NONE, NONE], Reading::exact(3.68));
        check([800.0, 637.45, NONE, NONE], Reading::exact(2.55));
    }

    #[test]
    fn an_apparent_demand_is_preferred_to_an_active_one() {
        check([1000.0, 500.0, 100.0, 0.9], Reading::exact(300.0));
    }

    #[test]
    fn only_what_the_headroom_rests_on_was_read() {
        for (values, read) in [
            ([1000.0, 500.0, 100.0, 0.9], &[0, 1][..]),
            ([1000.0, 500.0, NONE, NONE], &[0, 1]),
            ([1000.0, NONE, 400.0, 0.8], &[0, 2, 3]),
            ([1000.0, NONE, 380.0, NONE], &[0, 2]),
            ([1000.0, NONE, NONE, 0.9], &[]),
            ([NONE, 500.0, 400.0, 0.9], &[]),
            ([11.0, NONE, 3_500.0, NONE], &[]),
        ] {
            let found: Vec<u16> = electrical()
                .read_for_headroom(|index| values[index.at()])
                .map(|index| index.0)
                .collect();
            assert_eq!(found, read, "{values:?}");
        }
    }

    #[test]
    fn an_active_demand_with_its_power_factor_is_exact() {
        check([1000.0, NONE, 400.0, 0.8], Reading::exact(300.0));
    }

    #[test]
    fn an_active_demand_without_power_factor_gives_limits_and_no_guess() {
        check(
            [1000.0, NONE, 380.0, NONE],
            Reading::Known { low: 40.0, central: 400.0, high: 420.0 },
        );
    }

    #[test]
    fn headroom_is_capacity_less_what_is_kept_back_and_less_present_demand() {
        let exact = Reading::exact;
        let between = Reading::Known { low: 380.0, central: 400.0, high: 760.0 };
        for (values, capacity, kept_back, demand) in [
            ([1000.0, 500.0, 100.0, 0.9], exact(1000.0), exact(200.0), exact(500.0)),
            ([1000.0, NONE, 400.0, 0.8], exact(1000.0), exact(200.0), exact(500.0)),
            ([1000.0, NONE, 380.0, NONE], exact(1000.0), exact(200.0), between),
            ([NONE, NONE, 380.0, NONE], Reading::Unknown, Reading::Unknown, between),
            ([11.0, NONE, 3_500.0, 0.9], exact(11.0), exact(2.2), Reading::Unknown),
            ([1000.0, NONE, NONE, 0.9], exact(1000.0), exact(200.0), Reading::Unknown),
        ] {
            let found = electrical().make_up(|index| values[index.at()]);
            assert_eq!(found, MakeUp { capacity, kept_back, demand }, "{values:?}");
        }
    }

    #[test]
    fn adding_what_a_missing_headroom_takes_leaves_that_headroom() {
        let short_kva = 40.0;
        let capacity_kva = 1000.0 + electrical().addition_for(short_kva);
        assert_eq!(capacity_kva, 1050.0);
        assert_eq!(electrical().headroom_of(50.0), short_kva);
        check([capacity_kva, 800.0, NONE, NONE], Reading::exact(short_kva));
    }

    #[test]
    fn nothing_is_worked_out_from_a_demand_in_kw_above_the_capacity_in_kva() {
        check([11.0, NONE, 3_500.0, NONE], Reading::Unknown);
        check([11.0, NONE, 3_500.0, 0.9], Reading::Unknown);
        check([11.0, 3_500.0, NONE, NONE], Reading::exact(8.8 - 3_500.0));
    }

    #[test]
    fn without_capacity_or_without_any_demand_headroom_is_unknown() {
        check([NONE, 500.0, NONE, NONE], Reading::Unknown);
        check([1000.0, NONE, NONE, 0.9], Reading::Unknown);
    }
}
