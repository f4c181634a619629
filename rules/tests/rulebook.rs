//! The project's own rule files as a body: that they read without a problem, that none of their ids
//! vanishes unseen, that each number says where it comes from, and that the hash names them all.

mod support;

use siteworthy_rules::measure::Kind;
use siteworthy_rules::reliability::Role;
use siteworthy_rules::rulebook::Rulebook;
use std::collections::BTreeSet;

#[test]
fn the_rule_files_of_the_project_have_no_problem() {
    let rulebook = support::rulebook();
    assert_eq!(rulebook.profiles.len(), 18);
    assert_eq!(rulebook.price_base_year, 2025);
}

fn ids(rulebook: &Rulebook) -> BTreeSet<String> {
    let measures = rulebook.dictionary.iter().map(|(_, measure)| format!("measure {}", measure.id));
    let resources = rulebook.resources.iter().map(|resource| format!("resource {}", resource.id));
    let requirements = rulebook.profiles.iter().flat_map(|profile| {
        profile
            .requirements
            .iter()
            .map(|requirement| format!("requirement {}/{}", profile.id, requirement.id))
    });
    let remedies = rulebook.remedies.iter().map(|remedy| format!("remedy {}", remedy.id));
    let benchmarks =
        rulebook.benchmarks.iter().map(|benchmark| format!("benchmark {}", benchmark.id));
    let stated = rulebook.stated_rates.iter().map(|rate| format!("stated rate {}", rate.id));
    let rates = benchmarks.chain(stated);
    measures.chain(resources).chain(requirements).chain(remedies).chain(rates).collect()
}

/// An id is never reused and never lost: surveys, reports and assessments refer to it.
#[test]
fn no_id_vanishes_or_appears_unseen() {
    let listed: BTreeSet<String> = include_str!("ids.txt").lines().map(str::to_owned).collect();
    let found = ids(&support::rulebook());
    let vanished: Vec<&String> = listed.difference(&found).collect();
    let appeared: Vec<&String> = found.difference(&listed).collect();
    assert!(
        vanished.is_empty() && appeared.is_empty(),
        "vanished: {vanished:#?}\nappeared (add them to rules/tests/ids.txt): {appeared:#?}"
    );
}

/// The problems of `path` after every line that starts with `start` is taken out of it, and how
/// many lines those were.
fn without_lines(path: &str, start: &str) -> (Vec<String>, usize) {
    let mut files = support::files();
    let (_, text) = files.iter_mut().find(|(name, _)| name == path).expect("the file is there");
    let count = text.lines().filter(|line| line.starts_with(start)).count();
    *text = text
        .lines()
        .filter(|line| !line.starts_with(start))
        .map(|line| format!("{line}\n"))
        .collect();
    let problems = support::read(&files).err().unwrap_or_default();
    (problems, count)
}

#[test]
fn every_number_is_refused_without_reference_or_evidence() {
    for (path, text) in support::files() {
        if !path.ends_with(".toml") || path == "rules/weights.toml" {
            continue;
        }
        for key in ["reference", "evidence"] {
            let (problems, count) = without_lines(&path, &format!("{key} = "));
            assert!(count > 0, "{path} has no {key}:\n{text}");
            let named = problems
                .iter()
                .filter(|problem| problem.starts_with(&path))
                .filter(|problem| {
                    problem.contains(&format!("{key}: This key is missing."))
                        || problem.contains("has no reference or no evidence")
                })
                .count();
            assert_eq!(named, count, "{path}, {key}:\n{}", problems.join("\n"));
        }
    }
}

#[test]
fn weights_and_bands_are_refused_without_reference_or_evidence() {
    for key in ["text", "evidence"] {
        let (problems, count) = without_lines("rules/weights.toml", &format!("{key} = "));
        assert_eq!(count, 1);
        let [problem] = &problems[..] else { panic!("{problems:?}") };
        let expected = format!(", reference.{key}: This key is missing. Add it.");
        assert!(problem.starts_with("rules/weights.toml:"), "{problem}");
        assert!(problem.ends_with(&expected), "{problem}");
    }
}

#[test]
fn every_requirement_demand_resource_remedy_and_rate_says_where_it_comes_from() {
    let rulebook = support::rulebook();
    let mut texts: Vec<(String, &str)> = Vec::new();
    for (_, measure) in rulebook.dictionary.iter() {
        texts.push((measure.id.clone(), &measure.reference));
    }
    for profile in &rulebook.profiles {
        for requirement in &profile.requirements {
            let name = format!("{}/{}", profile.id, requirement.id);
            texts.push((name.clone(), &requirement.reference));
            texts.push((name, &requirement.why));
        }
        for demand in &profile.demands {
            texts.push((format!("{} demand", profile.id), &demand.reference));
        }
    }
    for resource in &rulebook.resources {
        texts.push((resource.id.clone(), &resource.reference));
    }
    for remedy in &rulebook.remedies {
        texts.push((remedy.id.clone(), &remedy.quantity.reference));
    }
    for benchmark in &rulebook.benchmarks {
        texts.push((benchmark.id.clone(), &benchmark.source));
    }
    for role in Role::WITH_DEFAULT {
        let figure = rulebook.reliability.default_figure(role).expect("a default");
        texts.push((format!("default {role}"), &figure.reference));
    }
    texts.push(("bands".to_owned(), &rulebook.bands.reference));
    for (name, text) in texts {
        assert!(text.trim().len() > 3, "{name} has no reference: {text:?}");
    }
}

/// A mandatory standard asks for the safety case, the law for the registration of a device and for the
/// assessment of data protection: no score buys any of them off. Where the first two are not asked of a
/// technology as it is used, a site must be able to say so; the third is asked only where personal data are
/// handled, and has no such answer.
#[test]
fn what_the_law_or_a_mandatory_standard_asks_for_is_a_gate_wherever_it_is_asked() {
    let rulebook = support::rulebook();
    for (id, asked_by) in [
        ("deployment-safety-case", 13),
        ("medical-device-registration", 10),
        ("data-protection-assessment", 12),
    ] {
        let mut profiles = Vec::new();
        for profile in &rulebook.profiles {
            let asked = profile.requirements.iter().filter(|requirement| requirement.id == id);
            for requirement in asked {
                assert!(requirement.gate, "{}/{id} is no gate", profile.id);
                profiles.push(&profile.id);
            }
        }
        assert_eq!(profiles.len(), asked_by, "{id} is asked by {profiles:?}");
    }
    for id in ["dcb0160-complete", "mhra-registered"] {
        let (_, measure) = rulebook
            .dictionary
            .iter()
            .find(|(_, measure)| measure.id == id)
            .expect("the measure is there");
        let Kind::Choice { not_applicable, .. } = &measure.kind else { panic!("{id} is a choice") };
        assert!(not_applicable.is_some(), "{id} cannot be answered as not applicable");
    }
}

fn hash_of(files: &[(String, String)]) -> String {
    support::read(files).unwrap_or_else(|problems| panic!("{}", problems.join("\n"))).hash
}

#[test]
fn any_change_of_any_file_changes_the_hash() {
    let files = support::files();
    let mut seen = BTreeSet::from([hash_of(&files)]);
    for at in 0..files.len() {
        for change in ["\n", "\n\n"] {
            let mut changed = files.clone();
            changed[at].1.push_str(change);
            let path = &files[at].0;
            assert!(seen.insert(hash_of(&changed)), "{path} with {change:?}");
        }
    }
}

#[test]
fn a_file_that_is_no_rule_enters_the_hash_with_path_and_text() {
    let files = support::files();
    let mut seen = BTreeSet::from([hash_of(&files)]);
    for (path, text) in [("layouts/a", "bc"), ("layouts/ab", "c"), ("layouts/abc", "")] {
        let mut more = files.clone();
        more.push((path.to_owned(), text.to_owned()));
        assert!(seen.insert(hash_of(&more)), "{path} {text}");
    }
}

#[test]
fn the_order_of_the_files_changes_nothing() {
    let files = support::files();
    let rulebook = support::rulebook();
    let mut backwards = files.clone();
    backwards.reverse();
    let mut rotated = files;
    rotated.rotate_left(7);
    for other in [backwards, rotated] {
        let other = support::read(&other).expect("the same files");
        assert_eq!(other.hash, rulebook.hash);
        assert_eq!(other.profiles, rulebook.profiles);
        assert_eq!(other.remedies, rulebook.remedies);
        assert_eq!(other.benchmarks, rulebook.benchmarks);
    }
}
