//! `siteworthy whatif`: how many sites would stand otherwise if a rule said otherwise, and how much
//! hangs on each figure of a technology. Nothing is changed by asking.

use super::choice::{Choice, Reply};
use super::tables::{Answer, Cell, Column, Table};
use super::{Ending, open_existing, print_problems};
use crate::config::Config;
use crate::error::Error;
use crate::view::View;
use crate::view::explain::heading;
use crate::view::filter::SiteFilter;
use crate::view::gap::{find_judged_at_sites, find_technology};
use crate::view::what_if::{CapitalOfSites, Compared, WhatIf};
use clap::Args;
use siteworthy_rules::change::Change;
use siteworthy_rules::judge::Readiness;
use siteworthy_rules::profile::{Horizon, Profile};
use siteworthy_rules::sensitivity::{Changed, Figure, Sensitivity, sensitivity};
use siteworthy_rules::words::counted;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Judges by changed rules.
#[derive(Args, Debug)]
#[command(after_help = "Judges the same sites by changed rules, and counts which move. With\n\
                  --sensitivity, moves every figure of a technology by a tenth, one at a\n\
                  time, and counts the sites that each moves.\n\n\
                  Example: siteworthy whatif --set 'rules/weights.toml:bands.ready=80' --moved")]
pub struct Whatif {
    /// A figure of a rule file and what it would be, as problems name it; may be given several times:
    /// 'rules/profiles/surgical-robot.toml:requirement[standby-start].at_most.minimum=20'
    #[arg(
        long = "set",
        value_name = "FILE:KEY=VALUE",
        value_parser = parse_change,
        required_unless_present = "sensitivity"
    )]
    changes: Vec<Change>,

    /// Move each figure of one technology by a tenth in place of setting one
    #[arg(long, conflicts_with = "changes", requires = "technologies")]
    sensitivity: bool,

    /// List the sites that move
    #[arg(long, conflicts_with = "sensitivity")]
    moved: bool,

    #[command(flatten)]
    choice: Choice,

    #[command(flatten)]
    reply: Reply,
}

/// Reads `FILE:KEY=VALUE`.
fn parse_change(text: &str) -> Result<Change, String> {
    let parts = text.split_once(':').and_then(|(file, rest)| {
        let (key, value) = rest.split_once('=')?;
        Some([file.trim(), key.trim(), value.trim()])
    });
    match parts {
        Some([file, key, value]) if ![file, key, value].contains(&"") => {
            Ok(Change { file: file.to_owned(), key: key.to_owned(), value: value.to_owned() })
        }
        _ => Err("write FILE:KEY=VALUE, such as rules/weights.toml:bands.ready=80".to_owned()),
    }
}

impl Whatif {
    /// Answers.
    pub async fn run(self, config: &Config) -> Result<Ending, Error> {
        let app = open_existing(config).await?;
        let view = app.view();
        let filter = self.choice.filter();
        if self.sensitivity {
            let answer = self.hangs_on(&view, &filter)?;
            return self.reply.send(&answer);
        }
        // What the question names is looked up before the rules are read again.
        filter.find(&view)?;
        let changed = match app.rules.suppose(&self.changes, view.facts.as_of) {
            Ok(changed) => changed,
            Err(problems) => {
                print_problems(&problems);
                let count = counted(problems.len(), "problem", "problems");
                return Err(Error::Invalid(format!("the changes have {count}, listed above")));
            }
        };
        let what_if = WhatIf::judge(&view, Arc::new(changed));
        self.reply.send(&self.compared(&view, &filter, &what_if)?)
    }

    fn compared(
        &self,
        view: &View,
        filter: &SiteFilter,
        what_if: &WhatIf<'_>,
    ) -> Result<Answer, Error> {
        let after = &what_if.after;
        let profiles =
            find_judged_at_sites(&after.rulebook, &self.choice.technologies, Horizon::Now)?;
        let chosen = filter.find(view)?;
        let is_chosen = |at: u32| chosen.takes(view, at, view.site(at));
        let mut answer = Answer::new(view);
        let mut counts =
            Table::new("technologies", "Sites by readiness, before and after", &COUNTS).showing(&[
                "technology",
                "ready",
                "ready_with_actions",
                "indeterminate",
                "not_ready",
                "moved",
                "capital_before_gbp",
                "capital_after_gbp",
                "sites_without_capital",
            ]);
        let mut moved = Table::new("moved", "Sites that move", &MOVED).showing(&[
            "site_code",
            "technology",
            "before",
            "score_before",
            "after",
            "score_after",
        ]);
        let mut total = 0;
        for profile in profiles {
            let technology = &after.rulebook.profiles[profile];
            let [before, now] = what_if.counts(profile, is_chosen);
            let those: Vec<Compared<'_>> =
                what_if.compare(profile, is_chosen).filter(Compared::is_moved).collect();
            total += those.len();
            let capital = what_if.capital(profile, is_chosen);
            counts.add(count(technology, [before, now], those.len(), capital));
            for compared in those {
                moved.add(move_of(view, technology, &compared));
            }
        }
        let results = counted(total, "result moves", "results move");
        answer.say(format!(
            "{results}. Nothing in the record or in the rules is changed. Capital is what \
             closes the known gaps of a technology alone to the minimum."
        ));
        answer.add(changes(&self.changes, &after.rulebook.hash));
        answer.add(counts);
        if self.moved {
            answer.add(moved);
        }
        Ok(answer)
    }

    fn hangs_on(&self, view: &View, filter: &SiteFilter) -> Result<Answer, Error> {
        let [technology] = &self.choice.technologies[..] else {
            return Err(Error::Invalid("--sensitivity needs exactly one --technology".to_owned()));
        };
        let at = find_technology(&view.rulebook, technology)?;
        let chosen = filter.find(view)?;
        let is_asked = |site: u32| {
            chosen.takes(view, site, view.site(site)) && view.result(at, site).is_some()
        };
        let judged = (0..view.estate.sites()).filter(|site| is_asked(*site)).count();
        if judged == 0 {
            let message = format!("no chosen site is judged for {technology}, so nothing can move");
            return Err(Error::Invalid(message));
        }
        let mut found = sensitivity(&view.rulebook, &view.estate, at, is_asked);
        found.sort_by_key(|one| std::cmp::Reverse(one.changed.len()));
        let moving = found.iter().filter(|one| !one.changed.is_empty()).count();
        let mut answer = Answer::new(view);
        answer.say(format!(
            "Of {} of a tenth, {moving} {} the readiness of at least one of {}.",
            counted(found.len(), "move", "moves"),
            if moving == 1 { "changes" } else { "change" },
            counted(judged, "site", "sites")
        ));
        answer.add(figures(view, &view.rulebook.profiles[at], &found));
        Ok(answer)
    }
}

fn changes(changes: &[Change], hash: &str) -> Table {
    let columns = [
        ("changed_file", "File"),
        ("changed_key", "Key"),
        ("changed_value", "Value"),
        ("changed_rulebook", "Rulebook so changed"),
    ];
    let mut table = Table::new("changes", "What is supposed", &columns).showing(&[
        "changed_file",
        "changed_key",
        "changed_value",
    ]);
    for change in changes {
        table.add(
            [&change.file, &change.key, &change.value]
                .map(Cell::from)
                .into_iter()
                .chain([hash.into()]),
        );
    }
    table
}

const COUNTS: [Column; 20] = [
    ("technology", "Technology"),
    ("horizon", "Horizon"),
    ("ready", "Ready"),
    ("ready_with_actions", "With actions"),
    ("indeterminate", "Not known"),
    ("not_ready", "Not ready"),
    ("moved", "Moved"),
    ("ready_before", "Ready before"),
    ("ready_with_actions_before", "With actions before"),
    ("indeterminate_before", "Not known before"),
    ("not_ready_before", "Not ready before"),
    ("ready_after", "Ready after"),
    ("ready_with_actions_after", "With actions after"),
    ("indeterminate_after", "Not known after"),
    ("not_ready_after", "Not ready after"),
    ("capital_before_gbp", "Capital before £"),
    ("capital_after_gbp", "Capital after £"),
    ("sites_without_capital_before", "Sites without a cost before"),
    ("sites_without_capital_after", "Sites without a cost after"),
    ("sites_without_capital", "Sites not in it"),
];

type Counts = [u32; Readiness::ALL.len()];

fn count(
    technology: &Profile,
    [before, after]: [Counts; 2],
    moved: usize,
    capital: [CapitalOfSites; 2],
) -> Vec<Cell> {
    let pounds = |one: CapitalOfSites| one.sum.map_or(Cell::None, |capital| capital.central.into());
    let both = |[before, after]: [u32; 2]| {
        let is_same = before == after;
        Cell::from(if is_same { after.to_string() } else { format!("{before} to {after}") })
    };
    let in_words = before.iter().zip(after).map(|(before, after)| both([*before, after]));
    let sites_without = capital.map(|one| one.sites_without);
    [Cell::from(technology), technology.horizon.word().into()]
        .into_iter()
        .chain(in_words)
        .chain([moved.into()])
        .chain(before.map(Cell::from))
        .chain(after.map(Cell::from))
        .chain(capital.map(pounds))
        .chain(sites_without.map(Cell::from))
        .chain([both(sites_without)])
        .collect()
}

const MOVED: [Column; 8] = [
    ("site_code", "Site code"),
    ("site", "Site"),
    ("organisation", "Organisation"),
    ("technology", "Technology"),
    ("before", "Before"),
    ("score_before", "Score before"),
    ("after", "After"),
    ("score_after", "Score after"),
];

fn move_of(view: &View, technology: &Profile, compared: &Compared<'_>) -> [Cell; 8] {
    let site = view.site(compared.site);
    let points = |bp: Option<u16>| bp.map_or(Cell::None, Cell::bp);
    let before = compared.before.map(|outcome| outcome.score);
    let after = compared.after.score;
    [
        Cell::from(&site.code),
        Cell::from(&site.name),
        view.organisation_name(site).into(),
        Cell::from(technology),
        before.map_or("no such technology", |score| score.readiness.word()).into(),
        points(before.and_then(|score| score.told_bp())),
        after.readiness.word().into(),
        points(after.told_bp()),
    ]
}

/// A row a figure and direction; for the eye those that move a site.
fn figures(view: &View, profile: &Profile, found: &[Sensitivity]) -> Table {
    let columns = [
        ("figure", "Figure"),
        ("of", "Of"),
        ("direction", "Moved"),
        ("sites_changed", "Sites changed"),
        ("changes", "How"),
        ("site_codes", "Sites"),
    ];
    let title = "Figures that change a readiness when they are moved by a tenth: up is a threshold harder to \
                 meet or a weight greater, down the reverse";
    let look = ["figure", "of", "direction", "sites_changed", "changes"];
    let mut table =
        Table::new("figures", "", &columns).for_files().and_showing(title, &look, Some("changes"));
    let asked = |at: usize| {
        let one = &profile.requirements[at];
        Cell::named(&one.id, heading(&view.rulebook, &one.asks).0)
    };
    for one in found {
        let (figure, of) = match one.figure {
            Figure::Threshold(at) => ("threshold", asked(at)),
            Figure::Weight(at) => ("weight", asked(at)),
            Figure::DomainWeight(domain) => ("weight of the domain", domain.word().into()),
        };
        table.add([
            figure.into(),
            of,
            one.moved.word().into(),
            one.changed.len().into(),
            in_words(&one.changed).into(),
            codes(view, &one.changed).into(),
        ]);
    }
    table
}

/// The sites that change, for files: their codes with a space between.
fn codes(view: &View, changed: &[Changed]) -> Option<String> {
    let codes: Vec<&str> = changed.iter().map(|one| view.site(one.site).code.as_str()).collect();
    (!codes.is_empty()).then(|| codes.join(" "))
}

/// Such as `3 ready to not-ready; 1 ready to indeterminate`; none where nothing changes.
fn in_words(changed: &[Changed]) -> Option<String> {
    let mut counts: BTreeMap<(Readiness, Readiness), u32> = BTreeMap::new();
    for one in changed {
        *counts.entry((one.from, one.to)).or_default() += 1;
    }
    let texts: Vec<String> =
        counts.into_iter().map(|((from, to), count)| format!("{count} {from} to {to}")).collect();
    (!texts.is_empty()).then(|| texts.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_names_file_key_and_value() {
        let change = |file: &str, key: &str, value: &str| Change {
            file: file.to_owned(),
            key: key.to_owned(),
            value: value.to_owned(),
        };
        for (text, expected) in [
            (
                "rules/weights.toml:bands.ready=80",
                change("rules/weights.toml", "bands.ready", "80"),
            ),
            ("a:b[c].d = \"x=y\"", change("a", "b[c].d", "\"x=y\"")),
        ] {
            assert_eq!(parse_change(text), Ok(expected), "{text}");
        }
        for text in ["", "a", "a:b", "a=b", "a:=1", ":b=1", "a:b="] {
            assert!(parse_change(text).expect_err(text).contains("FILE:KEY=VALUE"), "{text}");
        }
    }
}
