//! `siteworthy next-measures`: what to survey next, the most worthwhile first.

use super::choice::{Choice, Reply};
use super::tables::{Answer, Cell, Table};
use super::{Ending, open_existing};
use crate::config::Config;
use crate::error::Error;
use crate::view::View;
use crate::view::next::{Worth, missing_rooms, next_measures};
use clap::Args;
use siteworthy_rules::measure::MeasureIndex;

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

    /// How many measures to show
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
        answer.say(format!(
            "{} measures are missing at {count} {} for {} {}; the first {} are shown.",
            list.len(),
            if count == 1 { "site" } else { "sites" },
            profiles.len(),
            if profiles.len() == 1 { "technology" } else { "technologies" },
            list.len().min(self.first),
        ));
        for (kind, missing) in missing_rooms(&view, &profiles, &sites) {
            answer.say(missing.sentence(&view, kind));
        }
        answer.add(measures(&view, &list[..list.len().min(self.first)]));
        self.reply.send(&answer)
    }
}

fn measures(view: &View, list: &[(MeasureIndex, Worth)]) -> Table {
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
    ];
    let mut table = Table::new("measures", "What to survey next", &columns)
        .showing(&[
            "title",
            "scope",
            "gates",
            "may_settle",
            "narrows_points",
            "sites",
            "technologies",
        ])
        .and_showing(
            "What must be surveyed with them",
            &["title", "together_with"],
            Some("together_with"),
        );
    for (measure, worth) in list {
        table.add(row(view, *measure, worth));
    }
    table
}

fn row(view: &View, measure: MeasureIndex, worth: &Worth) -> [Cell; 11] {
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
    ]
}
