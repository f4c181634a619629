//! The investment-gap report as plain values, from which the workbook, the CSV and the terminal
//! table are written.
//!
//! What is in it is decided in `view::gap`; how it looks is decided by each encoder.

use siteworthy_rules::cost::{Estimate, Pence};

/// The whole report.
#[derive(Clone, Debug, PartialEq)]
pub struct GapReport {
    /// What the report rests on: revision, rulebook hash, filters, counts. Label and text.
    pub statement: Vec<(String, String)>,
    /// Revision of the record.
    pub revision: i64,
    /// Hash of the rulebook.
    pub rulebook: String,
    /// Titles of the technologies, in the order of each site's standings.
    pub technologies: Vec<String>,
    /// Totals by organisation.
    pub organisations: Vec<OrganisationTotal>,
    /// Every site in scope.
    pub sites: Vec<SiteTotal>,
    /// Every remedy at every site.
    pub lines: Vec<GapLine>,
    /// Sum over all lines.
    pub total: Totals,
}

/// What adds up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Sites in scope.
    pub sites: usize,
    /// Sites with at least one line.
    pub sites_with_gap: usize,
    /// Capital cost of the lines that have one; none where no line has and something may be missing.
    pub capital: Option<Estimate<Pence>>,
    /// Running cost a year of the lines that have one; none where no line has.
    pub running: Option<Estimate<Pence>>,
    /// Lines without a capital cost.
    pub lines_without_cost: usize,
    /// Lines without a running cost; where there is any, `running` is not the whole.
    pub lines_without_running: usize,
    /// Requirements that are short and that no remedy of the rulebook closes.
    pub without_remedy: usize,
    /// Requirements of which too little is known.
    pub not_known: usize,
}

impl Totals {
    /// Adds other totals to these.
    pub fn add(&mut self, other: &Self) {
        self.sites += other.sites;
        self.sites_with_gap += other.sites_with_gap;
        self.capital = match (self.capital, other.capital) {
            (Some(one), Some(other)) => Some(one + other),
            (one, other) => one.or(other),
        };
        self.running = match (self.running, other.running) {
            (Some(one), Some(other)) => Some(one + other),
            (one, other) => one.or(other),
        };
        self.lines_without_cost += other.lines_without_cost;
        self.lines_without_running += other.lines_without_running;
        self.without_remedy += other.without_remedy;
        self.not_known += other.not_known;
    }
}

/// Totals of one organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganisationTotal {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Sums.
    pub totals: Totals,
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
    /// For each technology.
    pub standings: Vec<Standing>,
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
    /// Where: a space, or the whole site.
    pub place: String,
    /// Id of the remedy.
    pub remedy_id: String,
    /// Heading of the remedy.
    pub remedy: String,
    /// How much, in thousandths of `unit`.
    pub quantity_milli: Option<Estimate<i64>>,
    /// Unit of the quantity.
    pub unit: String,
    /// Capital cost.
    pub capital: Option<Estimate<Pence>>,
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
