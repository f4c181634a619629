//! The demonstration estate shows all that the program can say: every kind of problem that a file
//! with readable rows can have, every verdict, every readiness of every technology, every remedy.
//!
//! What has to be left out stands in a list with its reason, and the list must be right too. How
//! each single mistake is worded is `broken`; what the faces make of the estate is `faces`.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the finding")]

use chrono::{DateTime, Utc};
use siteworthy::app::{App, Rules};
use siteworthy::corpus::Corpus;
use siteworthy::decide::{Decision, decide};
use siteworthy::intake::{Draft, Known, PROBLEM_CODES, Upload, read};
use siteworthy::store::Store;
use siteworthy::upload::{ReceivedFile, Uploaded, upload};
use siteworthy::view::deployment::Asked;
use siteworthy::view::{SiteResult, View};
use siteworthy_rules::deployment::{Fit, Item, judge_deployment, untold_in_words};
use siteworthy_rules::gap::{Level, SiteGap};
use siteworthy_rules::judge::{self, Readiness, Spot, Verdict};
use siteworthy_rules::place::SpaceKind;
use siteworthy_rules::plant::Overrides;
use siteworthy_rules::plant::reading::read_plant;
use siteworthy_rules::problem::Problem;
use siteworthy_rules::profile::Question;
use siteworthy_rules::remedy::Closes;
use siteworthy_rules::resilience::survive;
use siteworthy_tests::root;
use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;
use tempfile::TempDir;

/// Kinds of problem that the estate does not show, each with the reason.
const NOT_SHOWN: [(&str, &str); 13] = [
    ("duplicate-site", "only the national return has one row a site"),
    ("empty-file", "nothing of the file is read"),
    ("file-too-large", "nothing of the file is read"),
    ("incomplete-file", "only a workbook of conversion factors has a last row"),
    ("incomplete-sum", "only the national return has columns that add up"),
    ("layout-does-not-fit", "nothing of the file is read"),
    ("missing-column", "only the national return has measures whose columns must be there"),
    ("missing-factor", "only a workbook of conversion factors gives factors"),
    ("no-rows", "a file that shows it says nothing else"),
    ("not-text", "nothing of the file is read"),
    ("text-encoding", "the files are embedded as UTF-8"),
    ("unknown-layout", "the layout is found, not asked for"),
    ("unknown-region", "only the national return names regions"),
];

/// Remedies that the estate does not call for, each with the reason.
const NOT_CALLED_FOR: [(&str, &str); 1] =
    [("indoor-coverage", "no technology asks for a mobile signal indoors")];

/// A file of the estate: its name and its text.
type File = (String, String);

/// The files of the estate in the order in which `siteworthy demo` accepts them.
fn files() -> Vec<File> {
    let corpus = Corpus::load(None, None).unwrap();
    let files = corpus.below("datasets/demo/").filter(|file| file.path.ends_with(".csv"));
    files
        .map(|file| (file.path.rsplit('/').next().unwrap().to_owned(), file.text.to_owned()))
        .collect()
}

fn rules() -> Rules {
    Rules::read(&Corpus::load(None, None).unwrap(), Utc::now().date_naive()).unwrap()
}

/// The files are received on a day on which the dates in them mean what they are there to show.
fn received_at() -> DateTime<Utc> {
    "2026-11-24T12:00:00Z".parse().unwrap()
}

/// What is known after a file is accepted on top of what was known before.
fn learn(known: &mut Known, draft: &Draft) {
    known.organisations.extend(draft.organisations.iter().map(|entry| entry.code.clone()));
    for site in &draft.sites {
        known.sites.entry(site.code.clone()).or_default();
    }
    for space in &draft.spaces {
        let site = &draft.sites[space.site as usize].code;
        known.sites.get_mut(site).unwrap().insert(space.code.clone(), space.kind);
    }
}

/// Every problem of every file, each read with what the files before it say.
fn problems() -> Vec<Problem> {
    let rules = rules();
    let mut known = Known::default();
    let mut problems = Vec::new();
    for (name, text) in files() {
        let received_on = received_at().date_naive();
        let upload = Upload { name: &name, bytes: text.as_bytes(), received_on };
        let dictionary = &rules.rulebook.dictionary;
        let draft = read(&upload, None, &rules.layouts, dictionary, &known, &mut |_| {}).unwrap();
        learn(&mut known, &draft);
        problems.extend(draft.problems);
    }
    problems
}

/// An empty record of its own. The folder goes when it is dropped.
async fn empty() -> (TempDir, Arc<App>) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("demo.db").display());
    let store = Store::open(&url).await.unwrap();
    (folder, Arc::new(App::start(store, rules()).await.unwrap()))
}

/// Uploads and accepts every file; none where its bytes were on record already.
async fn load(app: &Arc<App>) -> Vec<Option<Vec<Problem>>> {
    let mut found = Vec::new();
    for (name, text) in files() {
        let (by, at) = ("demonstration".to_owned(), received_at());
        let file = ReceivedFile { name, bytes: text.into_bytes(), layout: None, by, at };
        found.push(match upload(app, file, |_| {}).await.unwrap() {
            Uploaded::Draft { survey, problems } => {
                decide(app, survey.id, Decision::Accept, "demonstration", at).await.unwrap();
                Some(problems)
            }
            Uploaded::AlreadyThere(_) => None,
            Uploaded::Unreadable(problems) => panic!("{problems:?}"),
        });
    }
    found
}

fn sites(view: &View) -> std::ops::Range<u32> {
    0..u32::try_from(view.sites().len()).unwrap()
}

fn gaps(view: &View) -> impl Iterator<Item = SiteGap> {
    let profiles: Vec<usize> = (0..view.rulebook.profiles.len()).collect();
    let levels = Level::ALL.iter().flat_map(move |level| sites(view).map(move |at| (at, *level)));
    levels.map(move |(at, level)| view.gap_at(at, &profiles, level))
}

#[test]
fn every_kind_of_problem_that_a_file_with_readable_rows_can_have_is_shown() {
    let shown: BTreeSet<&str> = problems().iter().map(|problem| problem.code).collect();
    let left_out: BTreeSet<&str> = NOT_SHOWN.iter().map(|(code, _)| *code).collect();
    let all: BTreeSet<&str> = PROBLEM_CODES.iter().copied().collect();
    assert!(left_out.is_subset(&all), "{:?} are no codes", &left_out - &all);
    assert_eq!(&all - &shown, left_out, "left: not shown; right: the list, with its reasons");
}

#[test]
fn the_tables_of_mistakes_name_every_row_that_has_one() {
    let readme = fs::read_to_string(root().join("datasets/demo/README.md")).unwrap();
    let problems = problems();
    for (name, _) in files() {
        let found: BTreeSet<u32> = problems
            .iter()
            // That homes stand in a pool is told, and is no mistake.
            .filter(|problem| *problem.position.file == name && problem.code != "pooled-rows")
            .filter_map(|problem| problem.position.row)
            .collect();
        let table = readme.split_once(&format!("## The mistakes in `{name}`"));
        let table = table.map_or("", |(_, rest)| rest.split("\n## ").next().unwrap());
        let cells = table.lines().filter_map(|line| line.strip_prefix("| ")?.split(' ').next());
        let told: BTreeSet<u32> = cells.filter_map(|cell| cell.parse().ok()).collect();
        assert_eq!(found, told, "{name}: rows with problems, and rows in the table");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_verdict_and_every_readiness_of_every_technology_occurs() {
    let (_folder, app) = empty().await;
    let _ = load(&app).await;
    let view = app.view();
    let mut verdicts = BTreeSet::new();
    for (at, profile) in view.rulebook.profiles.iter().enumerate() {
        let outcomes: Vec<_> = sites(&view)
            .filter_map(|site| view.result(at, site))
            .map(|result| result.outcome)
            .collect();
        let pools = sites(&view).filter_map(|site| view.pool(at, site));
        let in_pools = pools.flat_map(|pool| {
            Readiness::ALL.iter().copied().filter(move |readiness| pool.count(*readiness) > 0)
        });
        let of_sites = outcomes.iter().map(|outcome| outcome.score.readiness);
        let found: BTreeSet<Readiness> = of_sites.chain(in_pools).collect();
        assert!(found.iter().eq(Readiness::ALL), "{}: only {found:?}", profile.id);
        verdicts.extend(outcomes.iter().flat_map(|outcome| {
            profile.requirements.iter().map(|requirement| {
                let reading =
                    judge::read(&view.rulebook, &view.estate, requirement, outcome.spot());
                judge::judge(requirement, reading).verdict
            })
        }));
    }
    assert!(verdicts.iter().eq(Verdict::ALL), "only {verdicts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_remedy_closes_a_gap_somewhere() {
    let (_folder, app) = empty().await;
    let _ = load(&app).await;
    let view = app.view();
    let rulebook = &view.rulebook;
    let used: BTreeSet<usize> =
        gaps(&view).flat_map(|gap| gap.lines).map(|line| line.remedy).collect();
    let closing = rulebook.remedies.iter().enumerate().filter(|(_, one)| !one.closes.is_empty());
    let unused = closing.filter(|(at, _)| !used.contains(at));
    let unused: Vec<&str> = unused.map(|(_, remedy)| remedy.id.as_str()).collect();
    assert_eq!(unused, NOT_CALLED_FOR.map(|(id, _)| id), "left: not called for; right: the list");
    for (id, reason) in NOT_CALLED_FOR {
        let remedy = rulebook.remedies.iter().find(|remedy| remedy.id == id).unwrap();
        let mut asked = rulebook.profiles.iter().flat_map(|profile| &profile.requirements);
        let is_asked = asked.any(|requirement| match requirement.asks {
            Question::Measure(measure) => remedy.closes.contains(&Closes::Measure(measure)),
            Question::Headroom(resource) => remedy.closes.contains(&Closes::Headroom(resource)),
            Question::Checklist(_) => false,
        });
        assert!(!is_asked, "{id}: it is not so that {reason}");
    }
}

/// Asserts that each technology fits a site by itself, and that together they exhaust one resource.
fn assert_exhausted_together(view: &View, site: &str, resource: &str, technologies: &[&str]) {
    let at = view.find_judged_site(site).unwrap();
    let asked = |technology: &&str| Asked {
        technology: (*technology).to_owned(),
        quantity: 1,
        space: None,
        from_year: None,
    };
    let asked: Vec<Asked> = technologies.iter().map(asked).collect();
    let judge = |asked: &[Asked]| {
        let items = view.find_items(at, asked).unwrap();
        judge_deployment(&view.rulebook, &view.estate, &items)
    };
    for one in asked.chunks(1) {
        let items = view.find_items(at, one).unwrap();
        // Of some no source tells what they take of the supply.
        let is_told = untold_in_words(&view.rulebook, &items).is_none();
        let fit = if is_told { Fit::Fits } else { Fit::Unknown };
        assert_eq!(judge(one).items[0].fit, fit, "{} alone at {site}", one[0].technology);
    }
    let exhausted: Vec<String> = judge(&asked)
        .uses
        .iter()
        .filter(|one| one.exhausting().is_some())
        .map(|one| view.rulebook.resources[usize::from(one.resource.0)].id.clone())
        .collect();
    assert_eq!(exhausted, [resource], "at {site}");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_of_one_technology_go_into_several_rooms() {
    let (_folder, app) = empty().await;
    let _ = load(&app).await;
    let view = app.view();
    let at = view.find_judged_site("ZZN02").unwrap();
    let robots = |quantity, space: Option<&str>| Asked {
        technology: "surgical-robot".to_owned(),
        quantity,
        space: space.map(str::to_owned),
        from_year: None,
    };
    let placed = |asked: &[Asked]| -> Vec<(String, u32)> {
        let items = view.find_items(at, asked).unwrap();
        let place = |item: &Item| match item.spot {
            spot @ Spot::Space { .. } => (view.space_code(spot).unwrap().to_owned(), item.quantity),
            other => panic!("{other:?}"),
        };
        items.iter().map(place).collect()
    };
    let best = placed(&[robots(1, None)]);
    let all = placed(&[robots(1_000, None)]);
    assert!(all.len() > 1, "ZZN02 has several theatres");
    assert_eq!(all[0].0, best[0].0, "the best theatre comes first");
    assert_eq!(all.iter().map(|(_, quantity)| quantity).sum::<u32>(), 1_000);
    let codes: BTreeSet<&str> = all.iter().map(|(code, _)| code.as_str()).collect();
    assert_eq!(codes.len(), all.len(), "no theatre comes twice");
    let two = placed(&[robots(2, None)]);
    assert_eq!(two, [(all[0].0.clone(), 1), (all[1].0.clone(), 1)]);
    // What is named stays where it is, and what is not goes elsewhere, in whichever order they come.
    let taken = Some(best[0].0.as_str());
    let beside = placed(&[robots(1, None), robots(3, taken)]);
    assert_eq!(beside, [(all[1].0.clone(), 1), (all[0].0.clone(), 3)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fits_alone_does_not_fit_together() {
    let (_folder, app) = empty().await;
    let _ = load(&app).await;
    let view = app.view();
    let five = [
        "surgical-robot",
        "ai-inference-node",
        "logistics-robot",
        "video-consultation-room",
        "voice-scribe",
    ];
    assert_exhausted_together(&view, "ZZN03", "electrical", &five);
    let of_power =
        ["ai-mri", "ai-training-node", "surgical-robot", "pharmacy-robot", "ai-inference-node"];
    assert_exhausted_together(&view, "ZZN19", "electrical", &of_power);
    let of_links = [
        "telesurgery-endovascular",
        "telesurgery-laparoscopic",
        "ai-cloud-triage",
        "video-consultation-room",
        "voice-scribe",
    ];
    assert_exhausted_together(&view, "ZZN19", "uplink", &of_links);
}

#[tokio::test(flavor = "multi_thread")]
async fn rooms_and_homes_of_one_place_stand_in_every_way() {
    let (_folder, app) = empty().await;
    let _ = load(&app).await;
    let view = app.view();
    let site = view.find_site("ZZN01").unwrap();
    let profile = &view.rulebook.profiles[view.find_profile("surgical-robot").unwrap()];
    let theatres = view
        .estate
        .spaces_of(site)
        .filter(|space| view.estate.kind(*space) == Some(SpaceKind::Theatre))
        .map(|space| {
            let spot = Spot::Space { site, space };
            judge::assess_spot(&view.rulebook, &view.estate, profile, spot).score.readiness
        });
    assert!(theatres.collect::<BTreeSet<_>>().iter().eq(Readiness::ALL));
    let homes = view.find_profile("virtual-ward-home").unwrap();
    for (code, places) in [("ZZN21", 24), ("ZZG13", 14)] {
        let pool = view.pool(homes, view.find_site(code).unwrap()).unwrap();
        assert_eq!(pool.places(), places, "{code}");
        assert!(pool.counts.iter().all(|count| *count > 0), "{code}: {pool:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_has_peers_and_generators_of_all_kinds_carry_outages() {
    let (_folder, app) = empty().await;
    let _ = load(&app).await;
    let view = app.view();
    let robot = view.find_profile("surgical-robot").unwrap();
    let compared = view.score_among_peers(view.find_site("ZZN05").unwrap(), robot);
    assert_eq!(compared.standing.unwrap().group_size, 6);
    // A site, how long an outage is in hours, and between which probabilities it is carried.
    for (code, hours, least, most) in [
        ("ZZN01", 168, 0.95, 1.0),
        ("ZZN03", 168, 0.8, 1.0),
        ("ZZN04", 168, 0.7, 0.95),
        ("ZZG01", 168, 0.95, 1.0),
        ("ZZG03", 48, 0.5, 0.95),
        ("ZZN08", 24, 0.0, 0.0),
        ("ZZF12", 48, 0.0, 0.0),
        ("ZZF13", 1, 0.0, 0.0),
    ] {
        let site = view.find_site(code).unwrap();
        let plant = read_plant(&view.rulebook, &view.estate, site, &Overrides::default());
        let plant = plant.unwrap_or_else(|trouble| panic!("{code}: {trouble:?}"));
        let carried = survive(&plant.plant, &plant.load, hours).carried[hours];
        assert!((least..=most).contains(&carried), "{code}: {carried}");
    }
    let unknown = view.find_site("ZZN06").unwrap();
    let trouble = read_plant(&view.rulebook, &view.estate, unknown, &Overrides::default());
    assert_eq!(trouble.unwrap_err().missing.len(), 1, "how many sets there are");
}

#[tokio::test(flavor = "multi_thread")]
async fn loading_twice_gives_the_same() {
    let (_folder, app) = empty().await;
    let (_other_folder, other) = empty().await;
    let (problems, same) = (load(&app).await, load(&other).await);
    assert_eq!(problems, same);
    let results = |view: &View| -> Vec<Option<SiteResult>> {
        let profiles = 0..view.rulebook.profiles.len();
        profiles
            .flat_map(|at| sites(view).map(move |site| view.result(at, site).copied()))
            .collect()
    };
    let (view, same) = (app.view(), other.view());
    assert_eq!(view.sites(), same.sites());
    assert_eq!(results(&view), results(&same));
    assert!(gaps(&view).eq(gaps(&same)));
    // Into the same record: the bytes are known, and nothing is published anew.
    assert!(load(&app).await.iter().all(Option::is_none));
    assert!(Arc::ptr_eq(&view, &app.view()));
}
