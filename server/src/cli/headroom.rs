//! `siteworthy headroom`: what a site has left of what technologies share, before and after a
//! deployment, and which technology exhausts what.

use super::choice::{Deployment, Reply};
use super::tables::{Answer, Cell, Column, Table};
use super::{Ending, open_existing};
use crate::config::Config;
use crate::error::Error;
use crate::view::View;
use crate::view::explain::plain;
use crate::view::headline::{room, spoken};
use clap::Args;
use siteworthy_rules::deployment::{
    Fit, Item, Judgement, Placed, Step, Use, judge_deployment, untold_in_words,
};
use siteworthy_rules::judge::Spot;
use siteworthy_rules::profile::Profile;
use siteworthy_rules::resource::{Reading, ResourceIndex, steady};
use siteworthy_rules::tally::Score;

/// Why a deployment may be not ready although each of its technologies is.
pub const FITS_OR_NOT: &str = "A deployment that does not fit into what is left is not ready, whatever its points; for a \
                               technology by itself, readiness counts what is left as one requirement among others.";

/// Shows what is left of shared resources.
#[derive(Args, Debug)]
#[command(
    after_help = "Shows what is left of electrical supply, standby, cooling and links at a\n\
                  site, before and after a deployment: which technology exhausts which of\n\
                  them, which still fit, and how each stands alone and beside the others.\n\n\
                  Example: siteworthy headroom ZZN02 --deploy surgical-robot=2 --deploy ai-inference-node:2027"
)]
pub struct Headroom {
    /// Code of the site
    #[arg(value_name = "SITE")]
    site: String,

    #[command(flatten)]
    deployment: Deployment,

    #[command(flatten)]
    reply: Reply,
}

impl Headroom {
    /// Answers.
    pub async fn run(self, config: &Config) -> Result<Ending, Error> {
        let app = open_existing(config).await?;
        let view = app.view();
        let site = view.find_judged_site(&self.site)?;
        let items = self.deployment.items(&view, site)?;
        let judgement = judge_deployment(&view.rulebook, &view.estate, &items);
        let mut answer = Answer::new(&view);
        for sentence in sentences(&view, &items, &judgement) {
            answer.say(sentence);
        }
        answer.add(resources(&view, site, &items, &judgement));
        if !items.is_empty() {
            answer.say(FITS_OR_NOT.to_owned());
            answer.add(steps(&view, &items, &judgement));
            answer.add(technologies(&view, &items, &judgement));
        }
        self.reply.send(&answer)
    }
}

/// Where something is judged, in words.
pub fn place_of(view: &View, profile: &Profile, spot: Spot) -> String {
    match spot {
        Spot::Site(_) => "whole site".to_owned(),
        Spot::Space { space, .. } => view.place_name(space).to_owned(),
        Spot::NoSpace { .. } => format!("no {} on record", room(profile.place)),
    }
}

fn title(view: &View, resource: ResourceIndex) -> &str {
    &view.rulebook.resources[resource.at()].title
}

fn profile<'a>(view: &'a View, item: &Item) -> &'a Profile {
    &view.rulebook.profiles[item.profile]
}

/// What is exhausted, in the order in which it is, then what nothing can be told of.
fn sentences(view: &View, items: &[Item], judgement: &Judgement) -> Vec<String> {
    let mut exhausted: Vec<(usize, String)> = Vec::new();
    for used in &judgement.uses {
        let resource = title(view, used.resource);
        if is_exhausted_before(used) {
            exhausted
                .push((0, format!("{resource}: nothing is left before anything is deployed.")));
        } else if let Some(step) = used.exhausting() {
            let sentence =
                format!("{resource}: exhausted by {}.", profile(view, &items[step.item]).title);
            exhausted.push((step.item + 1, sentence));
        }
    }
    exhausted.sort_by_key(|(when, _)| *when);
    let mut sentences: Vec<String> = exhausted.into_iter().map(|(_, sentence)| sentence).collect();
    if items.is_empty() {
        sentences.push("Nothing is deployed in this question; add --deploy ID.".to_owned());
    } else if sentences.is_empty() {
        sentences.push("No resource of which enough is known is exhausted.".to_owned());
    }
    sentences.extend(untold_in_words(&view.rulebook, items));
    sentences.extend(view.shared_rooms(items));
    // A deployment is as ready as the worst of its technologies beside the others.
    let together = judgement.items.iter().map(|placed| placed.together.score.readiness);
    if let Some(whole) = together.max() {
        sentences.push(format!(
            "The deployment as a whole is {}: each technology beside the others, with room for all of \
             them.",
            spoken(whole)
        ));
    }
    sentences
}

const fn is_exhausted_before(used: &Use) -> bool {
    matches!(used.before, Reading::Known { high, .. } if high < 0.0)
}

/// A reading in words, without its unit.
fn in_words(reading: Reading) -> String {
    match reading {
        Reading::Unknown => "not known".to_owned(),
        Reading::NotApplicable => "does not apply".to_owned(),
        Reading::Known { low, high, .. } if low.to_bits() == high.to_bits() => plain(low),
        Reading::Known { low, high, .. } => format!("{} to {}", plain(low), plain(high)),
    }
}

/// Least and most.
fn limits(reading: Reading) -> [Cell; 2] {
    match reading {
        Reading::Unknown | Reading::NotApplicable => [Cell::None, Cell::None],
        Reading::Known { low, high, .. } => [low.into(), high.into()],
    }
}

fn resources(view: &View, site: u32, items: &[Item], judgement: &Judgement) -> Table {
    let columns = [
        ("resource", "Id"),
        ("title", "Resource"),
        ("unit", "Unit"),
        ("capacity", "Capacity"),
        ("growth_reserve_percent", "Kept back %"),
        ("kept_back", "Kept back"),
        ("present_demand", "Present demand"),
        ("present_demand_low", "Demand, least"),
        ("present_demand_high", "Demand, most"),
        ("left_before", "Left before"),
        ("left_before_low", "Before, least"),
        ("left_before_high", "Before, most"),
        ("taken", "Taken"),
        ("taken_by", "Taken by"),
        ("left_after", "Left after"),
        ("left_after_low", "After, least"),
        ("left_after_high", "After, most"),
        ("used_percent", "Used %"),
        ("exhausted_by", "Exhausted by"),
        ("not_surveyed", "Not surveyed"),
        ("evidence", "Evidence"),
        ("reference", "Reference"),
    ];
    let title = "What is left of each resource, the most used first";
    let look: &[&str] = if items.is_empty() {
        &["title", "unit", "capacity", "kept_back", "present_demand", "left_before", "not_surveyed"]
    } else {
        &[
            "title",
            "unit",
            "capacity",
            "kept_back",
            "present_demand",
            "left_before",
            "taken",
            "left_after",
            "used_percent",
            "exhausted_by",
        ]
    };
    let reserve = ["title", "growth_reserve_percent", "evidence", "reference"];
    let mut table = Table::new("resources", title, &columns).showing(look).and_showing(
        "What is kept back for growth, and where that comes from",
        &reserve,
        Some("growth_reserve_percent"),
    );
    if !items.is_empty() {
        let gaps = ["title", "not_surveyed"];
        table =
            table.and_showing("What keeps headroom from being known", &gaps, Some("not_surveyed"));
    }
    let used = judgement.uses.iter().map(|used| (used.resource, Some(used)));
    let untouched = (0..view.rulebook.resources.len())
        .filter_map(|at| u8::try_from(at).ok().map(ResourceIndex))
        .filter(|at| judgement.uses.iter().all(|used| used.resource != *at))
        .map(|at| (at, None));
    for (at, used) in used.chain(untouched) {
        table.add(resource(view, site, at, used, items));
    }
    table
}

fn resource(
    view: &View,
    site: u32,
    at: ResourceIndex,
    used: Option<&Use>,
    items: &[Item],
) -> Vec<Cell> {
    let resource = &view.rulebook.resources[at.at()];
    let before = view.headroom(site, at);
    let after = used.map_or(before, |used| used.after);
    let made_of = resource.make_up(|measure| view.estate.value(measure, site));
    let taken_by = used.map(|used| {
        let steps = used.steps.iter();
        let one =
            |step: &Step| format!("{} {}", profile(view, &items[step.item]).id, plain(step.demand));
        steps.map(one).collect::<Vec<_>>().join("; ")
    });
    let taken = used.map_or(0.0, |used| steady(used.steps.iter().map(|step| step.demand).sum()));
    let missing: Vec<&str> = view
        .missing_for(site, at)
        .into_iter()
        .map(|measure| view.rulebook.dictionary.get(measure).title.as_str())
        .collect();
    let exhausted_by = used.and_then(|used| {
        if is_exhausted_before(used) {
            return Some(Cell::from("nothing was left before"));
        }
        used.exhausting().map(|step| Cell::from(profile(view, &items[step.item])))
    });
    let [demand_low, demand_high] = limits(made_of.demand);
    let [capacity, _] = limits(made_of.capacity);
    let [kept_back, _] = limits(made_of.kept_back);
    let reserve = resource.growth_reserve().map(|share| Cell::Percent(100.0 * share));
    let [before_low, before_high] = limits(before);
    let [after_low, after_high] = limits(after);
    let used_percent = used.and_then(|used| used.used_fraction).filter(|share| share.is_finite());
    vec![
        Cell::from(&resource.id),
        Cell::from(&resource.title),
        resource.unit.symbol().into(),
        capacity,
        reserve.into(),
        kept_back,
        in_words(made_of.demand).into(),
        demand_low,
        demand_high,
        in_words(before).into(),
        before_low,
        before_high,
        taken.into(),
        taken_by.into(),
        in_words(after).into(),
        after_low,
        after_high,
        used_percent.map_or(Cell::None, |share| Cell::Percent(100.0 * share)),
        exhausted_by.unwrap_or(Cell::None),
        (!missing.is_empty()).then(|| missing.join("; ")).into(),
        resource.evidence.word().into(),
        Cell::from(&resource.reference),
    ]
}

fn steps(view: &View, items: &[Item], judgement: &Judgement) -> Table {
    let columns = [
        ("resource", "Id"),
        ("title", "Resource"),
        ("order", "Order"),
        ("technology", "Technology"),
        ("quantity", "Quantity"),
        ("takes", "Takes"),
        ("unit", "Unit"),
        ("left", "Left then"),
        ("left_low", "Least"),
        ("left_high", "Most"),
        ("exhausts", "Exhausts it"),
    ];
    let title = "What each takes, in the order in which they come";
    let mut table = Table::new("steps", title, &columns).showing(&[
        "title",
        "technology",
        "quantity",
        "takes",
        "unit",
        "left",
        "exhausts",
    ]);
    for used in &judgement.uses {
        let resource = &view.rulebook.resources[used.resource.at()];
        let exhausting = used.exhausting().filter(|_| !is_exhausted_before(used));
        for step in &used.steps {
            let item = &items[step.item];
            let [low, high] = limits(step.after);
            table.add([
                Cell::from(&resource.id),
                Cell::from(&resource.title),
                (step.item + 1).into(),
                Cell::from(profile(view, item)),
                item.quantity.into(),
                step.demand.into(),
                resource.unit.symbol().into(),
                in_words(step.after).into(),
                low,
                high,
                exhausts(step.after, exhausting.is_some_and(|one| one.item == step.item)),
            ]);
        }
    }
    table
}

/// Whether a step exhausts a resource, where what is left then tells.
fn exhausts(left: Reading, is_exhausting: bool) -> Cell {
    match left {
        Reading::Known { low, .. } if low >= 0.0 || is_exhausting => Cell::yes(is_exhausting),
        Reading::Known { high, .. } if high < 0.0 => "already".into(),
        _ => "not known".into(),
    }
}

fn technologies(view: &View, items: &[Item], judgement: &Judgement) -> Table {
    const COLUMNS: [Column; 12] = [
        ("order", "Order"),
        ("technology", "Technology"),
        ("quantity", "Quantity"),
        ("place", "Place"),
        ("from_year", "From"),
        ("fit", "Fit"),
        ("limiting", "Limited by"),
        ("readiness_alone", "Alone"),
        ("score_alone", "Score alone"),
        ("readiness_together", "Together"),
        ("score_together", "Score together"),
        ("why", "What it means"),
    ];
    let title = "Which still fit, and how each stands alone and beside the others";
    let mut table = Table::new("technologies", title, &COLUMNS)
        .showing(&["technology", "quantity", "place", "from_year", "fit", "limiting"])
        .and_showing(
            "Readiness alone, and beside the others",
            &[
                "technology",
                "readiness_alone",
                "score_alone",
                "readiness_together",
                "score_together",
            ],
            None,
        );
    for (at, (item, placed)) in items.iter().zip(&judgement.items).enumerate() {
        table.add(technology(view, at, item, placed));
    }
    table
}

fn technology(view: &View, at: usize, item: &Item, placed: &Placed) -> [Cell; 12] {
    let score = |score: &Score| score.told_bp().map_or(Cell::None, Cell::bp);
    let means = match placed.fit {
        Fit::Fits => "there is room for it beside those before it that fit",
        Fit::Unknown => "too little is known of what limits it",
        Fit::Exceeds => "there is no room for it",
    };
    let profile = profile(view, item);
    [
        (at + 1).into(),
        Cell::from(profile),
        item.quantity.into(),
        place_of(view, profile, item.spot).into(),
        item.from_year.map(|year| year.to_string()).into(),
        placed.fit.word().into(),
        placed.limiting.map(|resource| title(view, resource)).into(),
        placed.alone.score.readiness.word().into(),
        score(&placed.alone.score),
        placed.together.score.readiness.word().into(),
        score(&placed.together.score),
        means.into(),
    ]
}
