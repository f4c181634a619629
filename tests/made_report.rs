//! A made-up report on an investment gap of any length, whose totals are those of its lines.
//!
//! Its organisations have the codes and names that mislead spreadsheets; some lines, some parts and all
//! of one organisation are not known.

use siteworthy::render::report::{
    FigureUsed, GapLine, GapReport, GroupTotal, LedgerGap, Path, PathYear, RemedyTotal, SiteTotal,
    Standing, TechnologyTotal, Totals, YearGap,
};
use siteworthy_rules::cost::{Estimate, Money, Pence};
use siteworthy_rules::costing::Parts;
use siteworthy_rules::costing::simulation::Percentiles;
use siteworthy_rules::investment::Part;
use std::collections::BTreeMap;

/// Codes that look like numbers, patterns, comparisons and formulas, one that is empty, and one that
/// differs from another only in its case.
pub const CODES: [&str; 12] =
    ["", "5E1", "50", "050", "A*", "AB", "ab", "?B", "<5", "=1+1", "~*", "R1H"];

/// The names of the first organisations, and of their sites.
pub const NAMES: [&str; 6] = [
    "Not known",
    "=HYPERLINK(\"http://example.org\",\"Open\")",
    "+441632960000",
    "-1+2",
    "@SUM(A1)",
    "\tTab & <tag>",
];

/// The place of the organisation of which nothing is priced.
pub const UNKNOWN: usize = 6;

/// How many lines a site has.
const LINES_A_SITE: usize = 8;

const REMEDIES: [&str; 5] = ["fabric-retrofit", "led-lighting", "wifi", "ups", "backlog-high-gbp"];

fn code(at: usize) -> String {
    CODES.get(at).map_or_else(|| format!("Z{at:04}"), |code| (*code).to_owned())
}

fn name(at: usize) -> String {
    NAMES.get(at).map_or_else(|| format!("Organisation {at}"), |name| (*name).to_owned())
}

fn estimate(at: usize, scale: i64) -> Estimate<i64> {
    // Odd pence everywhere, so that a sum of doubles has something to drift on.
    let central = (at as i64 * 7_919 + 12_347) % 9_999_991 * scale + 33;
    Estimate { low: central / 2, central, high: central * 2 + 1 }
}

fn line(at: usize, organisation: usize, site: usize) -> GapLine {
    let is_known = organisation != UNKNOWN && !at.is_multiple_of(11);
    let part = |work: i64| Parts {
        work: Pence(work),
        risk: Pence(work / 3),
        fees: Pence(work / 7),
        vat: Pence(work / 5),
        recoverable_vat: Pence(0),
    };
    let text =
        "Planning range recalled from quotations and price books, prices of 2025. Trust is low.";
    GapLine {
        organisation_code: code(organisation),
        organisation: name(organisation),
        site_code: format!("S{site:05}"),
        site: format!("{} site {site}", name(organisation)),
        nation: "england",
        place: "whole site".to_owned(),
        part: Part::ALL[at % Part::ALL.len()],
        remedy_id: REMEDIES[at % REMEDIES.len()].to_owned(),
        remedy: format!("Remedy {}", at % REMEDIES.len()),
        quantity_milli: (!at.is_multiple_of(13)).then(|| estimate(at, 1)),
        unit: "m2".to_owned(),
        capital: is_known.then(|| estimate(at, 1).map(part)),
        running: (at.is_multiple_of(3) && organisation != UNKNOWN)
            .then(|| estimate(at, 1).map(Pence)),
        technologies: "Ambient voice scribe; Robot-assisted surgery, multi-port".to_owned(),
        requirements: "voice-scribe/wifi-coverage; surgical-robot/power".to_owned(),
        rows: format!("northmoor-2026.csv row {at} (2026-03-31); rooms-2026.csv row {at}"),
        reference: text.to_owned(),
        evidence: "recalled",
        remark: if is_known { String::new() } else { "No price is published.".to_owned() },
    }
}

/// Totals of some lines, of one site.
fn totals<'a>(lines: impl IntoIterator<Item = &'a GapLine>) -> Totals {
    let mut totals = Totals { sites: 1, sites_with_gap: 1, ..Totals::default() };
    let add = |sum: &mut Option<Estimate<Pence>>, amount: Estimate<Pence>| {
        *sum = Some(sum.unwrap_or_default() + amount);
    };
    for line in lines {
        totals.lines += 1;
        if let Some(parts) = line.capital {
            let at = Part::ALL.iter().position(|part| *part == line.part).unwrap();
            let amount = parts.map(|parts| parts.total());
            add(&mut totals.capital, amount);
            add(&mut totals.by_part[at], amount);
            totals.of_capital = totals.of_capital + parts;
        } else {
            totals.lines_without_cost += 1;
        }
        match line.running {
            Some(amount) => add(&mut totals.running, amount),
            None => totals.lines_without_running += 1,
        }
    }
    totals
}

fn remedies(lines: &[GapLine]) -> Vec<RemedyTotal> {
    let mut by_id: BTreeMap<&str, Vec<&GapLine>> = BTreeMap::new();
    for line in lines {
        by_id.entry(&line.remedy_id).or_default().push(line);
    }
    let of = |(id, lines): (&str, Vec<&GapLine>)| {
        let sums = totals(lines.iter().copied());
        RemedyTotal {
            id: id.to_owned(),
            title: lines[0].remedy.clone(),
            unit: "m2".to_owned(),
            lines: sums.lines,
            lines_without_cost: sums.lines_without_cost,
            quantity_milli: lines
                .iter()
                .filter_map(|line| line.quantity_milli)
                .reduce(|a, b| a + b),
            capital: sums.capital,
            of_capital: sums.of_capital,
            running: sums.running,
            life_years: (id != "ups").then_some(15),
            equivalent_annual: None,
        }
    };
    by_id.into_iter().map(of).collect()
}

/// A ledger whose first year has more than enough, whose second has nothing on record, and whose last
/// has too little.
fn ledger(money: Money, total: Option<Estimate<Pence>>) -> LedgerGap {
    let total = total.unwrap_or_default();
    let third = total.map(|pence| Pence(pence.0 / 3));
    let rest = |pick: fn(Estimate<Pence>) -> Pence| Pence(pick(total).0 - 2 * pick(third).0);
    let last = Estimate {
        low: rest(|all| all.low),
        central: rest(|all| all.central),
        high: rest(|all| all.high),
    };
    let plan = [
        ("2026-27", third, Some(Pence(third.central.0 + 101))),
        ("2027-28", third, None),
        ("2028-29", last, Some(Pence(last.central.0 / 2))),
    ];
    let mut cumulative = Estimate::<Pence>::default();
    let mut gap = LedgerGap {
        money,
        years: Vec::new(),
        sum_yearly: Estimate::default(),
        closing: Estimate::default(),
        peak: Estimate::default(),
    };
    for (year, required, allocated) in plan {
        let lacking = required.map(|pence| Pence(pence.0 - allocated.unwrap_or_default().0));
        let yearly_gap = lacking.map(|pence| pence.max(Pence(0)));
        cumulative = cumulative + lacking;
        gap.sum_yearly = gap.sum_yearly + yearly_gap;
        gap.closing = cumulative.map(|pence| pence.max(Pence(0)));
        gap.peak = Estimate {
            low: gap.peak.low.max(cumulative.low),
            central: gap.peak.central.max(cumulative.central),
            high: gap.peak.high.max(cumulative.high),
        };
        let year = year.to_owned();
        gap.years.push(YearGap { year, required, unpriced: 0, allocated, yearly_gap, cumulative });
    }
    gap
}

/// A report of so many lines, at sites of so many organisations.
#[must_use]
pub fn made_report(lines: usize, organisations: usize) -> GapReport {
    let of_line = |at: usize| {
        let site = at / LINES_A_SITE;
        (site % organisations, site)
    };
    let lines: Vec<GapLine> = (0..lines)
        .map(|at| {
            let (organisation, site) = of_line(at);
            line(at, organisation, site)
        })
        .collect();
    let mut total = Totals::default();
    let mut groups: BTreeMap<usize, Totals> = BTreeMap::new();
    let mut sites = Vec::new();
    for (site, own) in lines.chunks(LINES_A_SITE).enumerate() {
        let totals = totals(own);
        total.add(&totals);
        groups.entry(site % organisations).or_default().add(&totals);
        sites.push(SiteTotal {
            code: own[0].site_code.clone(),
            name: own[0].site.clone(),
            organisation: own[0].organisation.clone(),
            nation: "england",
            setting: "acute",
            standings: vec![
                Some(Standing { readiness: "ready", score: Some(81.25), coverage: 62.5 }),
                None,
            ],
            totals,
        });
    }
    let group = |(at, totals)| GroupTotal { code: code(at), name: name(at), totals };
    let whole =
        |name: &str| vec![GroupTotal { code: String::new(), name: name.to_owned(), totals: total }];
    let path_year = |year| {
        let at = f64::from(year - 2027);
        PathYear {
            year,
            emitted_t: 1_000.1 - at,
            with_works_t: 700.7 - 2.3 * at,
            allowed_t: 900.9 - 40.7 * at,
        }
    };
    GapReport {
        statement: [
            ("Sites in scope", "all sites".to_owned()),
            ("Number of lines", lines.len().to_string()),
            ("Allocated money", "=1+1, which is no formula. ".repeat(2_000)),
        ]
        .map(|(label, text)| (label.to_owned(), text))
        .into(),
        figures: vec![FigureUsed {
            name: "Rate wifi: low / central / high".to_owned(),
            value: "-5 / 10 / 20".to_owned(),
            unit: "GBP/m2".to_owned(),
            source: "@nobody".to_owned(),
            evidence: "recalled",
        }],
        revision: 7,
        rulebook: "0123456789abcdef0123456789abcdef".to_owned(),
        technologies: vec!["Ambient voice scribe".to_owned(), "Logistics robot".to_owned()],
        percentiles: Ok(Percentiles { p10: Pence(1), p50: Pence(22), p90: Pence(333) }),
        nations: whole("England"),
        regions: whole("Not known"),
        organisations: groups.into_iter().map(group).collect(),
        remedies: remedies(&lines),
        attributed: vec![TechnologyTotal {
            id: "voice-scribe".to_owned(),
            title: "Ambient voice scribe".to_owned(),
            alone: None,
            serving: total.capital,
            marginal: None,
            lines_in_question: 0,
        }],
        ledgers: vec![ledger(Money::Capital, total.capital), ledger(Money::Running, total.running)],
        path: Path {
            note: "A made-up path.".to_owned(),
            years: (2027..=2050).map(path_year).collect(),
        },
        sites,
        lines,
        total,
    }
}
