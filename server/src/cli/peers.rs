//! `siteworthy peers`: how a site stands among sites of its nation, setting and size.

use super::choice::Reply;
use super::tables::{Answer, Cell, Column, Table};
use super::{Ending, open_existing};
use crate::config::Config;
use crate::error::Error;
use crate::view::View;
use crate::view::peers::Comparison;
use clap::Args;
use siteworthy_rules::measure::MeasureIndex;

/// Shows how a site stands among its peers.
#[derive(Args, Debug)]
#[command(after_help = "Shows how the scores and measures of a site stand among sites of the\n\
                  same nation and setting and of about its size. Groups of fewer than five\n\
                  are not shown. A score that rests on too little enters no group;\n\
                  \"left out\" counts the like sites of which that is so.\n\n\
                  Example: siteworthy peers ZZN02 --technology surgical-robot --measure gross-internal-area-m2")]
pub struct Peers {
    /// Code of the site
    #[arg(value_name = "SITE")]
    site: String,

    /// Id of a technology whose score is compared; may be given several times. Without any
    /// technology or measure, all technologies that can be deployed now
    #[arg(long = "technology", value_name = "ID")]
    technologies: Vec<String>,

    /// Id of a measure of the site that is compared; may be given several times
    #[arg(long = "measure", value_name = "ID")]
    measures: Vec<String>,

    #[command(flatten)]
    reply: Reply,
}

impl Peers {
    /// Answers.
    pub async fn run(self, config: &Config) -> Result<Ending, Error> {
        let app = open_existing(config).await?;
        let view = app.view();
        let site = view.find_judged_site(&self.site)?;
        let profiles = match (self.technologies.is_empty(), self.measures.is_empty()) {
            (true, false) => Vec::new(),
            (false, _) => view.find_technologies(&self.technologies)?,
            (true, true) => {
                let all = view.find_technologies(&[])?.into_iter();
                all.filter(|profile| view.result(*profile, site).is_some()).collect()
            }
        };
        let measures: Vec<MeasureIndex> =
            self.measures.iter().map(|id| view.find_comparable(id)).collect::<Result<_, _>>()?;
        let mut answer = Answer::new(&view);
        answer.say(group(&view, site));
        let mut table = Table::new("standings", "Among its peers", &COLUMNS)
            .showing(&[
                "title",
                "unit",
                "value",
                "percentile",
                "group_size",
                "left_out",
                "why_none",
            ])
            .and_showing("How its peers spread", &SPREAD, Some("median"));
        for profile in profiles {
            let technology = &view.rulebook.profiles[profile];
            let compared = view.score_among_peers(site, profile);
            let names = ["score", &technology.id, &technology.title, ""];
            table.add(row(names, compared, Cell::Percent));
        }
        for measure in measures {
            let own = view.rulebook.dictionary.get(measure);
            let compared = view.value_among_peers(site, measure);
            let names = ["measure", &own.id, &own.title, own.unit_symbol()];
            table.add(row(names, compared, Cell::from));
        }
        answer.add(table);
        self.reply.send(&answer)
    }
}

/// Who the peers are, in a sentence.
fn group(view: &View, site: u32) -> String {
    let name = &view.site(site).name;
    view.likeness(site).map_or_else(
        || format!("{name} has no peers, because its nation, setting or floor area is not known."),
        |alike| {
            let nation = alike.nation.title();
            let size = alike.size();
            format!(
                "Peers of {name}: {} sites in {nation} with a floor area {size}.",
                alike.setting
            )
        },
    )
}

const COLUMNS: [Column; 14] = [
    ("kind", "Kind"),
    ("id", "Id"),
    ("title", "Of"),
    ("unit", "Unit"),
    ("value", "Value"),
    ("percentile", "Peers below %"),
    ("group_size", "Sites"),
    ("left_out", "Left out"),
    ("lowest", "Lowest"),
    ("lower_quartile", "Lower quartile"),
    ("median", "Median"),
    ("upper_quartile", "Upper quartile"),
    ("highest", "Highest"),
    ("why_none", "Why none"),
];

const SPREAD: [&str; 7] =
    ["title", "unit", "lowest", "lower_quartile", "median", "upper_quartile", "highest"];

fn row(names: [&str; 4], compared: Comparison, cell: fn(f64) -> Cell) -> Vec<Cell> {
    let names = names.map(|name| Cell::from(Some(name).filter(|name| !name.is_empty())));
    let (numbers, why) = match compared.standing {
        Ok(standing) => {
            let [lowest, lower, median, upper, highest] = standing.spread;
            let numbers = [
                cell(standing.value),
                Cell::Percent(standing.percentile),
                standing.group_size.into(),
                compared.left_out.into(),
                cell(lowest),
                cell(lower),
                cell(median),
                cell(upper),
                cell(highest),
            ];
            (numbers, Cell::None)
        }
        Err(why) => {
            let mut numbers = [const { Cell::None }; 9];
            numbers[3] = compared.left_out.into();
            (numbers, why.reason().into())
        }
    };
    names.into_iter().chain(numbers).chain([why]).collect()
}
