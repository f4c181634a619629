//! The same decision in zen-engine: one technology as a graph of an expression node and a decision
//! table, compiled once and evaluated in this process.
//!
//! Attainment of every requirement, score, coverage and gates are expressions, readiness is the
//! table. What zen-engine has no function for is handed to it worked out: logarithms of values,
//! headrooms of resources and shares of checklists. The range of a score is not asked of it.

use serde_json::{Map, Value, json};
use siteworthy_rules::estate::Estate;
use siteworthy_rules::judge::{Spot, read};
use siteworthy_rules::measure::{Domain, Scale};
use siteworthy_rules::profile::{Limits, Profile, Question, Threshold};
use siteworthy_rules::resource::Reading;
use siteworthy_rules::rulebook::{Bands, Rulebook};
use std::fmt::Write as _;
use std::sync::Arc;
use zen_engine::model::{DecisionContent, GraphContent};
use zen_engine::{Decision, Variable};

/// The decision of one technology, compiled.
///
/// # Panics
/// Where zen-engine does not take it.
#[must_use]
pub fn decision(rulebook: &Rulebook, profile: &Profile) -> Decision {
    let node = |id: &str, kind: &str, content: Value| json!({ "id": id, "name": id, "type": kind, "content": content });
    let edge = |from: &str, to: &str| json!({ "id": from, "sourceId": from, "targetId": to });
    let graph = json!({
        "nodes": [
            node("input", "inputNode", json!({})),
            node("score", "expressionNode", json!({ "expressions": expressions(profile) })),
            node("readiness", "decisionTableNode", table(&rulebook.bands)),
            node("output", "outputNode", json!({})),
        ],
        "edges": [edge("input", "score"), edge("score", "readiness"), edge("readiness", "output")],
    });
    let content: DecisionContent = serde_json::from_value(graph).expect("a decision graph");
    let content: Arc<GraphContent> = Arc::new(content).into_graph_arc().expect("a graph");
    let mut decision = Decision::from(content);
    decision.compile();
    decision
}

/// The readiness of a site, given what is known of it.
///
/// # Panics
/// Where zen-engine fails.
#[must_use]
pub fn evaluate(decision: &Decision, known: Variable) -> String {
    let response = pollster::block_on(decision.evaluate(known)).expect("a decision");
    let readiness = response.result.dot("readiness").expect("a readiness");
    readiness.as_str().expect("a word").to_owned()
}

/// What is known of a site, as zen-engine takes it: `q0` is the reading of the first requirement.
///
/// # Panics
/// Where a question does not arise, which the expressions leave out.
#[must_use]
pub fn known(rulebook: &Rulebook, estate: &Estate, profile: &Profile, spot: Spot) -> Variable {
    let mut known = Map::new();
    for (at, requirement) in profile.requirements.iter().enumerate() {
        let reading = match read(rulebook, estate, requirement, spot) {
            Reading::Unknown => Value::Null,
            Reading::NotApplicable => panic!("{} does not arise", requirement.id),
            Reading::Known { low, high, .. } => match requirement.asks {
                Question::Measure(_) if requirement.scale == Scale::Linear => json!(low),
                Question::Measure(_) => {
                    json!({ "value": low, "place": requirement.scale.place(low) })
                }
                Question::Headroom(_) | Question::Checklist(_) => {
                    json!({ "low": low, "high": high })
                }
            },
        };
        known.insert(format!("q{at}"), reading);
    }
    Value::Object(known).into()
}

fn expressions(profile: &Profile) -> Vec<Value> {
    let mut all = Vec::new();
    let mut say = |key: String, value: String| {
        all.push(json!({ "id": key, "key": key, "value": value }));
    };
    for (at, requirement) in profile.requirements.iter().enumerate() {
        let q = format!("q{at}");
        let scale = requirement.scale;
        let (value, place) = match scale {
            Scale::Linear => (q.clone(), q.clone()),
            Scale::Log10 | Scale::Nines => (format!("{q}.value"), format!("{q}.place")),
        };
        let is_between = !matches!(requirement.asks, Question::Measure(_));
        match &requirement.threshold {
            Threshold::AtLeast(limits) if is_between => {
                for end in ["low", "high"] {
                    let value = format!("{q}.{end}");
                    let attains = attains(*limits, scale, 1.0, &value, &value);
                    say(format!("{end}{at}"), format!("{q} == null ? null : {attains}"));
                }
                let minimum = limits.minimum;
                say(
                    format!("a{at}"),
                    format!(
                        "{q} == null ? null : ({q}.low >= {minimum}) == ({q}.high >= {minimum}) \
                         ? min([$.low{at}, $.high{at}]) : null"
                    ),
                );
            }
            Threshold::AtLeast(limits) => {
                let attains = attains(*limits, scale, 1.0, &value, &place);
                say(format!("a{at}"), format!("{q} == null ? null : {attains}"));
            }
            Threshold::AtMost(limits) => {
                let attains = attains(*limits, scale, -1.0, &value, &place);
                say(format!("a{at}"), format!("{q} == null ? null : {attains}"));
            }
            Threshold::Within { low, high } => {
                let low = attains(*low, scale, 1.0, &value, &place);
                let high = attains(*high, scale, -1.0, &value, &place);
                say(format!("a{at}"), format!("{q} == null ? null : min([{low}, {high}])"));
            }
            Threshold::Choices(shares) => {
                let mut text = format!("{q} == null ? null : ");
                for (choice, share) in shares.iter().enumerate() {
                    let Some(share) = share else { continue };
                    let _ = write!(text, "{q} == {choice} ? {} : ", share * 10_000.0);
                }
                say(format!("a{at}"), text + "null");
            }
            Threshold::Is(wanted) => {
                let wanted = u8::from(*wanted);
                say(format!("a{at}"), format!("{q} == null ? null : {q} == {wanted} ? 10000 : 0"));
            }
        }
    }
    let terms = |domain: Domain, form: &dyn Fn(usize, u32) -> String| {
        let own = profile.requirements.iter().enumerate();
        let own = own.filter(|(_, requirement)| requirement.domain == domain);
        own.map(|(at, requirement)| form(at, requirement.weight)).collect::<Vec<_>>().join(" + ")
    };
    let used: Vec<Domain> = Domain::ALL
        .iter()
        .copied()
        .filter(|domain| profile.requirements.iter().any(|one| one.domain == *domain))
        .collect();
    for domain in &used {
        let d = *domain as usize;
        let answered = terms(*domain, &|at, weight| format!("($.a{at} == null ? 0 : {weight})"));
        let points = terms(*domain, &|at, weight| format!("($.a{at} ?? 0) * {weight}"));
        say(format!("answered{d}"), answered);
        say(format!("points{d}"), points);
    }
    let sum = |form: &dyn Fn(usize, u32) -> String| {
        let own = used.iter().map(|domain| *domain as usize);
        own.map(|d| form(d, profile.weights[d])).collect::<Vec<_>>().join(" + ")
    };
    let weight = sum(&|d, weight| format!("($.answered{d} > 0 ? {weight} : 0)"));
    say("weight".to_owned(), weight);
    let means = sum(&|d, weight| {
        format!("($.answered{d} > 0 ? {weight} * $.points{d} / $.answered{d} : 0)")
    });
    say("score".to_owned(), format!("$.weight > 0 ? round(({means}) / $.weight) : null"));
    // A choice may take the question away, and with it its weight.
    let own = profile.requirements.iter().enumerate();
    let weights: Vec<String> = own
        .map(|(at, requirement)| match &requirement.threshold {
            Threshold::Choices(shares) if shares.contains(&None) => {
                let choice = shares.iter().position(Option::is_none).unwrap_or(shares.len());
                format!("(q{at} == {choice} ? 0 : {})", requirement.weight)
            }
            _ => requirement.weight.to_string(),
        })
        .collect();
    let weights = weights.join(" + ");
    let answered = sum(&|d, _| format!("$.answered{d}"));
    say("coverage".to_owned(), format!("round(10000 * ({answered}) / ({weights}))"));
    let gates = |form: &dyn Fn(usize) -> String| {
        let own = profile.requirements.iter().enumerate().filter(|(_, one)| one.gate);
        let own: Vec<String> = own.map(|(at, _)| form(at)).collect();
        if own.is_empty() { "0".to_owned() } else { own.join(" + ") }
    };
    let failed = gates(&|at| format!("(($.a{at} ?? 10000) < 5000 ? 1 : 0)"));
    say("gatesFailed".to_owned(), failed);
    say("gatesUnknown".to_owned(), gates(&|at| format!("($.a{at} == null ? 1 : 0)")));
    all
}

/// Attainment of a value in basis points.
fn attains(limits: Limits, scale: Scale, sign: f64, value: &str, place: &str) -> String {
    let reached = |limit: f64| {
        let sign = if sign > 0.0 { ">=" } else { "<=" };
        format!("{value} {sign} {limit}")
    };
    // Half of the whole is gained between the one limit and the other.
    let between = |from: f64, to: f64| {
        let (from, to) = (scale.place(from), scale.place(to));
        format!("5000 * ({place} - ({from})) / ({})", to - from)
    };
    let Limits { floor, minimum, target } = limits;
    let climb = if minimum == target { "5000".to_owned() } else { between(minimum, target) };
    let rise = if floor == minimum { "0".to_owned() } else { between(floor, minimum) };
    format!(
        "round({} ? 10000 : {} ? 5000 + {climb} : max([0, {rise}]))",
        reached(target),
        reached(minimum),
    )
}

fn table(bands: &Bands) -> Value {
    let inputs = ["gatesFailed", "gatesUnknown", "coverage", "score"];
    let rule = |cells: [String; 4], readiness: &str| {
        let mut rule = Map::new();
        for (input, cell) in inputs.iter().zip(cells) {
            rule.insert((*input).to_owned(), json!(cell));
        }
        rule.insert("readiness".to_owned(), json!(format!("'{readiness}'")));
        Value::Object(rule)
    };
    let any = String::new;
    json!({
        "hitPolicy": "first",
        "inputs": inputs.map(|input| json!({ "id": input, "name": input, "field": input })),
        "outputs": [{ "id": "readiness", "name": "readiness", "field": "readiness" }],
        "rules": [
            rule(["> 0".to_owned(), any(), any(), any()], "not-ready"),
            rule([any(), "> 0".to_owned(), any(), any()], "indeterminate"),
            rule([any(), any(), format!("< {}", bands.coverage_bp), any()], "indeterminate"),
            rule([any(), any(), any(), "null".to_owned()], "indeterminate"),
            rule([any(), any(), any(), format!(">= {}", bands.ready_bp)], "ready"),
            rule([any(), any(), any(), format!(">= {}", bands.ready_with_actions_bp)], "ready-with-actions"),
            rule([any(), any(), any(), any()], "not-ready"),
        ],
    })
}
