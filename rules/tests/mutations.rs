//! Whether the golden cases would notice a mistake: every number, comparator, weight, gate, choice,
//! checklist item and grade of every profile is changed alone, in memory, and at least one case of
//! that profile must then no longer hold. The bands and the resources are changed likewise.
//!
//! Four changes cannot be seen, whatever is observed, and must not be: the grade of a threshold on a
//! headroom whose formula is soft already, a floor where no value can lie below the minimum, a scale
//! where no value can lie between the limits, and the weight of a domain of which nothing is asked.
//!
//! Texts (titles, references, reasons) are no part of a verdict and are not changed here; what a
//! profile takes of a resource is changed through the limits that it scales.

mod cases;
mod places;
mod support;

use cases::{Said, read_golden, say};
use siteworthy_rules::dated::Evidence;
use siteworthy_rules::estate::Estate;
use siteworthy_rules::judge::evidence_of;
use siteworthy_rules::measure::{Domain, Kind, Scale};
use siteworthy_rules::place::SpaceKind;
use siteworthy_rules::profile::{Limits, Place, Profile, Question, Requirement, Threshold};
use siteworthy_rules::resource::{Resource, Source};
use siteworthy_rules::rulebook::Rulebook;

/// By how much a number is moved. A figure that is wrong by less is not noticed for certain.
const SHARE: f64 = 0.03;

/// By how much an attainment of a choice is moved, towards the middle.
const ATTAINMENT: f64 = 0.01;

/// By how much a band is moved: one point of score or one per cent of coverage.
const BAND_BP: u16 = 100;

/// A thing that differs from the rulebook in one respect, named for the list of survivors.
struct Mutant<T> {
    name: String,
    changed: T,
    /// Whether anything that can be observed comes out otherwise.
    is_seen: bool,
}

impl<T> Mutant<T> {
    fn new(name: impl Into<String>, changed: T) -> Self {
        Self { name: name.into(), changed, is_seen: true }
    }

    fn of(original: &T, name: impl Into<String>, change: impl FnOnce(&mut T)) -> Self
    where
        T: Clone,
    {
        let mut changed = original.clone();
        change(&mut changed);
        Self::new(name, changed)
    }

    fn seen_if(self, is_seen: bool) -> Self {
        Self { is_seen, ..self }
    }

    /// The same change as part of something larger.
    fn within<U>(self, prefix: &str, whole: impl FnOnce(T) -> U) -> Mutant<U> {
        let Self { name, changed, is_seen } = self;
        Mutant { name: format!("{prefix}{name}"), changed: whole(changed), is_seen }
    }
}

/// How one number of a threshold is moved: no less than what can be told apart at all.
#[derive(Clone, Copy)]
enum Step {
    /// By a share of itself; where it is zero, by the same share of this, the largest of the limits.
    Share(f64),
    /// By so much: whole things are counted by ones, items of a checklist by halves or ones.
    Fixed(f64),
    /// By a share of the time out of service, for an availability in per cent.
    Nines,
}

impl Step {
    fn of(rulebook: &Rulebook, requirement: &Requirement) -> Self {
        let share = Self::Share(size(&requirement.threshold));
        match &requirement.asks {
            Question::Headroom(_) => share,
            Question::Measure(measure) => match &rulebook.dictionary.get(*measure).kind {
                Kind::Quantity { unit, .. } if unit.symbol() == "count" => Self::Fixed(1.0),
                Kind::Quantity { scale: Scale::Nines, .. } => Self::Nines,
                _ => share,
            },
            Question::Checklist(items) => {
                let is_halved = |kind: &Kind| match kind {
                    Kind::Choice { choices, not_applicable } => {
                        choices.len() - usize::from(not_applicable.is_some()) > 2
                    }
                    _ => false,
                };
                let has_halves =
                    items.iter().any(|item| is_halved(&rulebook.dictionary.get(*item).kind));
                // A hair more than the step, so that thirds do not fall on the limit in binary.
                let items = items.len() as f64;
                Self::Fixed(if has_halves { 0.505 / items } else { 1.01 / items })
            }
        }
    }

    fn moved(self, number: f64, times: f64) -> f64 {
        match self {
            Self::Fixed(step) => number + times * step,
            Self::Nines => 100.0 - (100.0 - number) * (1.0 - times * SHARE),
            Self::Share(size) if number == 0.0 => times * SHARE * size,
            Self::Share(_) => number + times * SHARE * number.abs(),
        }
    }
}

/// The largest limit of a threshold, whatever its sign; 1 where all are zero.
fn size(threshold: &Threshold) -> f64 {
    let all = match threshold {
        Threshold::AtLeast(limits) | Threshold::AtMost(limits) => vec![*limits],
        Threshold::Within { low, high } => vec![*low, *high],
        Threshold::Choices(_) | Threshold::Is(_) => vec![],
    };
    let numbers = all.iter().flat_map(|limits| [limits.floor, limits.minimum, limits.target]);
    let size = numbers.map(f64::abs).fold(0.0, f64::max);
    if size > 0.0 { size } else { 1.0 }
}

/// The values that can come up.
fn range(rulebook: &Rulebook, requirement: &Requirement) -> (f64, f64) {
    let Question::Measure(measure) = requirement.asks else {
        return (f64::NEG_INFINITY, f64::INFINITY);
    };
    match rulebook.dictionary.get(measure).kind {
        Kind::Quantity { range, .. } => range,
        _ => (f64::NEG_INFINITY, f64::INFINITY),
    }
}

/// Limits with one number moved. A floor or target that the rule file leaves out equals the minimum
/// and moves with it; that it is left out is changed by giving one.
fn limits_moved(
    limits: Limits,
    step: Step,
    (low, high): (f64, f64),
    sign: f64,
) -> Vec<Mutant<Limits>> {
    let Limits { floor, minimum, target } = limits;
    let (has_floor, has_target) = (floor != minimum, target != minimum);
    let mut mutants = Vec::new();
    for times in [1.0, -1.0] {
        let way = if times > 0.0 { "up" } else { "down" };
        let moved = |number: f64| step.moved(number, times);
        mutants.push(Mutant::of(&limits, format!("minimum {way}"), |limits| {
            limits.minimum = moved(minimum);
            limits.floor = if has_floor { floor } else { limits.minimum };
            limits.target = if has_target { target } else { limits.minimum };
        }));
        if has_floor {
            mutants.push(Mutant::of(&limits, format!("floor {way}"), |limits| {
                limits.floor = moved(floor);
            }));
        }
        if has_target {
            mutants.push(Mutant::of(&limits, format!("target {way}"), |limits| {
                limits.target = moved(target);
            }));
        }
    }
    if !has_floor {
        let can_be_short = if sign > 0.0 { minimum > low } else { minimum < high };
        // Two steps, as the first whole thing below the minimum would lie on a floor of one.
        let given = Mutant::of(&limits, "a floor given", |limits| {
            limits.floor = step.moved(minimum, -2.0 * sign);
        });
        mutants.push(given.seen_if(can_be_short));
    }
    if !has_target {
        mutants.push(Mutant::of(&limits, "a target given", |limits| {
            limits.target = step.moved(minimum, 2.0 * sign);
        }));
    }
    mutants
}

fn thresholds(threshold: &Threshold, step: Step, range: (f64, f64)) -> Vec<Mutant<Threshold>> {
    let rising = |limits: &Limits| limits_moved(*limits, step, range, 1.0).into_iter();
    let falling = |limits: &Limits| limits_moved(*limits, step, range, -1.0).into_iter();
    match threshold {
        Threshold::AtLeast(limits) => rising(limits)
            .map(|mutant| mutant.within("", Threshold::AtLeast))
            .chain([Mutant::new("at most", Threshold::AtMost(*limits))])
            .collect(),
        Threshold::AtMost(limits) => falling(limits)
            .map(|mutant| mutant.within("", Threshold::AtMost))
            .chain([Mutant::new("at least", Threshold::AtLeast(*limits))])
            .collect(),
        Threshold::Within { low, high } => {
            let lower = rising(low).map(|mutant| {
                mutant.within("lower ", |low| Threshold::Within { low, high: *high })
            });
            let upper = falling(high).map(|mutant| {
                mutant.within("upper ", |high| Threshold::Within { low: *low, high })
            });
            let open = [
                Mutant::new("no upper edge", Threshold::AtLeast(*low)),
                Mutant::new("no lower edge", Threshold::AtMost(*high)),
            ];
            lower.chain(upper).chain(open).collect()
        }
        Threshold::Choices(attainments) => {
            let changed = |at: usize, attainment| {
                let mut attainments = attainments.clone();
                attainments[at] = attainment;
                Threshold::Choices(attainments)
            };
            let each = attainments.iter().enumerate();
            each.flat_map(|(at, attainment)| match attainment {
                None => vec![Mutant::new(format!("choice {at} applies"), changed(at, Some(1.0)))],
                Some(share) => {
                    let inward = if *share < 0.5 { ATTAINMENT } else { -ATTAINMENT };
                    vec![
                        Mutant::new(
                            format!("choice {at} moved"),
                            changed(at, Some(share + inward)),
                        ),
                        Mutant::new(format!("choice {at} does not apply"), changed(at, None)),
                    ]
                }
            })
            .collect()
        }
        Threshold::Is(wanted) => vec![Mutant::new("negated", Threshold::Is(!wanted))],
    }
}

/// Headroom is held against multiples of the demand, so a changed demand scales all limits.
fn demand_scaled(threshold: &Threshold, factor: f64) -> Threshold {
    let Threshold::AtLeast(limits) = threshold else { panic!("headroom takes at_least") };
    Threshold::AtLeast(Limits {
        floor: limits.floor * factor,
        minimum: limits.minimum * factor,
        target: limits.target * factor,
    })
}

/// Whether some value lies between two limits, so that the scale on which it lies can matter.
fn is_scaled(threshold: &Threshold, step: Step) -> bool {
    let has_between = |low: f64, high: f64| match step {
        // Between two whole numbers that follow each other lies none.
        Step::Fixed(step) => (high - low).abs() > step,
        _ => low != high,
    };
    let any = |limits: &Limits| {
        has_between(limits.floor, limits.minimum) || has_between(limits.minimum, limits.target)
    };
    match threshold {
        Threshold::AtLeast(limits) | Threshold::AtMost(limits) => any(limits),
        Threshold::Within { low, high } => any(low) || any(high),
        Threshold::Choices(_) | Threshold::Is(_) => false,
    }
}

const fn other_grade(evidence: Evidence) -> Evidence {
    if evidence.is_soft() { Evidence::Verified } else { Evidence::Policy }
}

/// What a headroom rests on is its threshold or its formula, whichever is weaker. Where the formula
/// is recalled or policy, the grade of the threshold therefore decides nothing.
fn is_grade_hidden(rulebook: &Rulebook, requirement: &Requirement) -> bool {
    match requirement.asks {
        Question::Headroom(resource) => rulebook.resources[resource.at()].evidence.is_soft(),
        Question::Measure(_) | Question::Checklist(_) => false,
    }
}

fn requirements(
    rulebook: &Rulebook,
    asked: &[Domain],
    requirement: &Requirement,
) -> Vec<Mutant<Requirement>> {
    let step = Step::of(rulebook, requirement);
    let changed = |name: &str, change: &dyn Fn(&mut Requirement)| {
        Mutant::of(requirement, name, |requirement| change(requirement))
    };
    let with = |threshold| Requirement { threshold, ..requirement.clone() };
    let mut mutants: Vec<Mutant<Requirement>> =
        thresholds(&requirement.threshold, step, range(rulebook, requirement))
            .into_iter()
            .map(|mutant| mutant.within("", with))
            .collect();
    mutants.push(changed("gate flipped", &|one| one.gate = !one.gate));
    mutants.push(changed("heavier", &|one| one.weight += 1));
    let grade = changed("grade", &|one| one.evidence = other_grade(one.evidence));
    mutants.push(grade.seen_if(!is_grade_hidden(rulebook, requirement)));
    let at = asked.iter().position(|domain| *domain == requirement.domain).expect("it is asked");
    let next = asked[(at + 1) % asked.len()];
    if next != requirement.domain {
        mutants.push(changed("another domain", &|one| one.domain = next));
    }
    if let Question::Headroom(_) = requirement.asks {
        for (name, factor) in [("more demand", 1.0 + SHARE), ("less demand", 1.0 - SHARE)] {
            mutants.push(changed(name, &|one| {
                one.threshold = demand_scaled(&one.threshold, factor);
            }));
        }
    }
    if let Question::Checklist(items) = &requirement.asks
        && items.len() > 1
    {
        for (at, item) in items.iter().enumerate() {
            let id = &rulebook.dictionary.get(*item).id;
            mutants.push(changed(&format!("without {id}"), &|one| {
                if let Question::Checklist(items) = &mut one.asks {
                    items.remove(at);
                }
            }));
        }
    }
    if let Question::Measure(_) = requirement.asks {
        let scale = match requirement.scale {
            Scale::Linear => Scale::Log10,
            Scale::Log10 | Scale::Nines => Scale::Linear,
        };
        let another = changed("another scale", &|one| one.scale = scale);
        mutants.push(another.seen_if(is_scaled(&requirement.threshold, step)));
    }
    mutants
}

fn asked_domains(profile: &Profile) -> Vec<Domain> {
    let is_asked = |domain: &Domain| profile.requirements.iter().any(|one| one.domain == *domain);
    Domain::ALL.iter().copied().filter(is_asked).collect()
}

fn profiles(rulebook: &Rulebook, profile: &Profile) -> Vec<Mutant<Profile>> {
    let asked = asked_domains(profile);
    let mut mutants = Vec::new();
    for (at, requirement) in profile.requirements.iter().enumerate() {
        for mutant in requirements(rulebook, &asked, requirement) {
            mutants.push(mutant.within(&format!("{}: ", requirement.id), |changed| {
                let mut profile = profile.clone();
                profile.requirements[at] = changed;
                profile
            }));
        }
    }
    mutants.push(Mutant::of(profile, "judged elsewhere", |profile| {
        profile.place = match profile.place {
            Place::Site => Place::Space(SpaceKind::Ward),
            Place::Space(_) => Place::Site,
        };
    }));
    for domain in Domain::ALL {
        let heavier = Mutant::of(profile, format!("weight of {domain}"), |profile| {
            profile.weights[*domain as usize] += 1;
        });
        mutants.push(heavier.seen_if(asked.contains(domain)));
    }
    mutants
}

/// The golden cases of one profile, built: every mutant is judged at the same places.
struct Built {
    profile: usize,
    cases: Vec<(Estate, Said)>,
}

impl Built {
    fn all(rulebook: &Rulebook) -> Vec<Self> {
        let build = |golden: cases::Golden| {
            let cases = golden.cases.into_iter();
            let built = cases.map(|case| (places::estate(rulebook, &[case.site]), case.expected));
            Self { profile: golden.profile, cases: built.collect() }
        };
        read_golden(rulebook).into_iter().map(build).collect()
    }

    fn holds(&self, rulebook: &Rulebook, profile: &Profile) -> bool {
        self.cases.iter().all(|(estate, expected)| say(rulebook, estate, profile) == *expected)
    }
}

fn all_hold(rulebook: &Rulebook, golden: &[Built]) -> bool {
    golden.iter().all(|built| built.holds(rulebook, &rulebook.profiles[built.profile]))
}

#[test]
fn every_change_of_a_profile_breaks_one_of_its_golden_cases() {
    let rulebook = support::rulebook();
    let (mut survivors, mut broken) = (Vec::new(), Vec::new());
    for built in Built::all(&rulebook) {
        let profile = &rulebook.profiles[built.profile];
        assert!(built.holds(&rulebook, profile), "{}: a case fails as it is", profile.id);
        for mutant in profiles(&rulebook, profile) {
            let name = format!("{}: {}", profile.id, mutant.name);
            match (built.holds(&rulebook, &mutant.changed), mutant.is_seen) {
                (true, true) => survivors.push(name),
                (false, false) => broken.push(name),
                _ => {}
            }
        }
    }
    assert!(survivors.is_empty(), "no golden case notices\n{}", survivors.join("\n"));
    assert!(broken.is_empty(), "this can be seen after all\n{}", broken.join("\n"));
}

#[test]
fn every_change_of_a_band_breaks_a_golden_case() {
    let rulebook = support::rulebook();
    let golden = Built::all(&rulebook);
    type Pick = fn(&mut Rulebook) -> &mut u16;
    let bands: [(&str, Pick); 3] = [
        ("ready", |rulebook| &mut rulebook.bands.ready_bp),
        ("ready with actions", |rulebook| &mut rulebook.bands.ready_with_actions_bp),
        ("coverage", |rulebook| &mut rulebook.bands.coverage_bp),
    ];
    for (name, pick) in bands {
        let up = Mutant::of(&rulebook, "up", |rulebook| *pick(rulebook) += BAND_BP);
        let down = Mutant::of(&rulebook, "down", |rulebook| *pick(rulebook) -= BAND_BP);
        for mutant in [up, down] {
            assert!(!all_hold(&mutant.changed, &golden), "{name} {}", mutant.name);
        }
    }
}

fn resources(resource: &Resource) -> Vec<Mutant<Resource>> {
    let mut mutants = Vec::new();
    let mut add = |name: &str, change: &dyn Fn(&mut Source)| {
        mutants.push(Mutant::of(resource, name, |resource| change(&mut resource.source)));
    };
    let Source::Balance { active, .. } = &resource.source else {
        // A headroom that is itself a measure has no formula.
        return mutants;
    };
    for (way, factor) in [("up", 1.0 + SHARE), ("down", 1.0 - SHARE)] {
        add(&format!("growth reserve {way}"), &|source| {
            if let Source::Balance { growth_reserve, .. } = source {
                *growth_reserve *= factor;
            }
        });
        if active.is_some() {
            add(&format!("least power factor {way}"), &|source| {
                if let Source::Balance { active: Some(active), .. } = source {
                    active.limits.0 *= factor;
                }
            });
            add(&format!("greatest power factor {way}"), &|source| {
                if let Source::Balance { active: Some(active), .. } = source {
                    active.limits.1 *= factor;
                }
            });
        }
    }
    mutants
}

#[test]
fn every_change_of_a_resource_breaks_a_golden_case() {
    let rulebook = support::rulebook();
    let golden = Built::all(&rulebook);
    let mut survivors = Vec::new();
    for (at, resource) in rulebook.resources.iter().enumerate() {
        for mutant in resources(resource) {
            let mut changed = rulebook.clone();
            changed.resources[at] = mutant.changed;
            if all_hold(&changed, &golden) {
                survivors.push(format!("{}: {}", resource.id, mutant.name));
            }
        }
    }
    assert!(survivors.is_empty(), "no golden case notices\n{}", survivors.join("\n"));
}

/// The grades of a formula and of the thresholds on it hide each other, so they change together.
#[test]
fn every_change_of_the_grade_of_a_resource_breaks_a_golden_case() {
    let rulebook = support::rulebook();
    let golden = Built::all(&rulebook);
    for (at, resource) in rulebook.resources.iter().enumerate() {
        let asks = |one: &Requirement| matches!(one.asks, Question::Headroom(on) if on.at() == at);
        let mut changed = rulebook.clone();
        let grade = other_grade(resource.evidence);
        changed.resources[at].evidence = grade;
        for one in changed.profiles.iter_mut().flat_map(|profile| &mut profile.requirements) {
            if asks(one) {
                one.evidence = if grade.is_soft() { one.evidence } else { grade };
            }
        }
        let differs = rulebook
            .profiles
            .iter()
            .flat_map(|profile| &profile.requirements)
            .any(|one| asks(one) && evidence_of(&rulebook, one).is_soft() != grade.is_soft());
        assert_eq!(all_hold(&changed, &golden), !differs, "{}", resource.id);
    }
}
