//! Gaps worked by hand, with pounds to the penny, so that a reader can follow each sum.
//!
//! Rates are those of `datasets/costs/benchmarks.csv`, low / central / high. What a technology takes
//! in kVA: surgical robot 3.68, AI node 2.55, logistics robot 2.11, video room 0.53, scribe 0.11.

mod places;
mod support;

use places::Site;
use siteworthy_rules::cost::{Estimate, Pence};
use siteworthy_rules::gap::{Level, Line, SiteGap, site_gap, without_room};
use siteworthy_rules::judge::assess;
use siteworthy_rules::place::SpaceKind;
use siteworthy_rules::remedy::Closes;
use siteworthy_rules::rulebook::Rulebook;

const FIVE: [&str; 5] = [
    "surgical-robot",
    "ai-inference-node",
    "logistics-robot",
    "video-consultation-room",
    "voice-scribe",
];

/// A site with a room of every kind: those given, and of the other kinds one of which nothing is known.
fn site(values: &str, spaces: &[(SpaceKind, &str)]) -> Site {
    let is_given = |kind: &SpaceKind| spaces.iter().any(|(given, _)| given == kind);
    let others = SpaceKind::ALL.iter().filter(|kind| !is_given(kind)).map(|kind| (*kind, ""));
    let all: Vec<(SpaceKind, &str)> = spaces.iter().copied().chain(others).collect();
    bare_site(values, &all)
}

/// A site with no more than these rooms.
fn bare_site(values: &str, spaces: &[(SpaceKind, &str)]) -> Site {
    Site {
        values: values.parse().expect("values"),
        spaces: spaces
            .iter()
            .map(|(kind, values)| (*kind, values.parse().expect("values")))
            .collect(),
    }
}

fn gap_of(rulebook: &Rulebook, site: &Site, profiles: &[&str], level: Level) -> SiteGap {
    let estate = places::estate(rulebook, std::slice::from_ref(site));
    let deployed: Vec<_> = profiles
        .iter()
        .map(|id| {
            let at = rulebook.find_profile(id).unwrap_or_else(|| panic!("{id} is no profile"));
            (at, assess(rulebook, &estate, &rulebook.profiles[at], 0))
        })
        .collect();
    site_gap(rulebook, &estate, &deployed, level)
}

/// The one line of a remedy.
fn line<'a>(rulebook: &Rulebook, gap: &'a SiteGap, remedy: &str) -> &'a Line {
    let mut lines = lines(rulebook, gap, remedy).into_iter();
    match (lines.next(), lines.next()) {
        (Some(line), None) => line,
        _ => panic!("{remedy} does not have one line in {gap:#?}"),
    }
}

fn lines<'a>(rulebook: &Rulebook, gap: &'a SiteGap, remedy: &str) -> Vec<&'a Line> {
    gap.lines.iter().filter(|line| rulebook.remedies[line.remedy].id == remedy).collect()
}

/// Requirements as `profile/requirement`.
fn named(rulebook: &Rulebook, needs: &[siteworthy_rules::gap::Need]) -> Vec<String> {
    needs
        .iter()
        .map(|need| {
            let profile = &rulebook.profiles[need.profile];
            format!("{}/{}", profile.id, profile.requirements[need.requirement].id)
        })
        .collect()
}

fn exactly(milli: i64) -> Option<Estimate<i64>> {
    estimate(milli, milli, milli)
}

fn estimate(low: i64, central: i64, high: i64) -> Option<Estimate<i64>> {
    Some(Estimate { low, central, high })
}

/// Pounds as written, such as `1234.50`.
fn pounds(low: &str, central: &str, high: &str) -> Option<Estimate<Pence>> {
    let pence = |text: &str| {
        Pence::from_pounds(text.parse().expect("pounds")).expect("fewer than 2^63 pence")
    };
    Some(Estimate { low: pence(low), central: pence(central), high: pence(high) })
}

#[test]
fn a_demand_in_kva_gives_an_exact_size_of_the_supply_to_add() {
    // Left: 1000 x 0.8 - 798 = 2 kVA. Missing for a robot at its minimum: 3.68 - 2 = 1.68 kVA.
    // A fifth of what is added is kept for growth: 1.68 / 0.8 = 2.1 kVA.
    // Agreed capacity and switchboard: 50 + 60 = 110, 150 + 120 = 270, 500 + 250 = 750 GBP/kVA.
    let rulebook = support::rulebook();
    let site = site("agreed-import-capacity-kva = 1000\nmax-demand-kva = 798", &[]);
    let gap = gap_of(&rulebook, &site, &["surgical-robot"], Level::Minimum);
    let found = line(&rulebook, &gap, "electrical-capacity");
    assert_eq!(found.quantity_milli, exactly(2_100));
    assert_eq!(found.capital, pounds("231", "567", "1575"));
    assert_eq!(found.running, None);
    assert_eq!(found.place, 0);
    assert_eq!(named(&rulebook, &found.needs), ["surgical-robot/electrical-headroom"]);
    // At the target: 3.68 x 1.25 = 4.6; (4.6 - 2) / 0.8 = 3.25 kVA.
    let gap = gap_of(&rulebook, &site, &["surgical-robot"], Level::Target);
    let found = line(&rulebook, &gap, "electrical-capacity");
    assert_eq!(found.quantity_milli, exactly(3_250));
    assert_eq!(found.capital, pounds("357.50", "877.50", "2437.50"));
}

#[test]
fn buying_what_the_report_says_leaves_nothing_to_buy() {
    let rulebook = support::rulebook();
    // 1000 + 2.1 / 3.25 kVA of the test above.
    for (capacity, level) in [("1002.1", Level::Minimum), ("1003.25", Level::Target)] {
        let values = format!("agreed-import-capacity-kva = {capacity}\nmax-demand-kva = 798");
        let gap = gap_of(&rulebook, &site(&values, &[]), &["surgical-robot"], level);
        assert!(lines(&rulebook, &gap, "electrical-capacity").is_empty());
    }
}

#[test]
fn a_demand_in_kw_alone_gives_limits_through_the_power_factor() {
    // Apparent demand of 760 kW: 760 / 1.0 = 760, 760 / 0.95 = 800, 760 / 0.5 = 1520 kVA.
    // Left of 900 x 0.8 = 720: -40, -80, -800. Missing for a scribe (0.11): 40.11, 80.11, 800.11;
    // to add: / 0.8 = 50.1375, 100.1375, 1000.1375, in thousandths with halves to even.
    let rulebook = support::rulebook();
    let site = site("agreed-import-capacity-kva = 900\nmax-demand-kw = 760", &[]);
    let gap = gap_of(&rulebook, &site, &["voice-scribe"], Level::Minimum);
    let found = line(&rulebook, &gap, "electrical-capacity");
    assert_eq!(found.quantity_milli, estimate(50_138, 100_138, 1_000_138));
    // 50.138 x 110, 100.138 x 270, 1000.138 x 750.
    assert_eq!(found.capital, pounds("5515.18", "27037.26", "750103.50"));
}

#[test]
fn a_demand_in_kw_alone_that_may_or_may_not_fit_is_not_known() {
    // Left of 1000 x 0.8: 800 - 500 / 1.0 = 300 or 800 - 500 / 0.5 = -200.
    let rulebook = support::rulebook();
    let site = site("agreed-import-capacity-kva = 1000\nmax-demand-kw = 500", &[]);
    let gap = gap_of(&rulebook, &site, &["voice-scribe"], Level::Minimum);
    assert!(lines(&rulebook, &gap, "electrical-capacity").is_empty());
    let open = named(&rulebook, &gap.not_known);
    assert!(open.contains(&"voice-scribe/electrical-headroom".to_owned()));
}

#[test]
fn a_ups_is_sized_by_what_its_technologies_take() {
    // 3.68 kVA at 300, 500 and 900 GBP/kVA; with the AI node 3.68 + 2.55 = 6.23 kVA, once.
    let rulebook = support::rulebook();
    let site = site("ups-autonomy-min = 5", &[]);
    let gap = gap_of(&rulebook, &site, &["surgical-robot"], Level::Minimum);
    let found = line(&rulebook, &gap, "ups");
    assert_eq!(found.quantity_milli, exactly(3_680));
    assert_eq!(found.capital, pounds("1104", "1840", "3312"));
    let gap = gap_of(&rulebook, &site, &FIVE, Level::Minimum);
    let found = line(&rulebook, &gap, "ups");
    assert_eq!(found.quantity_milli, exactly(6_230));
    assert_eq!(found.capital, pounds("1869", "3115", "5607"));
    assert_eq!(
        named(&rulebook, &found.needs),
        ["surgical-robot/ups-autonomy", "ai-inference-node/ups-autonomy"]
    );
}

#[test]
fn a_technology_of_unknown_demand_leaves_the_shared_ups_at_least_as_large() {
    let rulebook = support::rulebook();
    let short = site("ups-autonomy-min = 1", &[(SpaceKind::Theatre, "")]);
    let gap = gap_of(&rulebook, &short, &["ai-inference-node"], Level::Minimum);
    assert_eq!(line(&rulebook, &gap, "ups").quantity_milli, exactly(2_550));
    let reason = "No sourced figure tells the demand (Import capacity) of: AI triage in the cloud.";
    let gap = gap_of(&rulebook, &short, &["ai-cloud-triage"], Level::Minimum);
    let ups = line(&rulebook, &gap, "ups");
    assert_eq!((ups.quantity_milli, ups.capital), (None, None));
    assert_eq!(ups.unknown_reason.as_deref(), Some(reason));
    // Beside one of known demand it is at least the UPS of that one, and says so.
    for technologies in
        [&["ai-cloud-triage", "ai-inference-node"], &["ai-inference-node", "ai-cloud-triage"]]
    {
        let gap = gap_of(&rulebook, &short, technologies, Level::Minimum);
        let ups = line(&rulebook, &gap, "ups");
        assert_eq!(ups.quantity_milli, exactly(2_550), "{technologies:?}");
        assert_eq!(ups.unknown_reason, Some(format!("At least. {reason}")));
    }
}

#[test]
fn a_ups_carries_the_whole_load_where_only_a_share_of_it_falls_on_the_peak() {
    // Four fifths of 3.68 kVA fall on the site's peak: 2.944. The UPS carries 3.68 all the same.
    // Left of the supply: 1000 x 0.8 - 797 = 3 kVA, which is enough for 2.944 and not for 3.68.
    let rulebook = changed(
        "rules/profiles/surgical-robot.toml",
        "robots in several theatres may well work at the same hour.\ndiversity = 1.0",
        "robots in several theatres may well work at the same hour.\ndiversity = 0.8",
    );
    let values = "ups-autonomy-min = 5\nagreed-import-capacity-kva = 1000\nmax-demand-kva = 797";
    let gap = gap_of(&rulebook, &site(values, &[]), &["surgical-robot"], Level::Minimum);
    let found = line(&rulebook, &gap, "ups");
    assert_eq!(found.quantity_milli, exactly(3_680));
    assert_eq!(found.capital, pounds("1104", "1840", "3312"));
    assert!(lines(&rulebook, &gap, "electrical-capacity").is_empty());
}

#[test]
fn a_running_cost_of_some_lines_is_told_from_one_of_all() {
    // The UPS now costs so much a year: 3.68 kVA at 300, 500 and 900 GBP. The route has no such rate.
    let mut files = support::files();
    let (_, ups) =
        files.iter_mut().find(|(path, _)| path == "rules/remedies/ups.toml").expect("the file");
    *ups = ups
        .lines()
        .filter(|line| !line.starts_with("running_unknown"))
        .map(|line| format!("{line}\n"))
        .collect::<String>()
        .replace("money = \"capital\"", "money = \"running\"");
    let rates = files.iter_mut().find(|(path, _)| path == "datasets/costs/benchmarks.csv");
    let (_, rates) = rates.expect("the file");
    for (estimate, pounds) in [("low", 300), ("central", 500), ("high", 900)] {
        let rate = format!("ups-modular-with-battery,{estimate},{pounds},GBP/kVA");
        *rates = rates.replace(&rate, &format!("{rate}/year"));
    }
    let rulebook =
        support::read(&files).unwrap_or_else(|problems| panic!("{}", problems.join("\n")));
    for (values, lines, without) in
        [("ups-autonomy-min = 5", 1, 0), ("ups-autonomy-min = 5\nwan-paths-count = 0", 2, 1)]
    {
        let gap = gap_of(&rulebook, &site(values, &[]), &FIVE[..1], Level::Minimum);
        let more = gap_of(&rulebook, &site(values, &[]), &FIVE, Level::Minimum);
        assert_eq!(gap.lines_without_running(), 0);
        assert_eq!((more.lines.len(), more.lines_without_running()), (lines, without));
        // 3.68 kVA for the robot alone, 6.23 with the AI node.
        assert_eq!(gap.running(), pounds("1104", "1840", "3312"));
        assert_eq!(more.running(), pounds("1869", "3115", "5607"));
    }
}

#[test]
fn the_measures_of_floor_area_are_those_that_the_rulebook_names() {
    let rulebook = support::rulebook();
    let named = |measure| rulebook.dictionary.get(measure).id.as_str();
    assert_eq!(named(rulebook.areas.site), "gross-internal-area-m2");
    assert_eq!(named(rulebook.areas.space), "room-area-m2");
}

#[test]
fn what_goes_by_area_is_costed_with_a_floor_area_and_left_open_without_one() {
    // 18.5 m2 of Wi-Fi at 5, 10 and 20; 18.5 x 0.8 = 14.8 m2 of absorber at 60, 120 and 250 GBP/m2.
    let rulebook = support::rulebook();
    let room = |area: &str| {
        let values = format!("wifi-rssi-p05-dbm = -84\ntmf-s = 1.1\n{area}");
        let ward = (SpaceKind::Ward, "room-area-m2 = 400");
        site("", &[ward, (SpaceKind::ConsultingRoom, &values)])
    };
    let gap = gap_of(&rulebook, &room("room-area-m2 = 18.5"), &["voice-scribe"], Level::Minimum);
    let wifi = line(&rulebook, &gap, "wifi");
    assert_eq!(wifi.place, 2, "the consulting room");
    assert_eq!(wifi.quantity_milli, exactly(18_500));
    assert_eq!(wifi.capital, pounds("92.50", "185", "370"));
    let absorbers = line(&rulebook, &gap, "acoustic-treatment");
    assert_eq!(absorbers.quantity_milli, exactly(14_800));
    assert_eq!(absorbers.capital, pounds("888", "1776", "3700"));
    assert_eq!(gap.capital(), pounds("980.50", "1961", "4070"));
    assert_eq!(gap.lines_without_cost(), 0);

    let gap = gap_of(&rulebook, &room(""), &["voice-scribe"], Level::Minimum);
    for remedy in ["wifi", "acoustic-treatment"] {
        let found = line(&rulebook, &gap, remedy);
        assert_eq!((found.quantity_milli, found.capital), (None, None));
        assert_eq!(
            found.unknown_reason.as_deref(),
            Some("The floor area (room-area-m2) is not surveyed.")
        );
    }
    assert_eq!(gap.capital(), None);
    assert_eq!(gap.lines_without_cost(), 2);
}

#[test]
fn several_needs_of_one_remedy_in_one_room_are_paid_once() {
    // Echo, intelligibility and absorber area are all short, for two technologies: one treatment.
    let rulebook = support::rulebook();
    let room = "room-area-m2 = 20\ntmf-s = 1.2\nsti = 0.4\nabsorber-area-percent = 10";
    let site = site("", &[(SpaceKind::ConsultingRoom, room)]);
    let both = ["voice-scribe", "video-consultation-room"];
    let gap = gap_of(&rulebook, &site, &both, Level::Minimum);
    let found = line(&rulebook, &gap, "acoustic-treatment");
    assert_eq!(found.quantity_milli, exactly(16_000));
    assert_eq!(found.capital, pounds("960", "1920", "4000"));
    assert_eq!(found.needs.len(), 5);
}

#[test]
fn a_site_whose_wi_fi_is_renewed_as_a_whole_does_not_pay_for_its_rooms_again() {
    // The weak corridor alone: 300 m2 at 10 GBP. With weak coverage of the site: 12,000 m2, once.
    let rulebook = support::rulebook();
    let corridor = "room-area-m2 = 300\nwifi-rssi-p05-dbm = -84\nwifi-snr-p05-db = 12";
    let spaces = [(SpaceKind::Corridor, corridor)];
    let weak_room = site("gross-internal-area-m2 = 12000", &spaces);
    let gap = gap_of(&rulebook, &weak_room, &["logistics-robot"], Level::Minimum);
    let found = line(&rulebook, &gap, "wifi");
    assert_eq!((found.place, found.quantity_milli), (1, exactly(300_000)));
    assert_eq!(found.capital, pounds("1500", "3000", "6000"));

    let weak_site = site("gross-internal-area-m2 = 12000\narea-meeting-rssi-percent = 70", &spaces);
    let gap = gap_of(&rulebook, &weak_site, &["logistics-robot"], Level::Minimum);
    let found = line(&rulebook, &gap, "wifi");
    assert_eq!((found.place, found.quantity_milli), (0, exactly(12_000_000)));
    assert_eq!(found.capital, pounds("60000", "120000", "240000"));
    assert_eq!(found.needs.len(), 3);
}

#[test]
fn a_second_wide_area_route_is_paid_once_for_all_that_need_it() {
    // One route at 15,000, 60,000 and 250,000 GBP. One is the minimum, two the target.
    let rulebook = support::rulebook();
    let site = site("wan-paths-count = 1", &[]);
    let gap = gap_of(&rulebook, &site, &FIVE, Level::Minimum);
    assert!(lines(&rulebook, &gap, "wan-path").is_empty());
    let gap = gap_of(&rulebook, &site, &["voice-scribe"], Level::Target);
    let alone = line(&rulebook, &gap, "wan-path").capital;
    assert_eq!(alone, pounds("15000", "60000", "250000"));
    let gap = gap_of(&rulebook, &site, &["voice-scribe", "video-consultation-room"], Level::Target);
    let found = line(&rulebook, &gap, "wan-path");
    assert_eq!(found.capital, alone);
    assert_eq!(
        named(&rulebook, &found.needs),
        ["voice-scribe/diverse-links", "video-consultation-room/diverse-links"]
    );
}

/// The project's rulebook with one text of one file replaced.
fn changed(file: &str, find: &str, replace: &str) -> Rulebook {
    let mut files = support::files();
    let (_, text) = files.iter_mut().find(|(path, _)| path == file).expect("the file is there");
    assert_eq!(text.matches(find).count(), 1, "{find}");
    *text = text.replace(find, replace);
    support::read(&files).unwrap_or_else(|problems| panic!("{}", problems.join("\n")))
}

#[test]
fn of_several_needs_of_one_remedy_the_largest_is_bought() {
    // The video room now wants three routes, the scribe still two: from one, two are bought.
    let rulebook = changed(
        "rules/profiles/video-consultation-room.toml",
        "measure = \"wan-paths-count\"\nat_least = { minimum = 1, target = 2 }",
        "measure = \"wan-paths-count\"\nat_least = { minimum = 1, target = 3 }",
    );
    let site = site("wan-paths-count = 1", &[]);
    for order in
        [["voice-scribe", "video-consultation-room"], ["video-consultation-room", "voice-scribe"]]
    {
        let gap = gap_of(&rulebook, &site, &order, Level::Target);
        let found = line(&rulebook, &gap, "wan-path");
        assert_eq!(found.quantity_milli, exactly(2_000));
        assert_eq!(found.capital, pounds("30000", "120000", "500000"));
    }
}

#[test]
fn a_technology_with_two_needs_of_one_remedy_counts_its_demand_once() {
    // The UPS now also answers for a slow generator: still 3.68 kVA for one robot.
    let rulebook = changed(
        "rules/remedies/ups.toml",
        "closes = [\"ups-autonomy-min\"]",
        "closes = [\"ups-autonomy-min\", \"generator-start-s\"]",
    );
    let site = site("ups-autonomy-min = 5\ngenerator-start-s = 20", &[]);
    let gap = gap_of(&rulebook, &site, &["surgical-robot"], Level::Minimum);
    let found = line(&rulebook, &gap, "ups");
    assert_eq!(found.needs.len(), 2);
    assert_eq!(found.quantity_milli, exactly(3_680));
    assert_eq!(found.capital, pounds("1104", "1840", "3312"));
}

#[test]
fn of_several_remedies_for_one_gap_the_cheapest_is_taken() {
    // Another Wi-Fi at the rate of absorbers (120 GBP/m2) or of antennas (25 GBP/m2), against 10 GBP/m2
    // over the whole room: a tenth of the room at 25 is the cheapest, and without an area, and so
    // without a price, the first by id is taken.
    let other = |id: &str, benchmark: &str, factor: &str| {
        let text = format!(
            "id = \"{id}\"\ntitle = \"{id}\"\nas_of = 2026-11-22\nsummary = \"For tests.\"\n\
             renews = false\ncloses = [\"wifi-rssi-p05-dbm\"]\nrunning_unknown = \"For tests.\"\n\
             [project]\nkind = \"standard-buildings\"\nreference = \"Test\"\nevidence = \"policy\"\n[quantity]\nbasis = \"area\"\nunit = \"m2\"\nfactor = {factor}\nreference = \"Test\"\n\
             evidence = \"policy\"\n[[cost]]\nbenchmark = \"{benchmark}\"\nmoney = \"capital\"\nwhy = \"Test.\"\n"
        );
        (format!("rules/remedies/{id}.toml"), text)
    };
    let mut files = support::files();
    files.push(other("a-dear-one", "acoustic-treatment-installed", "1"));
    files.push(other("small-cells", "das-multi-operator", "0.1"));
    let rulebook =
        support::read(&files).unwrap_or_else(|problems| panic!("{}", problems.join("\n")));
    let (signal, _) = rulebook.dictionary.find("wifi-rssi-p05-dbm").expect("the measure is there");
    let all = rulebook.remedies_for(Closes::Measure(signal));
    let all: Vec<&str> = all.map(|at| rulebook.remedies[at].id.as_str()).collect();
    assert_eq!(all, ["a-dear-one", "small-cells", "wifi"]);
    let of_room = |area: &str| {
        let values = format!("wifi-rssi-p05-dbm = -84\n{area}");
        let site = site("", &[(SpaceKind::ConsultingRoom, &values)]);
        gap_of(&rulebook, &site, &["voice-scribe"], Level::Minimum)
    };
    let gap = of_room("room-area-m2 = 20");
    assert_eq!(gap.lines.len(), 1);
    let found = line(&rulebook, &gap, "small-cells");
    assert_eq!(found.quantity_milli, exactly(2_000));
    assert_eq!(found.capital.map(|capital| capital.central), Some(Pence(5_000)));
    let gap = of_room("");
    assert_eq!(gap.lines.len(), 1);
    assert_eq!(line(&rulebook, &gap, "a-dear-one").capital, None);
}

#[test]
fn no_route_at_all_takes_one_for_the_minimum_and_two_for_the_target() {
    let rulebook = support::rulebook();
    let site = site("wan-paths-count = 0", &[]);
    for (level, routes, central) in [
        (Level::Minimum, 1_000, ("15000", "60000", "250000")),
        (Level::Target, 2_000, ("30000", "120000", "500000")),
    ] {
        let gap = gap_of(&rulebook, &site, &["voice-scribe"], level);
        let found = line(&rulebook, &gap, "wan-path");
        assert_eq!(found.quantity_milli, exactly(routes));
        assert_eq!(found.capital, pounds(central.0, central.1, central.2));
    }
}

#[test]
fn five_technologies_that_each_fit_alone_do_not_fit_together() {
    // Left: 1000 x 0.8 - 795 = 5 kVA. The greediest takes 3.68; together they take
    // 3.68 + 2.55 + 2.11 + 0.53 + 0.11 = 8.98. Missing 3.98, to add 3.98 / 0.8 = 4.975 kVA.
    let rulebook = support::rulebook();
    let site = site("agreed-import-capacity-kva = 1000\nmax-demand-kva = 795", &[]);
    for id in FIVE {
        let gap = gap_of(&rulebook, &site, &[id], Level::Minimum);
        assert!(lines(&rulebook, &gap, "electrical-capacity").is_empty(), "{id}");
    }
    let gap = gap_of(&rulebook, &site, &FIVE, Level::Minimum);
    let found = line(&rulebook, &gap, "electrical-capacity");
    assert_eq!(found.quantity_milli, exactly(4_975));
    // 4.975 x 110, x 270, x 750.
    assert_eq!(found.capital, pounds("547.25", "1343.25", "3731.25"));
    assert_eq!(found.needs.len(), 5);
}

#[test]
fn five_technologies_that_fit_together_to_the_last_volt_ampere_need_nothing() {
    // Left: 1000 x 0.8 - 791.02 = 8.98 kVA, which is what they take.
    let rulebook = support::rulebook();
    let site = site("agreed-import-capacity-kva = 1000\nmax-demand-kva = 791.02", &[]);
    let gap = gap_of(&rulebook, &site, &FIVE, Level::Minimum);
    assert!(lines(&rulebook, &gap, "electrical-capacity").is_empty());
    // Their targets take 8.98 x 1.25 = 11.225; missing 2.245, to add 2.80625 kVA.
    let gap = gap_of(&rulebook, &site, &FIVE, Level::Target);
    let found = line(&rulebook, &gap, "electrical-capacity");
    assert_eq!(found.quantity_milli, exactly(2_806));
}

#[test]
fn standby_and_cooling_are_resources_of_their_own() {
    // Standby: 100 x 0.8 - 79 = 1 kVA left; robot and node take 3.68 + 2.55 = 6.23; missing 5.23,
    // to add 6.5375, in thousandths 6.538 kVA at 250, 400 and 700 GBP.
    // Cooling is measured as headroom: 2.5 - 1.2 = 1.3 kW at 1200, 2200 and 4000 GBP.
    let rulebook = support::rulebook();
    let site = site(
        "generator-firm-capacity-kva = 100\nessential-max-demand-kva = 79\ncooling-headroom-kw = 1.2",
        &[],
    );
    let gap = gap_of(&rulebook, &site, &FIVE, Level::Minimum);
    let standby = line(&rulebook, &gap, "standby-generation");
    assert_eq!(standby.quantity_milli, exactly(6_538));
    assert_eq!(standby.capital, pounds("1634.50", "2615.20", "4576.60"));
    let cooling = line(&rulebook, &gap, "cooling");
    assert_eq!(cooling.quantity_milli, exactly(1_300));
    assert_eq!(cooling.capital, pounds("1560", "2860", "5200"));
    assert_eq!(gap.capital(), pounds("3194.50", "5475.20", "9776.60"));
    assert_eq!(gap.running(), None);
}

#[test]
fn what_no_remedy_closes_is_listed_without_a_price() {
    let rulebook = support::rulebook();
    let site = site("generator-start-s = 20", &[]);
    let gap = gap_of(&rulebook, &site, &["surgical-robot"], Level::Minimum);
    assert_eq!(named(&rulebook, &gap.without_remedy), ["surgical-robot/standby-start"]);
    assert!(gap.lines.is_empty());
    let requirements = rulebook.profiles
        [rulebook.find_profile("surgical-robot").expect("the profile is there")]
    .requirements
    .len();
    assert_eq!(gap.not_known.len(), requirements - 1);
}

/// A laundry has no theatre: neither the supply nor a second route is bought for a robot that has nowhere to
/// stand, nor does the robot take any of the supply from a node that may come.
#[test]
fn nothing_is_priced_for_a_technology_that_has_no_room_of_its_kind() {
    let rulebook = support::rulebook();
    let at = |id: &str| rulebook.find_profile(id).expect("the profile is there");
    let values = "agreed-import-capacity-kva = 1000\nmax-demand-kva = 799\ngenerator-start-s = 20";
    let laundry = bare_site(values, &[]);
    let robot = gap_of(&rulebook, &laundry, &["surgical-robot"], Level::Minimum);
    assert!(robot.lines.is_empty() && robot.without_remedy.is_empty(), "{robot:#?}");
    assert_eq!((robot.capital(), robot.running()), (None, None), "not priced is not nothing");
    assert_eq!(robot.no_room, [at("surgical-robot")]);
    // What is not known of it is told as before: all but the supply and the start of the generators.
    let asked = rulebook.profiles[at("surgical-robot")].requirements.len();
    assert_eq!(robot.not_known.len(), asked - 2);
    let mut both =
        gap_of(&rulebook, &laundry, &["surgical-robot", "ai-inference-node"], Level::Minimum);
    let alone = gap_of(&rulebook, &laundry, &["ai-inference-node"], Level::Minimum);
    assert!(!alone.lines.is_empty() && alone.no_room.is_empty());
    assert_eq!(both.lines, alone.lines);
    assert_eq!(std::mem::take(&mut both.no_room), [at("surgical-robot")]);
    // The same site with a theatre has the works priced.
    let theatre = bare_site(values, &[(SpaceKind::Theatre, "")]);
    let robot = gap_of(&rulebook, &theatre, &["surgical-robot"], Level::Minimum);
    assert!(robot.no_room.is_empty());
    assert_eq!(line(&rulebook, &robot, "electrical-capacity").quantity_milli, exactly(3_350));
    assert_eq!(named(&rulebook, &robot.without_remedy), ["surgical-robot/standby-start"]);
}

#[test]
fn sites_without_room_are_counted_once_a_kind_and_their_technologies_named() {
    let rulebook = support::rulebook();
    let technologies =
        ["surgical-robot", "surgical-robot-modular", "voice-scribe", "ai-inference-node"];
    let gap = |spaces: &[(SpaceKind, &str)]| {
        gap_of(&rulebook, &bare_site("", spaces), &technologies, Level::Target)
    };
    let gaps = [
        gap(&[]),
        gap(&[(SpaceKind::ConsultingRoom, "")]),
        gap(&[(SpaceKind::ConsultingRoom, ""), (SpaceKind::Theatre, "")]),
    ];
    let found = without_room(&rulebook, gaps.iter());
    let said: Vec<String> =
        found.iter().map(|(kind, without)| without.sentence(&rulebook, *kind)).collect();
    assert_eq!(
        said,
        [
            "2 sites have no theatre on record: nothing is priced there for Robot-assisted surgery, \
             modular; Robot-assisted surgery, multi-port.",
            "1 site has no consulting room on record: nothing is priced there for Ambient voice scribe.",
        ]
    );
    assert!(without_room(&rulebook, gaps[2..].iter()).is_empty());
}

#[test]
fn a_place_of_which_nothing_is_known_has_no_gap_and_no_price() {
    let rulebook = support::rulebook();
    let gap = gap_of(&rulebook, &Site::default(), &FIVE, Level::Target);
    assert!(gap.lines.is_empty() && gap.without_remedy.is_empty());
    let deployed = rulebook.profiles.iter().filter(|profile| FIVE.contains(&&*profile.id));
    let requirements: usize = deployed.map(|profile| profile.requirements.len()).sum();
    assert_eq!(gap.not_known.len(), requirements);
}
