//! What is missing and what it costs: `investmentGap`, and the gap of one site.

use super::sites::SiteFilterInput;
use super::words::{
    Allowance, GapPart, Level, MoneyEstimate, MoneyKind, QuantityEstimate, VatTreatment,
};
use super::{fail, in_turn, page_size, view};
use crate::error::Error;
use crate::render::report::{
    FigureUsed, GapLine, GapReport, GroupTotal, LedgerGap, PathYear, RemedyTotal, TechnologyTotal,
    Totals, YearGap,
};
use crate::view::View;
use crate::view::filter::SiteFilter;
use crate::view::gap::{GapQuestion, PricingAsked, SiteLines};
use async_graphql::connection::{Connection, Edge};
use async_graphql::{Context, InputObject, Object, SimpleObject};
use rust_decimal::Decimal;
use siteworthy_rules::cost::{Estimate, Pence};
use siteworthy_rules::costing::Parts;
use siteworthy_rules::gap::SiteGap;
use siteworthy_rules::investment::{Line, Part};
use std::sync::Arc;

/// Queries of the investment gap.
#[derive(Default)]
pub struct GapQuery;

#[Object]
impl GapQuery {
    /// The one investment gap of a scope: its backlog, what is missing for one unit of each of these
    /// technologies at every site (all that can be deployed now where none is named), what net zero
    /// needs, and what of it is funded. What serves several is paid once.
    #[graphql(complexity = "super::HEAVY_COMPLEXITY + child_complexity")]
    #[expect(clippy::too_many_arguments, reason = "they are the arguments of the field")]
    async fn investment_gap(
        &self,
        context: &Context<'_>,
        #[graphql(default)] technologies: Vec<String>,
        #[graphql(default_with = "Level::Minimum")] level: Level,
        #[graphql(default, desc = "What is in it; all three where none is named.")] parts: Vec<
            GapPart,
        >,
        #[graphql(
            desc = "The year by which the CRREM pathway is to be met; that of `abatement` otherwise."
        )]
        net_zero_year: Option<i32>,
        #[graphql(desc = "On which terms it is priced; those of the rules otherwise.")]
        terms: Option<GapTermsInput>,
        filter: Option<SiteFilterInput>,
    ) -> async_graphql::Result<GapReportNode> {
        let view = view(context)?;
        let filter: SiteFilter = filter.unwrap_or_default().into();
        if filter.with_pooled {
            let message = "pooled entries are not judged; their backlog and energy are counted without asking, \
                           so leave withPooled out";
            return Err(fail(Error::Invalid(message.to_owned())));
        }
        // Both take long for a nation, and are worked out where they are asked for.
        let asks = |field: &str| context.look_ahead().field(field).exists();
        let question = GapQuestion {
            simulated: asks("percentiles") || asks("statement"),
            attributed: asks("technologies"),
            filter,
            technologies,
            level: level.into(),
            parts: parts.into_iter().map(Into::into).collect(),
            net_zero_year,
            terms: terms.unwrap_or_default().asked().map_err(fail)?,
        };
        let report = in_turn(context, || view.gap_report(&question)).await?;
        Ok(GapReportNode { report })
    }
}

/// On which terms works are priced. What is left out is that of the rules.
#[derive(InputObject, Default)]
pub struct GapTermsInput {
    /// What is allowed for risk: optimism bias or a contingency, never both.
    allowance: Option<Allowance>,
    /// Share of the optimism bias that is mitigated, 0 to 1.
    mitigated: Option<Decimal>,
    /// The contingency, as a fraction; with the allowance CONTINGENCY.
    contingency: Option<Decimal>,
    /// Professional fees, as a fraction.
    fees: Option<Decimal>,
    /// What happens to VAT.
    vat: Option<VatTreatment>,
    /// The prices of the answer: 2025 for a calendar or 2025-26 for a financial year.
    prices: Option<String>,
    /// Whether backlog is grossed up by what its definition leaves out.
    #[graphql(default)]
    gross_up: bool,
    /// The first year in which capital is spent, such as 2027-28.
    start: Option<String>,
    /// Over how many years capital is spent: a length of datasets/costs/spend-profiles.csv.
    years: Option<u32>,
}

impl GapTermsInput {
    fn asked(self) -> Result<PricingAsked, Error> {
        let start = self.start.map(|year| year.parse()).transpose().map_err(Error::Invalid)?;
        Ok(PricingAsked {
            allowance: self.allowance.map(Into::into),
            mitigated: self.mitigated,
            contingency: self.contingency,
            fees: self.fees,
            vat: self.vat.map(Into::into),
            prices: self.prices,
            gross_up: self.gross_up,
            start,
            years: self.years,
        })
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
    /// Lines.
    lines: usize,
    /// Capital that backlog needs. Every pound stands in one of the four parts.
    backlog: Option<MoneyEstimate>,
    /// Capital that readiness alone needs.
    readiness: Option<MoneyEstimate>,
    /// Capital that net zero alone needs.
    net_zero: Option<MoneyEstimate>,
    /// Capital that serves readiness and net zero at once.
    readiness_and_net_zero: Option<MoneyEstimate>,
    /// Capital cost of the lines that have one; none where no line has and something may be missing.
    capital: Option<MoneyEstimate>,
    /// Of which this capital is made up.
    of_capital: Option<CapitalParts>,
    /// The most of the capital outside the backlog that may stand in the backlog as well.
    may_be_in_backlog: MoneyEstimate,
    /// Running cost a year of the lines that have one; none where no line has.
    running: Option<MoneyEstimate>,
    /// Sites whose backlog is on no survey.
    sites_without_backlog: usize,
    /// Sites of which too little is known for their works for net zero.
    sites_without_net_zero: usize,
    /// Lines without a capital cost.
    lines_without_cost: usize,
    /// Lines whose capital cost is of a part of what is needed: they cost at least so much.
    lines_in_part: usize,
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
            lines: totals.lines,
            backlog: totals.by_part[Part::Backlog as usize].map(Into::into),
            readiness: totals.by_part[Part::Readiness as usize].map(Into::into),
            net_zero: totals.by_part[Part::NetZero as usize].map(Into::into),
            readiness_and_net_zero: totals.by_part[Part::Both as usize].map(Into::into),
            capital: totals.capital.map(Into::into),
            of_capital: totals.capital_parts().as_ref().map(Into::into),
            may_be_in_backlog: totals.may_be_in_backlog.into(),
            sites_without_backlog: totals.sites_without_backlog,
            sites_without_net_zero: totals.sites_without_net_zero,
            running: totals.running.map(Into::into),
            lines_without_cost: totals.lines_without_cost,
            lines_in_part: totals.lines_in_part,
            lines_without_running: totals.lines_without_running,
            without_remedy: totals.without_remedy,
            not_known: totals.not_known,
        }
    }
}

/// Of which capital is made up: the four add up to it.
#[derive(SimpleObject)]
struct CapitalParts {
    /// The work: quantity x rate x prices of the place.
    work: MoneyEstimate,
    /// Optimism bias or contingency.
    risk: MoneyEstimate,
    /// Professional fees.
    fees: MoneyEstimate,
    /// VAT that is not recovered.
    vat: MoneyEstimate,
}

impl From<&Estimate<Parts>> for CapitalParts {
    fn from(parts: &Estimate<Parts>) -> Self {
        let of = |pick: fn(Parts) -> Pence| parts.map(pick).into();
        Self {
            work: of(|parts| parts.work),
            risk: of(|parts| parts.risk),
            fees: of(|parts| parts.fees),
            vat: of(|parts| parts.vat),
        }
    }
}

/// Totals of one organisation, region or nation.
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
    /// What it is spent for.
    part: GapPart,
    /// Id of the remedy, or of the measure of the backlog.
    remedy: String,
    /// Heading of the remedy.
    title: String,
    /// How much; none where it cannot be told.
    quantity: Option<QuantityEstimate>,
    /// Unit of the quantity.
    unit: String,
    /// Capital cost; none where it is not known.
    capital: Option<MoneyEstimate>,
    /// Of which it is made up.
    of_capital: Option<CapitalParts>,
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
            part: line.part.into(),
            remedy: line.remedy_id.clone(),
            title: line.remedy.clone(),
            quantity: line.quantity_milli.map(Into::into),
            unit: line.unit.clone(),
            capital: line.capital.map(|parts| parts.map(|parts| parts.total()).into()),
            of_capital: line.capital.as_ref().map(Into::into),
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
        group_nodes(&self.report.organisations)
    }

    /// Totals by region, in order of name.
    #[graphql(complexity = "20 * child_complexity")]
    async fn regions(&self) -> Vec<OrganisationTotalNode> {
        group_nodes(&self.report.regions)
    }

    /// Totals by nation, in order of name.
    #[graphql(complexity = "5 * child_complexity")]
    async fn nations(&self) -> Vec<OrganisationTotalNode> {
        group_nodes(&self.report.nations)
    }

    /// Totals by remedy and by band of the backlog.
    #[graphql(complexity = "20 * child_complexity")]
    async fn remedies(&self) -> Vec<RemedyTotalNode> {
        self.report.remedies.iter().map(Into::into).collect()
    }

    /// What each technology asks for alone, in lines that serve it, and beyond all others.
    #[graphql(complexity = "20 * child_complexity")]
    async fn technologies(&self) -> Vec<TechnologyTotalNode> {
        self.report.attributed.iter().map(Into::into).collect()
    }

    /// What must be spent and what is allocated, by year; capital and running cost apart.
    #[graphql(complexity = "20 * child_complexity")]
    async fn ledgers(&self) -> Vec<LedgerNode> {
        let ledgers = self.report.ledgers.iter();
        ledgers.map(|one| LedgerNode::of(one, self.report.is_known(one.money))).collect()
    }

    /// What capital stays below in one, five and nine of ten draws; none where no line has a price.
    /// `figures` says how it is simulated.
    async fn percentiles(&self) -> Option<PercentilesNode> {
        self.report.percentiles.as_ref().ok().map(|found| PercentilesNode {
            p10: found.p10.pounds(),
            p50: found.p50.pounds(),
            p90: found.p90.pounds(),
        })
    }

    /// What the sites emit without and with the works for net zero, beside what the path allows.
    #[graphql(complexity = "25 * child_complexity")]
    async fn path(&self) -> Vec<PathYearNode> {
        let years = self.report.path.years.iter();
        let node = |one: &PathYear| PathYearNode {
            year: one.year,
            emitted_tonnes: one.emitted_t,
            with_works_tonnes: one.with_works_t,
            allowed_tonnes: one.allowed_t,
        };
        years.map(node).collect()
    }

    /// Every figure that went into the sums, with its source and evidence.
    #[graphql(complexity = "50 * child_complexity")]
    async fn figures(&self) -> Vec<FigureNode> {
        let figures = self.report.figures.iter();
        let node = |one: &FigureUsed| FigureNode {
            name: one.name.clone(),
            value: one.value.clone(),
            unit: one.unit.clone(),
            source: one.source.clone(),
            evidence: one.evidence.to_owned(),
        };
        figures.map(node).collect()
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

fn group_nodes(groups: &[GroupTotal]) -> Vec<OrganisationTotalNode> {
    let node = |group: &GroupTotal| OrganisationTotalNode {
        code: group.code.clone(),
        name: group.name.clone(),
        totals: (&group.totals).into(),
    };
    groups.iter().map(node).collect()
}

/// Totals of one remedy, or of one band of the backlog.
#[derive(SimpleObject)]
struct RemedyTotalNode {
    /// Id of the remedy, or of the measure of the backlog.
    id: String,
    /// Heading.
    title: String,
    /// Lines.
    lines: usize,
    /// Lines without a capital cost.
    lines_without_cost: usize,
    /// How much in all; none where no line tells it.
    quantity: Option<QuantityEstimate>,
    /// Unit of the quantity.
    unit: String,
    /// Capital of the lines that have one.
    capital: Option<MoneyEstimate>,
    /// Of which this capital is made up.
    of_capital: Option<CapitalParts>,
    /// Running cost a year of the lines that have one.
    running: Option<MoneyEstimate>,
    /// Years in service; none where no source gives it.
    life_years: Option<u32>,
    /// Capital as an even amount a year over its life at the Green Book's discount rate; none where its
    /// life is not known.
    equivalent_annual: Option<MoneyEstimate>,
}

impl From<&RemedyTotal> for RemedyTotalNode {
    fn from(one: &RemedyTotal) -> Self {
        Self {
            id: one.id.clone(),
            title: one.title.clone(),
            lines: one.lines,
            lines_without_cost: one.lines_without_cost,
            quantity: one.quantity_milli.map(Into::into),
            unit: one.unit.clone(),
            capital: one.capital.map(Into::into),
            of_capital: one.capital.map(|_| (&one.of_capital).into()),
            running: one.running.map(Into::into),
            life_years: one.life_years,
            equivalent_annual: one.equivalent_annual.map(Into::into),
        }
    }
}

/// What one technology asks for.
#[derive(SimpleObject)]
struct TechnologyTotalNode {
    /// Id.
    id: String,
    /// Heading.
    title: String,
    /// Capital as if it came alone; none where none is known.
    alone: Option<MoneyEstimate>,
    /// Capital of the lines that serve it, which may serve others too.
    serving: Option<MoneyEstimate>,
    /// What readiness would cost less without it; none where no line serves it.
    marginal: Option<MoneyEstimate>,
    /// Lines that serve it and have no price, or one of a part only.
    lines_in_question: usize,
}

impl From<&TechnologyTotal> for TechnologyTotalNode {
    fn from(one: &TechnologyTotal) -> Self {
        Self {
            id: one.id.clone(),
            title: one.title.clone(),
            alone: one.alone.map(Into::into),
            serving: one.serving.map(Into::into),
            marginal: one.marginal.map(Into::into),
            lines_in_question: one.lines_in_question,
        }
    }
}

/// One kind of money over the years.
#[derive(SimpleObject)]
struct LedgerNode {
    /// Capital or running.
    money: MoneyKind,
    /// The years in order.
    years: Vec<LedgerYearNode>,
    /// The sum of what each year alone lacks; none where no price is known.
    sum_yearly_gap: Option<MoneyEstimate>,
    /// What is unfunded after the last year, if need and allocation roll forward.
    closing_unfunded: Option<MoneyEstimate>,
    /// The most that is unfunded after any year.
    peak_unfunded: Option<MoneyEstimate>,
}

impl LedgerNode {
    fn of(ledger: &LedgerGap, is_known: bool) -> Self {
        let known = |amount: Estimate<Pence>| is_known.then(|| amount.into());
        let year = |one: &YearGap| LedgerYearNode {
            year: one.year.clone(),
            required: known(one.required),
            unpriced: one.unpriced,
            allocated: one.allocated.map(Pence::pounds),
            yearly_gap: known(one.yearly_gap),
            cumulative: known(one.cumulative),
        };
        Self {
            money: ledger.money.into(),
            years: ledger.years.iter().map(year).collect(),
            sum_yearly_gap: known(ledger.sum_yearly),
            closing_unfunded: known(ledger.closing),
            peak_unfunded: known(ledger.peak),
        }
    }
}

/// One financial year of a ledger.
#[derive(SimpleObject)]
struct LedgerYearNode {
    /// The year, such as 2026-27.
    year: String,
    /// What must be spent in it; none where no price is known.
    required: Option<MoneyEstimate>,
    /// Lines that must be paid for and have no price.
    unpriced: usize,
    /// What is allocated, in the prices of the answer; none where nothing is on record.
    allocated: Option<Decimal>,
    /// What the year alone lacks.
    yearly_gap: Option<MoneyEstimate>,
    /// Required less allocated up to this year; below zero where more was allocated.
    cumulative: Option<MoneyEstimate>,
}

/// Percentiles of simulated totals, in pounds.
#[derive(SimpleObject)]
struct PercentilesNode {
    /// One total in ten is at most this.
    p10: Decimal,
    /// One in two.
    p50: Decimal,
    /// Nine in ten.
    p90: Decimal,
}

/// One year of a path, in tonnes of CO2 equivalent.
#[derive(SimpleObject)]
struct PathYearNode {
    /// The calendar year.
    year: i32,
    /// Without the works.
    emitted_tonnes: f64,
    /// With the works, as if all stood in that year.
    with_works_tonnes: f64,
    /// What the path allows.
    allowed_tonnes: f64,
}

/// A figure that went into the sums.
#[derive(SimpleObject)]
struct FigureNode {
    /// What it is.
    name: String,
    /// Its value, or low, central and high values.
    value: String,
    /// Unit of the value.
    unit: String,
    /// Who published it and where.
    source: String,
    /// How well it is supported.
    evidence: String,
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
    /// What to do, priced.
    pub lines: Vec<Line>,
}

/// What is missing at one site, and what it costs.
#[Object(name = "SiteGap")]
impl SiteGapNode {
    /// Capital cost of the lines that have one; none where no line has and something may be missing.
    async fn capital(&self) -> Option<MoneyEstimate> {
        self.totals().capital.map(Into::into)
    }

    /// Running cost a year of the lines that have one; none where no line has.
    async fn running(&self) -> Option<MoneyEstimate> {
        self.totals().running.map(Into::into)
    }

    /// Lines without a running cost. Where there is any, `running` is not the whole.
    async fn lines_without_running(&self) -> usize {
        self.totals().lines_without_running
    }

    /// What to do.
    #[graphql(complexity = "10 * child_complexity")]
    async fn lines(&self) -> Vec<GapLineNode> {
        let lines = self.lines.iter();
        lines.map(|line| (&self.view.describe_line(self.site, line)).into()).collect()
    }

    /// Technologies for which nothing is priced, because no room of their kind is on record here.
    async fn no_room(&self) -> Vec<String> {
        let ids = self.gap.no_room.iter().map(|at| self.view.rulebook.profiles[*at].id.clone());
        ids.collect()
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

impl SiteGapNode {
    fn totals(&self) -> Totals {
        self.view.totals_of(&SiteLines {
            site: self.site,
            gap: Some(self.gap.clone()),
            has_backlog: None,
            has_net_zero: None,
            lines: self.lines.clone(),
        })
    }
}
