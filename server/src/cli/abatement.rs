//! `siteworthy abatement`: what would lower emissions, cheapest first, and the cheapest set that meets a
//! path by a year.

use super::choice::{Deployment, Reply, Sites};
use super::tables::{Answer, Cell, Table};
use super::{Ending, open_existing};
use crate::config::Config;
use crate::error::Error;
use crate::view::View;
use crate::view::abatement::{Abatement, DEFAULT_YEAR, Met, Question};
use crate::view::carbon::BASE_YEAR;
use clap::Args;
use rust_decimal::Decimal;
use siteworthy_rules::carbon::bundle::Step;
use siteworthy_rules::carbon::demand::Carrier;
use siteworthy_rules::carbon::path::Choice;
use siteworthy_rules::cost::{Estimate, Pence};
use siteworthy_rules::words::counted;

/// Shows what would lower emissions.
#[derive(Args, Debug)]
#[command(
    after_help = "Shows what would lower the emissions of the chosen sites, or of one site,\n\
                  cheapest for a tonne first, and the cheapest set of it that meets a path\n\
                  by a year. What no set reaches is told in tonnes and in pounds, and what\n\
                  could not be sized is told with the measure to survey.\n\n\
                  Example: siteworthy abatement ZZN02 --year 2035"
)]
pub struct AbatementOf {
    /// Code of a site; all chosen sites together otherwise
    #[arg(value_name = "SITE")]
    site: Option<String>,

    #[command(flatten)]
    sites: Sites,

    /// The path to be met: crrem or national
    #[arg(long, value_name = "PATH", default_value = "crrem")]
    path: Choice,

    /// The year by which it is to be met
    #[arg(long, value_name = "YEAR", default_value_t = DEFAULT_YEAR)]
    year: i32,

    /// Tonnes that the sites emitted in the baseline year of the national target
    #[arg(long, value_name = "TONNES")]
    baseline: Option<f64>,

    #[command(flatten)]
    deployment: Deployment,

    #[command(flatten)]
    reply: Reply,
}

impl AbatementOf {
    /// Answers.
    pub async fn run(self, config: &Config) -> Result<Ending, Error> {
        let app = open_existing(config).await?;
        let view = app.view();
        let question = Question { path: self.path, year: self.year, baseline_t: self.baseline };
        let found = match &self.site {
            Some(code) => {
                let site = view.find_judged_site(code)?;
                let items = self.deployment.items(&view, site)?;
                view.abatement_at(site, &items, &question)?
            }
            None if self.deployment.is_empty() => {
                view.abatement(&self.sites.filter(), &question)?
            }
            None => {
                let message = "a deployment is at one site; name it before --deploy";
                return Err(Error::Invalid(message.to_owned()));
            }
        };
        self.reply.send(&answer(&view, &found))
    }
}

fn eye(value: f64) -> String {
    Cell::from(value).for_the_eye()
}

/// Whole tonnes, for sentences.
fn tonnes(value: f64) -> String {
    eye(value.round())
}

/// An estimate in pounds as an amount of money; none where it is none.
fn money(pounds: f64) -> Cell {
    Decimal::from_f64_retain(pounds).and_then(Pence::from_pounds).into()
}

/// Millions of pounds, with low and high.
fn millions(pounds: Estimate<f64>) -> String {
    let [central, low, high] = [pounds.central, pounds.low, pounds.high].map(|one| eye(one / 1e6));
    format!("{central} million pounds (low {low}, high {high})")
}

fn answer(view: &View, found: &Abatement) -> Answer {
    let mut answer = Answer::new(view);
    answer.say(who_is_counted(found));
    say_met(view, found, &mut answer);
    if found.added_kwh > 0.0 {
        answer.say(format!(
            "The deployment adds {} kWh a year, which are counted.",
            eye(found.added_kwh)
        ));
    }
    answer.say(format!(
        "Money is real, in {}, bought in {BASE_YEAR}; net cost is a present value of capital and upkeep \
         less energy over the life, without fees, contingency, optimism bias, VAT and the value of carbon, \
         and below 0 it saves money. Low and high are whole runs, cheap and dear.",
        found.base
    ));
    answer.say(
        "Each remedy is taken at every site where it can be sized, and applied to what those before it \
         leave: first what lowers demand, then plant, then generation. On the curve it is what it adds."
            .to_owned(),
    );
    answer.say(format!("It rests on: {}.", found.pinned.join("; ")));
    for step in found.steps.iter().flatten() {
        let remedy = &view.rulebook.remedies[found.priced[step.remedy].remedy];
        if let Some(caution) = &remedy.caution {
            answer.say(format!("{}: {caution}", remedy.title));
        }
    }
    answer.add(steps(view, found));
    answer.add_if_any(set(view, found));
    answer.add_if_any(choices(view, found));
    answer.add_if_any(left_out(view, found));
    answer.add_if_any(assumptions(view, found));
    answer.add_if_any(sites_left_out(found));
    answer
}

/// How many of the sites are in the figures.
fn who_is_counted(found: &Abatement) -> String {
    let left = found.sites - found.sites_counted;
    if left == 0 {
        return format!("{} counted.", counted(found.sites, "site is", "sites are"));
    }
    format!(
        "Of {} {} counted; {} in no figure, for their energy or floor area is not known.",
        counted(found.sites, "site", "sites"),
        counted(found.sites_counted, "is", "are"),
        counted(left, "is", "are")
    )
}

fn say_met(view: &View, found: &Abatement, answer: &mut Answer) {
    let (path, year) = (found.question.path, found.question.year);
    let met = match &found.met {
        Ok(met) => met,
        Err(unknown) => {
            let why = unknown.join("; ");
            answer.say(format!("What meets the path {path} by {year} cannot be told: {why}."));
            if path == Choice::National && found.question.baseline_t.is_none() {
                answer.say("Give those tonnes with --baseline.".to_owned());
            }
            return;
        }
    };
    answer.say(format!(
        "By the path {path}: {} t emitted in {year} without any remedy, {} t allowed, {} t to save.",
        tonnes(met.emitted_t),
        tonnes(met.allowed_t),
        tonnes(met.needed_t)
    ));
    let titles: Vec<&str> =
        met.set.iter().map(|member| view.rulebook.remedies[member.remedy].title.as_str()).collect();
    if titles.is_empty() {
        answer.say("No remedy is in the cheapest set.".to_owned());
    } else {
        let begins = if met.residual.tonnes > 0.0 {
            "No set meets it. The cheapest of those that save most"
        } else {
            "The cheapest set that meets it"
        };
        answer.say(format!(
            "{begins} saves {} t in that year: {}. Capital {}, net cost {}.",
            tonnes(met.saved_t),
            titles.join(", "),
            millions(met.sum.map(|sum| sum.effect.capital_gbp)),
            millions(met.sum.map(|sum| sum.effect.net_cost_gbp)),
        ));
    }
    say_residual(met, year, answer);
}

fn say_residual(met: &Met, year: i32, answer: &mut Answer) {
    let worth = |gbp: Option<Estimate<f64>>| {
        gbp.map_or_else(|| "of unknown worth".to_owned(), |gbp| format!("worth {}", millions(gbp)))
    };
    if met.residual.tonnes > 0.0 {
        answer.say(format!(
            "{} t of that year are reached by no set, {} at the Green Book carbon values of {year}.",
            tonnes(met.residual.tonnes),
            worth(met.residual.gbp)
        ));
    }
    if let Some(to_2050) = met.to_2050 {
        answer.say(format!(
            "With the set from {} to 2050 {} t stay above the path, {} as a present value in {BASE_YEAR}.",
            BASE_YEAR.0 + 1,
            tonnes(to_2050.tonnes),
            worth(to_2050.gbp)
        ));
    }
}

/// The curve; for the eye in two looks.
fn steps(view: &View, found: &Abatement) -> Table {
    let columns = [
        ("remedy", "Remedy"),
        ("sites", "Sites"),
        ("quantity", "Quantity"),
        ("unit", "Unit"),
        ("capital_gbp_low", "Capital, low £"),
        ("capital_gbp", "Capital £"),
        ("capital_gbp_high", "Capital, high £"),
        ("running_gbp_per_year", "Upkeep £ a year"),
        ("gas_saved_kwh", "Gas saved kWh a year"),
        ("electricity_saved_kwh", "Electricity saved kWh a year"),
        ("energy_gbp_per_year", "Energy saved £ a year"),
        ("net_cost_gbp_low", "Net cost, low £"),
        ("net_cost_gbp", "Net cost £"),
        ("net_cost_gbp_high", "Net cost, high £"),
        ("life_years", "Life years"),
        ("saved_t", "Saved over the life t"),
        ("saved_t_per_year", "Saved t a year, marginal factors"),
        ("cumulative_t_per_year", "With those above, t a year"),
        ("gbp_per_t_low", "Low £/t"),
        ("gbp_per_t", "£/t"),
        ("gbp_per_t_high", "High £/t"),
        ("embodied_t", "Embodied t"),
        ("evidence", "Weakest evidence"),
    ];
    let title = "Cheapest for a tonne first; tonnes by the long-run marginal factors of appraisal, the mean \
                 of the life";
    let mut table = Table::new("curve", title, &columns)
        .showing(&[
            "remedy",
            "sites",
            "gbp_per_t",
            "gbp_per_t_low",
            "gbp_per_t_high",
            "saved_t_per_year",
            "cumulative_t_per_year",
            "evidence",
        ])
        .and_showing(
            "What each adds",
            &[
                "remedy",
                "quantity",
                "unit",
                "capital_gbp",
                "energy_gbp_per_year",
                "net_cost_gbp",
                "life_years",
            ],
            None,
        );
    let Ok(found_steps) = &found.steps else { return table };
    let mut cumulative = 0.0;
    for step in found_steps {
        let priced = &found.priced[step.remedy];
        let Step { added, .. } = step;
        let life = f64::from(priced.life_years);
        let per_year = added.central.effect.marginal_kg / 1000.0 / life;
        cumulative += per_year;
        let capital = added.map(|sum| sum.effect.capital_gbp);
        let net = added.map(|sum| sum.effect.net_cost_gbp);
        let saved = &added.central.effect.saved;
        let embodied = priced.embodied_kg.central.map(|kg| kg * step.quantity.central / 1000.0);
        let remedy = &view.rulebook.remedies[priced.remedy];
        table.add([
            Cell::from(remedy),
            step.sites.into(),
            step.quantity.central.into(),
            remedy.quantity.unit.symbol().into(),
            money(capital.low),
            money(capital.central),
            money(capital.high),
            money(added.central.effect.running_gbp_per_year),
            saved.of(Carrier::NaturalGas).into(),
            saved.of(Carrier::Electricity).into(),
            money(added.central.effect.energy_gbp_per_year),
            money(net.low),
            money(net.central),
            money(net.high),
            life.into(),
            (added.central.effect.marginal_kg / 1000.0).into(),
            per_year.into(),
            cumulative.into(),
            step.gbp_per_tonne.low.into(),
            step.gbp_per_tonne.central.into(),
            step.gbp_per_tonne.high.into(),
            embodied.into(),
            priced.evidence.word().into(),
        ]);
    }
    table
}

fn set(view: &View, found: &Abatement) -> Table {
    let columns = [
        ("remedy", "Remedy"),
        ("sites", "Sites"),
        ("quantity", "Quantity"),
        ("unit", "Unit"),
        ("capital_gbp_low", "Capital, low £"),
        ("capital_gbp", "Capital £"),
        ("capital_gbp_high", "Capital, high £"),
        ("net_cost_gbp", "Net cost £"),
    ];
    let mut table =
        Table::new("set", "The cheapest set, in the order in which it is applied", &columns)
            .showing(&["remedy", "sites", "quantity", "unit", "capital_gbp", "net_cost_gbp"]);
    let Ok(met) = &found.met else { return table };
    for member in &met.set {
        let remedy = &view.rulebook.remedies[member.remedy];
        let effect = member.part.sum.map(|sum| sum.effect);
        table.add([
            Cell::from(remedy),
            member.part.sites.into(),
            effect.central.quantity.into(),
            remedy.quantity.unit.symbol().into(),
            money(effect.low.capital_gbp),
            money(effect.central.capital_gbp),
            money(effect.high.capital_gbp),
            money(effect.central.net_cost_gbp),
        ]);
    }
    table
}

/// What more saving costs.
fn choices(view: &View, found: &Abatement) -> Table {
    let columns = [
        ("remedies", "Set"),
        ("saved_in_year_t", "Saved in the year t, factors of the path"),
        ("capital_gbp", "Capital £"),
        ("net_cost_gbp_low", "Net cost, low £"),
        ("net_cost_gbp", "Net cost £"),
        ("net_cost_gbp_high", "Net cost, high £"),
    ];
    let (path, year) = (found.question.path, found.question.year);
    let title = format!(
        "What more saving costs: the sets that no other beats; tonnes of {year} by the yearly factors of \
         the path {path}"
    );
    let mut table = Table::new("choices", title, &columns).showing(&[
        "remedies",
        "saved_in_year_t",
        "capital_gbp",
        "net_cost_gbp",
    ]);
    let Ok(met) = &found.met else { return table };
    for choice in &met.choices {
        let remedies = || choice.remedies.iter().map(|at| &view.rulebook.remedies[*at]);
        let ids: Vec<&str> = remedies().map(|remedy| remedy.id.as_str()).collect();
        let titles: Vec<&str> = remedies().map(|remedy| remedy.title.as_str()).collect();
        let effect = choice.sum.map(|sum| sum.effect);
        table.add([
            if ids.is_empty() {
                "none".into()
            } else {
                Cell::named(ids.join(", "), titles.join(", "))
            },
            choice.saved_t.into(),
            money(effect.central.capital_gbp),
            money(effect.low.net_cost_gbp),
            money(effect.central.net_cost_gbp),
            money(effect.high.net_cost_gbp),
        ]);
    }
    table
}

fn left_out(view: &View, found: &Abatement) -> Table {
    let columns = [("remedy", "Remedy"), ("kind", "Kind"), ("reason", "Why"), ("sites", "Sites")];
    let mut table = Table::new("left_out", "Left out, and why", &columns);
    for one in &found.left_out {
        table.add([
            Cell::from(&view.rulebook.remedies[one.remedy]),
            one.why.kind.word().into(),
            Cell::from(&one.why.reason),
            one.sites.into(),
        ]);
    }
    table
}

/// What the remedies that are priced rest on: for files, because there are many.
fn assumptions(view: &View, found: &Abatement) -> Table {
    let columns = [
        ("remedy", "Remedy"),
        ("assumption", "Assumption"),
        ("what", "What it is"),
        ("low", "Low"),
        ("central", "Central"),
        ("high", "High"),
        ("evidence", "Evidence"),
        ("reference", "Reference"),
    ];
    let mut table = Table::new("assumptions", "What it assumes", &columns)
        .showing(&["remedy", "what", "low", "central", "high", "evidence"]);
    for priced in &found.priced {
        let remedy = &view.rulebook.remedies[priced.remedy];
        for one in remedy.saves.iter().flat_map(|saves| &saves.assumptions) {
            table.add([
                Cell::from(remedy),
                Cell::from(&one.id),
                Cell::from(&one.what),
                one.range.low.into(),
                one.range.central.into(),
                one.range.high.into(),
                one.evidence.word().into(),
                Cell::from(&one.reference),
            ]);
        }
    }
    table
}

fn sites_left_out(found: &Abatement) -> Table {
    let columns = [("reason", "Why"), ("sites", "Sites")];
    let mut table = Table::new("sites_left_out", "Sites in no figure, and why", &columns);
    for (reason, sites) in &found.sites_left_out {
        table.add([Cell::from(reason), (*sites).into()]);
    }
    table
}
