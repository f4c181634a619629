//! `siteworthy explain`: why a site stands as it does for a technology, down to the rows of the files.

use super::choice::Reply;
use super::tables::{Answer, Cell, Table};
use super::{Ending, open_existing};
use crate::config::Config;
use crate::error::Error;
use crate::view::View;
use crate::view::explain::{self, AnsweredFor, Explained, Explanation, Input};
use clap::Args;
use siteworthy_rules::judge::{
    Outcome, Verdict, assess_spaces, assess_spot, evidence_of, provenance, reference_of,
};
use siteworthy_rules::profile::Profile;
use siteworthy_rules::resource::Reading;

/// Shows why a site stands as it does.
#[derive(Args, Debug)]
#[command(after_help = "Shows why a site stands as it does: every requirement with its value,\n\
                  the row of the file that it comes from, what is asked, the verdict, and\n\
                  its points, which add up to the score.\n\n\
                  Example: siteworthy explain ZZN02 surgical-robot")]
pub struct Explain {
    /// Code of the site
    #[arg(value_name = "SITE")]
    site: String,

    /// Id of the technology
    #[arg(value_name = "TECHNOLOGY")]
    technology: String,

    /// Code of the space to explain; the best of its kind where none is named
    #[arg(long, value_name = "CODE")]
    space: Option<String>,

    #[command(flatten)]
    reply: Reply,
}

impl Explain {
    /// Answers.
    pub async fn run(self, config: &Config) -> Result<Ending, Error> {
        let app = open_existing(config).await?;
        self.reply.send(&explanation(
            &app.view(),
            &self.site,
            &self.technology,
            self.space.as_deref(),
        )?)
    }
}

/// Why a site stands as it does for a technology; what decides stands first.
pub fn explanation(
    view: &View,
    code: &str,
    technology: &str,
    space: Option<&str>,
) -> Result<Answer, Error> {
    let at = view.find_profile(technology)?;
    let profile = &view.rulebook.profiles[at];
    let site = view.find_judged_site(code)?;
    let Some(result) = view.result(at, site) else {
        let message = format!(
            "{technology} is judged in homes, not at a site; \
             siteworthy readiness --technology {technology} counts them"
        );
        return Err(Error::Invalid(message));
    };
    let spaces: Vec<Outcome> = assess_spaces(&view.rulebook, &view.estate, profile, site).collect();
    let outcome = match space {
        Some(code) => {
            let spot = view.find_spot(site, at, code)?;
            assess_spot(&view.rulebook, &view.estate, profile, spot)
        }
        None => result.outcome,
    };
    let explained = explain::explain(view, profile, &outcome);
    let mut answer = Answer::new(view);
    answer.say(&explained.headline);
    answer.add(standing(view, profile, &outcome));
    if spaces.len() > 1 {
        answer.add(each_space(view, &spaces));
    }
    answer.add(domains(&explained));
    answer.add(requirements(view, &explained));
    answer.add(inputs(view, &explained));
    Ok(answer)
}

fn each_space(view: &View, outcomes: &[Outcome]) -> Table {
    let columns = [
        ("space_code", "Space"),
        ("space", "Name"),
        ("readiness", "Readiness"),
        ("score", "Score"),
        ("score_low", "Low"),
        ("score_high", "High"),
        ("coverage", "Known %"),
        ("gates_failed", "Gates failed"),
        ("gates_unknown", "Gates not known"),
    ];
    let mut table = Table::new("spaces", "Each space of the kind", &columns);
    for outcome in outcomes {
        let score = &outcome.score;
        table.add([
            view.space_code(outcome.spot()).into(),
            outcome.spot().space().map(|space| view.place_name(space)).into(),
            score.readiness.word().into(),
            score.told_bp().map_or(Cell::None, Cell::bp),
            Cell::bp(score.low_bp),
            Cell::bp(score.high_bp),
            Cell::bp(score.coverage_bp),
            u32::from(score.gates_failed).into(),
            u32::from(score.gates_unknown).into(),
        ]);
    }
    table
}

fn standing(view: &View, profile: &Profile, outcome: &Outcome) -> Table {
    let columns = [
        ("site_code", "Site code"),
        ("site", "Site"),
        ("place", "Place"),
        ("technology", "Technology"),
        ("edition", "Edition"),
        ("readiness", "Readiness"),
        ("score", "Score"),
        ("score_of_answered", "Over what is answered"),
        ("score_low", "Low"),
        ("score_high", "High"),
        ("coverage", "Known %"),
        ("soft", "On recalled or policy figures %"),
        ("weakest_method", "Weakest method"),
        ("oldest_date", "Oldest"),
        ("spaces_ready", "Spaces ready"),
        ("spaces", "Spaces"),
    ];
    let mut table = Table::new("standing", "", &columns)
        .showing(&["place", "readiness", "score", "score_low", "score_high", "coverage"])
        .and_showing(
            "What the score rests on",
            &[
                "edition",
                "score_of_answered",
                "soft",
                "weakest_method",
                "oldest_date",
                "spaces_ready",
                "spaces",
            ],
            None,
        );
    let score = &outcome.score;
    let site = view.site(outcome.spot().site());
    let (method, oldest) = provenance(&view.rulebook, &view.estate, profile, outcome.spot());
    let spaces =
        (outcome.spaces > 0).then_some([outcome.spaces_ready, outcome.spaces].map(u32::from));
    table.add([
        Cell::from(&site.code),
        Cell::from(&site.name),
        super::headroom::place_of(view, profile, outcome.spot()).into(),
        Cell::from(&profile.id),
        Cell::from(&profile.edition),
        score.readiness.word().into(),
        score.told_bp().map_or(Cell::None, Cell::bp),
        score.score_bp.map_or(Cell::None, Cell::bp),
        Cell::bp(score.low_bp),
        Cell::bp(score.high_bp),
        Cell::bp(score.coverage_bp),
        Cell::bp(score.soft_bp),
        method.map(|method| method.word()).into(),
        oldest.into(),
        spaces.map(|[ready, _]| ready).into(),
        spaces.map(|[_, all]| all).into(),
    ]);
    table
}

fn domains(explained: &Explanation<'_>) -> Table {
    let columns = [
        ("domain", "Domain"),
        ("domain_weight", "Weight"),
        ("domain_mean", "Mean"),
        ("weight_answered", "Weight answered"),
        ("weight_applicable", "Weight applicable"),
    ];
    let mut table = Table::new("domains", "Domains", &columns);
    for part in &explained.domains {
        table.add([
            part.domain.word().into(),
            part.weight.into(),
            part.mean_bp.map_or(Cell::None, Cell::bp),
            part.answered.into(),
            part.applicable.into(),
        ]);
    }
    table
}

fn requirements(view: &View, explained: &Explanation<'_>) -> Table {
    let columns = [
        ("requirement", "Id"),
        ("title", "Requirement"),
        ("domain", "Domain"),
        ("gate", "Gate"),
        ("place", "Place"),
        ("known", "Known"),
        ("value_low", "Low"),
        ("value_high", "High"),
        ("unit", "Unit"),
        ("asked", "Asked"),
        ("verdict", "Verdict"),
        ("attainment", "Attained %"),
        ("points", "Points"),
        ("points_possible", "Of"),
        ("short_of", "Short of"),
        ("gap_to_minimum", "To the minimum"),
        ("gap_to_target", "To the target"),
        ("remedy", "Remedy"),
        ("evidence", "Evidence"),
        ("reference", "Reference"),
        ("why", "Why it matters"),
        ("oldest_date", "Date"),
        ("weakest_method", "Method"),
        ("sources", "Files and rows"),
    ];
    let points: u32 =
        explained.requirements.iter().filter_map(|one| one.part.points_bp).map(u32::from).sum();
    let title = format!(
        "Requirements, what decides first; the points add up to {:.2}",
        f64::from(points) / 100.0
    );
    let mut table = Table::new("requirements", title, &columns)
        .showing(&["title", "domain", "known", "asked", "verdict", "points", "points_possible"])
        .and_showing(
            "What is short, and what closes it",
            &["title", "gap_to_minimum", "gap_to_target", "unit", "remedy"],
            Some("short_of"),
        )
        .and_showing(
            "Where the values come from",
            &["title", "oldest_date", "weakest_method", "sources"],
            Some("sources"),
        )
        .and_showing("What the thresholds rest on", &["title", "evidence", "reference"], None);
    for one in &explained.requirements {
        table.add(requirement(view, one));
    }
    table
}

fn requirement(view: &View, one: &Explained<'_>) -> [Cell; 24] {
    let asked = one.requirement;
    let (low, high) = match one.reading {
        Reading::Known { low, high, .. } => (Some(low), Some(high)),
        Reading::Unknown | Reading::NotApplicable => (None, None),
    };
    let gate = if asked.gate { " (gate)" } else { "" };
    let is_answered = one.judged.verdict.is_answered();
    let short_of = match one.judged.verdict {
        Verdict::Short => Some("minimum"),
        Verdict::MeetsMinimum => Some("target"),
        Verdict::MeetsTarget | Verdict::Unknown | Verdict::NotApplicable => None,
    };
    let remedy = short_of.and(one.remedy).map(|remedy| remedy.title.as_str());
    let oldest = one.inputs.iter().map(|input| input.source.observed_on).min();
    let weakest = one.inputs.iter().map(|input| input.source.method).max();
    let mut sources: Vec<String> = one.inputs.iter().map(|input| source(view, input)).collect();
    sources.sort();
    sources.dedup();
    let part = |bp: Option<u16>| bp.map_or(Cell::None, Cell::bp);
    [
        Cell::from(&asked.id),
        Cell::from(&one.title),
        asked.domain.word().into(),
        Cell::yes(asked.gate),
        one.place.map(|place| view.place_name(place)).into(),
        Cell::from(&one.value),
        low.into(),
        high.into(),
        one.unit.into(),
        Cell::from(&one.threshold),
        format!("{}{gate}", one.judged.verdict).into(),
        if is_answered { Cell::bp(one.judged.attainment_bp) } else { Cell::None },
        part(one.part.points_bp),
        part(one.part.possible_bp),
        short_of.into(),
        one.gap_to_minimum.into(),
        one.gap_to_target.into(),
        remedy.into(),
        evidence_of(&view.rulebook, asked).word().into(),
        reference_of(&view.rulebook, asked).into(),
        Cell::from(&asked.why),
        oldest.into(),
        weakest.map(|method| method.word()).into(),
        (!sources.is_empty()).then(|| sources.join(" ")).into(),
    ]
}

/// Such as `survey.csv:21`, or `survey.csv:21 (for all technologies)`.
fn source(view: &View, input: &Input<'_>) -> String {
    let row = format!("{}:{}", view.survey(input.source).file_name, input.source.row);
    match input.answered_for() {
        Some(whom) => format!("{row} (for {})", whom.word()),
        None => row,
    }
}

/// Every observation: a checklist rests on many.
fn inputs(view: &View, explained: &Explanation<'_>) -> Table {
    let columns = [
        ("requirement", "Requirement"),
        ("measure", "Measure"),
        ("title", "Measure"),
        ("known", "Value"),
        ("answered_for", "Answered for"),
        ("observed_on", "Date"),
        ("method", "Method"),
        ("file", "File"),
        ("file_row", "Row"),
    ];
    let mut table = Table::new("observations", "", &columns).for_files();
    for one in &explained.requirements {
        for input in &one.inputs {
            table.add([
                Cell::from(&one.requirement.id),
                Cell::from(&input.measure.id),
                Cell::from(&input.measure.title),
                Cell::from(&input.value),
                input.answered_for().map(AnsweredFor::word).into(),
                input.source.observed_on.into(),
                input.source.method.word().into(),
                Cell::from(&view.survey(input.source).file_name),
                input.source.row.into(),
            ]);
        }
    }
    table
}
