//! What is missing and what it costs: `investmentGap`, and the gap of one site.

use super::sites::SiteFilterInput;
use super::words::{Level, MoneyEstimate, QuantityEstimate};
use super::{fail, in_turn, page_size, view};
use crate::error::Error;
use crate::render::report::{GapLine, GapReport, Totals};
use crate::view::View;
use crate::view::filter::SiteFilter;
use crate::view::gap::GapQuestion;
use async_graphql::connection::{Connection, Edge};
use async_graphql::{Context, Object, SimpleObject};
use siteworthy_rules::gap::SiteGap;
use std::sync::Arc;

/// Queries of the investment gap.
#[derive(Default)]
pub struct GapQuery;

#[Object]
impl GapQuery {
    /// What is missing in a scope for one unit of each of these technologies at every site (all that
    /// can be deployed now where none is named), and what it costs.
    #[graphql(complexity = "super::HEAVY_COMPLEXITY + child_complexity")]
    async fn investment_gap(
        &self,
        context: &Context<'_>,
        #[graphql(default)] technologies: Vec<String>,
        #[graphql(default_with = "Level::Minimum")] level: Level,
        filter: Option<SiteFilterInput>,
    ) -> async_graphql::Result<GapReportNode> {
        let view = view(context)?;
        let filter: SiteFilter = filter.unwrap_or_default().into();
        if filter.with_pooled {
            let message = "pooled entries are not judged and have no gap; leave withPooled out";
            return Err(fail(Error::Invalid(message.to_owned())));
        }
        let question = GapQuestion { filter, technologies, level: level.into() };
        let report = in_turn(context, || view.gap_report(&question)).await?;
        Ok(GapReportNode { report })
    }
}

/// The investment gap of a scope.
pub struct GapReportNode {
    report: GapReport,
}

/// What a report rests on: a label and its text.
#[derive(SimpleObject)]
struct StatementItem {
    /// Label.
    label: String,
    /// Text.
    text: String,
}

/// Sums over lines.
#[derive(SimpleObject)]
struct TotalsNode {
    /// Sites in scope.
    sites: usize,
    /// Sites with at least one line.
    sites_with_gap: usize,
    /// Capital cost of the lines that have one; none where no line has and something may be missing.
    capital: Option<MoneyEstimate>,
    /// Running cost a year of the lines that have one; none where no line has.
    running: Option<MoneyEstimate>,
    /// Lines without a capital cost.
    lines_without_cost: usize,
    /// Lines without a running cost. Where there is any, `running` is not the whole.
    lines_without_running: usize,
    /// Requirements that are short and that no remedy closes.
    without_remedy: usize,
    /// Requirements of which too little is known. What is not known is not costed.
    not_known: usize,
}

impl From<&Totals> for TotalsNode {
    fn from(totals: &Totals) -> Self {
        Self {
            sites: totals.sites,
            sites_with_gap: totals.sites_with_gap,
            capital: totals.capital.map(Into::into),
            running: totals.running.map(Into::into),
            lines_without_cost: totals.lines_without_cost,
            lines_without_running: totals.lines_without_running,
            without_remedy: totals.without_remedy,
            not_known: totals.not_known,
        }
    }
}

/// Totals of one organisation.
#[derive(SimpleObject)]
struct OrganisationTotalNode {
    /// Code.
    code: String,
    /// Name.
    name: String,
    /// Sums.
    totals: TotalsNode,
}

/// Totals of one site.
#[derive(SimpleObject)]
struct SiteTotalNode {
    /// Site code.
    code: String,
    /// Name.
    name: String,
    /// Sums.
    totals: TotalsNode,
}

/// One remedy at one place of one site.
#[derive(SimpleObject)]
struct GapLineNode {
    /// Site code.
    site_code: String,
    /// Name of the site.
    site: String,
    /// Name of the organisation.
    organisation: String,
    /// Where: a space, or the whole site.
    place: String,
    /// Id of the remedy.
    remedy: String,
    /// Heading of the remedy.
    title: String,
    /// How much; none where it cannot be told.
    quantity: Option<QuantityEstimate>,
    /// Unit of the quantity.
    unit: String,
    /// Capital cost; none where it is not known.
    capital: Option<MoneyEstimate>,
    /// Running cost a year; none where no figure is published.
    running: Option<MoneyEstimate>,
    /// The technologies that need it.
    technologies: String,
    /// The requirements that it serves.
    requirements: String,
    /// The files, rows and dates of the observations that it follows from.
    rows: String,
    /// Sources of the rates.
    reference: String,
    /// The weakest evidence among them.
    evidence: String,
    /// Why a figure is missing, and cautions.
    remark: String,
}

impl From<&GapLine> for GapLineNode {
    fn from(line: &GapLine) -> Self {
        Self {
            site_code: line.site_code.clone(),
            site: line.site.clone(),
            organisation: line.organisation.clone(),
            place: line.place.clone(),
            remedy: line.remedy_id.clone(),
            title: line.remedy.clone(),
            quantity: line.quantity_milli.map(Into::into),
            unit: line.unit.clone(),
            capital: line.capital.map(Into::into),
            running: line.running.map(Into::into),
            technologies: line.technologies.clone(),
            requirements: line.requirements.clone(),
            rows: line.rows.clone(),
            reference: line.reference.clone(),
            evidence: line.evidence.to_owned(),
            remark: line.remark.clone(),
        }
    }
}

/// The investment gap of a scope.
#[Object(name = "InvestmentGap")]
impl GapReportNode {
    /// What the report rests on: revision, rulebook hash, filters, counts, and what is not in it.
    async fn statement(&self) -> Vec<StatementItem> {
        let statement = self.report.statement.iter();
        statement
            .map(|(label, text)| StatementItem { label: label.clone(), text: text.clone() })
            .collect()
    }

    /// Sums over all lines.
    async fn total(&self) -> TotalsNode {
        (&self.report.total).into()
    }

    /// Totals by organisation, in order of name.
    #[graphql(complexity = "200 * child_complexity")]
    async fn organisations(&self) -> Vec<OrganisationTotalNode> {
        let organisations = self.report.organisations.iter();
        organisations
            .map(|organisation| OrganisationTotalNode {
                code: organisation.code.clone(),
                name: organisation.name.clone(),
                totals: (&organisation.totals).into(),
            })
            .collect()
    }

    /// Totals by site, in order of code, a page at a time.
    #[graphql(complexity = "super::page_complexity(first, child_complexity)")]
    async fn sites(
        &self,
        #[graphql(desc = "How many, up to 1,000.")] first: Option<i32>,
        #[graphql(desc = "The cursor of the last item of the page before.")] after: Option<String>,
    ) -> async_graphql::Result<Connection<String, SiteTotalNode>> {
        page(&self.report.sites, first, after.as_ref(), |site| SiteTotalNode {
            code: site.code.clone(),
            name: site.name.clone(),
            totals: (&site.totals).into(),
        })
    }

    /// Remedies at places, in order of site code, a page at a time.
    #[graphql(complexity = "super::page_complexity(first, child_complexity)")]
    async fn lines(
        &self,
        #[graphql(desc = "How many, up to 1,000.")] first: Option<i32>,
        #[graphql(desc = "The cursor of the last item of the page before.")] after: Option<String>,
    ) -> async_graphql::Result<Connection<String, GapLineNode>> {
        page(&self.report.lines, first, after.as_ref(), |line| GapLineNode::from(line))
    }
}

/// A page of a list; a cursor is the number of an item, from 1.
fn page<T, N: async_graphql::OutputType>(
    items: &[T],
    first: Option<i32>,
    after: Option<&String>,
    node: impl Fn(&T) -> N,
) -> async_graphql::Result<Connection<String, N>> {
    let first = page_size(first).map_err(fail)?;
    let start = match after {
        None => 0,
        Some(cursor) => {
            let unknown = || Error::Invalid(format!("there is no page after {cursor:?}"));
            let number = cursor.parse().ok().filter(|number| *number <= items.len());
            number.ok_or_else(unknown).map_err(fail)?
        }
    };
    let end = items.len().min(start.saturating_add(first));
    let mut connection = Connection::new(start > 0, end < items.len());
    let numbered = (start + 1..).zip(&items[start..end]);
    connection
        .edges
        .extend(numbered.map(|(number, item)| Edge::new(number.to_string(), node(item))));
    Ok(connection)
}

/// What is missing at one site.
pub struct SiteGapNode {
    /// The view it is read from.
    pub view: Arc<View>,
    /// The site.
    pub site: u32,
    /// What is missing.
    pub gap: SiteGap,
}

/// What is missing at one site, and what it costs.
#[Object(name = "SiteGap")]
impl SiteGapNode {
    /// Capital cost of the lines that have one; none where no line has and something may be missing.
    async fn capital(&self) -> Option<MoneyEstimate> {
        self.gap.capital().map(Into::into)
    }

    /// Running cost a year of the lines that have one; none where no line has.
    async fn running(&self) -> Option<MoneyEstimate> {
        self.gap.running().map(Into::into)
    }

    /// Lines without a running cost. Where there is any, `running` is not the whole.
    async fn lines_without_running(&self) -> usize {
        self.gap.lines_without_running()
    }

    /// What to do.
    #[graphql(complexity = "10 * child_complexity")]
    async fn lines(&self) -> Vec<GapLineNode> {
        let lines = self.gap.lines.iter();
        lines.map(|line| (&self.view.describe_line(self.site, line)).into()).collect()
    }

    /// Requirements that are short and that no remedy closes, as profile/requirement.
    async fn without_remedy(&self) -> Vec<String> {
        self.gap.without_remedy.iter().map(|need| self.view.requirement_id(*need)).collect()
    }

    /// Requirements of which too little is known, as profile/requirement.
    async fn not_known(&self) -> Vec<String> {
        self.gap.not_known.iter().map(|need| self.view.requirement_id(*need)).collect()
    }
}
