//! `siteworthy footprint`: what the energy of a scope emitted, by part and by carrier.

use super::choice::{Reply, Sites};
use super::tables::{Answer, Cell, Table};
use super::{Ending, open_existing};
use crate::config::Config;
use crate::error::Error;
use crate::view::View;
use crate::view::carbon::FootprintOfScope;
use clap::Args;
use siteworthy_rules::carbon::footprint::Part;
use siteworthy_rules::factor::SetYear;
use siteworthy_rules::words::counted;

/// Shows what energy emitted.
#[derive(Args, Debug)]
#[command(after_help = "Shows what the energy of the chosen sites emitted in a year: scope 1,\n\
                  scope 2 and the energy part of scope 3, by the conversion factors of\n\
                  each site's own year. What is not known is told beside the sums.\n\n\
                  Example: siteworthy footprint --organisation ZZN")]
pub struct Footprint {
    #[command(flatten)]
    sites: Sites,

    /// Year of the set of conversion factors, in place of each site's own
    #[arg(long, value_name = "YEAR")]
    set: Option<i32>,

    #[command(flatten)]
    reply: Reply,
}

impl Footprint {
    /// Answers.
    pub async fn run(self, config: &Config) -> Result<Ending, Error> {
        let app = open_existing(config).await?;
        let view = app.view();
        let found = view.footprint(&self.sites.filter(), self.set.map(SetYear))?;
        self.reply.send(&answer(&view, &found))
    }
}

fn answer(view: &View, found: &FootprintOfScope) -> Answer {
    let mut answer = Answer::new(view);
    let open = if found.sites_unknown == 0 { "" } else { " at least" };
    answer.say(format!(
        "The energy of {} emitted{open} {} t of CO2 equivalent in a year, location-based.",
        counted(found.sites, "site", "sites"),
        Cell::from(found.total_kg / 1000.0).for_the_eye()
    ));
    if let Some(intensity) = found.whole_kg_per_m2() {
        answer.say(format!(
            "Of {} all of this and the floor area are known: {} kg for each square metre.",
            counted(found.sites_whole, "site", "sites"),
            Cell::from(intensity).for_the_eye()
        ));
    }
    let sets: Vec<String> = found.sets.iter().map(ToString::to_string).collect();
    if !sets.is_empty() {
        answer.say(format!("UK Government conversion factors of {}.", sets.join(", ")));
    }
    answer.add(parts(found));
    answer.add(carriers(found));
    answer.add_if_any(reasons(found));
    answer
}

fn parts(found: &FootprintOfScope) -> Table {
    let columns = [
        ("part", "Part"),
        ("tonnes_co2e", "t CO2e"),
        ("sites_unknown", "Sites not fully known"),
        ("in_total", "In the total"),
    ];
    let mut table = Table::new("parts", "By part", &columns);
    for (part, sum) in &found.parts {
        table.add([
            Cell::named(part.word(), title_of(*part)),
            (sum.kg / 1000.0).into(),
            sum.sites_unknown.into(),
            Cell::yes(Part::IN_TOTAL.contains(part)),
        ]);
    }
    table.add([
        "total".into(),
        (found.total_kg / 1000.0).into(),
        found.sites_unknown.into(),
        Cell::yes(true),
    ]);
    table
}

/// A part of a footprint in words.
const fn title_of(part: Part) -> &'static str {
    match part {
        Part::Scope1 => "Scope 1: burned on site",
        Part::Scope2 => "Scope 2: electricity and heat bought",
        Part::Transmission => "Scope 3: lost in transmission and distribution",
        Part::WellToTank => "Scope 3: well to tank of what is used",
        Part::WellToTankTransmission => "Scope 3: well to tank of what is lost in transmission",
        Part::Biogenic => "Biogenic carbon dioxide, beside the total",
    }
}

fn carriers(found: &FootprintOfScope) -> Table {
    let columns = [
        ("carrier", "Carrier"),
        ("kwh", "kWh"),
        ("tonnes_co2e", "t CO2e"),
        ("sites_unknown", "Sites not known"),
    ];
    let mut table = Table::new("carriers", "By carrier", &columns);
    for (carrier, sum) in &found.carriers {
        table.add([
            Cell::named(carrier.word(), carrier.word().replace('-', " ")),
            sum.kwh.into(),
            sum.known_kg().map(|kg| kg / 1000.0).into(),
            sum.sites_unknown.into(),
        ]);
    }
    table
}

fn reasons(found: &FootprintOfScope) -> Table {
    let columns = [("reason", "Why"), ("sites", "Sites")];
    let mut table = Table::new("reasons", "What is not known", &columns);
    for (reason, sites) in &found.reasons {
        table.add([Cell::from(reason), (*sites).into()]);
    }
    table
}
