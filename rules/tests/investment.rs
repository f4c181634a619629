//! The investment gap of one site worked by hand, with pounds to the penny, so that a reader can follow
//! each sum.
//!
//! Rates are those of `datasets/costs/benchmarks.csv`, low / central / high; optimism bias is that of
//! `datasets/costs/optimism-bias.csv`, upper bound; prices are moved by `obr-2025-11`.

mod places;
mod support;

use places::Site;
use rust_decimal::Decimal;
use siteworthy_rules::cost::{Estimate, Pence};
use siteworthy_rules::costing::Parts;
use siteworthy_rules::costing::pricing::{Allowance, Pricing, Treatment, prices_of};
use siteworthy_rules::factor::FinancialYear;
use siteworthy_rules::gap::{Level, SiteGap, site_gap};
use siteworthy_rules::investment::{
    Backlog, Item, Line, NetZeroWork, Part, Prices, SiteNeeds, may_be_in_backlog,
};
use siteworthy_rules::judge::assess;
use siteworthy_rules::place::{Nation, SpaceKind};
use siteworthy_rules::rulebook::Rulebook;

/// A site that lacks 2.1 kVA of supply for a surgical robot: `gap.rs` works that out.
fn gap(rulebook: &Rulebook) -> SiteGap {
    let values = "agreed-import-capacity-kva = 1000\nmax-demand-kva = 798";
    let theatre = (SpaceKind::Theatre, toml::Table::new());
    let site = Site { values: values.parse().expect("values"), spaces: vec![theatre] };
    let estate = places::estate(rulebook, &[site]);
    let at = rulebook.find_profile("surgical-robot").expect("it is there");
    let outcome = assess(rulebook, &estate, &rulebook.profiles[at], 0);
    let mut gap = site_gap(rulebook, &estate, &[(at, outcome)], Level::Minimum);
    gap.lines.retain(|line| rulebook.remedies[line.remedy].id == "electrical-capacity");
    gap
}

fn backlog(rulebook: &Rulebook, gbp: f64) -> Backlog {
    Backlog { measure: rulebook.costing.backlog[0], gbp, year: FinancialYear(2023) }
}

fn remedy(rulebook: &Rulebook, id: &str) -> usize {
    rulebook.remedies.iter().position(|remedy| remedy.id == id).expect("it is there")
}

fn work(rulebook: &Rulebook, id: &str, quantity: f64) -> NetZeroWork {
    let quantity = Estimate { low: quantity, central: quantity, high: quantity };
    NetZeroWork { remedy: remedy(rulebook, id), quantity }
}

fn lines(
    rulebook: &Rulebook,
    pricing: &Pricing,
    nation: Nation,
    works: &[NetZeroWork],
    backlog: &[Backlog],
) -> Vec<Line> {
    let gap = gap(rulebook);
    let prices = Prices::new(rulebook, pricing).unwrap_or_else(|why| panic!("{why}"));
    prices.lines(&SiteNeeds { site: 0, nation: Some(nation), gap: &gap, works, backlog })
}

fn parts(of: Option<Estimate<Parts>>, pick: fn(Parts) -> Pence) -> [i64; 3] {
    let Estimate { low, central, high } = of.expect("it has a price").map(pick);
    [low.0, central.0, high.0]
}

#[test]
fn optimism_bias_and_the_prices_of_the_place_are_on_top_of_the_work() {
    // 2.1 kVA x (50 + 60, 150 + 120, 500 + 250) = 231, 567, 1575 GBP in England; standard civil
    // engineering overruns by 44 %: 101.64, 249.48, 693. In Wales everything costs 0.89 of it.
    let rulebook = support::rulebook();
    let pricing = rulebook.costing.usual.clone();
    let [line] = &lines(&rulebook, &pricing, Nation::England, &[], &[])[..] else {
        panic!("one line");
    };
    assert_eq!(line.part, Part::Readiness);
    assert_eq!(parts(line.capital, |parts| parts.work), [23_100, 56_700, 157_500]);
    assert_eq!(parts(line.capital, |parts| parts.risk), [10_164, 24_948, 69_300]);
    assert_eq!(parts(line.capital, |parts| parts.fees), [0, 0, 0]);
    assert_eq!(parts(line.capital, |parts| parts.total()), [33_264, 81_648, 226_800]);
    let [line] = &lines(&rulebook, &pricing, Nation::Wales, &[], &[])[..] else {
        panic!("one line");
    };
    // 567 x 0.89 = 504.63; x 1.44 = 726.6672.
    assert_eq!(parts(line.capital, |parts| parts.work), [20_559, 50_463, 140_175]);
    assert_eq!(parts(line.capital, |parts| parts.total())[1], 72_667);
}

#[test]
fn contingency_takes_the_place_of_optimism_bias_and_fees_and_vat_follow() {
    // 567 x 1.10 = 623.70; fees of 12 % on that: 74.844; VAT of 20 % on 698.544: 139.7088.
    let rulebook = support::rulebook();
    let pricing = Pricing {
        allowance: Allowance::Contingency,
        fees: Some(Decimal::new(12, 2)),
        vat: Treatment::Included,
        ..rulebook.costing.usual.clone()
    };
    let [line] = &lines(&rulebook, &pricing, Nation::England, &[], &[])[..] else {
        panic!("one line");
    };
    let central = line.capital.expect("a price").central;
    assert_eq!((central.work, central.risk), (Pence(56_700), Pence(5_670)));
    assert_eq!((central.fees, central.vat), (Pence(7_484), Pence(13_971)));
    assert_eq!(central.total(), Pence(83_825));
}

#[test]
fn backlog_is_moved_from_the_prices_of_its_return_and_grossed_up_only_where_asked() {
    // Prices of 2023-24: 93.658733 of 2025-26 = 100. Prices of 2025: a quarter of 97.141, three
    // quarters of 100.
    let rulebook = support::rulebook();
    let own = Pricing {
        prices: Some(prices_of("2023-24").expect("a year")),
        ..rulebook.costing.usual.clone()
    };
    let backlog = [backlog(&rulebook, 1_000_000.0)];
    let line =
        |pricing: &Pricing| lines(&rulebook, pricing, Nation::Wales, &[], &backlog).swap_remove(0);
    let published = line(&own);
    assert_eq!((published.part, published.quantity_milli), (Part::Backlog, None));
    assert_eq!(parts(published.capital, |parts| parts.total()), [100_000_000; 3]);
    let index = |year| {
        let deflator = rulebook.factors.deflators.of("obr-2025-11").expect("it is there");
        let base = prices_of(year).expect("a year");
        deflator.index[&base].value
    };
    let of_2025 = 0.25 * index("2024-25") + 0.75 * index("2025-26");
    let expected = 1_000_000.0 * of_2025 / index("2023-24");
    let moved = parts(line(&rulebook.costing.usual).capital, |parts| parts.total())[1];
    assert!((moved as f64 / 100.0 - expected).abs() < 0.5, "{moved} {expected}");
    // Non-standard buildings overrun by 51 %; a return is in the prices of its own place.
    let grossed = line(&Pricing { gross_up: true, ..own });
    assert_eq!(parts(grossed.capital, |parts| parts.total()), [151_000_000; 3]);
}

#[test]
fn a_remedy_that_readiness_and_net_zero_both_need_is_on_one_line_at_the_larger_size() {
    let rulebook = support::rulebook();
    let usual = &rulebook.costing.usual;
    for (quantity, milli) in [(1.0, 2_100), (5.0, 5_000)] {
        let works = [work(&rulebook, "electrical-capacity", quantity)];
        let [line] = &lines(&rulebook, usual, Nation::England, &works, &[])[..] else {
            panic!("one line");
        };
        assert_eq!(line.part, Part::Both);
        let all = Estimate { low: milli, central: milli, high: milli };
        assert_eq!(line.quantity_milli, Some(all));
        assert_eq!(parts(line.capital, |parts| parts.work)[1], milli * 27);
    }
}

#[test]
fn what_may_stand_in_the_backlog_as_well_is_bounded_by_both_and_never_taken_off() {
    let rulebook = support::rulebook();
    let usual = Pricing {
        allowance: Allowance::None,
        prices: Some(prices_of("2023-24").expect("a year")),
        ..rulebook.costing.usual.clone()
    };
    // 100 m2 of LED lighting at 15, 30 and 55 GBP/m2 and a switchboard renew what is worn; solar does
    // not.
    let works = [work(&rulebook, "led-lighting", 100.0), work(&rulebook, "rooftop-solar", 10.0)];
    for (gbp, bound) in [(1_000_000.0, None), (100.0, Some(10_000))] {
        let found = lines(&rulebook, &usual, Nation::England, &works, &[backlog(&rulebook, gbp)]);
        let renewing = ["led-lighting", "electrical-capacity"].map(|id| {
            let item = Item::Remedy(remedy(&rulebook, id));
            let line = found.iter().find(|line| line.item == item).expect("a line");
            line.capital_total().expect("a price").central.0
        });
        let twice = may_be_in_backlog(&rulebook, &found);
        assert_eq!(twice.central.0, bound.unwrap_or(renewing.iter().sum()));
        assert_eq!(found.len(), 4);
    }
}

#[test]
fn prices_that_no_deflator_has_are_refused_with_the_reason() {
    let rulebook = support::rulebook();
    let pricing = Pricing {
        prices: Some(prices_of("1950").expect("a year")),
        ..rulebook.costing.usual.clone()
    };
    let why = Prices::new(&rulebook, &pricing).expect_err("no such prices").to_string();
    assert_eq!(why, "the deflator obr-2025-11 has no prices of 1950");
    let why = prices_of("25-26").expect_err("no year");
    assert_eq!(
        why,
        "\"25-26\" names no year of prices; write 2025 for a calendar or 2025-26 for a financial year"
    );
}
