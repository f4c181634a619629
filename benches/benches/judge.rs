//! How many results a second the batch, the plain loop and zen-engine give on one core.
//!
//! All three must say the same of every site before anything is timed. The table at the end stands
//! beside criterion's figures: each is measured in turn, again and again, so that whatever else the
//! machine does falls on all of them, and the quickest turn of each counts.

use criterion::{Criterion, Throughput};
use siteworthy_benches::estate::{Spaces, estate};
use siteworthy_benches::{first_profiles, judge, lists, plain, rulebook, zen};
use siteworthy_rules::batch::Batch;
use siteworthy_rules::estate::Estate;
use siteworthy_rules::judge::Outcome;
use siteworthy_rules::rulebook::Rulebook;
use std::hint::black_box;
use std::time::{Duration, Instant};
use zen_engine::{Decision, Variable};

const SITES: usize = 100_000;

/// Sites for zen-engine, which takes its time.
const ZEN_SITES: usize = 300;

/// The technology that zen-engine judges.
const ZEN_PROFILE: &str = "voice-scribe";

/// Turns of each for the table.
const TURNS: usize = 11;

fn check_plain(batch: &[Vec<Outcome>], plain: &[Vec<plain::Result>], rulebook: &Rulebook) {
    for ((batch, plain), profile) in batch.iter().zip(plain).zip(&rulebook.profiles) {
        for (site, (batch, plain)) in batch.iter().zip(plain).enumerate() {
            let score = batch.score;
            let same = plain::Result {
                readiness: score.readiness,
                score_bp: score.score_bp,
                low_bp: score.low_bp,
                high_bp: score.high_bp,
                coverage_bp: score.coverage_bp,
                gates_failed: score.gates_failed,
                gates_unknown: score.gates_unknown,
                spaces: batch.spaces.into(),
                spaces_ready: batch.spaces_ready.into(),
            };
            assert_eq!(*plain, same, "{} at site {site}", profile.id);
        }
    }
}

/// The one technology that zen-engine judges, with what it is told of some sites.
struct Zen {
    decision: Decision,
    known: Vec<Variable>,
}

impl Zen {
    /// Made ready, after its readiness was held against that of the batch.
    fn new(mut rulebook: Rulebook) -> Self {
        rulebook.profiles.retain(|profile| profile.id == ZEN_PROFILE);
        let profile = &rulebook.profiles[0];
        let estate = estate(&rulebook, ZEN_SITES, Spaces::OneOfEveryKind);
        let mut outcomes = lists(&rulebook, &estate);
        judge(&Batch::new(&rulebook, &estate), &mut outcomes);
        let known: Vec<Variable> = outcomes[0]
            .iter()
            .map(|outcome| zen::known(&rulebook, &estate, profile, outcome.spot()))
            .collect();
        let decision = zen::decision(&rulebook, profile);
        let mut seen = std::collections::BTreeMap::new();
        for (site, (outcome, known)) in outcomes[0].iter().zip(&known).enumerate() {
            let readiness = outcome.score.readiness.word();
            assert_eq!(zen::evaluate(&decision, known.clone()), readiness, "at site {site}");
            *seen.entry(readiness).or_insert(0) += 1;
        }
        println!("zen-engine agrees at {ZEN_SITES} sites: {seen:?}");
        Self { decision, known }
    }

    fn evaluate_all(&self) {
        for known in &self.known {
            black_box(zen::evaluate(&self.decision, known.clone()));
        }
    }
}

fn time(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn main() {
    let all = rulebook();
    let rulebook = first_profiles(all.clone());
    let zen = Zen::new(all);

    let estate: Estate = estate(&rulebook, SITES, Spaces::OneOfEveryKind);
    let batch = Batch::new(&rulebook, &estate);
    let plain = plain::Plain::new(&rulebook, &estate);
    let mut outcomes = lists(&rulebook, &estate);
    let mut results = vec![vec![plain::Result::unjudged(); SITES]; rulebook.profiles.len()];
    judge(&batch, &mut outcomes);
    plain.judge(&mut results);
    check_plain(&outcomes, &results, &rulebook);
    println!("the plain loop agrees at {SITES} sites");

    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("judge");
    group.sample_size(10);
    group.throughput(Throughput::Elements((SITES * rulebook.profiles.len()) as u64));
    group.bench_function("batch", |bencher| {
        bencher.iter(|| judge(&batch, &mut outcomes));
    });
    group.bench_function("plain loop", |bencher| bencher.iter(|| plain.judge(&mut results)));
    group.throughput(Throughput::Elements(ZEN_SITES as u64));
    group.bench_function("zen-engine", |bencher| bencher.iter(|| zen.evaluate_all()));
    group.finish();

    let mut quickest = [Duration::MAX; 3];
    for _ in 0..TURNS {
        let turn = [
            time(|| judge(&batch, black_box(&mut outcomes))),
            time(|| plain.judge(black_box(&mut results))),
            time(|| zen.evaluate_all()),
        ];
        for (quickest, turn) in quickest.iter_mut().zip(turn) {
            *quickest = turn.min(*quickest);
        }
    }
    let judged = (SITES * rulebook.profiles.len()) as f64;
    let [batch, plain, zen] = quickest.map(|time| time.as_secs_f64());
    let (batch, plain, zen) = (judged / batch, judged / plain, ZEN_SITES as f64 / zen);
    println!("\n| one core | results a second | batch is quicker by |");
    println!("| --- | ---: | ---: |");
    println!("| batch | {batch:.0} | |");
    println!("| plain loop | {plain:.0} | {:.2} |", batch / plain);
    println!("| zen-engine | {zen:.0} | {:.0} |", batch / zen);
}
