//! `siteworthy takes`: what it would take to make a site ready for a deployment, at least cost.

use super::choice::{Deployment, Reply};
use super::headroom::{FITS_OR_NOT, place_of};
use super::tables::{Answer, Cell, Column, Table};
use super::{Ending, open_existing};
use crate::config::Config;
use crate::error::Error;
use crate::view::View;
use crate::view::explain::heading;
use crate::view::headline::spoken;
use clap::Args;
use siteworthy_rules::cost::{Estimate, Pence};
use siteworthy_rules::deployment::{Item, strict};
use siteworthy_rules::judge::{Readiness, place_of as row_of};
use siteworthy_rules::profile::Requirement;
use siteworthy_rules::takes::{Bill, MAX_SHARERS, Prospect, Taken, Takes, Want, takes};
use siteworthy_rules::unknowns::missing;
use siteworthy_rules::words::counted;
use std::sync::Arc;

/// Shows what it would take to be ready.
#[derive(Args, Debug)]
#[command(after_help = "Finds the least-cost works that make the site ready for all of the\n\
                  deployment, and says whether that is proven to be the least; what must\n\
                  be measured first, and what nothing on offer closes.\n\n\
                  Example: siteworthy takes ZZN02 --deploy ai-inference-node")]
pub struct WhatItTakes {
    /// Code of the site
    #[arg(value_name = "SITE")]
    site: String,

    #[command(flatten)]
    deployment: Deployment,

    #[command(flatten)]
    reply: Reply,
}

impl WhatItTakes {
    /// Answers.
    pub async fn run(self, config: &Config) -> Result<Ending, Error> {
        let app = open_existing(config).await?;
        let view = app.view();
        let site = view.find_judged_site(&self.site)?;
        let items = self.deployment.items(&view, site)?;
        if items.is_empty() {
            let message = "say what is to be deployed, such as --deploy ai-inference-node";
            return Err(Error::Invalid(message.to_owned()));
        }
        let (asked, of) = (items.clone(), Arc::clone(&view));
        let work = move || takes(&strict(&of.rulebook), &of.estate, &asked);
        let found = tokio::task::spawn_blocking(work).await.map_err(Error::internal)?;
        self.reply.send(&answer(&view, &items, &found))
    }
}

fn answer(view: &View, items: &[Item], found: &Takes) -> Answer {
    let mut answer = Answer::new(view);
    for (item, prospect) in items.iter().zip(&found.prospects) {
        answer.say(sentence(view, item, prospect));
        for obstacle in prospect.obstacles(&view.rulebook.bands) {
            answer.say(format!("{}: {obstacle}", view.rulebook.profiles[item.profile].title));
        }
    }
    for item in items {
        let below = view.result(item.profile, item.spot.site()).and_then(|one| one.below_minimum);
        if let Some(below) = below.filter(|below| *below > 0) {
            answer.say(format!(
                "{}: {} below the minimum today, gates or not; explain names what is.",
                view.rulebook.profiles[item.profile].title,
                counted(below, "requirement is", "requirements are"),
            ));
        }
    }
    for sentence in view.shared_rooms(items) {
        answer.say(sentence);
    }
    if found.is_out_of_reach() {
        let rest =
            if found.works.is_empty() { "" } else { " The works below serve the others only." };
        let without_goal = found.prospects.iter().filter(|prospect| prospect.goal.is_none());
        answer.say(if without_goal.clone().all(is_open) {
            format!(
                "What the deployment as a whole would take cannot be told before more is measured.{rest}"
            )
        } else {
            format!(
                "The deployment as a whole cannot be made ready with what is on offer, so no sum makes \
                 it so.{rest}"
            )
        });
    }
    answer.say(bound_in_words(found));
    answer.say(format!(
        "Capital is that of the work at rates of {}, before allowance for risk, fees and VAT, which gap adds.",
        view.rulebook.price_base_year
    ));
    answer.say(FITS_OR_NOT.to_owned());
    answer.add(prospects(view, items, &found.prospects));
    answer.add(works(view, items, &found.works));
    if !(found.works.is_empty() && found.is_out_of_reach()) {
        answer.add(totals(found));
    }
    answer.add_if_any(wants(
        view,
        items,
        "must_measure",
        "What must be measured first",
        &found.must_measure,
    ));
    answer.add_if_any(wants(
        view,
        items,
        "may_measure",
        "What else is not known",
        &found.may_measure,
    ));
    answer.add_if_any(impossible(view, items, found));
    answer
}

fn sentence(view: &View, item: &Item, prospect: &Prospect) -> String {
    let name = &view.rulebook.profiles[item.profile].title;
    let [before, after] = [prospect.before, prospect.after].map(|score| spoken(score.readiness));
    match prospect.goal {
        Some(_) if before == after => format!("{name} is {after} as things are."),
        Some(_) => format!("{name} is {before} and would be {after}."),
        None if is_open(prospect) => {
            format!(
                "{name} is {before}: what it would take cannot be told before more is measured."
            )
        }
        None => format!(
            "{name} is {before}, and no works on offer make it ready, with or without actions."
        ),
    }
}

/// Whether it is what nobody knows that keeps a technology from being ready, and not what is short.
fn is_open(prospect: &Prospect) -> bool {
    prospect.at_best.readiness == Readiness::Indeterminate
}

fn bound_in_words(found: &Takes) -> String {
    let least = if found.is_proven { ", and no choice has fewer such" } else { "" };
    let without = match found.bill.works_without_cost {
        0 => String::new(),
        1 => format!(" One of them has no known cost{least}."),
        many => format!(" {many} of them have no known cost{least}."),
    };
    if found.works.is_empty() {
        "No works are taken.".to_owned()
    } else if found.is_proven {
        format!("These works are proven to cost the least, by central capital.{without}")
    } else if found.bound == Bill::default() {
        format!(
            "These are the best works found, and nothing is proven of cheaper ones: so many sets of \
             technologies could share one remedy that not all were tried (up to {MAX_SHARERS} sharers \
             are).{without}"
        )
    } else {
        let bound = Cell::from(found.bound.capital).for_the_eye();
        let few = match found.bound.works_without_cost {
            0 => String::new(),
            count => format!(" with {count} whose cost is not known, and beside them"),
        };
        format!(
            "These are the best works found; no set of works costs less than one{few} of £{bound}, by \
             central capital.{without}"
        )
    }
}

fn prospects(view: &View, items: &[Item], prospects: &[Prospect]) -> Table {
    const COLUMNS: [Column; 10] = [
        ("technology", "Technology"),
        ("quantity", "Quantity"),
        ("place", "Place"),
        ("readiness_before", "Before"),
        ("score_before", "Score before"),
        ("readiness_after", "After"),
        ("score_after", "Score after"),
        ("readiness_at_best", "At best"),
        ("score_at_best", "Score at best"),
        ("goal", "Goal"),
    ];
    let look = [
        "technology",
        "place",
        "readiness_before",
        "score_before",
        "readiness_after",
        "score_after",
    ];
    let mut table = Table::new("technologies", "Before and after", &COLUMNS).showing(&look);
    for (item, prospect) in items.iter().zip(prospects) {
        let profile = &view.rulebook.profiles[item.profile];
        let scores = [prospect.before, prospect.after, prospect.at_best].into_iter();
        let scores = scores.flat_map(|score| {
            [score.readiness.word().into(), score.told_bp().map_or(Cell::None, Cell::bp)]
        });
        let names =
            [Cell::from(profile), item.quantity.into(), place_of(view, profile, item.spot).into()];
        let goal = prospect.goal.map(|goal| goal.word()).into();
        table.add(names.into_iter().chain(scores).chain([goal]));
    }
    table
}

fn works(view: &View, items: &[Item], works: &[Taken]) -> Table {
    const COLUMNS: [Column; 17] = [
        ("remedy", "Id"),
        ("title", "Work"),
        ("place", "Place"),
        ("amount", "How much"),
        ("quantity_low", "Quantity low"),
        ("quantity_central", "Quantity central"),
        ("quantity_high", "Quantity high"),
        ("unit", "Unit"),
        ("capital_low_gbp", "Low £"),
        ("capital_central_gbp", "Central £"),
        ("capital_high_gbp", "High £"),
        ("running_low_gbp_per_year", "Running low £ a year"),
        ("running_central_gbp_per_year", "Running central £ a year"),
        ("running_high_gbp_per_year", "Running high £ a year"),
        ("serves", "Serves"),
        ("why_unknown", "Why not known"),
        ("reserve", "Why more is bought than is short"),
    ];
    let look =
        ["title", "place", "amount", "capital_low_gbp", "capital_central_gbp", "capital_high_gbp"];
    let mut table = Table::new("works", "Works", &COLUMNS)
        .showing(&look)
        .and_showing("Of which a share is kept in reserve", &["title", "reserve"], Some("reserve"))
        .and_showing(
            "Works without a known quantity",
            &["title", "why_unknown"],
            Some("why_unknown"),
        );
    for work in works {
        table.add(taken(view, items, work));
    }
    table
}

fn taken(view: &View, items: &[Item], work: &Taken) -> Vec<Cell> {
    let remedy = &view.rulebook.remedies[work.remedy];
    let unit = remedy.quantity.unit.symbol();
    #[expect(clippy::cast_precision_loss, reason = "quantities in thousandths stay below 2^53")]
    let quantity = three(work.size.quantity_milli, |milli| Cell::from(milli as f64 / 1000.0));
    let amount = match &quantity[1] {
        Cell::None => "not known".to_owned(),
        central => format!("{} {unit}", central.for_the_eye()),
    };
    let serves: Vec<String> = work
        .size
        .serves
        .iter()
        .map(|served| format!("{} ({})", want_id(view, items, served.want), served.level.word()))
        .collect();
    let names = [
        Cell::from(&remedy.id),
        Cell::from(&remedy.title),
        view.place_name(work.place).into(),
        amount.into(),
    ];
    names
        .into_iter()
        .chain(quantity)
        .chain([unit.into()])
        .chain(three(work.size.capital, Cell::from))
        .chain(three(work.size.running, Cell::from))
        .chain([
            serves.join("; ").into(),
            work.size.unknown_reason.clone().into(),
            view.reserve_of(items, work).into(),
        ])
        .collect()
}

fn three<T>(estimate: Option<Estimate<T>>, cell: fn(T) -> Cell) -> [Cell; 3] {
    estimate.map_or([const { Cell::None }; 3], |Estimate { low, central, high }| {
        [low, central, high].map(cell)
    })
}

/// Capital and running cost are never added together; the bound is a row of its own.
fn totals(found: &Takes) -> Table {
    let columns = [
        ("money", "Money"),
        ("total_low_gbp", "Low £"),
        ("total_central_gbp", "Central £"),
        ("total_high_gbp", "High £"),
        ("works_without_cost", "Uncosted works"),
        ("proven", "Proven least"),
        ("nodes", "Choices looked at"),
    ];
    let mut table = Table::new("totals", "What they cost", &columns).showing(&[
        "money",
        "total_low_gbp",
        "total_central_gbp",
        "total_high_gbp",
        "works_without_cost",
        "proven",
    ]);
    let mut row = |money: &str, pounds: [Cell; 3], without: u32, proven: Cell| {
        let [low, central, high] = pounds;
        table.add([money.into(), low, central, high, without.into(), proven, found.nodes.into()]);
    };
    let capital: Estimate<Pence> = found.capital();
    let Bill { works_without_cost, .. } = found.bill;
    row(
        "capital",
        three(Some(capital), Cell::from),
        works_without_cost,
        Cell::yes(found.is_proven),
    );
    let without = found.works.iter().filter(|work| work.size.running.is_none()).count();
    let without = u32::try_from(without).unwrap_or(u32::MAX);
    row("running a year", three(found.running(), Cell::from), without, Cell::None);
    let bound = [Cell::None, found.bound.capital.into(), Cell::None];
    row("least possible capital", bound, found.bound.works_without_cost, Cell::None);
    table
}

fn requirement<'a>(view: &'a View, items: &[Item], want: Want) -> &'a Requirement {
    &view.rulebook.profiles[items[want.deployed].profile].requirements[want.requirement]
}

/// `technology/requirement`, as the rule files name it.
fn want_id(view: &View, items: &[Item], want: Want) -> String {
    let profile = &view.rulebook.profiles[items[want.deployed].profile];
    format!("{}/{}", profile.id, requirement(view, items, want).id)
}

/// The same by the titles of both, for the eye.
fn want_title(view: &View, items: &[Item], want: Want) -> String {
    let profile = &view.rulebook.profiles[items[want.deployed].profile];
    let (asked, _) = heading(&view.rulebook, &requirement(view, items, want).asks);
    format!("{}: {asked}", profile.title)
}

/// What is asked, by the headings of its measures that are not known.
fn not_known(view: &View, items: &[Item], want: Want) -> String {
    let rules = &view.rulebook;
    let asked = requirement(view, items, want);
    let place = row_of(rules, &asked.asks, items[want.deployed].spot);
    let missing = missing(rules, &view.estate, asked, place);
    let title = |measure| rules.dictionary.get(measure).title.as_str();
    missing.into_iter().map(title).collect::<Vec<_>>().join("; ")
}

fn wants(view: &View, items: &[Item], key: &'static str, title: &str, list: &[Want]) -> Table {
    let columns = [
        ("requirement", "Requirement"),
        ("technology", "Technology"),
        ("gate", "Gate"),
        ("measures", "Measures"),
    ];
    let mut table = Table::new(key, title, &columns).showing(&["technology", "gate", "measures"]);
    for want in list {
        table.add([
            want_id(view, items, *want).into(),
            Cell::from(&view.rulebook.profiles[items[want.deployed].profile]),
            Cell::yes(requirement(view, items, *want).gate),
            not_known(view, items, *want).into(),
        ]);
    }
    table
}

fn impossible(view: &View, items: &[Item], found: &Takes) -> Table {
    let columns = [("requirement", "Requirement"), ("gate", "Gate"), ("reason", "Why")];
    let mut table = Table::new("impossible", "What nothing on offer closes", &columns);
    for one in &found.impossible {
        table.add([
            Cell::named(want_id(view, items, one.want), want_title(view, items, one.want)),
            Cell::yes(one.is_gate),
            Cell::from(&one.reason),
        ]);
    }
    table
}
