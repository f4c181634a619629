//! Readiness of a site for a technology with its explanation, and `readinessSummary`.

use super::next::NextMeasure;
use super::profiles::ProfileNode;
use super::sites::SiteFilterInput;
use super::words::{
    Domain, Evidence, Horizon, KnownBetween, Method, MoneyEstimate, Readiness, Verdict,
};
use super::{fail, page_size, view};
use crate::view::explain::{AnsweredFor, Explained, Explanation, Input, describe_value, explain};
use crate::view::filter::SiteFilter;
use crate::view::gap::find_judged_at_sites;
use crate::view::next::next_measures;
use crate::view::summary::{self, summarise};
use crate::view::{SiteResult, View};
use async_graphql::{Context, Enum, Object, SimpleObject};
use chrono::NaiveDate;
use siteworthy_rules::estate::PlaceRow;
use siteworthy_rules::judge::{self as rules, Outcome, percent};
use siteworthy_rules::measure::MeasureIndex;
use siteworthy_rules::profile::Profile;
use siteworthy_rules::trace::DomainPart;
use std::sync::{Arc, OnceLock};

/// Queries of readiness over many sites.
#[derive(Default)]
pub struct ReadinessQuery;

/// By what sites are grouped.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "summary::GroupBy")]
enum GroupBy {
    /// The nation of the site.
    Nation,
    /// The region above the site's organisation.
    Region,
    /// The site's organisation.
    Organisation,
}

/// A group of sites with its counts.
#[derive(SimpleObject)]
struct SummaryGroup {
    /// Code of the nation, region or organisation; empty for sites of which no survey says it.
    key: String,
    /// Name.
    title: String,
    /// Sites, pooled entries not counted.
    sites: u32,
    /// For each technology.
    #[graphql(complexity = "20 * child_complexity")]
    counts: Vec<SummaryCounts>,
}

/// How many sites of a group stand where for one technology.
#[derive(SimpleObject)]
struct SummaryCounts {
    /// Id of the profile.
    profile: String,
    /// Sites that are ready.
    ready: u32,
    /// Sites that are ready with actions.
    ready_with_actions: u32,
    /// Sites of which too little is known.
    indeterminate: u32,
    /// Sites that are not ready.
    not_ready: u32,
}

#[Object]
impl ReadinessQuery {
    /// How many sites stand where, by nation, region or organisation, for these technologies: where
    /// none is named, for all that can be deployed now, or for all of the future. Those that are
    /// deployed in homes are not judged at sites: how many homes are ready is said by the pools of a
    /// site.
    #[graphql(complexity = "300 * child_complexity")]
    async fn readiness_summary(
        &self,
        context: &Context<'_>,
        group_by: GroupBy,
        filter: Option<SiteFilterInput>,
        #[graphql(default, desc = "Ids of profiles, those of the future too.")] technologies: Vec<
            String,
        >,
        #[graphql(
            default_with = "Horizon::Now",
            desc = "Which technologies are counted where none is named."
        )]
        horizon: Horizon,
    ) -> async_graphql::Result<Vec<SummaryGroup>> {
        let view = view(context)?;
        let filter = SiteFilter::from(filter.unwrap_or_default());
        let chosen = filter.find(view).map_err(fail)?;
        let profiles =
            find_judged_at_sites(&view.rulebook, &technologies, horizon.into()).map_err(fail)?;
        let groups = summarise(view, group_by.into(), |at, site| chosen.takes(view, at, site));
        let counts = |counts: &[[u32; 4]]| {
            let count = |at: &usize| summary_counts(&view.rulebook.profiles[*at].id, counts[*at]);
            profiles.iter().map(count).collect()
        };
        Ok(groups
            .into_iter()
            .map(|group| SummaryGroup {
                key: group.key,
                title: group.title,
                sites: group.sites,
                counts: counts(&group.counts),
            })
            .collect())
    }
}

fn summary_counts(
    profile: &str,
    [ready, ready_with_actions, indeterminate, not_ready]: [u32; 4],
) -> SummaryCounts {
    let profile = profile.to_owned();
    SummaryCounts { profile, ready, ready_with_actions, indeterminate, not_ready }
}

/// Readiness of one technology at one site.
pub struct SiteReadinessNode {
    /// The view it is read from.
    pub view: Arc<View>,
    /// The profile.
    pub profile: usize,
    /// What is said.
    pub result: SiteResult,
    /// Why; worked out when the first field asks for it, for all that ask.
    explained: OnceLock<ExplanationNode>,
}

/// An explanation in the words of this face.
struct ExplanationNode {
    headline: String,
    failing_gates: Vec<String>,
    unknown_gates: Vec<String>,
    domains: Vec<DomainNode>,
    weakest: Option<Domain>,
    requirements: Vec<RequirementResult>,
}

/// Readiness of one technology at one site, with its score, the range that the unknown leaves open,
/// and how sure we are.
#[Object(name = "SiteReadiness")]
impl SiteReadinessNode {
    /// The technology.
    async fn profile(&self) -> ProfileNode {
        ProfileNode { view: Arc::clone(&self.view), at: self.profile }
    }

    /// What is said.
    async fn readiness(&self) -> Readiness {
        self.result.outcome.score.readiness.into()
    }

    /// Score over what is known, in per cent; none where less is known than any verdict but
    /// indeterminate asks for: there the range says what can be said.
    async fn score(&self) -> Option<f64> {
        self.result.outcome.score.told_bp().map(percent)
    }

    /// How many requirements are below their minimum, whether or not they are gates: a site can be ready
    /// and still be short of some. None where no room of the kind is on record.
    async fn below_minimum(&self) -> Option<u32> {
        self.result.below_minimum
    }

    /// The mean over what is answered, in per cent, however little that is: what the points of the
    /// requirements add up to. None where nothing is known.
    async fn score_of_answered(&self) -> Option<f64> {
        self.result.outcome.score.score_bp.map(percent)
    }

    /// The score if every unknown were 0.
    async fn score_low(&self) -> f64 {
        percent(self.result.outcome.score.low_bp)
    }

    /// The score if every unknown were 1.
    async fn score_high(&self) -> f64 {
        percent(self.result.outcome.score.high_bp)
    }

    /// Share of the weight that is answered, in per cent.
    async fn coverage(&self) -> f64 {
        percent(self.result.outcome.score.coverage_bp)
    }

    /// Share of the answered weight that rests on recalled or policy thresholds, in per cent.
    async fn recalled_or_policy_share(&self) -> f64 {
        percent(self.result.outcome.score.soft_bp)
    }

    /// Gates whose minimum is not met.
    async fn gates_failed(&self) -> u8 {
        self.result.outcome.score.gates_failed
    }

    /// Gates that are not known.
    async fn gates_unknown(&self) -> u8 {
        self.result.outcome.score.gates_unknown
    }

    /// Code of the space in which it was judged: the best of its kind.
    async fn space(&self) -> Option<&str> {
        self.view.space_code(self.result.outcome.spot())
    }

    /// Spaces of the profile's kind on record.
    async fn spaces(&self) -> u32 {
        self.result.outcome.spaces.into()
    }

    /// How many of them are ready.
    async fn spaces_ready(&self) -> u32 {
        self.result.outcome.spaces_ready.into()
    }

    /// The weakest method among the observations used.
    async fn weakest_method(&self) -> Option<Method> {
        self.provenance().0.map(Into::into)
    }

    /// The oldest date among the observations used.
    async fn oldest_on(&self) -> Option<NaiveDate> {
        self.provenance().1
    }

    /// Capital that closes the known gaps of this technology alone to the minimum; none where no cost is
    /// known and something may be missing. Remedies whose cost is not known are not in it.
    async fn capital(&self) -> Option<MoneyEstimate> {
        self.result.capital.map(Into::into)
    }

    /// Remedies whose cost is not known.
    async fn lines_without_cost(&self) -> u32 {
        self.result.lines_without_cost
    }

    /// The whole in a sentence: readiness, what decided it, how sure it is.
    #[graphql(complexity = 20)]
    async fn headline(&self) -> &str {
        &self.explained().headline
    }

    /// Titles of the gates whose minimum is not met.
    #[graphql(complexity = 20)]
    async fn failing_gates(&self) -> &[String] {
        &self.explained().failing_gates
    }

    /// Titles of the gates that are not known.
    #[graphql(complexity = 20)]
    async fn unknown_gates(&self) -> &[String] {
        &self.explained().unknown_gates
    }

    /// How each domain stands of which the technology asks something.
    #[graphql(complexity = "20 + 8 * child_complexity")]
    async fn domains(&self) -> &[DomainNode] {
        &self.explained().domains
    }

    /// The domain with the lowest mean; none where nothing is known.
    #[graphql(complexity = 20)]
    async fn weakest_domain(&self) -> Option<Domain> {
        self.explained().weakest
    }

    /// Every requirement with its value, threshold, verdict, gap and sources: failing gates first, then
    /// gates that are not known, then those of the weakest domain, then the others; among those what
    /// is short, then what is not known, before the rest. Their points add up to the score.
    #[graphql(complexity = "20 * child_complexity")]
    async fn requirements(&self) -> &[RequirementResult] {
        &self.explained().requirements
    }

    /// How each space of the technology's kind stands, in the order in which they are on record; none for
    /// what is judged for the site as a whole.
    #[graphql(complexity = "20 * child_complexity")]
    async fn in_spaces(&self) -> Vec<SpaceReadinessNode> {
        let profile = &self.view.rulebook.profiles[self.profile];
        let View { rulebook, estate, .. } = &*self.view;
        let site = self.result.outcome.spot().site();
        let outcomes = rules::assess_spaces(rulebook, estate, profile, site);
        outcomes.map(|outcome| SpaceReadinessNode::new(&self.view, profile, &outcome)).collect()
    }

    /// What to measure next here for this technology, what is worth most first.
    #[graphql(complexity = "20 + super::page_complexity(Some(first), child_complexity)")]
    async fn next_measures(
        &self,
        #[graphql(default = 3, desc = "How many, up to 1,000.")] first: i32,
    ) -> async_graphql::Result<Vec<NextMeasure>> {
        let first = page_size(Some(first)).map_err(fail)?;
        let site = self.result.outcome.spot().site();
        let found = next_measures(&self.view, &[self.profile], std::iter::once(site));
        Ok(found.into_iter().take(first).map(|one| NextMeasure::new(&self.view, one)).collect())
    }
}

/// Readiness of one technology in one space.
#[derive(SimpleObject)]
#[graphql(name = "SpaceReadiness")]
struct SpaceReadinessNode {
    /// Code of the space.
    space: Option<String>,
    /// What is said.
    readiness: Readiness,
    /// Score over what is known, in per cent; none where less is known than any verdict but
    /// indeterminate asks for.
    score: Option<f64>,
    /// The mean over what is answered, in per cent, however little that is; none where nothing is known.
    score_of_answered: Option<f64>,
    /// The score if every unknown were 0.
    score_low: f64,
    /// The score if every unknown were 1.
    score_high: f64,
    /// Share of the weight that is answered, in per cent.
    coverage: f64,
    /// The whole in a sentence.
    headline: String,
    /// Titles of the gates whose minimum is not met.
    failing_gates: Vec<String>,
    /// Titles of the gates that are not known.
    unknown_gates: Vec<String>,
    /// Every requirement, in the order of those of the site.
    requirements: Vec<RequirementResult>,
}

impl SpaceReadinessNode {
    fn new(view: &View, profile: &Profile, outcome: &Outcome) -> Self {
        let explained = ExplanationNode::new(view, explain(view, profile, outcome));
        let score = &outcome.score;
        Self {
            space: view.space_code(outcome.spot()).map(str::to_owned),
            readiness: score.readiness.into(),
            score: score.told_bp().map(percent),
            score_of_answered: score.score_bp.map(percent),
            score_low: percent(score.low_bp),
            score_high: percent(score.high_bp),
            coverage: percent(score.coverage_bp),
            headline: explained.headline,
            failing_gates: explained.failing_gates,
            unknown_gates: explained.unknown_gates,
            requirements: explained.requirements,
        }
    }
}

/// How a domain stands in a score.
#[derive(SimpleObject)]
struct DomainNode {
    /// The domain.
    domain: Domain,
    /// Its weight, relative to those of the other domains.
    weight: u32,
    /// The mean over what is answered in it, in per cent; none where nothing is.
    mean: Option<f64>,
    /// Weight of its requirements that is answered.
    answered: u32,
    /// Weight of its requirements that applies.
    applicable: u32,
}

impl From<DomainPart> for DomainNode {
    fn from(part: DomainPart) -> Self {
        Self {
            domain: part.domain.into(),
            weight: part.weight,
            mean: part.mean_bp.map(percent),
            answered: part.answered,
            applicable: part.applicable,
        }
    }
}

/// One requirement at one site.
#[derive(SimpleObject)]
struct RequirementResult {
    /// Id of the requirement within its profile.
    id: String,
    /// What is asked.
    title: String,
    /// The domain in which it counts.
    domain: Domain,
    /// Where it was read: a space, or the whole site.
    place: Option<String>,
    /// The verdict.
    verdict: Verdict,
    /// How far it is attained, in per cent; none where unknown or not applicable.
    attainment: Option<f64>,
    /// What it brought to the score, in per cent; none where it is not answered or does not apply. The
    /// points of all requirements add up to the score.
    points: Option<f64>,
    /// The most that it could bring: its share of the weight that is answered.
    possible_points: Option<f64>,
    /// Whether its minimum must be met, whatever the score.
    gate: bool,
    /// Weight within the domain.
    weight: u32,
    /// The value, or the least that it can be.
    value_low: Option<f64>,
    /// The value, or the most that it can be.
    value_high: Option<f64>,
    /// Unit of value and gap.
    unit: String,
    /// The threshold in words.
    threshold: String,
    /// How far from the minimum, at worst.
    gap_to_minimum: Option<f64>,
    /// How far from the target, at worst.
    gap_to_target: Option<f64>,
    /// Id of the remedy that closes the gap.
    remedy: Option<String>,
    /// The observations that the value rests on.
    inputs: Vec<InputNode>,
    /// The whole in a sentence.
    sentence: String,
    /// Why it matters.
    why: String,
    /// Where the threshold comes from.
    reference: String,
    /// How well the threshold is supported.
    evidence: Evidence,
}

/// One observation behind a value.
#[derive(SimpleObject)]
pub struct InputNode {
    /// Id of the measure; `measure@technology` of an answer for one technology.
    measure: String,
    /// Whether it was answered for all technologies at once; null for what is not asked of a technology.
    for_all_technologies: Option<bool>,
    /// The value in words.
    value: String,
    /// The date on which it was true.
    observed_on: NaiveDate,
    /// How it was obtained.
    method: Method,
    /// Id of the survey.
    survey: String,
    /// Name of the survey's file.
    file: String,
    /// Row of the file.
    row: u32,
    /// Column of the file, from 1.
    column: u16,
}

impl InputNode {
    fn new(view: &View, input: Input<'_>) -> Self {
        let survey = view.survey(input.source);
        Self {
            measure: input.measure.id.clone(),
            for_all_technologies: input.answered_for().map(|whom| whom == AnsweredFor::All),
            value: input.value,
            observed_on: input.source.observed_on,
            method: input.source.method.into(),
            survey: survey.id.to_string(),
            file: survey.file_name.clone(),
            row: input.source.row,
            column: input.source.column,
        }
    }

    /// The current observation of a measure at a place; none where it was not surveyed.
    pub fn find(view: &View, measure: MeasureIndex, place: PlaceRow) -> Option<Self> {
        let source = view.estate.source(measure, place)?;
        let value = view.estate.value(measure, place);
        let value = describe_value(&view.rulebook, measure, value);
        let measure = view.rulebook.dictionary.get(view.estate.counted(measure, place));
        Some(Self::new(view, Input { measure, value, source }))
    }
}

impl SiteReadinessNode {
    /// What is said of a profile at a site.
    pub const fn new(view: Arc<View>, profile: usize, result: SiteResult) -> Self {
        Self { view, profile, result, explained: OnceLock::new() }
    }

    fn provenance(&self) -> (Option<siteworthy_rules::observation::Method>, Option<NaiveDate>) {
        let View { rulebook, estate, .. } = &*self.view;
        let profile = &rulebook.profiles[self.profile];
        rules::provenance(rulebook, estate, profile, self.result.outcome.spot())
    }

    fn explained(&self) -> &ExplanationNode {
        self.explained.get_or_init(|| {
            let profile = &self.view.rulebook.profiles[self.profile];
            let explained = explain(&self.view, profile, &self.result.outcome);
            ExplanationNode::new(&self.view, explained)
        })
    }
}

impl ExplanationNode {
    fn new(view: &View, explained: Explanation<'_>) -> Self {
        let gates = |verdict: rules::Verdict| {
            let gates = explained.requirements.iter().filter(|one| one.requirement.gate);
            let those = gates.filter(|one| one.judged.verdict == verdict);
            those.map(|one| one.title.clone()).collect()
        };
        Self {
            failing_gates: gates(rules::Verdict::Short),
            unknown_gates: gates(rules::Verdict::Unknown),
            headline: explained.headline,
            domains: explained.domains.into_iter().map(Into::into).collect(),
            weakest: explained.weakest.map(Into::into),
            requirements: explained
                .requirements
                .into_iter()
                .map(|one| RequirementResult::new(view, one))
                .collect(),
        }
    }
}

impl RequirementResult {
    fn new(view: &View, explained: Explained<'_>) -> Self {
        let requirement = explained.requirement;
        let value = KnownBetween::of(explained.reading);
        let verdict = explained.judged.verdict;
        let is_known = verdict.is_answered();
        Self {
            id: requirement.id.clone(),
            title: explained.title,
            domain: requirement.domain.into(),
            place: explained.place.map(|place| view.place_name(place).to_owned()),
            verdict: verdict.into(),
            attainment: is_known.then(|| percent(explained.judged.attainment_bp)),
            points: explained.part.points_bp.map(percent),
            possible_points: explained.part.possible_bp.map(percent),
            gate: requirement.gate,
            weight: requirement.weight,
            value_low: value.as_ref().map(|value| value.low),
            value_high: value.as_ref().map(|value| value.high),
            unit: explained.unit.to_owned(),
            threshold: explained.threshold,
            gap_to_minimum: explained.gap_to_minimum.filter(|_| is_known),
            gap_to_target: explained.gap_to_target.filter(|_| is_known),
            remedy: explained.remedy.map(|remedy| remedy.id.clone()),
            inputs: explained.inputs.into_iter().map(|input| InputNode::new(view, input)).collect(),
            sentence: explained.sentence,
            why: requirement.why.clone(),
            reference: rules::reference_of(&view.rulebook, requirement),
            evidence: rules::evidence_of(&view.rulebook, requirement).into(),
        }
    }
}
