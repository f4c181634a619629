//! How long all cores take to judge 15,000 and 1,000,000 sites, and how much memory that takes.
//!
//! Every site has one space. Sites are judged in runs of 1024, as the server does.

use rayon::prelude::*;
use siteworthy_benches::estate::{Spaces, estate};
use siteworthy_benches::{first_profiles, rulebook};
use siteworthy_rules::batch::Batch;
use siteworthy_rules::estate::Estate;
use siteworthy_rules::judge::Outcome;
use siteworthy_rules::profile::Profile;
use siteworthy_rules::rulebook::Rulebook;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Sites that one core judges at a time.
const RUN: usize = 1024;

fn judge_estate(rulebook: &Rulebook, estate: &Estate) -> Vec<Vec<Outcome>> {
    let batch = Batch::new(rulebook, estate);
    let sites = estate.sites() as usize;
    // Made side by side: of a million sites, a fifth of the time goes into fetching this memory.
    let list = |_: &Profile| vec![Outcome::unjudged(); sites];
    let mut outcomes: Vec<Vec<Outcome>> = rulebook.profiles.par_iter().map(list).collect();
    let runs = Batch::runs(&mut outcomes, RUN);
    runs.into_par_iter().for_each(|(first, mut lists)| batch.judge(first, &mut lists));
    outcomes
}

/// The quickest and the median of some times.
fn time(times: usize, mut work: impl FnMut()) -> (Duration, Duration) {
    let mut all: Vec<Duration> = (0..times)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .collect();
    all.sort();
    (all[0], all[times / 2])
}

/// The processor time of this process so far, of all its threads, in seconds.
fn processor_s() -> f64 {
    /// Ticks a second of Linux on the machines that we know.
    const TICKS: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // After the name, which stands in brackets, user and system time are words 12 and 13.
    let rest = stat.rsplit(')').next().unwrap_or_default();
    let ticks = rest.split_whitespace().skip(11).take(2);
    ticks.filter_map(|word| word.parse::<f64>().ok()).sum::<f64>() / TICKS
}

/// The most memory that this process has held, in MB.
fn peak_mb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib * 1024 / 1_000_000)
}

/// Sites that answer by technology lie so far apart that each is in a block of its own.
const APART: u32 = 97;

/// So many sites answer everything that is asked of a technology for each apart, alike for all.
fn answer_by_technology(rulebook: &Rulebook, estate: &mut Estate, sites: u32) {
    for (measure, _) in rulebook.dictionary.iter() {
        for answer in rulebook.dictionary.answers_of(measure) {
            for site in 0..sites {
                let site = site * APART % estate.sites();
                estate.suppose(*answer, site, estate.value(measure, site));
            }
        }
    }
}

fn main() {
    let rulebook = first_profiles(rulebook());
    println!("{} cores, {} technologies", rayon::current_num_threads(), rulebook.profiles.len());
    for (sites, apart, times) in
        [(15_000, 0, 41), (15_000, 1, 41), (15_000, 150, 41), (1_000_000, 0, 9)]
    {
        let mut estate = estate(&rulebook, sites, Spaces::OneInTurn);
        answer_by_technology(&rulebook, &mut estate, apart);
        let before = processor_s();
        let (least, median) = time(times, || {
            black_box(judge_estate(&rulebook, &estate));
        });
        // On a busy machine this says more than the clock on the wall.
        let processor = (processor_s() - before) * 1e3 / times as f64;
        let (least, median) = (least.as_secs_f64() * 1e3, median.as_secs_f64() * 1e3);
        println!("{sites:>9} sites, {apart} of them answering by technology:");
        println!("{:>9} {median:.1} ms, at best {least:.1} ms, of {times} times", "");
        println!("{:>9} processor time of all cores: {processor:.1} ms each time", "");
    }
    match peak_mb() {
        Some(peak) => println!("peak memory: {peak} MB"),
        None => println!("peak memory: not told by this system"),
    }
}
