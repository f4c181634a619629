//! `siteworthy resilience`: how likely the essential load of a site is carried through an outage of so
//! many hours, before and after a deployment, and what that rests on.

use super::choice::{Deployment, Reply};
use super::tables::{Answer, Cell, Column, Table};
use super::{Ending, open_existing};
use crate::config::Config;
use crate::error::Error;
use crate::view::View;
use crate::view::explain::plain;
use crate::view::outage::{Outage, Stand};
use clap::Args;
use siteworthy_rules::measure::{Kind, MeasureIndex};
use siteworthy_rules::plant::reading::read_plant;
use siteworthy_rules::plant::{
    Contradiction, DAY_H, Group, Origin, Overrides, SitePlant, Unanswered, Used,
};
use siteworthy_rules::reliability::Role;
use siteworthy_rules::resilience::{FuelHorizon, MAX_HOURS};
use siteworthy_rules::resource::steady;
use std::sync::Arc;

/// The hours that are shown to the eye; files have every hour.
const SHOWN_HOURS: [usize; 12] = [1, 2, 4, 8, 12, 24, 48, 72, 96, 120, 144, MAX_HOURS];

/// [`MAX_HOURS`] as a number that is typed.
const LONGEST_H: u8 = 168;
const _: () = assert!(LONGEST_H as usize == MAX_HOURS, "the two say the same");

/// Shows how an outage is carried.
#[derive(Args, Debug)]
#[command(after_help = "Shows the probability that the essential load is carried through an\n\
                  outage of 1 to 168 hours: as the site was surveyed, and with what is\n\
                  asked about, with every figure that it rests on.\n\n\
                  Example: siteworthy resilience ZZN02 --deploy ai-inference-node --sets-out 1")]
pub struct Resilience {
    /// Code of the site
    #[arg(value_name = "SITE")]
    site: String,

    #[command(flatten)]
    deployment: Deployment,

    /// The longest outage that is worked out, in hours: a week at most
    #[arg(long, value_name = "HOURS", default_value_t = LONGEST_H, value_parser = clap::value_parser!(u8).range(1..=i64::from(LONGEST_H)))]
    hours: u8,

    /// Generator sets that are out of service, in place of the number surveyed
    #[arg(long, value_name = "SETS")]
    sets_out: Option<u32>,

    /// Sets beside those that are there: how many, and of how many kVA (as large as the largest
    /// one otherwise), such as 1x500
    #[arg(long, value_name = "SETS[xKVA]", value_parser = parse_extra_sets)]
    extra_sets: Option<ExtraSets>,

    /// Litres of fuel that the sets can draw on, in place of what was surveyed
    #[arg(long, value_name = "LITRES", allow_negative_numbers = true, value_parser = parse_amount)]
    fuel_l: Option<f64>,

    /// Usable energy of a battery in kWh, in place of what was surveyed
    #[arg(long, value_name = "KWH", allow_negative_numbers = true, value_parser = parse_amount)]
    battery_kwh: Option<f64>,

    /// What the battery can supply at once in kW, in place of what was surveyed
    #[arg(long, value_name = "KW", allow_negative_numbers = true, value_parser = parse_amount)]
    battery_kw: Option<f64>,

    /// Solar power that can be relied on in each hour of the day from midnight: 24 numbers of kW
    /// with commas between them
    #[arg(long, value_name = "KW,KW,...", value_parser = parse_day)]
    pv_kw: Option<Day>,

    #[command(flatten)]
    reply: Reply,
}

/// A figure for each hour of the day. (A type of its own, because clap reads a plain array as several
/// values.)
#[derive(Clone, Copy, Debug, PartialEq)]
struct Day([f64; DAY_H]);

#[derive(Clone, Copy, Debug, PartialEq)]
struct ExtraSets {
    sets: u32,
    rating_kva: Option<f64>,
}

fn parse_amount(text: &str) -> Result<f64, String> {
    let amount = text.parse().ok().filter(|amount: &f64| amount.is_finite() && *amount >= 0.0);
    amount.ok_or_else(|| format!("{text:?} is not a number from 0"))
}

fn parse_day(text: &str) -> Result<Day, String> {
    let hours: Vec<f64> =
        text.split(',').map(|hour| parse_amount(hour.trim())).collect::<Result<_, _>>()?;
    let count = hours.len();
    let hours: Result<[f64; DAY_H], _> = hours.try_into();
    hours
        .map(Day)
        .map_err(|_| format!("give {DAY_H} numbers, one for each hour of the day, not {count}"))
}

fn parse_extra_sets(text: &str) -> Result<ExtraSets, String> {
    let (sets, rating) = text.split_once('x').map_or((text, None), |(sets, kva)| (sets, Some(kva)));
    let whole = || format!("{sets:?} is not a whole number of sets");
    let sets = sets.parse().map_err(|_| whole())?;
    Ok(ExtraSets { sets, rating_kva: rating.map(parse_amount).transpose()? })
}

impl Resilience {
    /// Answers.
    pub async fn run(self, config: &Config) -> Result<Ending, Error> {
        let app = open_existing(config).await?;
        let view = app.view();
        let site = view.find_judged_site(&self.site)?;
        let items = self.deployment.items(&view, site)?;
        let overrides = self.overrides(&view, site)?;
        let hours = usize::from(self.hours);
        let asked = Arc::clone(&view);
        // Off the thread that must stay free.
        let work = move || asked.outage(site, &items, overrides.as_ref(), hours);
        let outage = tokio::task::spawn_blocking(work).await.map_err(Error::internal)??;
        if let Some(Err(unanswered)) = &outage.after {
            self.refuse_what_was_asked(&view, unanswered)?;
        }
        self.reply.send(&answer(&view, site, &outage))
    }

    /// The plant as it was asked about; none where nothing was asked of it.
    fn overrides(&self, view: &View, site: u32) -> Result<Option<Overrides>, Error> {
        let values = [
            (Role::SetsOut, self.sets_out.map(f64::from)),
            (Role::FuelUsableL, self.fuel_l),
            (Role::BatteryEnergyKwh, self.battery_kwh),
            (Role::BatteryPowerKw, self.battery_kw),
        ];
        let values = values.into_iter().filter_map(|(role, value)| Some((role, value?)));
        let mut overrides = Overrides {
            values: values.collect(),
            extra_sets: Vec::new(),
            pv_kw: self.pv_kw.map(|day| day.0),
        };
        if let Some(ExtraSets { sets, rating_kva }) = self.extra_sets {
            let rating_kva = match rating_kva {
                Some(kva) => kva,
                None => largest_set_kva(view, site, &overrides)?,
            };
            overrides.extra_sets.push(Group { sets, rating_kva });
        }
        let is_asked = overrides != Overrides::default();
        Ok(is_asked.then_some(overrides))
    }

    /// A figure that the caller gave and that cannot be is the caller's to mend.
    fn refuse_what_was_asked(&self, view: &View, unanswered: &Unanswered) -> Result<(), Error> {
        let is_asked = |one: &Contradiction| match one {
            Contradiction::OutsideLimits { .. } | Contradiction::SolarBelowZero => true,
            Contradiction::TooManyCombinations { .. } => self.extra_sets.is_some(),
            Contradiction::NotWhole { .. } | Contradiction::SetsAndRedundancy { .. } => false,
        };
        let asked: Vec<String> = unanswered
            .contradictions
            .iter()
            .filter(|one| is_asked(one))
            .map(|one| describe(view, one))
            .collect();
        if !asked.is_empty() {
            return Err(Error::Invalid(asked.join(" ")));
        }
        Ok(())
    }
}

/// The rating that a further set takes where none is said.
fn largest_set_kva(view: &View, site: u32, overrides: &Overrides) -> Result<f64, Error> {
    let found = read_plant(&view.rulebook, &view.estate, site, overrides).map_err(|unanswered| {
        let reason = unanswered.reason(&view.rulebook.dictionary);
        Error::Invalid(format!(
            "the rating of a further set is not known, because nothing can be told of those that are \
             there ({reason}); say it, such as 1x500"
        ))
    })?;
    let ratings = found.plant.groups.iter().map(|group| group.rating_kva);
    Ok(ratings.fold(0.0, f64::max))
}

/// A contradiction in words that say what to do.
fn describe(view: &View, contradiction: &Contradiction) -> String {
    let Contradiction::OutsideLimits { role, value } = contradiction else {
        return contradiction.to_string();
    };
    let measure = view.rulebook.dictionary.get(view.rulebook.reliability.measure(*role));
    match &measure.kind {
        Kind::Quantity { range: (low, high), unit, .. } => {
            let (title, unit) = (&measure.title, unit.symbol());
            let unit = if unit == "count" { String::new() } else { format!(" {unit}") };
            let [value, low, high] = [*value, *low, *high].map(plain);
            format!("{title}: {value}{unit} is out of range; give {low} to {high}{unit}.")
        }
        _ => contradiction.to_string(),
    }
}

fn answer(view: &View, site: u32, outage: &Outage) -> Answer {
    let mut answer = Answer::new(view);
    let before = outage.before.as_ref().ok();
    let after = outage.after.as_ref().and_then(|after| after.as_ref().ok());
    let standing = [("as it stands", before), ("as asked", after)];
    for (when, stand) in standing {
        let Some(stand) = stand else { continue };
        let survival = &stand.survival;
        let longest = survival.carried.len() - 1;
        let percent = Cell::Percent(100.0 * survival.carried[longest]).for_the_eye();
        let shortfalls = stand.shortfalls().join(" ");
        let shortfalls = if shortfalls.is_empty() { shortfalls } else { format!(" {shortfalls}") };
        answer.say(format!(
            "The essential load is carried through an outage of {longest} hours with a probability \
             of {percent} % {when}.{shortfalls}"
        ));
    }
    if let Some(sentence) = &outage.untold {
        answer.say(sentence);
    }
    for (when, unanswered) in [
        ("as it stands", outage.before.as_ref().err()),
        ("as asked", outage.after.as_ref().and_then(|after| after.as_ref().err())),
    ] {
        if let Some(unanswered) = unanswered {
            say_open_question(view, when, unanswered, &mut answer);
        }
    }
    let Some(shown) = after.or(before) else { return answer };
    answer.say(
        "Taken as given: battery, switchgear and solar plant do not fail, the battery is full when \
         the mains is lost, one cause does not stop several sets at once, and the engine of a set \
         gives all the kW that its kVA carry at the power factor of the load; check its kW rating.",
    );
    let stands = [before, after];
    let longest = shown.survival.carried.len() - 1;
    for table in hours(stands, longest) {
        answer.add(table);
    }
    answer.add(behaviour(stands));
    answer.add(used(view, site, &shown.found));
    let title = "Not surveyed, and left out on the safe side";
    answer.add_if_any(measures(view, "left_out", title, &shown.found.left_out));
    answer
}

/// What keeps a question from being answered.
fn say_open_question(view: &View, when: &str, unanswered: &Unanswered, answer: &mut Answer) {
    answer.say(format!(
        "Nothing can be told of an outage {when}, because figures are missing or cannot be true."
    ));
    let title = "What must be surveyed first";
    answer.add_if_any(measures(view, "missing", title, &unanswered.missing));
    let columns = [("contradiction", "What cannot be true")];
    let mut table = Table::new("contradictions", "", &columns);
    for contradiction in &unanswered.contradictions {
        table.add([contradiction.to_string().into()]);
    }
    answer.add_if_any(table);
}

fn measures(view: &View, key: &'static str, title: &str, list: &[MeasureIndex]) -> Table {
    let columns = [("measure", "Id"), ("title", "Measure"), ("unit", "Unit")];
    let mut table = Table::new(key, title, &columns).showing(&["title", "unit"]);
    for measure in list {
        let measure = view.rulebook.dictionary.get(*measure);
        let unit = Some(measure.unit_symbol()).filter(|unit| !matches!(*unit, "" | "1" | "count"));
        table.add([Cell::from(&measure.id), Cell::from(&measure.title), unit.into()]);
    }
    table
}

/// Probabilities by hour: chosen hours for the eye, every hour for files.
fn hours([before, after]: [Option<&Stand>; 2], longest: usize) -> [Table; 2] {
    const COLUMNS: [Column; 3] = [
        ("hours", "Hours"),
        ("carried_before_percent", "Carried before %"),
        ("carried_after_percent", "Carried after %"),
    ];
    let look = if after.is_some() {
        &["hours", "carried_before_percent", "carried_after_percent"][..]
    } else {
        &["hours", "carried_before_percent"]
    };
    let mut chosen =
        Table::new("hours", "Outage of so many hours", &COLUMNS).showing(look).for_the_eye();
    let mut every = Table::new("hours", "", &COLUMNS).for_files();
    for hour in 1..=longest {
        let share = |stand: &Stand| Cell::Percent(100.0 * stand.survival.carried[hour]);
        let [before, after] = [before, after].map(|stand| stand.map_or(Cell::None, share));
        let row = [hour.into(), before, after];
        if SHOWN_HOURS.contains(&hour) || hour == longest {
            chosen.add(row.clone());
        }
        every.add(row);
    }
    [chosen, every]
}

fn behaviour(stands: [Option<&Stand>; 2]) -> Table {
    let columns =
        [("behaviour", "What happens"), ("unit", "Unit"), ("before", "Before"), ("after", "After")];
    let look = if stands[1].is_some() {
        &["behaviour", "unit", "before", "after"][..]
    } else {
        &["behaviour", "unit", "before"]
    };
    let mut table = Table::new("behaviour", "How the plant behaves", &columns).showing(look);
    let mut row = |what: &str, unit: &str, pick: fn(&Stand) -> Cell| {
        let [before, after] = stands.map(|stand| stand.map_or(Cell::None, pick));
        table.add([what.into(), unit.into(), before, after]);
    };
    row("Essential load", "kVA", |stand| steady(stand.load.demand_kva).into());
    row("When the mains is lost", "", |stand| stand.survival.start.word().replace('-', " ").into());
    row("Without supply at the start", "s", |stand| stand.survival.interruption_s.into());
    row("Fuel lasts, if every set works", "h", |stand| match stand.survival.fuel {
        FuelHorizon::Hours(hours) => hours.into(),
        FuelHorizon::Endless => "without end".into(),
        FuelHorizon::NotCarried => "load not carried".into(),
    });
    row("Sets that can be lost", "", |stand| {
        stand.survival.redundancy_left.map_or_else(|| "load not carried".into(), Cell::from)
    });
    row("Mean of the hours carried", "h", |stand| stand.survival.expected_h.into());
    table
}

fn used(view: &View, site: u32, plant: &SitePlant) -> Table {
    let columns = [
        ("figure", "Figure"),
        ("value", "Value"),
        ("unit", "Unit"),
        ("origin", "Origin"),
        ("rests_on", "From"),
        ("evidence", "Evidence"),
    ];
    let mut table = Table::new("used", "Every figure that was used", &columns)
        .showing(&["figure", "value", "unit", "origin", "rests_on"]);
    for one in &plant.used {
        table.add(figure(view, site, one));
    }
    table
}

fn figure(view: &View, site: u32, used: &Used) -> [Cell; 6] {
    let rows = |measures: &[MeasureIndex]| {
        let row = |measure: &MeasureIndex| Some(view.row_of(view.estate.source(*measure, site)?));
        let mut rows: Vec<String> = measures.iter().filter_map(row).collect();
        rows.dedup();
        rows.join("; ")
    };
    let (origin, rests_on, evidence) = match &used.origin {
        Origin::Surveyed(measure) => ("surveyed", rows(&[*measure]), Cell::None),
        Origin::WorkedOut(measures) => ("worked out", rows(measures), Cell::None),
        Origin::Default { reference, evidence } => {
            ("rulebook", reference.clone(), evidence.word().into())
        }
        Origin::Asked => ("asked", "this question".to_owned(), Cell::None),
    };
    let measure = view.rulebook.dictionary.get(view.rulebook.reliability.measure(used.role));
    let unit = Some(used.role.unit_symbol()).filter(|unit| !matches!(*unit, "" | "1" | "count"));
    [
        Cell::from(&measure.title),
        used.value.into(),
        unit.into(),
        origin.into(),
        rests_on.into(),
        evidence,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solar_power_is_said_for_each_hour_of_the_day() {
        let day = vec!["1"; DAY_H].join(",");
        assert_eq!(parse_day(&day), Ok(Day([1.0; DAY_H])));
        assert!(parse_day("120").expect_err("one number").contains("24 numbers"));
        assert!(parse_day(&day.replace('1', "x")).expect_err("letters").contains("not a number"));
    }

    #[test]
    fn further_sets_have_a_rating_or_that_of_the_largest() {
        for (text, sets, rating_kva) in [("2", 2, None), ("1x500", 1, Some(500.0))] {
            assert_eq!(parse_extra_sets(text), Ok(ExtraSets { sets, rating_kva }));
        }
        for text in ["", "x500", "1.5", "1x", "1x-5", "1xNaN", "-1"] {
            assert!(parse_extra_sets(text).is_err(), "{text}");
        }
    }
}
