//! How long the files of an investment gap of 100,000 lines take, and how much memory beyond the report
//! itself. Each figure is the quickest of some runs and the largest of their peaks.
//!
//! The report is made up: a national return has some 13,000 lines.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up has no figure")]

use siteworthy::render;
use siteworthy_tests::made_report::made_report;
use std::fs;
use std::io::{self, Write};
use std::time::{Duration, Instant};

const LINES: usize = 100_000;
const ORGANISATIONS: usize = 231;
const RUNS: usize = 3;

/// Counts what is written and keeps nothing.
#[derive(Default)]
struct Counted(usize);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A line of what Linux says of this process, in kB.
fn status_kb(key: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with(key))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn measure(name: &str, mut write: impl FnMut() -> usize) {
    let (mut quickest, mut most_kb, mut bytes) = (Duration::MAX, 0, 0);
    for _ in 0..RUNS {
        // The peak is that of this run alone.
        let _ = fs::write("/proc/self/clear_refs", "5");
        let before_kb = status_kb("VmRSS:").unwrap_or_default();
        let start = Instant::now();
        bytes = write();
        quickest = quickest.min(start.elapsed());
        let peak_kb = status_kb("VmHWM:").unwrap_or_default();
        most_kb = most_kb.max(peak_kb.saturating_sub(before_kb));
    }
    let (seconds, megabytes) = (quickest.as_secs_f64(), bytes / 1_000_000);
    println!(
        "{name:<22} {seconds:>7.2} s {megabytes:>7} MB of file {:>7} MB of memory",
        most_kb / 1000
    );
}

fn main() {
    // Tests of the workspace run every benchmark once to see that it works; this takes no options.
    let lines = if std::env::args().any(|argument| argument == "--bench") { LINES } else { 1_000 };
    let report = made_report(lines, ORGANISATIONS.min(lines / 8));
    let held_mb = status_kb("VmRSS:").unwrap_or_default() / 1000;
    println!("{lines} lines, {ORGANISATIONS} organisations; the report itself holds {held_mb} MB");
    measure("workbook", || render::workbook::encode(&report, (2026, 3, 31)).unwrap().len());
    measure("CSV", || {
        let mut to = Counted::default();
        render::csv::write(&report, &mut to).unwrap();
        to.0
    });
    measure("JSON", || {
        let mut to = Counted::default();
        render::json::write(&report, None, io::BufWriter::new(&mut to)).unwrap();
        to.0
    });
}
