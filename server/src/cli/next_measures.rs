//! `siteworthy next-measures`: what to survey next, the most worthwhile first.

use super::choice::{Choice, Reply};
use super::tables::{Answer, Cell, Table};
use super::{Ending, open_existing};
use crate::config::Config;
use crate::error::Error;
use crate::view::View;
use crate::view::next::{Line, Worth, lines, missing_rooms, next_measures};
use clap::Args;
use siteworthy_rules::measure::MeasureIndex;
use siteworthy_rules::words::counted;

/// Shows what to survey next.
#[derive(Args, Debug)]
#[command(
    after_help = "Shows which measures to survey next: first those that open a gate nobody\n\
                  can tell of, then those that may settle a readiness, then those that\n\
                  narrow the scores most.\n\n\
                  Example: siteworthy next-measures --organisation ZZN --technology surgical-robot --first 5"
)]
pub struct NextMeasures {
    /// Code of a site; all chosen sites otherwise
    #[arg(value_name = "SITE", conflicts_with_all = ["organisation", "nation", "setting"])]
    site: Option<String>,

    #[command(flatten)]
    choice: Choice,

    /// How many lines to show; what is surveyed only together is one line
    #[arg(long, value_name = "COUNT", default_value_t = 10, value_parser = parse_first)]
    first: usize,

    #[command(flatten)]
    reply: Reply,
}

fn parse_first(text: &str) -> Result<usize, String> {
    let count = text.parse().ok().filter(|count| *count > 0);
    count.ok_or_else(|| format!("{text:?} is not a whole number from 1"))
}

impl NextMeasures {
    /// Answers.
    pub async fn run(self, config: &Config) -> Result<Ending, Error> {
        let app = open_existing(config).await?;
        let view = app.view();
        let profiles = view.find_technologies(&self.choice.technologies)?;
        let sites: Vec<u32> = match &self.site {
            Some(code) => vec![view.find_judged_site(code)?],
            None => {
                let filter = self.choice.filter();
                filter.find(&view)?.sites(&view).map(|(at, _)| at).collect()
            }
        };
        let count = sites.len();
        let list = next_measures(&view, &profiles, sites.iter().copied());
        let mut answer = Answer::new(&view);
        let lines = lines(&list);
        let shown = match lines.len() {
            all if all > self.first => {
                format!("; the first {} of {all} lines are shown", self.first)
            }
            _ => String::new(),
        };
        let lines = &lines[..lines.len().min(self.first)];
        answer.say(format!(
            "{} missing at {} for {}{}.",
            counted(list.len(), "measure is", "measures are"),
            counted(count, "site", "sites"),
            counted(profiles.len(), "technology", "technologies"),
            shown
        ));
        for (kind, missing) in missing_rooms(&view, &profiles, &sites) {
            answer.say(missing.sentence(&view, kind));
        }
        answer.add(for_the_eye(&view, lines));
        answer.add(measures(&view, &list, lines));
        self.reply.send(&answer)
    }
}

/// A line for what must be surveyed together, with what belongs to it.
fn for_the_eye(view: &View, lines: &[Line]) -> Table {
    let columns = [
        ("title", "Measure"),
        ("scope", "At"),
        ("gates", "Gates opened"),
        ("may_settle", "May settle"),
        ("narrows_points", "Points narrower, sites and technologies added"),
        ("sites", "Sites"),
        ("technologies", "Asked by"),
        ("together", "What belongs together"),
    ];
    let title = |measure: &MeasureIndex| view.rulebook.dictionary.get(*measure).title.as_str();
    let mut table = Table::new("lines", "What to survey next", &columns)
        .showing(&[
            "title",
            "scope",
            "gates",
            "may_settle",
            "narrows_points",
            "sites",
            "technologies",
        ])
        .and_showing("What must be surveyed together", &["title", "together"], Some("together"))
        .for_the_eye();
    for Line { measures, worth } in lines {
        let first = measures.first().map_or("", title);
        let name = match measures.len() {
            1 => first.to_owned(),
            many => format!("{many} answers together, the first: {first}"),
        };
        // Of a line of several, all of them; of one, what it needs beside it.
        let members = measures.iter().filter(|_| measures.len() > 1).chain(&worth.together_with);
        let together: Vec<&str> = members.map(title).collect();
        let scope = measures.first().map(|one| view.rulebook.dictionary.get(*one).scope.word());
        table.add([
            name.into(),
            scope.into(),
            worth.gates.into(),
            worth.may_settle.into(),
            worth.narrows().into(),
            worth.sites.len().into(),
            worth.profiles.len().into(),
            (!together.is_empty()).then(|| together.join("; ")).into(),
        ]);
    }
    table
}

/// Every measure of the lines by itself, for files.
fn measures(view: &View, list: &[(MeasureIndex, Worth)], lines: &[Line]) -> Table {
    let columns = [
        ("measure", "Id"),
        ("title", "Measure"),
        ("domain", "Domain"),
        ("scope", "At"),
        ("gates", "Gates opened"),
        ("may_settle", "May settle"),
        ("narrows_points", "Points narrower"),
        ("sites", "Sites"),
        ("technologies", "Asked by"),
        ("technology_ids", "Technology ids"),
        ("together_with", "Only together with"),
        ("line", "Line"),
    ];
    let mut table = Table::new("measures", "", &columns).for_files();
    for (measure, worth) in list {
        if let Some(line) = lines.iter().position(|line| line.measures.contains(measure)) {
            table.add(row(view, *measure, worth, line + 1));
        }
    }
    table
}

fn row(view: &View, measure: MeasureIndex, worth: &Worth, line: usize) -> [Cell; 12] {
    let dictionary = &view.rulebook.dictionary;
    let own = dictionary.get(measure);
    let technologies: Vec<&str> =
        worth.profiles.iter().map(|at| view.rulebook.profiles[*at].id.as_str()).collect();
    let together: Vec<&str> =
        worth.together_with.iter().map(|other| dictionary.get(*other).title.as_str()).collect();
    [
        Cell::from(&own.id),
        Cell::from(&own.title),
        own.domain.word().into(),
        own.scope.word().into(),
        worth.gates.into(),
        worth.may_settle.into(),
        // Basis points in points of a score.
        worth.narrows().into(),
        worth.sites.len().into(),
        worth.profiles.len().into(),
        technologies.join("; ").into(),
        (!together.is_empty()).then(|| together.join("; ")).into(),
        line.into(),
    ]
}
