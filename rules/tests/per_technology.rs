//! What is asked of a technology may be answered for it apart, and else counts as it is answered for all.
//!
//! That the figures follow is held by the golden cases, and that the batch says the same by `batch.rs`;
//! here it is which answer counts, where it comes from, and which is asked for.

mod places;
mod support;

use places::Site;
use siteworthy_rules::estate::{Estate, Source};
use siteworthy_rules::judge::{Outcome, Readiness, Verdict, assess, judge, provenance, read};
use siteworthy_rules::measure::{MeasureIndex, Scope};
use siteworthy_rules::observation::Method;
use siteworthy_rules::rulebook::Rulebook;
use siteworthy_rules::unknowns::{gains, missing};
use std::sync::LazyLock;
use toml::toml;

static RULEBOOK: LazyLock<Rulebook> = LazyLock::new(support::rulebook);

fn find(id: &str) -> MeasureIndex {
    RULEBOOK.dictionary.find(id).unwrap_or_else(|| panic!("there is no {id}")).0
}

fn id(measure: MeasureIndex) -> &'static str {
    &RULEBOOK.dictionary.get(measure).id
}

fn estate(values: toml::Table) -> Estate {
    places::estate(&RULEBOOK, &[Site { values, spaces: Vec::new() }])
}

fn outcome(estate: &Estate, technology: &str) -> Outcome {
    let at = RULEBOOK.find_profile(technology).expect("a technology");
    assess(&RULEBOOK, estate, &RULEBOOK.profiles[at], 0)
}

/// The verdict of a requirement of a technology.
fn verdict(estate: &Estate, technology: &str, requirement: &str) -> Verdict {
    let at = RULEBOOK.find_profile(technology).expect("a technology");
    let profile = &RULEBOOK.profiles[at];
    let asked = profile.requirements.iter().find(|one| one.id == requirement).expect("it asks it");
    judge(asked, read(&RULEBOOK, estate, asked, outcome(estate, technology).spot())).verdict
}

/// What is asked for to answer a requirement of a technology.
fn asked_for(estate: &Estate, technology: &str, requirement: &str) -> Vec<&'static str> {
    let at = RULEBOOK.find_profile(technology).expect("a technology");
    let profile = &RULEBOOK.profiles[at];
    let asked = profile.requirements.iter().find(|one| one.id == requirement).expect("it asks it");
    missing(&RULEBOOK, estate, asked, Some(0)).into_iter().map(id).collect()
}

#[test]
fn an_answer_for_one_technology_counts_for_it_alone() {
    let apart = |all: &str, own: &str| {
        let mut values = toml::Table::new();
        values.insert("dcb0160-complete".to_owned(), all.into());
        values.insert("dcb0160-complete@voice-scribe".to_owned(), own.into());
        estate(values)
    };
    for (all, own, of_scribe, of_robot) in [
        ("not-met", "met", Verdict::MeetsTarget, Verdict::Short),
        ("met", "not-met", Verdict::Short, Verdict::MeetsTarget),
        ("met", "not-applicable", Verdict::NotApplicable, Verdict::MeetsTarget),
    ] {
        let estate = apart(all, own);
        assert_eq!(verdict(&estate, "voice-scribe", "deployment-safety-case"), of_scribe);
        assert_eq!(verdict(&estate, "surgical-robot", "deployment-safety-case"), of_robot);
    }
}

#[test]
fn an_answer_for_one_technology_says_nothing_of_another() {
    let estate = estate(toml! { "dpia-complete@voice-scribe" = true });
    let said = |technology| verdict(&estate, technology, "data-protection-assessment");
    assert_eq!(said("voice-scribe"), Verdict::MeetsTarget);
    assert_eq!(said("ai-cloud-triage"), Verdict::Unknown);
    assert_eq!(outcome(&estate, "ai-cloud-triage").score.readiness, Readiness::Indeterminate);
}

#[test]
fn items_of_a_checklist_may_be_answered_apart_one_by_one() {
    let mut values = toml::Table::new();
    for item in 1..=12 {
        values.insert(format!("handover-h{item}"), "not-met".into());
    }
    for item in 1..=6 {
        values.insert(format!("handover-h{item}@voice-scribe"), "met".into());
    }
    let estate = estate(values);
    let said = |technology| verdict(&estate, technology, "responsible-handover");
    assert_eq!((said("voice-scribe"), said("ai-ct")), (Verdict::MeetsMinimum, Verdict::Short));
}

#[test]
fn the_source_is_that_of_the_answer_that_counts() {
    let mut estate = estate(toml! { mhra-registered = "met" });
    let (all, own) = (find("mhra-registered"), find("mhra-registered@voice-scribe"));
    assert_eq!(estate.counted(own, 0), all);
    assert_eq!(estate.source(own, 0), estate.source(all, 0));
    let source = Source {
        survey: 7,
        row: 9,
        column: 3,
        observed_on: "2025-01-31".parse().expect("a date"),
        method: Method::Declared,
    };
    estate.set(own, 0, 0.0, source);
    assert_eq!((estate.counted(own, 0), estate.counted(all, 0)), (own, all));
    assert_eq!((estate.source(own, 0), estate.value(own, 0)), (Some(&source), 0.0));
    assert_eq!((estate.source(all, 0).expect("one").survey, estate.value(all, 0)), (0, 1.0));

    let rests_on = |technology: &str| {
        let profile = &RULEBOOK.profiles[RULEBOOK.find_profile(technology).expect("one")];
        provenance(&RULEBOOK, &estate, profile, outcome(&estate, technology).spot())
    };
    assert_eq!(rests_on("voice-scribe"), (Some(Method::Declared), Some(source.observed_on)));
    assert_eq!(rests_on("ai-ct").0, Some(Method::Measured));

    estate.suppose(own, 0, f64::NAN);
    assert_eq!(estate.counted(own, 0), all, "an answer that is taken back no longer counts");
}

#[test]
fn one_answer_for_all_is_asked_for_until_the_site_answers_by_technology() {
    let nothing = estate(toml::Table::new());
    let asked = |estate: &Estate| asked_for(estate, "surgical-robot", "deployment-safety-case");
    assert_eq!(asked(&nothing), ["dcb0160-complete"]);
    let by_technology = estate(toml! { "dcb0160-complete@voice-scribe" = "met" });
    assert_eq!(asked(&by_technology), ["dcb0160-complete@surgical-robot"]);
    assert!(asked_for(&by_technology, "voice-scribe", "deployment-safety-case").is_empty());
    let other = asked_for(&by_technology, "surgical-robot", "software-bill-of-materials");
    assert_eq!(other, ["imdrf-sbom"], "of what it answers for nobody, one answer is asked");
    let for_all = estate(toml! {
        dcb0160-complete = "not-met"
        "dcb0160-complete@voice-scribe" = "met"
    });
    assert!(asked(&for_all).is_empty());

    let robot = RULEBOOK.find_profile("surgical-robot").expect("a technology");
    let robot = &RULEBOOK.profiles[robot];
    let gains = gains(&RULEBOOK, &nothing, robot, &outcome(&nothing, "surgical-robot"));
    let measures: Vec<&str> =
        gains.iter().flat_map(|gain| &gain.measures).map(|one| id(*one)).collect();
    assert!(measures.iter().all(|id| !id.contains('@')), "{measures:?}");
}

#[test]
fn the_dictionary_finds_an_answer_for_one_technology_and_does_not_list_it() {
    let dictionary = &RULEBOOK.dictionary;
    let (general, measure) = dictionary.find("dcb0160-complete").expect("it is there");
    let (own, answer) = dictionary.find("dcb0160-complete@voice-scribe").expect("it is there");
    assert_eq!(answer.title, "Deployment safety case (DCB0160) complete, for Ambient voice scribe");
    assert_eq!((&answer.kind, answer.domain), (&measure.kind, measure.domain));
    assert_eq!((dictionary.general(own), dictionary.general(general)), (general, general));
    assert_eq!(dictionary.answer_for(general, "voice-scribe"), own);
    assert!(dictionary.answers_of(general).contains(&own));
    assert!(dictionary.iter().all(|(_, measure)| !measure.id.contains('@')));
    assert_eq!(dictionary.iter().count(), dictionary.len());
    for id in ["max-demand-kva@voice-scribe", "dcb0160-complete@kettle", "dcb0160-complete@"] {
        assert!(dictionary.find(id).is_none(), "{id}");
    }
    for (at, measure) in dictionary.iter() {
        let answers = dictionary.answers_of(at).len();
        let expected = if measure.per_technology { RULEBOOK.profiles.len() } else { 0 };
        assert_eq!(answers, expected, "{}", measure.id);
        assert!(!measure.per_technology || measure.scope == Scope::Site, "{}", measure.id);
    }
}

/// What is a fact about one technology is for people to decide; none is added or lost unseen.
#[test]
fn these_measures_are_asked_of_one_technology() {
    let listed = RULEBOOK.dictionary.iter().filter(|(_, measure)| measure.per_technology);
    let listed: Vec<&str> = listed.map(|(_, measure)| measure.id.as_str()).collect();
    let mut expected = vec![
        "offline-fallback".to_owned(),
        "network-segmented".to_owned(),
        "imdrf-sbom".to_owned(),
        "support-end-date".to_owned(),
        "dcb0160-complete".to_owned(),
        "dpia-complete".to_owned(),
        "dtac-met".to_owned(),
        "mhra-registered".to_owned(),
        "avt-registry-supplier".to_owned(),
        "caa-authorisation".to_owned(),
    ];
    expected.extend((1..=13).map(|at| format!("en304223-p{at}")));
    expected.extend((1..=12).map(|at| format!("handover-h{at}")));
    expected.push("trained-users-per-shift-count".to_owned());
    expected.push("clinical-safety-officer".to_owned());
    expected.push("local-surgeon-takeover".to_owned());
    assert_eq!(listed, expected);
}
