//! Readiness of a site for a technology with its explanation, and `readinessSummary`.

use super::fail;
use super::profiles::ProfileNode;
use super::sites::SiteFilterInput;
use super::view;
use super::words::{Domain, Evidence, Method, MoneyEstimate, Readiness, Verdict};
use crate::view::explain::{Explained, explain};
use crate::view::filter::SiteFilter;
use crate::view::summary::{self, summarise};
use crate::view::{SiteResult, View};
use async_graphql::{Context, Enum, Object, SimpleObject};
use chrono::NaiveDate;
use siteworthy_rules::judge::{self as rules, percent};
use siteworthy_rules::resource::Reading;
use std::sync::Arc;

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
    /// How many sites stand where, by nation, region or organisation.
    #[graphql(complexity = "300 * child_complexity")]
    async fn readiness_summary(
        &self,
        context: &Context<'_>,
        group_by: GroupBy,
        filter: Option<SiteFilterInput>,
    ) -> async_graphql::Result<Vec<SummaryGroup>> {
        let view = view(context)?;
        let filter = SiteFilter::from(filter.unwrap_or_default());
        let chosen = filter.find(view).map_err(fail)?;
        let groups = summarise(view, group_by.into(), |at, site| chosen.takes(view, at, site));
        let profiles = &view.rulebook.profiles;
        Ok(groups
            .into_iter()
            .map(|group| SummaryGroup {
                key: group.key,
                title: group.title,
                sites: group.sites,
                counts: profiles
                    .iter()
                    .zip(group.counts)
                    .map(|(profile, [ready, ready_with_actions, indeterminate, not_ready])| {
                        let profile = profile.id.clone();
                        SummaryCounts {
                            profile,
                            ready,
                            ready_with_actions,
                            indeterminate,
                            not_ready,
                        }
                    })
                    .collect(),
            })
            .collect())
    }
}

/// Readiness of one technology at one site.
pub struct SiteReadinessNode {
    /// The view it is read from.
    pub view: Arc<View>,
    /// The profile.
    pub profile: usize,
    /// What is said.
    pub result: SiteResult,
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

    /// Score over what is known, in per cent; none where nothing is known.
    async fn score(&self) -> Option<f64> {
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
        let space = self.view.space(self.result.outcome.spot.space()?)?;
        Some(&space.code)
    }

    /// Spaces of the profile's kind on record.
    async fn spaces(&self) -> u32 {
        self.result.outcome.spaces
    }

    /// How many of them are ready.
    async fn spaces_ready(&self) -> u32 {
        self.result.outcome.spaces_ready
    }

    /// The weakest method among the observations used.
    async fn weakest_method(&self) -> Option<Method> {
        self.provenance().0.map(Into::into)
    }

    /// The oldest date among the observations used.
    async fn oldest_on(&self) -> Option<NaiveDate> {
        self.provenance().1
    }

    /// Capital that closes the known gaps of this technology alone to the minimum; none where nothing
    /// is known of the site. Remedies whose cost is not known are not in it.
    async fn capital(&self) -> Option<MoneyEstimate> {
        self.result.capital.map(Into::into)
    }

    /// Remedies whose cost is not known.
    async fn lines_without_cost(&self) -> u32 {
        self.result.lines_without_cost
    }

    /// Every requirement with its value, threshold, verdict, gap and sources.
    #[graphql(complexity = "20 * child_complexity")]
    async fn requirements(&self) -> Vec<RequirementResult> {
        let profile = &self.view.rulebook.profiles[self.profile];
        let explained = explain(&self.view, profile, &self.result.outcome);
        explained.requirements.into_iter().map(|one| self.requirement(one)).collect()
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
struct InputNode {
    /// Id of the measure.
    measure: String,
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

impl SiteReadinessNode {
    fn provenance(&self) -> (Option<siteworthy_rules::observation::Method>, Option<NaiveDate>) {
        let View { rulebook, estate, .. } = &*self.view;
        let profile = &rulebook.profiles[self.profile];
        rules::provenance(rulebook, estate, profile, self.result.outcome.spot)
    }

    fn requirement(&self, explained: Explained<'_>) -> RequirementResult {
        let requirement = explained.requirement;
        let (value_low, value_high) = match explained.reading {
            Reading::Known { low, high, .. } => (Some(low), Some(high)),
            Reading::Unknown | Reading::NotApplicable => (None, None),
        };
        let verdict = explained.judged.verdict;
        let is_known = !matches!(verdict, rules::Verdict::Unknown | rules::Verdict::NotApplicable);
        RequirementResult {
            id: requirement.id.clone(),
            title: explained.title,
            domain: requirement.domain.into(),
            place: explained.place.map(|place| self.view.place_name(place).to_owned()),
            verdict: verdict.into(),
            attainment: is_known.then(|| percent(explained.judged.attainment_bp)),
            gate: requirement.gate,
            weight: requirement.weight,
            value_low,
            value_high,
            unit: explained.unit.to_owned(),
            threshold: explained.threshold,
            gap_to_minimum: explained.gap_to_minimum.filter(|_| is_known),
            gap_to_target: explained.gap_to_target.filter(|_| is_known),
            remedy: explained.remedy.map(|remedy| remedy.id.clone()),
            inputs: explained
                .inputs
                .into_iter()
                .map(|input| {
                    let survey = self.view.survey(input.source);
                    InputNode {
                        measure: input.measure.id.clone(),
                        value: input.value,
                        observed_on: input.source.observed_on,
                        method: input.source.method.into(),
                        survey: survey.id.to_string(),
                        file: survey.file_name.clone(),
                        row: input.source.row,
                        column: input.source.column,
                    }
                })
                .collect(),
            sentence: explained.sentence,
            why: requirement.why.clone(),
            reference: requirement.reference.clone(),
            evidence: requirement.evidence.into(),
        }
    }
}
