//! `siteworthy netzero`: how a scope stands against the pathway of CRREM, and what a deployment does
//! to the year in which it leaves it.

use super::choice::{Deployment, Reply, Sites};
use super::tables::{Answer, Cell, Table};
use super::{Ending, open_existing};
use crate::config::Config;
use crate::error::Error;
use crate::view::View;
use crate::view::carbon::{BASE_YEAR, Excess, NATIONAL_UNKNOWN, NetZero};
use clap::Args;
use siteworthy_rules::carbon::Unknown;
use siteworthy_rules::carbon::crrem::{Misalignment, Projection};
use siteworthy_rules::factor::pathway::VINTAGE;
use siteworthy_rules::words::counted;

/// Shows how far a scope is from net zero.
#[derive(Args, Debug)]
#[command(
    after_help = "Shows the energy and carbon of the chosen sites, or of one site, against\n\
                  the CRREM pathway of health care: the year from which they emit more\n\
                  than it allows, how much more, and what that costs. A deployment at one\n\
                  site is set beside it.\n\n\
                  Example: siteworthy netzero ZZN02 --deploy ai-training-node"
)]
pub struct NetZeroOf {
    /// Code of a site; all chosen sites as one building otherwise
    #[arg(value_name = "SITE")]
    site: Option<String>,

    #[command(flatten)]
    sites: Sites,

    #[command(flatten)]
    deployment: Deployment,

    #[command(flatten)]
    reply: Reply,
}

impl NetZeroOf {
    /// Answers.
    pub async fn run(self, config: &Config) -> Result<Ending, Error> {
        let app = open_existing(config).await?;
        let view = app.view();
        let found = match &self.site {
            Some(code) => {
                let site = view.find_judged_site(code)?;
                let items = self.deployment.items(&view, site)?;
                view.net_zero_at(site, &items)
            }
            None if self.deployment.is_empty() => view.net_zero(&self.sites.filter())?,
            None => {
                let message = "a deployment is at one site; name it before --deploy";
                return Err(Error::Invalid(message.to_owned()));
            }
        };
        self.reply.send(&answer(&view, &found))
    }
}

fn in_words(at: Misalignment) -> String {
    match at {
        Misalignment::In(year) => year.to_string(),
        Misalignment::Beyond2050 => "beyond 2050".to_owned(),
    }
}

fn why(unknown: &[Unknown]) -> String {
    let reasons: Vec<String> = unknown.iter().map(ToString::to_string).collect();
    format!("not known, because {}", reasons.join("; "))
}

fn answer(view: &View, found: &NetZero) -> Answer {
    let mut answer = Answer::new(view);
    match &found.without {
        Ok(projection) => answer.say(format!(
            "Above the pathway from {} on, at {} kg of CO2 equivalent and {} kWh for each square metre \
             in {}.",
            in_words(projection.misalignment),
            Cell::from(first(projection).0).for_the_eye(),
            Cell::from(projection.energy_intensity).for_the_eye(),
            first(projection).1,
        )),
        Err(unknown) => answer.say(format!("How it stands is {}.", why(unknown))),
    }
    if let Some(Excess { tonnes, cost_gbp: cost, price_base }) = &found.excess {
        let millions = |pounds: f64| Cell::from(pounds / 1e6).for_the_eye();
        answer.say(format!(
            "From {BASE_YEAR} to 2050 that is {} t above it, worth {} million pounds (low {}, high {}) at \
             the Green Book carbon values, prices of {price_base}, present value in {BASE_YEAR}.",
            Cell::from(*tonnes).for_the_eye(),
            millions(cost.central),
            millions(cost.low),
            millions(cost.high),
        ));
    }
    if let Some(deployed) = &found.deployed {
        match &deployed.kwh {
            Ok((low, high)) => {
                let mut kwh = [low, high].map(|kwh| Cell::from(*kwh).for_the_eye()).to_vec();
                kwh.dedup();
                answer.say(format!("The deployment takes {} kWh a year.", kwh.join(" to ")));
            }
            Err(unknown) => answer.say(format!("With the deployment: {unknown} is not known.")),
        }
        let known = deployed.with.iter().filter_map(|one| one.as_ref().ok());
        let mut years: Vec<String> = known.map(|one| in_words(one.misalignment)).collect();
        years.dedup();
        if !years.is_empty() {
            answer.say(format!("With it: above the pathway from {} on.", years.join(" or ")));
        }
    }
    say_basis(view, found, &mut answer);
    answer.add(years(found));
    answer.add(energy(found));
    answer
}

fn say_basis(view: &View, found: &NetZero, answer: &mut Answer) {
    let grid = &view.rulebook.factors.crrem.id;
    let set = found.scope.set.map_or_else(|| "no known year".to_owned(), |year| year.to_string());
    answer.say(format!(
        "{VINTAGE}, one curve for all of health care. Demand is held flat, electricity follows the grid \
         path {grid}, and fuels keep the UK conversion factors of {set}."
    ));
    answer.say(format!("Path of the nation: not told. {NATIONAL_UNKNOWN}"));
    let scope = &found.scope;
    if scope.sites > 1 && scope.sites_with_gaps > 0 {
        answer.say(format!(
            "Of {} sites {} all of their energy: what is shown is too low by what they leave out.",
            scope.sites,
            counted(scope.sites_with_gaps, "does not give", "do not give")
        ));
    }
    if scope.sites > 1 && scope.sites_without_area > 0 {
        answer.say(format!(
            "Of {} sites {} no floor area: what is shown for a square metre is too high by their energy.",
            scope.sites,
            counted(scope.sites_without_area, "gives", "give")
        ));
    }
}

fn first(projection: &Projection) -> (f64, i32) {
    projection.years.first().map_or((f64::NAN, 0), |year| (year.carbon_intensity, year.year.0))
}

/// Year by year; for the eye every fifth one.
fn years(found: &NetZero) -> Table {
    let columns = [
        ("year", "Year"),
        ("allowed_kg_m2", "Allowed kg/m2"),
        ("without_kg_m2", "Emitted kg/m2"),
        ("excess_t", "Above it t"),
        ("with_low_kg_m2", "With, low kg/m2"),
        ("with_high_kg_m2", "With, high kg/m2"),
        ("with_low_excess_t", "With, low: above it t"),
        ("with_high_excess_t", "With, high: above it t"),
    ];
    let look: &[&str] = if found.deployed.is_some() {
        &[
            "year",
            "allowed_kg_m2",
            "without_kg_m2",
            "excess_t",
            "with_high_kg_m2",
            "with_high_excess_t",
        ]
    } else {
        &["year", "allowed_kg_m2", "without_kg_m2", "excess_t"]
    };
    let mut table = Table::new("years", "Year by year", &columns).showing(look);
    let Ok(projection) = &found.without else { return table };
    let with = found.deployed.as_ref();
    let with = with.map(|deployed| deployed.with.each_ref().map(|one| one.as_ref().ok()));
    for (at, year) in projection.years.iter().enumerate() {
        let of = |which: usize, pick: fn(&siteworthy_rules::carbon::crrem::Year) -> f64| {
            let one = with.as_ref().and_then(|both| both[which]?.years.get(at));
            one.map_or(Cell::None, |year| pick(year).into())
        };
        table.add([
            year.year.to_string().into(),
            year.allowed_intensity.into(),
            year.carbon_intensity.into(),
            year.excess.tonnes().into(),
            of(0, |year| year.carbon_intensity),
            of(1, |year| year.carbon_intensity),
            of(0, |year| year.excess.tonnes()),
            of(1, |year| year.excess.tonnes()),
        ]);
    }
    table
}

fn energy(found: &NetZero) -> Table {
    let columns = [("what", "What is counted"), ("unit", "Unit"), ("amount", "Amount")];
    let mut table = Table::new("energy", "What it rests on", &columns);
    let amount = |amount: Option<f64>| amount.map_or_else(|| "not surveyed".into(), Cell::from);
    let scope = &found.scope;
    for (carrier, kwh) in &scope.carriers {
        let name = Cell::named(carrier.word(), carrier.word().replace('-', " "));
        table.add([name, "kWh".into(), amount(*kwh)]);
    }
    for (what, kwh) in [
        ("renewable electricity used on site", scope.onsite_kwh),
        ("renewable electricity exported", scope.exported_kwh),
    ] {
        table.add([what.into(), "kWh".into(), amount(kwh)]);
    }
    table.add(["floor area".into(), "m2".into(), amount(scope.floor_area_m2)]);
    table
}
