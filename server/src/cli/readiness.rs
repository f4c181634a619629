//! `siteworthy readiness`: who stands where, and how many stand where. Why a site stands as it does is
//! `explain`.

use super::choice::{self, Choice, Output, encode};
use super::tables::{Answer, Cell, Column, Table};
use super::{Ending, open_existing};
use crate::config::Config;
use crate::error::Error;
use crate::view::filter::{Chosen, ReadinessFilter, SiteFilter};
use crate::view::geojson::encode_sites;
use crate::view::{Site, SiteResult, View};
use clap::{Args, ValueEnum};
use siteworthy_rules::judge::{self, percent};
use siteworthy_rules::profile::Horizon;
use siteworthy_rules::words::counted;

/// The most technologies that are shown with their scores; more are shown by marks.
const MOST_WITH_SCORES: usize = 4;

/// The most technologies in one table of marks: one letter each.
const MOST_MARKS: usize = 26;

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Table,
    Csv,
    Json,
    Geojson,
}

/// Shows readiness.
#[derive(Args, Debug)]
#[command(after_help = "With more than four technologies each has a column of marks, R ready, A\n\
                  ready with actions, ? not known, N not ready; up to four are shown with\n\
                  their scores.\n\n\
                  Example: siteworthy readiness --technology surgical-robot --is ready")]
pub struct Readiness {
    #[command(flatten)]
    choice: Choice,

    /// Only sites that stand so for the one technology given: ready, ready-with-actions,
    /// indeterminate or not-ready; may be given several times
    #[arg(long = "is", value_name = "READINESS", requires = "technologies")]
    is: Vec<judge::Readiness>,

    /// Count the sites in place of listing them
    #[arg(long)]
    summary: bool,

    /// How to write the answer
    #[arg(long, value_enum, default_value = "table")]
    format: Format,

    #[command(flatten)]
    output: Output,
}

impl Readiness {
    /// Answers.
    pub async fn run(self, config: &Config) -> Result<Ending, Error> {
        let app = open_existing(config).await?;
        let view = app.view();
        let filter = self.filter()?;
        let technologies = &self.choice.technologies;
        let answer = || {
            if self.summary {
                summary(&view, &filter, technologies)
            } else {
                sites(&view, &filter, technologies)
            }
        };
        let bytes = match self.format {
            Format::Geojson if self.summary => {
                return Err(Error::Invalid(
                    "counts have no place on a map; use --format table, csv or json with --summary"
                        .to_owned(),
                ));
            }
            Format::Geojson => encode_sites(&view, &filter, technologies)?,
            Format::Table => encode(&answer()?, choice::Format::Table)?,
            Format::Csv => encode(&answer()?, choice::Format::Csv)?,
            Format::Json => encode(&answer()?, choice::Format::Json)?,
        };
        self.output.write(&bytes)
    }

    fn filter(&self) -> Result<SiteFilter, Error> {
        let mut filter = self.choice.filter();
        if !self.is.is_empty() {
            let [technology] = &self.choice.technologies[..] else {
                return Err(Error::Invalid("--is needs exactly one --technology".to_owned()));
            };
            filter.readiness =
                Some(ReadinessFilter { technology: technology.clone(), any_of: self.is.clone() });
        }
        Ok(filter)
    }
}

/// The technologies asked for by where they are shown: those of today, those to come.
fn by_horizon(view: &View, technologies: &[String]) -> Result<[Vec<usize>; 2], Error> {
    let asked = if technologies.is_empty() {
        (0..view.rulebook.profiles.len()).collect()
    } else {
        view.find_technologies(technologies)?
    };
    let is_now = |at: &usize| view.rulebook.profiles[*at].horizon == Horizon::Now;
    let (now, future): (Vec<usize>, Vec<usize>) = asked.into_iter().partition(is_now);
    Ok([now, future])
}

const HEADINGS: [&str; 2] = ["", "Not to be had today, and in no total. "];

/// A line a site and technology; pools of homes below.
pub fn sites(view: &View, filter: &SiteFilter, technologies: &[String]) -> Result<Answer, Error> {
    let chosen = filter.find(view)?;
    let mut answer = Answer::new(view);
    let horizons = by_horizon(view, technologies)?;
    for (profiles, (key, heading)) in
        horizons.iter().zip(["sites", "future"].into_iter().zip(HEADINGS))
    {
        // Of what is judged in homes alone no site has a result.
        let judged: Vec<usize> =
            profiles.iter().copied().filter(|profile| is_judged(view, *profile)).collect();
        if judged.len() > MOST_WITH_SCORES {
            for profiles in judged.chunks(MOST_MARKS) {
                for table in marks(view, &chosen, profiles, heading) {
                    answer.add(table);
                }
            }
        } else if !judged.is_empty() {
            answer.add(standings(view, &chosen, &judged, heading));
        }
        if key == "sites" || !judged.is_empty() {
            answer.add(results(view, &chosen, &judged, key));
        }
        // What is not to be had today is told apart, and is in no figure of today.
        if key == "sites"
            && let Some(sentence) = view.still_in_research(&judged)
        {
            answer.say(sentence);
        }
    }
    let with_pooled = SiteFilter { with_pooled: true, ..filter.clone() };
    answer.add_if_any(pools(view, &with_pooled.find(view)?, &horizons.concat()));
    Ok(answer)
}

/// Whether any site has a result.
fn is_judged(view: &View, profile: usize) -> bool {
    (0..view.estate.sites()).any(|at| view.result(profile, at).is_some())
}

const RESULT: [Column; 13] = [
    ("site_code", "Site code"),
    ("site", "Site"),
    ("organisation", "Organisation"),
    ("nation", "Nation"),
    ("technology", "Technology"),
    ("readiness", "Readiness"),
    ("score", "Score"),
    ("score_low", "Low"),
    ("score_high", "High"),
    ("coverage", "Coverage %"),
    ("below_minimum", "Below minimum"),
    ("spaces_ready", "Spaces ready"),
    ("spaces", "Spaces"),
];

/// A row a site and technology.
fn results(view: &View, chosen: &Chosen<'_>, profiles: &[usize], key: &'static str) -> Table {
    let mut table = Table::new(key, "", &RESULT).for_files();
    for (at, site) in chosen.sites(view) {
        for profile in profiles {
            let Some(result) = view.result(*profile, at) else { continue };
            let outcome = &result.outcome;
            let score = &outcome.score;
            let spaces = (outcome.spaces > 0)
                .then_some([outcome.spaces_ready, outcome.spaces].map(u32::from));
            table.add([
                Cell::from(&site.code),
                Cell::from(&site.name),
                view.organisation_name(site).into(),
                site.nation.map(|nation| nation.word()).into(),
                Cell::from(&view.rulebook.profiles[*profile]),
                score.readiness.word().into(),
                score.told_bp().map_or(Cell::None, Cell::bp),
                Cell::bp(score.low_bp),
                Cell::bp(score.high_bp),
                Cell::bp(score.coverage_bp),
                result.below_minimum.into(),
                spaces.map(|[ready, _]| ready).into(),
                spaces.map(|[_, all]| all).into(),
            ]);
        }
    }
    table
}

/// A row a site, a column a technology: readiness and score in words.
fn standings(view: &View, chosen: &Chosen<'_>, profiles: &[usize], heading: &str) -> Table {
    // Column keys live as long as the program; these columns are for the eye, so any will do.
    const KEYS: [&str; MOST_WITH_SCORES] = ["first", "second", "third", "fourth"];
    let ids: Vec<&str> =
        profiles.iter().map(|at| view.rulebook.profiles[*at].id.as_str()).collect();
    let title = format!(
        "{heading}Readiness and score, how many requirements are short of their minimum, and how many of \
         the spaces are ready"
    );
    let columns: Vec<Column> = [("site_code", "Site code"), ("site", "Site")]
        .into_iter()
        .chain(KEYS.into_iter().zip([""; MOST_WITH_SCORES]).take(ids.len()))
        .collect();
    let mut table = Table::new("standings", title, &columns).for_the_eye();
    for (key, id) in KEYS.into_iter().zip(ids) {
        table.rename(key, id);
    }
    for (at, site) in chosen.sites(view) {
        let standings = profiles.iter().map(|profile| view.result(*profile, at).map(standing));
        let named = [Cell::from(&site.code), Cell::from(&site.name)];
        table.add(named.into_iter().chain(standings.map(Cell::from)));
    }
    table
}

/// Such as `ready 93.33`, and for a profile judged in spaces how many of them are ready.
fn standing(result: &SiteResult) -> String {
    let outcome = &result.outcome;
    let mut text = outcome.score.readiness.word().to_owned();
    // A score over the little that is known would promise too much: there the range says more.
    let is_told = outcome.score.readiness != judge::Readiness::Indeterminate;
    if let Some(score) = outcome.score.told_bp().filter(|_| is_told) {
        text.push_str(&format!(" {:.2}", percent(score)));
    } else {
        let [low, high] = [outcome.score.low_bp, outcome.score.high_bp].map(percent);
        text.push_str(&format!(" {low:.0} to {high:.0}"));
    }
    let is_able = matches!(
        outcome.score.readiness,
        judge::Readiness::Ready | judge::Readiness::ReadyWithActions
    );
    if let Some(short) = result.below_minimum.filter(|short| is_able && *short > 0) {
        text.push_str(&format!(", {short} short"));
    }
    if outcome.spaces > 0 {
        text.push_str(&format!(" ({}/{})", outcome.spaces_ready, outcome.spaces));
    }
    text
}

/// One letter each: told apart without colour.
const fn mark(readiness: judge::Readiness) -> &'static str {
    match readiness {
        judge::Readiness::Ready => "R",
        judge::Readiness::ReadyWithActions => "A",
        judge::Readiness::Indeterminate => "?",
        judge::Readiness::NotReady => "N",
    }
}

/// A row a site with a mark a technology, and what the letters above the marks stand for.
fn marks(view: &View, chosen: &Chosen<'_>, profiles: &[usize], heading: &str) -> [Table; 2] {
    let letters: Vec<String> =
        ('a'..='z').take(profiles.len()).map(|letter| letter.to_string()).collect();
    let title = format!("{heading}R ready, A ready with actions, ? not known, N not ready");
    let columns = [("site_code", "Site code"), ("site", "Site"), ("marks", "")];
    let mut table = Table::new("marks", title, &columns).for_the_eye();
    table.rename("marks", &letters.join(" "));
    for (at, site) in chosen.sites(view) {
        let marks: Vec<&str> = profiles
            .iter()
            .map(|profile| view.result(*profile, at))
            .map(|result| result.map_or("-", |result| mark(result.outcome.score.readiness)))
            .collect();
        table.add([Cell::from(&site.code), Cell::from(&site.name), marks.join(" ").into()]);
    }
    let columns: Vec<Column> = [("letter", "")].into_iter().chain(COUNTS).collect();
    let mut legend = Table::new("legend", "What the letters stand for", &columns)
        .showing(&[
            "letter",
            "title",
            "technology",
            "ready",
            "ready_with_actions",
            "indeterminate",
            "not_ready",
        ])
        .for_the_eye();
    for (letter, profile) in letters.into_iter().zip(profiles) {
        let counts = counts(view, chosen, *profile);
        legend.add([Cell::from(letter)].into_iter().chain(counts));
    }
    [table, legend]
}

const COUNTS: [Column; 7] = [
    ("technology", "Technology"),
    ("title", "Full name"),
    ("horizon", "Horizon"),
    ("ready", "R"),
    ("ready_with_actions", "A"),
    ("indeterminate", "?"),
    ("not_ready", "N"),
];

/// How many of the chosen sites stand where for a technology, in the order of [`COUNTS`].
fn counts(view: &View, chosen: &Chosen<'_>, profile: usize) -> impl Iterator<Item = Cell> {
    let technology = &view.rulebook.profiles[profile];
    let mut counts = [0_u32; judge::Readiness::ALL.len()];
    for (site, _) in chosen.sites(view) {
        if let Some(result) = view.result(profile, site) {
            counts[result.outcome.score.readiness as usize] += 1;
        }
    }
    let names = [
        Cell::from(&technology.id),
        Cell::from(&technology.title),
        technology.horizon.word().into(),
    ];
    names.into_iter().chain(counts.map(Cell::from))
}

/// How many of the chosen sites stand where for each technology.
pub fn summary(view: &View, filter: &SiteFilter, technologies: &[String]) -> Result<Answer, Error> {
    let chosen = filter.find(view)?;
    let mut answer = Answer::new(view);
    let horizons = by_horizon(view, technologies)?;
    let all = horizons.concat();
    for (profiles, (key, title)) in horizons.into_iter().zip([
        (
            "technologies",
            "Sites by readiness: R ready, A ready with actions, ? not known, N not ready",
        ),
        ("future", "Not to be had today, and in no total"),
    ]) {
        let mut table = Table::new(key, title, &COUNTS).showing(&[
            "title",
            "ready",
            "ready_with_actions",
            "indeterminate",
            "not_ready",
        ]);
        // Of what is judged in homes alone no site has a result.
        for profile in profiles.into_iter().filter(|profile| is_judged(view, *profile)) {
            table.add(counts(view, &chosen, profile));
        }
        answer.add_if_any(table);
    }
    let (sites, unplaced) = chosen.sites(view).fold((0, 0), |(sites, unplaced), (_, site)| {
        (sites + 1, unplaced + u32::from(site.point.is_none()))
    });
    let with_pooled = SiteFilter { with_pooled: true, ..filter.clone() };
    answer.add_if_any(pools(view, &with_pooled.find(view)?, &all));
    let sites = counted(sites, "site", "sites");
    answer.say(format!("{sites}, {unplaced} of them without a position on the map."));
    let to_be_had = |at: &&usize| view.rulebook.profiles[**at].horizon != Horizon::Future;
    let today: Vec<usize> = all.iter().filter(to_be_had).copied().collect();
    if let Some(sentence) = view.still_in_research(&today) {
        answer.say(sentence);
    }
    Ok(answer)
}

/// A row a pool of homes and technology.
fn pools(view: &View, chosen: &Chosen<'_>, profiles: &[usize]) -> Table {
    let columns = [
        ("site_code", "Site code"),
        ("site", "Site"),
        ("organisation", "Organisation"),
        ("technology", "Technology"),
        ("homes_ready", "Homes ready"),
        ("homes", "Homes"),
        ("homes_ready_with_actions", "With actions"),
        ("homes_indeterminate", "Not known"),
        ("homes_not_ready", "Not ready"),
        ("in_words", "Homes"),
    ];
    let mut table = Table::new("pools", "Homes, judged as a share of each pool", &columns)
        .showing(&["site_code", "site", "technology", "in_words"]);
    let pools = chosen.sites(view).flat_map(|(at, site)| {
        profiles.iter().filter_map(move |profile| Some((site, *profile, view.pool(*profile, at)?)))
    });
    for (site, profile, pool) in pools {
        let Site { code, name, .. } = site;
        let count = |readiness| Cell::from(pool.count(readiness));
        let ready = pool.count(judge::Readiness::Ready);
        table.add([
            Cell::from(code),
            Cell::from(name),
            view.organisation_name(site).into(),
            Cell::from(&view.rulebook.profiles[profile]),
            ready.into(),
            pool.places().into(),
            count(judge::Readiness::ReadyWithActions),
            count(judge::Readiness::Indeterminate),
            count(judge::Readiness::NotReady),
            format!("{ready} of {} ready", counted(pool.places(), "home", "homes")).into(),
        ]);
    }
    table
}
