//! `siteworthy netzero`: how a scope stands against the pathway of CRREM and against the targets of its
//! nation, and what a deployment does to the year in which it leaves them.

use super::choice::{Deployment, Reply, Sites};
use super::tables::{Answer, Cell, Table};
use super::{Ending, open_existing};
use crate::config::Config;
use crate::error::Error;
use crate::view::View;
use crate::view::carbon::{BASE_YEAR, Excess, NetZero};
use crate::view::national::{COMPARED, Emitted, NationalPath, Standing};
use clap::Args;
use rust_decimal::Decimal;
use siteworthy_rules::carbon::Unknown;
use siteworthy_rules::carbon::crrem::{Misalignment, Projection};
use siteworthy_rules::carbon::path::YearGap;
use siteworthy_rules::cost::Pence;
use siteworthy_rules::dated::Evidence;
use siteworthy_rules::factor::Average;
use siteworthy_rules::factor::pathway::VINTAGE;
use siteworthy_rules::words::counted;

/// Shows how far a scope is from net zero.
#[derive(Args, Debug)]
#[command(
    after_help = "Shows the energy and carbon of the chosen sites, or of one site, against\n\
                  the CRREM pathway of health care and against the targets of their nation:\n\
                  the year from which they emit more than each allows, how much more, and\n\
                  what that costs. A deployment at one site is set beside it. The targets of\n\
                  a nation are shares of what was emitted in a baseline year, which nobody\n\
                  surveys: give it for tonnes.\n\n\
                  Example: siteworthy netzero ZZN02 --deploy ai-training-node --baseline 9000"
)]
pub struct NetZeroOf {
    /// Code of a site; all chosen sites as one building otherwise
    #[arg(value_name = "SITE")]
    site: Option<String>,

    #[command(flatten)]
    sites: Sites,

    /// Tonnes that the energy of the sites emitted in the baseline year of the national target
    #[arg(long, value_name = "TONNES")]
    baseline: Option<f64>,

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
                view.net_zero_at(site, &items, self.baseline)?
            }
            None if self.deployment.is_empty() => {
                view.net_zero(&self.sites.filter(), self.baseline)?
            }
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

fn eye(value: f64) -> String {
    Cell::from(value).for_the_eye()
}

fn answer(view: &View, found: &NetZero) -> Answer {
    let mut answer = Answer::new(view);
    match &found.without {
        Ok(projection) => answer.say(format!(
            "CRREM: above the pathway from {} on, at {} kg of CO2 equivalent and {} kWh for each square \
             metre in {}.",
            in_words(projection.misalignment),
            eye(first(projection).0),
            eye(projection.energy_intensity),
            first(projection).1,
        )),
        Err(unknown) => answer.say(format!("CRREM: how it stands is {}.", why(unknown))),
    }
    if let Some(excess) = &found.excess {
        answer.say(worth(excess));
    }
    say_national(found, &mut answer);
    if let Some(deployed) = &found.deployed {
        match &deployed.kwh {
            Ok((low, high)) => {
                let mut kwh = [low, high].map(|kwh| eye(*kwh)).to_vec();
                kwh.dedup();
                answer.say(format!(
                    "The deployment takes {} kWh a year, counted in every year as if it were there already.",
                    kwh.join(" to ")
                ));
            }
            Err(unknown) => answer.say(format!("With the deployment: {unknown} is not known.")),
        }
        let known = deployed.with.iter().filter_map(|one| one.as_ref().ok());
        let mut years: Vec<String> = known.map(|one| in_words(one.misalignment)).collect();
        years.dedup();
        if !years.is_empty() {
            answer.say(format!(
                "With it: above the pathway of CRREM from {} on.",
                years.join(" or ")
            ));
        }
    }
    say_basis(view, found, &mut answer);
    answer.add(paths(found));
    answer.add(targets(found));
    answer.add(years(found));
    answer.add_if_any(national_years(found));
    answer.add(energy(found));
    answer
}

/// Tonnes above a path, and pounds.
fn worth(Excess { from, to, tonnes, cost_gbp: cost, price_base }: &Excess) -> String {
    let millions = |pounds: f64| eye(pounds / 1e6);
    format!(
        "From {from} to {to} that is {} t above it, worth {} million pounds (low {}, high {}) at the Green \
         Book carbon values, prices of {price_base}, present value in {BASE_YEAR}.",
        eye(*tonnes),
        millions(cost.central),
        millions(cost.low),
        millions(cost.high),
    )
}

fn say_national(found: &NetZero, answer: &mut Answer) {
    let national = &found.national;
    for path in &national.paths {
        let of = format!("{}, {}", path.nation.title(), path.pledge.title);
        answer.say(format!(
            "{of}: {}. It covers {}.",
            path.asks(&national.targets),
            path.pledge.covers
        ));
        match (&path.without, &national.unknown) {
            (Ok(standing), _) => {
                let ends = standing.gap.years.last().map_or(BASE_YEAR, |last| last.year);
                answer.say(match standing.gap.first_year_above() {
                    Some(year) => format!("Above that path from {year} on."),
                    None => format!("Not above that path up to {ends}."),
                });
                if let (Some(_), Some(above)) = (standing.gap.first_year_above(), &standing.above) {
                    answer.say(worth(above));
                }
            }
            (Err(_), Some(_)) => {}
            (Err(unknown), None) => answer.say(format!("Its tonnes are {}.", why(unknown))),
        }
    }
    if let Some(unknown) = &national.unknown {
        answer.say(format!("Targets of the nation in tonnes: not told. {unknown}"));
        if national.baseline_t.is_none() && national.nations.len() == 1 {
            answer.say("On the command line that is --baseline TONNES.");
        }
    }
    if let (Some(tonnes), None) = (national.baseline_t, &national.unknown) {
        answer.say(format!(
            "The baseline of {} t is taken as it was given, for the baseline year of each path: it must be of \
             the energy of the same sites.",
            eye(tonnes)
        ));
    }
    answer.say(COMPARED);
}

fn say_basis(view: &View, found: &NetZero, answer: &mut Answer) {
    let grid = &view.rulebook.factors.crrem.id;
    let set = found.scope.set.map_or_else(|| "no known year".to_owned(), |year| year.to_string());
    answer.say(format!(
        "{VINTAGE}, one curve for all of health care. Demand is held flat, electricity follows the grid \
         path {grid}, and fuels keep the UK conversion factors of {set}."
    ));
    answer.say(format!(
        "For the targets of the nation electricity follows the grid path {} instead; no figure of the one \
         is added to the other.",
        view.rulebook.factors.average.id
    ));
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

/// When a scope leaves a path, in words, and what lies above it.
struct Leaves {
    when: Cell,
    above: Option<Excess>,
}

impl Leaves {
    fn crrem(found: &Result<Projection, Vec<Unknown>>, above: Option<&Excess>) -> Self {
        let when = match found {
            Ok(projection) => in_words(projection.misalignment).into(),
            Err(_) => "not known".into(),
        };
        Self { when, above: above.cloned() }
    }

    fn national(found: &Result<Standing, Vec<Unknown>>) -> Self {
        let Ok(standing) = found else { return Self { when: "not known".into(), above: None } };
        let when = match (standing.gap.first_year_above(), standing.gap.years.last()) {
            (Some(year), _) => year.to_string(),
            (None, Some(last)) => format!("beyond {}", last.year),
            (None, None) => "not known".to_owned(),
        };
        Self { when: when.into(), above: standing.above.clone() }
    }

    const NOT_ASKED: Self = Self { when: Cell::None, above: None };
}

/// Every path in a row: when the scope leaves it and by how much, without and with the deployment.
fn paths(found: &NetZero) -> Table {
    let columns = [
        ("path", "Path"),
        ("baseline_year", "Share of"),
        ("from", "From"),
        ("to", "To"),
        ("leaves_in", "Leaves it in"),
        ("with_low_leaves_in", "With, low: in"),
        ("with_high_leaves_in", "With, high: in"),
        ("above_t", "Above it t"),
        ("with_low_above_t", "With, low: t"),
        ("with_high_above_t", "With, high: t"),
        ("gbp_low", "Worth, low GBP"),
        ("gbp_central", "Worth GBP"),
        ("gbp_high", "Worth, high GBP"),
        ("with_low_gbp_low", "With, low: worth, low GBP"),
        ("with_low_gbp_central", "With, low: worth GBP"),
        ("with_low_gbp_high", "With, low: worth, high GBP"),
        ("with_high_gbp_low", "With, high: worth, low GBP"),
        ("with_high_gbp_central", "With, high: worth GBP"),
        ("with_high_gbp_high", "With, high: worth, high GBP"),
        ("evidence", "Evidence"),
        ("unknown", "Why not known"),
    ];
    let (look, pounds): (&[&str], &[&str]) = if found.deployed.is_some() {
        (
            &[
                "path",
                "leaves_in",
                "with_low_leaves_in",
                "with_high_leaves_in",
                "above_t",
                "with_low_above_t",
                "with_high_above_t",
            ],
            &[
                "path",
                "from",
                "to",
                "gbp_low",
                "gbp_central",
                "gbp_high",
                "with_high_gbp_low",
                "with_high_gbp_central",
                "with_high_gbp_high",
            ],
        )
    } else {
        (
            &["path", "leaves_in", "above_t"],
            &["path", "from", "to", "gbp_low", "gbp_central", "gbp_high"],
        )
    };
    let mut table = Table::new("paths", "When each path is left, and what lies above it", &columns)
        .showing(look)
        .and_showing("Carbon at risk", pounds, Some("gbp_central"));
    let crrem = |with: usize| {
        found.deployed.as_ref().map_or(Leaves::NOT_ASKED, |deployed| {
            Leaves::crrem(&deployed.with[with], deployed.excess[with].as_ref())
        })
    };
    let without = Leaves::crrem(&found.without, found.excess.as_ref());
    let unknown = found.without.as_ref().err().map_or(Cell::None, |unknown| why(unknown).into());
    add_path(
        &mut table,
        [Cell::named("crrem", VINTAGE), Cell::None],
        [without, crrem(0), crrem(1)],
        [Evidence::Verified.word().into(), unknown],
    );
    for path in &found.national.paths {
        let with = |at: usize| {
            let with = path.with.as_ref().map(|with| Leaves::national(&with[at]));
            with.unwrap_or(Leaves::NOT_ASKED)
        };
        let target = path.target.as_ref().ok();
        let baseline = target.map(|target| target.baseline_year().to_string());
        let unknown = path.without.as_ref().err().map_or(Cell::None, |unknown| why(unknown).into());
        add_path(
            &mut table,
            [name(path), baseline.into()],
            [Leaves::national(&path.without), with(0), with(1)],
            [target.map(|target| target.evidence().word()).into(), unknown],
        );
    }
    table
}

/// Pounds as an amount of money.
fn money(pounds: f64) -> Cell {
    Decimal::from_f64_retain(pounds).and_then(Pence::from_pounds).into()
}

fn name(path: &NationalPath) -> Cell {
    let id = format!("{}/{}", path.nation.word(), path.pledge.id);
    Cell::named(id, format!("{}: {}", path.nation.title(), path.pledge.title))
}

fn add_path(table: &mut Table, head: [Cell; 2], cases: [Leaves; 3], tail: [Cell; 2]) {
    let span = cases.iter().find_map(|case| case.above.as_ref());
    let span = [span.map(|one| one.from.to_string()), span.map(|one| one.to.to_string())];
    let tonnes = cases.each_ref().map(|case| Cell::from(case.above.as_ref().map(|one| one.tonnes)));
    let pounds = cases.each_ref().map(|case| case.above.as_ref().map(|one| one.cost_gbp));
    let pounds = pounds.into_iter().flat_map(|cost| {
        [cost.map(|cost| cost.low), cost.map(|cost| cost.central), cost.map(|cost| cost.high)]
    });
    let pounds: Vec<Cell> = pounds.map(|pounds| pounds.map(money).into()).collect();
    let row = head.into_iter().chain(span.map(Cell::from));
    let row = row.chain(cases.map(|case| case.when)).chain(tonnes).chain(pounds).chain(tail);
    table.add(row);
}

/// What the nation's targets ask, each with its source.
fn targets(found: &NetZero) -> Table {
    let columns = [
        ("nation", "Nation"),
        ("footprint", "Of what"),
        ("less_percent", "Less by %"),
        ("baseline_year", "Than in"),
        ("year_from", "From"),
        ("year_to", "By"),
        ("in_path", "In a path"),
        ("evidence", "Evidence"),
        ("source", "Source"),
        ("source_year", "Of"),
        ("note", "Note"),
    ];
    let look = [
        "nation",
        "footprint",
        "less_percent",
        "baseline_year",
        "year_from",
        "year_to",
        "in_path",
        "evidence",
        "source",
    ];
    let mut table =
        Table::new("targets", "What the targets of the nation ask", &columns).showing(&look);
    for target in &found.national.targets {
        let path = found.national.path_of(target);
        table.add([
            Cell::named(target.nation.word(), target.nation.title()),
            Cell::named(&target.footprint, target.footprint.replace('-', " ")),
            target.figure.value.into(),
            target.baseline_year.map(|year| year.to_string()).into(),
            target.year_from.to_string().into(),
            target.year_to.to_string().into(),
            Cell::yes(path.is_some_and(|path| path.target.is_ok())),
            target.figure.evidence.word().into(),
            (&target.figure.source).into(),
            target.figure.source_year.to_string().into(),
            (&target.figure.note).into(),
        ]);
    }
    table
}

/// The paths of the nation year by year, as shares and, where the baseline is given, in tonnes.
fn national_years(found: &NetZero) -> Table {
    let columns = [
        ("path", "Path"),
        ("year", "Year"),
        ("allowed_percent", "Allowed %"),
        ("allowed_t", "Allowed t"),
        ("without_t", "Emitted t"),
        ("above_t", "Above it t"),
        ("above_so_far_t", "Above it so far t"),
        ("with_low_t", "With, low t"),
        ("with_low_above_t", "With, low: above it t"),
        ("with_high_t", "With, high t"),
        ("with_high_above_t", "With, high: above it t"),
    ];
    let look: &[&str] = if found.deployed.is_some() {
        &["path", "year", "allowed_t", "without_t", "above_t", "with_high_t", "with_high_above_t"]
    } else {
        &["path", "year", "allowed_percent", "allowed_t", "without_t", "above_t", "above_so_far_t"]
    };
    // Without a baseline the shares are told by the targets; the years are for files.
    let has_tonnes = found.national.paths.iter().any(|path| path.without.is_ok());
    let table = Table::new("national_years", "Targets of the nation, year by year", &columns);
    let mut table = if has_tonnes { table.showing(look) } else { table.for_files() };
    let emitted = |of: &Result<Emitted, Vec<Unknown>>, year| -> Option<f64> {
        of.as_ref().ok()?.get(&year).map(|carbon| carbon.tonnes())
    };
    let national = &found.national;
    let Ok(by_year) = &national.emitted else { return table };
    for path in &national.paths {
        let Ok(target) = &path.target else { continue };
        for year in by_year.keys() {
            let at = |of: Option<&Result<Standing, Vec<Unknown>>>| {
                let standing = of?.as_ref().ok()?;
                standing.gap.years.iter().find(|one| one.year == *year).copied()
            };
            let without = at(Some(&path.without));
            let with = [0, 1].map(|which| at(path.with.as_ref().map(|with| &with[which])));
            let emitted_with = [0, 1].map(|which| {
                national.emitted_with.as_ref().and_then(|with| emitted(&with[which], *year))
            });
            let gap = |one: Option<YearGap<Average>>| one.map(|one| one.gap.tonnes());
            table.add([
                name(path),
                year.to_string().into(),
                target.share(*year).map(|share| Cell::Percent(share * 100.0)).into(),
                without.map(|one| one.allowed.tonnes()).into(),
                emitted(&national.emitted, *year).into(),
                gap(without).into(),
                without.map(|one| one.cumulative.tonnes()).into(),
                emitted_with[0].into(),
                gap(with[0]).into(),
                emitted_with[1].into(),
                gap(with[1]).into(),
            ]);
        }
    }
    table
}

/// Against CRREM, year by year.
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
    let mut table = Table::new("years", "CRREM, year by year", &columns).showing(look);
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
