//! `siteworthy next-measures`: what to survey next, the most worthwhile first.

use super::choice::{Choice, Reply};
use super::tables::{Answer, Cell, Table};
use super::{Ending, open_existing};
use crate::config::Config;
use crate::error::Error;
use crate::view::View;
use crate::view::next::{MissingRooms, Worth, missing_rooms, next_measures};
use clap::Args;
use siteworthy_rules::measure::MeasureIndex;
use siteworthy_rules::place::SpaceKind;

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
    #[arg(long, value_name = "COUNT", default_value_t = 10)]
    first: usize,

    #[command(flatten)]
    reply: Reply,
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
        for sentence in without_rooms(&view, &profiles, &sites) {
            answer.say(sentence);
        }
        answer.add(measures(&view, &list[..list.len().min(self.first)]));
        self.reply.send(&answer)
    }
}

/// What no measure settles: rooms of which no survey speaks.
fn without_rooms(view: &View, profiles: &[usize], sites: &[u32]) -> Vec<String> {
    let sentence = |(kind, missing): (SpaceKind, MissingRooms)| {
        let technologies: Vec<&str> =
            missing.profiles.iter().map(|at| view.rulebook.profiles[*at].id.as_str()).collect();
        let sites = match missing.sites {
            1 => "1 site".to_owned(),
            many => format!("{many} sites"),
        };
        format!(
            "No {kind} is on record at {sites}, so nothing settles {} there until a survey names one.",
            technologies.join(", ")
        )
    };
    missing_rooms(view, profiles, sites).into_iter().map(sentence).collect()
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
