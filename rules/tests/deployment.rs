//! Several technologies at one site: what they leave of each resource, in which order they exhaust it,
//! and that what fits alone may fail together.

mod places;
mod support;

use places::Site;
use siteworthy_rules::deployment::{
    Fit, Item, Judgement, SUPPLY, demand_of, judge_deployment, order,
};
use siteworthy_rules::estate::Estate;
use siteworthy_rules::judge::{Readiness, Spot, assess_spot};
use siteworthy_rules::profile::{Place, Question};
use siteworthy_rules::resource::{Reading, ResourceIndex};
use siteworthy_rules::rulebook::Rulebook;
use toml::Table;

const HOUR_OF_FIVE: [&str; 5] = [
    "ai-inference-node",
    "logistics-robot",
    "surgical-robot",
    "video-consultation-room",
    "voice-scribe",
];

fn site(values: &str, spaces: &[(&str, &str)]) -> Site {
    let table = |text: &str| text.parse::<Table>().expect("values");
    let spaces = spaces.iter().map(|(kind, values)| (kind.parse().expect("a kind"), table(values)));
    Site { values: table(values), spaces: spaces.collect() }
}

fn item(rulebook: &Rulebook, estate: &Estate, id: &str, quantity: u32) -> Item {
    let profile = rulebook.find_profile(id).expect("the profile is there");
    let spot = match rulebook.profiles[profile].place {
        Place::Site => Spot::Site(0),
        Place::Space(kind) => {
            let mut spaces = estate.spaces_of(0);
            let space = spaces.find(|space| estate.kind(*space) == Some(kind));
            space.map_or(Spot::NoSpace { site: 0 }, |space| Spot::Space { site: 0, space })
        }
    };
    Item { profile, quantity, spot, from_year: None }
}

fn resource(rulebook: &Rulebook, id: &str) -> ResourceIndex {
    let at = rulebook.resources.iter().position(|resource| resource.id == id).expect("it is there");
    ResourceIndex(u8::try_from(at).expect("few resources"))
}

fn judge(site: &Site, wanted: &[(&str, u32)]) -> (Rulebook, Judgement) {
    let rulebook = support::rulebook();
    let estate = places::estate(&rulebook, std::slice::from_ref(site));
    let items: Vec<Item> =
        wanted.iter().map(|(id, quantity)| item(&rulebook, &estate, id, *quantity)).collect();
    let judgement = judge_deployment(&rulebook, &estate, &items);
    (rulebook, judgement)
}

/// 4.5 kVA left: more than any of the five takes alone (the robot's 3.68 is the most), less than all;
/// plenty of everything else.
const TIGHT: &str = "agreed-import-capacity-kva = 1000\nmax-demand-kva = 795.5\n\
                     generator-firm-capacity-kva = 900\nessential-max-demand-kva = 300\n\
                     cooling-headroom-kw = 100\nwan-up-mbps = 1000\nwan-up-used-p95-mbps = 100\n\
                     wan-down-mbps = 1000\nwan-down-used-p95-mbps = 100";

#[test]
fn five_technologies_that_each_fit_alone_fail_together() {
    let rulebook = support::rulebook();
    let wanted: Vec<(&str, u32)> = HOUR_OF_FIVE.iter().map(|id| (*id, 1)).collect();
    let (_, judgement) = judge(&site(TIGHT, &[]), &wanted);
    let electrical = resource(&rulebook, "electrical");
    for (id, placed) in HOUR_OF_FIVE.iter().zip(&judgement.items) {
        let (_, alone) = judge(&site(TIGHT, &[]), &[(*id, 1)]);
        assert_eq!(alone.items[0].fit, Fit::Fits, "{id}");
        assert!(alone.uses.iter().all(|used| used.exhausting().is_none()), "{id} alone");
        assert_eq!(placed.alone.score, alone.items[0].alone.score, "{id}");
    }
    let used = judgement.uses.iter().find(|used| used.resource == electrical).expect("it is used");
    assert!(matches!(used.after, Reading::Known { high, .. } if high < 0.0), "{used:?}");
    assert!(used.exhausting().is_some());
    let exceeding = judgement.items.iter().filter(|placed| placed.fit == Fit::Exceeds);
    let limits: Vec<_> = exceeding.map(|placed| placed.limiting).collect();
    // Whatever their scores, none of those that overdraw the supply is ready beside the others.
    for (id, placed) in HOUR_OF_FIVE.iter().zip(&judgement.items) {
        assert_eq!(placed.together.score.readiness, Readiness::NotReady, "{id}");
    }
    assert!(!limits.is_empty() && limits.iter().all(|limit| *limit == Some(electrical)));
    // Each of them sees that the others have taken the supply: its own gate fails.
    for (id, placed) in HOUR_OF_FIVE.iter().zip(&judgement.items) {
        let profile = &rulebook.profiles[rulebook.find_profile(id).expect("a profile")];
        let is_gate = |one: &&siteworthy_rules::profile::Requirement| {
            one.gate && one.asks == Question::Headroom(electrical)
        };
        if profile.requirements.iter().any(|one| is_gate(&one)) {
            assert_eq!(placed.alone.score.gates_failed, 0, "{id}");
            assert_eq!(placed.together.score.readiness, Readiness::NotReady, "{id}");
        }
    }
}

#[test]
fn what_is_left_after_each_step_is_what_was_left_before_less_all_that_came() {
    let values = "agreed-import-capacity-kva = 1000\nmax-demand-kva = 780\n\
                  generator-firm-capacity-kva = 500\nessential-max-demand-kva = 396";
    let (rulebook, judgement) =
        judge(&site(values, &[]), &[("surgical-robot", 1), ("pharmacy-robot", 2)]);
    let electrical = resource(&rulebook, "electrical");
    let used = judgement.uses.iter().find(|used| used.resource == electrical).expect("it is used");
    // 1000 x 0.8 - 780 = 20 kVA; the robot takes 3.68, two pharmacy robots 3 each.
    let exactly = |kva: f64| Reading::Known { low: kva, central: kva, high: kva };
    assert_eq!(used.before, exactly(20.0));
    let left: Vec<(usize, f64, Reading)> =
        used.steps.iter().map(|step| (step.item, step.demand, step.after)).collect();
    assert_eq!(left, [(0, 3.68, exactly(16.32)), (1, 6.0, exactly(10.32))]);
    assert_eq!(used.after, exactly(10.32));
    assert_eq!(used.used_fraction, Some(9.68 / 20.0));
    // Standby: 500 x 0.8 - 396 = 4 kVA, of which the robot alone takes 3.68: it runs out first.
    assert_eq!(judgement.uses[0].resource, resource(&rulebook, "standby"));
    assert_eq!(judgement.uses[0].used_fraction, Some(3.68 / 4.0));
}

#[test]
fn an_item_that_does_not_fit_takes_nothing_so_that_a_smaller_one_still_does() {
    let values = "agreed-import-capacity-kva = 1000\nmax-demand-kva = 796";
    // 4 kVA: two pharmacy robots (6) do not fit, one (3) does, and nothing after it.
    let wanted = [("pharmacy-robot", 2), ("pharmacy-robot", 1), ("pharmacy-robot", 1)];
    let (rulebook, judgement) = judge(&site(values, &[]), &wanted);
    let fits: Vec<Fit> = judgement.items.iter().map(|placed| placed.fit).collect();
    assert_eq!(fits, [Fit::Exceeds, Fit::Fits, Fit::Exceeds]);
    let electrical = resource(&rulebook, "electrical");
    let limiting: Vec<_> = judgement.items.iter().map(|placed| placed.limiting).collect();
    assert_eq!(limiting, [Some(electrical), None, Some(electrical)]);
}

#[test]
fn a_demand_in_kw_without_power_factor_leaves_open_whether_an_item_fits() {
    // Between 1000 x 0.8 - 500 / 0.5 = -200 and 800 - 500 = 300 kVA.
    let values = "agreed-import-capacity-kva = 1000\nmax-demand-kw = 500";
    let (rulebook, judgement) = judge(&site(values, &[]), &[("pharmacy-robot", 1)]);
    assert_eq!(judgement.items[0].fit, Fit::Unknown);
    assert_eq!(judgement.items[0].limiting, Some(resource(&rulebook, "electrical")));
    let (_, judgement) = judge(&site(values, &[]), &[("pharmacy-robot", 200)]);
    assert_eq!(
        judgement.items[0].fit,
        Fit::Exceeds,
        "600 kVA do not fit whatever the power factor"
    );
}

#[test]
fn one_unit_by_itself_is_judged_as_the_profile_is() {
    let rulebook = support::rulebook();
    let values = "agreed-import-capacity-kva = 1000\nmax-demand-kva = 796\ngenerator-start-s = 12";
    let theatre = ("theatre", "ips-present = true\nroom-area-m2 = 57");
    let estate = places::estate(&rulebook, &[site(values, &[theatre])]);
    for profile in &rulebook.profiles {
        let item = item(&rulebook, &estate, &profile.id, 1);
        let judgement = judge_deployment(&rulebook, &estate, &[item]);
        let expected = assess_spot(&rulebook, &estate, profile, item.spot);
        assert_eq!(judgement.items[0].alone, expected, "{}", profile.id);
        // As a deployment it must have room as well: what is unknown or short of it decides.
        let score = judgement.items[0].together.score;
        assert_eq!(
            (score.score_bp, score.low_bp),
            (expected.score.score_bp, expected.score.low_bp)
        );
        assert!(score.readiness >= expected.score.readiness, "{}", profile.id);
    }
}

#[test]
fn twice_as_many_units_take_twice_as_much_and_ask_for_twice_as_much() {
    let rulebook = support::rulebook();
    // 8.5 kVA left: two robots (7.36) meet the minimum and not the target (9.2), three (11.04) fail.
    let values = "agreed-import-capacity-kva = 1000\nmax-demand-kva = 791.5";
    let (_, two) = judge(&site(values, &[]), &[("surgical-robot", 2)]);
    let (_, three) = judge(&site(values, &[]), &[("surgical-robot", 3)]);
    assert_eq!(two.items[0].alone.score.gates_failed, 0);
    assert_eq!(three.items[0].alone.score.gates_failed, 1);
    let electrical = resource(&rulebook, "electrical");
    let estate = places::estate(&rulebook, &[site(values, &[])]);
    let robots = |quantity| item(&rulebook, &estate, "surgical-robot", quantity);
    assert_eq!(demand_of(&rulebook, &robots(3), electrical), 11.04);
}

#[test]
fn items_come_by_year_and_then_as_listed() {
    let rulebook = support::rulebook();
    let estate = places::estate(&rulebook, &[Site::default()]);
    let from = |id: &str, from_year| Item { from_year, ..item(&rulebook, &estate, id, 1) };
    let mut items = [
        from("surgical-robot", Some(2028)),
        from("pharmacy-robot", None),
        from("drone-pad", Some(2027)),
        from("nurse-call", Some(2028)),
    ];
    order(&mut items);
    let ids: Vec<&str> =
        items.iter().map(|item| rulebook.profiles[item.profile].id.as_str()).collect();
    assert_eq!(ids, ["pharmacy-robot", "drone-pad", "surgical-robot", "nurse-call"]);
}

#[test]
fn a_demand_that_no_source_tells_is_unknown_and_not_nothing() {
    let wide = site("agreed-import-capacity-kva = 2000\nmax-demand-kva = 100", &[]);
    let (rulebook, found) = judge(&wide, &[("nurse-call", 1), ("logistics-robot", 1)]);
    let supply = resource(&rulebook, SUPPLY);
    let untold = found.items.iter().position(|placed| placed.fit == Fit::Unknown);
    let untold = untold.expect("one of the two is not told");
    assert_eq!(found.untold, [untold]);
    assert_eq!(found.items[untold].limiting, Some(supply));
    assert_eq!(found.items[1 - untold].fit, Fit::Fits);
    // Where nothing is left even for what is told, it is exhausted all the same.
    let full = site("agreed-import-capacity-kva = 100\nmax-demand-kva = 100", &[]);
    let (_, found) = judge(&full, &[("nurse-call", 1), ("logistics-robot", 1)]);
    assert!(found.items.iter().any(|placed| placed.fit == Fit::Exceeds));
    assert_eq!(found.untold.len(), 1);
}

#[test]
fn nothing_deployed_uses_nothing() {
    let (_, judgement) = judge(&site(TIGHT, &[]), &[]);
    assert!(judgement.uses.is_empty() && judgement.items.is_empty());
}
