//! The investment-gap report as plain values, from which the workbook, the CSV, the JSON and the
//! terminal table are written.
//!
//! What is in it is decided in `view::gap_report`; how it looks is decided by each encoder.

use siteworthy_rules::cost::{Estimate, Money, Pence};
use siteworthy_rules::costing::Parts;
use siteworthy_rules::costing::simulation::Percentiles;
use siteworthy_rules::investment::Part;

/// The whole report.
#[derive(Clone, Debug, PartialEq)]
pub struct GapReport {
    /// What the report rests on: revision, rulebook hash, filters, counts. Label and text.
    pub statement: Vec<(String, String)>,
    /// Every figure that others published, or that is policy, and that went into the sums.
    pub figures: Vec<FigureUsed>,
    /// Revision of the record.
    pub revision: i64,
    /// Hash of the rulebook.
    pub rulebook: String,
    /// Titles of the technologies, in the order of each site's standings.
    pub technologies: Vec<String>,
    /// Sum over all lines.
    pub total: Totals,
    /// What capital stays below in one, five and nine of ten simulated runs, or why that is not known.
    pub percentiles: Result<Percentiles, String>,
    /// Totals by nation, in order of name.
    pub nations: Vec<GroupTotal>,
    /// Totals by region, in order of name.
    pub regions: Vec<GroupTotal>,
    /// Totals by organisation, in order of name.
    pub organisations: Vec<GroupTotal>,
    /// Totals by remedy, in order of id; what stands in a backlog comes first.
    pub remedies: Vec<RemedyTotal>,
    /// What each technology asks for by itself, and what it adds to all others.
    pub attributed: Vec<TechnologyTotal>,
    /// What must be spent and what is allocated, by year; one ledger for each kind of money.
    pub ledgers: Vec<LedgerGap>,
    /// What the sites emit, without and with the works, beside what the path allows.
    pub path: Path,
    /// Every site in scope.
    pub sites: Vec<SiteTotal>,
    /// Every remedy at every site.
    pub lines: Vec<GapLine>,
}

/// What a statement says where there is nothing of a kind.
pub const NONE_OF_THESE: &str = "none";

/// What of the statement stands beside every table, too. The revision and the rulebook do anyway.
const SAID: [&str; 13] = [
    "Capital, simulated",
    "Backlog",
    "Net zero",
    "Price base",
    "Allowance for risk",
    "Professional fees",
    "Value added tax",
    "Allocated money",
    "May stand in the backlog as well",
    "Sites without a room",
    "Shortfalls that no remedy here closes",
    "Not in these figures",
    "Technologies still in research",
];

impl GapReport {
    /// Whether anything is known of what must be spent. Where no line has a price, nothing is required
    /// only as far as anybody knows.
    #[must_use]
    pub const fn is_known(&self, money: Money) -> bool {
        match money {
            Money::Capital => self.total.capital.is_some(),
            Money::Running => self.total.running.is_some(),
        }
    }

    /// What a reader must know beside the figures, in whole sentences.
    pub fn says(&self) -> impl Iterator<Item = String> {
        let is_said = |(label, text): &&(String, String)| {
            SAID.contains(&label.as_str()) && text != NONE_OF_THESE
        };
        let said = self.statement.iter().filter(is_said);
        said.map(|(label, text)| {
            let stop = if text.ends_with('.') { "" } else { "." };
            format!("{label}: {text}{stop}")
        })
    }
}

/// A figure that went into the sums.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FigureUsed {
    /// What it is.
    pub name: String,
    /// Its value, or low, central and high values, as texts.
    pub value: String,
    /// Unit of the value.
    pub unit: String,
    /// Who published it and where.
    pub source: String,
    /// How well it is supported.
    pub evidence: &'static str,
}

/// What adds up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Sites in scope.
    pub sites: usize,
    /// Sites with at least one line.
    pub sites_with_gap: usize,
    /// Lines.
    pub lines: usize,
    /// Capital by what it is spent for, in the order of [`Part::ALL`]: every pound stands in one of them.
    pub by_part: [Option<Estimate<Pence>>; Part::ALL.len()],
    /// Capital of the lines that have one; none where no line has and something may be missing.
    pub capital: Option<Estimate<Pence>>,
    /// Of which this capital is made up.
    pub of_capital: Estimate<Parts>,
    /// The most of the capital outside the backlog that may stand in the backlog as well.
    pub may_be_in_backlog: Estimate<Pence>,
    /// Running cost a year of the lines that have one; none where no line has.
    pub running: Option<Estimate<Pence>>,
    /// Lines without a capital cost.
    pub lines_without_cost: usize,
    /// Lines whose capital cost is of a part of what is needed: they cost at least so much.
    pub lines_in_part: usize,
    /// Lines without a running cost; where there is any, `running` is not the whole.
    pub lines_without_running: usize,
    /// Requirements that are short and that no remedy of the rulebook closes.
    pub without_remedy: usize,
    /// Requirements of which too little is known.
    pub not_known: usize,
    /// Sites whose backlog is asked for and on no survey.
    pub sites_without_backlog: usize,
    /// Sites of which too little is known for their works for net zero.
    pub sites_without_net_zero: usize,
}

/// The sum of two amounts of which either may be unknown: what is known of them.
pub fn known<T: std::ops::Add<Output = T>>(one: Option<T>, other: Option<T>) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one + other),
        (one, other) => one.or(other),
    }
}

impl Totals {
    /// Of which the capital is made up; none where no capital is known.
    #[must_use]
    pub fn capital_parts(&self) -> Option<Estimate<Parts>> {
        self.capital.map(|_| self.of_capital)
    }

    /// The same where no running cost is known of what is there: that of some lines, which is nothing,
    /// would read as that of all.
    #[must_use]
    pub fn settled(self) -> Self {
        let is_nothing_of_some =
            self.lines_without_running > 0 && self.running == Some(Estimate::default());
        Self { running: self.running.filter(|_| !is_nothing_of_some), ..self }
    }

    /// Adds other totals to these.
    pub fn add(&mut self, other: &Self) {
        self.sites += other.sites;
        self.sites_with_gap += other.sites_with_gap;
        self.lines += other.lines;
        for (own, other) in self.by_part.iter_mut().zip(other.by_part) {
            *own = known(*own, other);
        }
        self.capital = known(self.capital, other.capital);
        self.of_capital = self.of_capital + other.of_capital;
        self.may_be_in_backlog = self.may_be_in_backlog + other.may_be_in_backlog;
        self.running = known(self.running, other.running);
        self.lines_without_cost += other.lines_without_cost;
        self.lines_in_part += other.lines_in_part;
        self.lines_without_running += other.lines_without_running;
        self.without_remedy += other.without_remedy;
        self.not_known += other.not_known;
        self.sites_without_backlog += other.sites_without_backlog;
        self.sites_without_net_zero += other.sites_without_net_zero;
    }
}

/// Totals of one organisation, region or nation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupTotal {
    /// Code; empty for sites of which no survey says it.
    pub code: String,
    /// Name.
    pub name: String,
    /// Sums.
    pub totals: Totals,
}

/// Totals of one remedy, or of one band of the backlog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemedyTotal {
    /// Id of the remedy, or of the measure of the backlog.
    pub id: String,
    /// Heading.
    pub title: String,
    /// Unit of the quantity.
    pub unit: String,
    /// Lines.
    pub lines: usize,
    /// Lines without a capital cost.
    pub lines_without_cost: usize,
    /// How much in all, in thousandths of the unit; none where no line tells it.
    pub quantity_milli: Option<Estimate<i64>>,
    /// Capital of the lines that have one.
    pub capital: Option<Estimate<Pence>>,
    /// Of which this capital is made up.
    pub of_capital: Estimate<Parts>,
    /// Running cost a year of the lines that have one.
    pub running: Option<Estimate<Pence>>,
    /// Years in service: the shortest of its rates; none where no source gives it.
    pub life_years: Option<u32>,
    /// Capital as an even amount a year over its life; none where its life is not known.
    pub equivalent_annual: Option<Estimate<Pence>>,
}

/// What one technology asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TechnologyTotal {
    /// Id of the technology.
    pub id: String,
    /// Heading.
    pub title: String,
    /// Capital of its own works, as if it came alone; none where none is known.
    pub alone: Option<Estimate<Pence>>,
    /// Capital of the lines that serve it, which may serve others too.
    pub serving: Option<Estimate<Pence>>,
    /// What readiness would cost less without it; none where no line serves it.
    pub marginal: Option<Estimate<Pence>>,
    /// Lines that serve it and have no price, or one of a part only: what it asks for is then at least
    /// what is shown.
    pub lines_in_question: usize,
}

/// What must be spent of one kind of money, year by year, and what is allocated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerGap {
    /// Capital or running.
    pub money: Money,
    /// The years in order.
    pub years: Vec<YearGap>,
    /// The sum of what each year alone lacks.
    pub sum_yearly: Estimate<Pence>,
    /// What is unfunded after the last year, if need and allocation roll forward.
    pub closing: Estimate<Pence>,
    /// The most that is unfunded after any year.
    pub peak: Estimate<Pence>,
}

/// One financial year of a ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YearGap {
    /// The year, such as `2026-27`.
    pub year: String,
    /// What must be spent in it.
    pub required: Estimate<Pence>,
    /// Lines that must be paid for and have no price.
    pub unpriced: usize,
    /// What is allocated, in the prices of the report; none where nothing is on record.
    pub allocated: Option<Pence>,
    /// What the year alone lacks.
    pub yearly_gap: Estimate<Pence>,
    /// Required less allocated up to this year; below zero where more was allocated.
    pub cumulative: Estimate<Pence>,
}

/// What the sites emit beside what a path allows.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// What path it is, for how many sites, and what is left out; or why there is none.
    pub note: String,
    /// The years in order; empty where the path is not known.
    pub years: Vec<PathYear>,
}

/// One year of a path, in tonnes of CO2 equivalent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PathYear {
    /// The calendar year.
    pub year: i32,
    /// What is emitted without any of the works.
    pub emitted_t: f64,
    /// What is emitted with the works for net zero of this report, as if all stood that year.
    pub with_works_t: f64,
    /// What the path allows.
    pub allowed_t: f64,
}

/// One site with its standing for each technology and its sum.
#[derive(Clone, Debug, PartialEq)]
pub struct SiteTotal {
    /// Site code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Name of the organisation.
    pub organisation: String,
    /// The word of the nation.
    pub nation: &'static str,
    /// The word of the setting.
    pub setting: &'static str,
    /// For each technology; none for an entry that is not judged.
    pub standings: Vec<Option<Standing>>,
    /// Sums.
    pub totals: Totals,
}

/// How a site stands for one technology.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standing {
    /// The word of the readiness.
    pub readiness: &'static str,
    /// Score in per cent.
    pub score: Option<f64>,
    /// Coverage in per cent.
    pub coverage: f64,
}

/// One remedy at one place of one site.
#[derive(Clone, Debug, PartialEq)]
pub struct GapLine {
    /// Code of the organisation.
    pub organisation_code: String,
    /// Name of the organisation.
    pub organisation: String,
    /// Site code.
    pub site_code: String,
    /// Name of the site.
    pub site: String,
    /// The word of the nation.
    pub nation: &'static str,
    /// Where: a space, or the whole site.
    pub place: String,
    /// What it is spent for.
    pub part: Part,
    /// Id of the remedy, or of the measure of the backlog.
    pub remedy_id: String,
    /// Heading of the remedy.
    pub remedy: String,
    /// How much, in thousandths of `unit`.
    pub quantity_milli: Option<Estimate<i64>>,
    /// Unit of the quantity.
    pub unit: String,
    /// Capital cost, in its parts.
    pub capital: Option<Estimate<Parts>>,
    /// Running cost a year.
    pub running: Option<Estimate<Pence>>,
    /// The technologies that need it.
    pub technologies: String,
    /// The requirements that it serves.
    pub requirements: String,
    /// The files, rows and dates of the observations that it follows from.
    pub rows: String,
    /// Sources of the rates.
    pub reference: String,
    /// The weakest evidence among the rates and the rule for the quantity.
    pub evidence: &'static str,
    /// What else the reader must know: why a figure is missing, and cautions.
    pub remark: String,
}
