//! `siteworthy whole-life`: carbon of a technology or a remedy over a study period, by module of EN 15978.

use super::choice::Reply;
use super::tables::{Answer, Cell, Table};
use super::{Ending, open_existing};
use crate::config::Config;
use crate::error::Error;
use crate::view::View;
use crate::view::carbon::BASE_YEAR;
use crate::view::whole_life::{Amount, Period, Subject, WholeLifeOf};
use clap::Args;
use siteworthy_rules::carbon::crrem::LAST_YEAR;
use siteworthy_rules::carbon::demand::Carrier;
use siteworthy_rules::carbon::whole_life::{Module, ModuleSum, WholeLife};
use siteworthy_rules::cost::Estimate;
use siteworthy_rules::factor::Average;

/// How many years where nobody says: as far as the path of the grid goes, 2026 to 2050.
const STUDY_YEARS: u32 = (LAST_YEAR.0 - BASE_YEAR.0 + 1).cast_unsigned();

/// Shows carbon over a study period.
#[derive(Args, Debug)]
#[command(
    after_help = "Shows the carbon of a technology, or of a remedy at a site, over a study\n\
                  period by module of EN 15978, in a low, a central and a high run:\n\
                  manufacture, replacements, and the energy of each year on the path of the\n\
                  grid, which a remedy may save. What nobody has published is unknown: it is\n\
                  listed, and is in no sum.\n\n\
                  Examples: siteworthy whole-life ai-training-node --quantity 2 --years 10\n          \
                  siteworthy whole-life air-source-heat-pump --site ZZN03"
)]
pub struct WholeLifeQuestion {
    /// Id of a technology or a remedy
    #[arg(value_name = "ID")]
    id: String,

    /// Code of the site that a remedy is for
    #[arg(long, value_name = "SITE", conflicts_with = "quantity")]
    site: Option<String>,

    /// How many; 1 otherwise. A remedy in its own unit, where no site is given
    #[arg(long, value_name = "NUMBER")]
    quantity: Option<f64>,

    /// First year of the study period
    #[arg(long = "from", value_name = "YEAR", default_value_t = BASE_YEAR.0)]
    from_year: i32,

    /// How many years it has
    #[arg(long, value_name = "YEARS", default_value_t = STUDY_YEARS)]
    years: u32,

    #[command(flatten)]
    reply: Reply,
}

impl WholeLifeQuestion {
    /// Answers.
    pub async fn run(self, config: &Config) -> Result<Ending, Error> {
        let app = open_existing(config).await?;
        let view = app.view();
        let found = self.find(&view)?;
        self.reply.send(&answer(&view, &found))
    }

    fn find(&self, view: &View) -> Result<WholeLifeOf, Error> {
        let period = Period { from_year: self.from_year, study_years: self.years };
        let quantity = self.quantity.unwrap_or(1.0);
        if view.rulebook.remedies.iter().any(|remedy| remedy.id == self.id) {
            let amount = self.site.as_deref().map_or(Amount::Units(quantity), Amount::At);
            return view.whole_life_of_remedy(&self.id, amount, period);
        }
        let is_known = view.rulebook.profiles.iter().any(|profile| profile.id == self.id);
        if !is_known {
            let message = format!("there is no technology or remedy {:?}", self.id);
            return Err(Error::NotFound(message));
        }
        if self.site.is_some() {
            let message = "a technology takes the same at every site; leave --site out";
            return Err(Error::Invalid(message.to_owned()));
        }
        view.whole_life_of_technology(&self.id, units(quantity), period)
    }
}

/// A whole number of units; none, which is refused, for what is no whole number.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked")]
fn units(quantity: f64) -> u32 {
    let is_whole = quantity.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&quantity);
    if is_whole { quantity as u32 } else { 0 }
}

fn eye(value: f64) -> String {
    Cell::from(value).for_the_eye()
}

/// The three figures of an estimate, once where they are one.
fn three(of: Estimate<f64>) -> String {
    if of.low.total_cmp(&of.high).is_eq() {
        return eye(of.central);
    }
    format!("{} (low {}, high {})", eye(of.central), eye(of.low), eye(of.high))
}

/// Whether something is known of a sum.
fn is_any(sum: &ModuleSum) -> bool {
    sum.unknown.is_empty() || sum.known_kg != 0.0
}

/// A sum in words, as far as it is known.
fn amount(sum: &ModuleSum) -> String {
    let tonnes = eye(sum.known_kg / 1000.0);
    match (is_any(sum), sum.unknown.is_empty()) {
        (false, _) => "not known".to_owned(),
        (true, true) => format!("{tonnes} t of CO2 equivalent"),
        (true, false) => format!("{tonnes} t of CO2 equivalent without what is not known"),
    }
}

fn answer(view: &View, found: &WholeLifeOf) -> Answer {
    let mut answer = Answer::new(view);
    let title = match found.subject {
        Subject::Technology(at) => &view.rulebook.profiles[at].title,
        Subject::Remedy(at) => &view.rulebook.remedies[at].title,
    };
    let Period { from_year, study_years } = found.period;
    let to_year = i64::from(from_year) + i64::from(study_years) - 1;
    let period = format!("{from_year} to {to_year}");
    let at = found.site.map_or_else(String::new, |site| format!(" at {}", view.site(site).code));
    let runs = match &found.runs {
        Ok(runs) => runs,
        Err(why) => {
            answer.say(format!("{title}{at}, {period}: not known. {why}"));
            return answer;
        }
    };
    let quantity =
        found.quantity.map_or_else(String::new, |of| format!(", {} {}", three(of), found.unit));
    answer.say(format!("{title}{at}{quantity}, {period}."));
    let embodied = runs.central.sum(&Module::EMBODIED);
    let energy = runs.central.module(Module::B6);
    answer.say(format!(
        "In the central run embodied carbon is {}, and that of energy in use {}.",
        amount(&embodied),
        amount(energy)
    ));
    if is_any(&embodied) && is_any(energy) {
        let sum = runs.central.sum(&Module::WHOLE_LIFE);
        answer.say(format!("Over its whole life it is {}.", amount(&sum)));
    }
    if let Some(saved) = found.saved {
        for carrier in Carrier::ALL {
            let kwh = saved.map(|saved| saved.of(*carrier));
            let is_more = kwh.central < 0.0;
            let (kwh, less) = if is_more { (kwh.map(|kwh| -kwh), "more") } else { (kwh, "less") };
            if kwh != Estimate::default() {
                answer.say(format!(
                    "The site takes {} kWh {less} of {} a year.",
                    three(kwh),
                    carrier.word().replace('-', " "),
                ));
            }
        }
    }
    answer.say(match &found.embodied {
        Some(item) => format!("Embodied carbon is that of {item} (datasets/carbon/embodied.csv)."),
        None => "No published item of embodied carbon is named for it, so that is not known and not nothing."
            .to_owned(),
    });
    answer.say(format!(
        "Electricity follows the grid path {}, and fuels keep the factors of the year that the site reports. \
         Energy in use below 0 is a saving. D lies beyond the boundary and is in no sum. Low, central and high \
         are whole runs, and no percentiles.",
        view.rulebook.factors.average.id
    ));
    answer.add(modules(runs));
    answer.add_if_any(by_year(runs));
    answer
}

/// What is not known, each reason once.
fn reasons(sum: &ModuleSum) -> Cell {
    let mut said: Vec<String> = Vec::new();
    for (_, why) in &sum.unknown {
        let why = why.to_string();
        if !said.contains(&why) {
            said.push(why);
        }
    }
    if said.is_empty() { Cell::None } else { said.join("; ").into() }
}

fn modules(runs: &Estimate<WholeLife<Average>>) -> Table {
    let columns = [
        ("module", "Module"),
        ("low_t", "Low t"),
        ("central_t", "Central t"),
        ("high_t", "High t"),
        ("low_unknown", "Not known, low"),
        ("central_unknown", "Not known"),
        ("high_unknown", "Not known, high"),
    ];
    let look = ["module", "low_t", "central_t", "high_t", "central_unknown"];
    let title = "Carbon by module of EN 15978, as far as it is known";
    let mut table = Table::new("modules", title, &columns).showing(&look);
    let mut add = |name: Cell, modules: &[Module]| {
        let sums = [&runs.low, &runs.central, &runs.high].map(|run| run.sum(modules));
        let tonnes = sums.each_ref().map(|sum| {
            // Of what is not known at all, there is no number.
            if is_any(sum) { (sum.known_kg / 1000.0).into() } else { Cell::None }
        });
        let unknown = sums.each_ref().map(reasons);
        table.add(std::iter::once(name).chain(tonnes).chain(unknown));
    };
    for module in Module::ALL {
        add(Cell::named(module.word(), title_of(*module)), &[*module]);
    }
    add(Cell::named("upfront", "Upfront, A1 to A5"), &Module::UPFRONT);
    add(Cell::named("embodied", "Embodied, with B1, B4 and C"), &Module::EMBODIED);
    add(Cell::named("whole-life", "Whole life, with B6 and B7"), &Module::WHOLE_LIFE);
    table
}

const fn title_of(module: Module) -> &'static str {
    match module {
        Module::A1A3 => "A1-A3 manufacture",
        Module::A4 => "A4 transport",
        Module::A5 => "A5 installation",
        Module::B1 => "B1 refrigerant that leaks",
        Module::B4 => "B4 replacements",
        Module::B6 => "B6 energy in use",
        Module::B7 => "B7 water in use",
        Module::C => "C end of life",
        Module::D => "D beyond the boundary, apart",
    }
}

/// B6 of each year; no row where nobody can say what is used or saved.
fn by_year(runs: &Estimate<WholeLife<Average>>) -> Table {
    let columns =
        [("year", "Year"), ("low_t", "Low t"), ("central_t", "Central t"), ("high_t", "High t")];
    let mut table = Table::new("energy_in_use", "Energy in use by year", &columns);
    let all = [&runs.low, &runs.central, &runs.high];
    let longest = all.iter().max_by_key(|run| run.energy.len());
    for (year, _) in longest.into_iter().flat_map(|run| &run.energy) {
        let tonnes = all.map(|run| {
            let of_year = run.energy.iter().find(|(at, _)| at == year);
            of_year.and_then(|(_, kg)| kg.as_ref().ok()).map(|kg| kg / 1000.0)
        });
        if year.parse::<i32>().is_ok() {
            table.add([year.into(), tonnes[0].into(), tonnes[1].into(), tonnes[2].into()]);
        }
    }
    table
}
