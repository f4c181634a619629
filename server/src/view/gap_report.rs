//! The whole report on an investment gap: its lines, what they add up to by site, organisation, region,
//! nation, remedy, technology and year, and what it all rests on.
//!
//! Which lines there are is `gap`; how the report looks is `render`.

use super::gap::{GapQuestion, ScopeLines, SiteLines};
use super::{Site, View};
use crate::error::Error;
use crate::render::report::{
    GapReport, GroupTotal, LedgerGap, RemedyTotal, SiteTotal, Standing, TechnologyTotal, Totals,
    YearGap, known,
};
use crate::render::workbook;
use chrono::Datelike;
use rayon::prelude::*;
use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};
use rust_xlsxwriter::XlsxError;
use siteworthy_rules::appraisal::annuity_factor;
use siteworthy_rules::cost::{Estimate, Money, Pence};
use siteworthy_rules::costing::pricing::Pricing;
use siteworthy_rules::costing::simulation::{Percentiles, simulate};
use siteworthy_rules::costing::{Parts, Phasing, ledgers};
use siteworthy_rules::factor::discount::{IN_FORCE, STANDARD};
use siteworthy_rules::factor::{FinancialYear, PriceBase, Real};
use siteworthy_rules::funding::{InvestmentGap, Ledger, Required, investment_gap};
use siteworthy_rules::gap::SiteGap;
use siteworthy_rules::investment::{Item, Line, Part, may_be_in_backlog, readiness_capital};
use siteworthy_rules::judge::percent;
use siteworthy_rules::place::OrganisationKind;
use std::collections::{BTreeMap, BTreeSet};

/// What money is allocated to a scope.
struct AllocatedToScope {
    /// By year and kind of money, in the prices of the report.
    ledger: Ledger<Pence>,
    /// What the reader must know of it.
    note: String,
}

/// Money of some lines, as far as it is known.
#[derive(Clone, Copy, Default)]
struct Sums {
    capital: Option<Estimate<Pence>>,
    of_capital: Estimate<Parts>,
    running: Option<Estimate<Pence>>,
    lines: usize,
    lines_without_cost: usize,
    lines_without_running: usize,
}

impl Sums {
    fn of<'a>(lines: impl Iterator<Item = &'a Line>) -> Self {
        let mut sums = Self::default();
        for line in lines {
            sums.lines += 1;
            match line.capital {
                Some(parts) => {
                    sums.of_capital = sums.of_capital + parts;
                    let total = parts.map(|parts| parts.total());
                    sums.capital = Some(sums.capital.unwrap_or_default() + total);
                }
                None => sums.lines_without_cost += 1,
            }
            match line.running {
                Some(running) => {
                    sums.running = Some(sums.running.unwrap_or_default() + running);
                }
                None => sums.lines_without_running += 1,
            }
        }
        sums
    }
}

/// What one technology asks for at a site, or at all.
#[derive(Clone, Copy, Default)]
struct Attributed {
    alone: Option<Estimate<Pence>>,
    serving: Option<Estimate<Pence>>,
    /// What readiness costs at these sites with it, and without it.
    with: Estimate<Pence>,
    without: Estimate<Pence>,
    in_question: usize,
}

impl Attributed {
    fn plus(self, other: Self) -> Self {
        Self {
            alone: known(self.alone, other.alone),
            serving: known(self.serving, other.serving),
            with: self.with + other.with,
            without: self.without + other.without,
            in_question: self.in_question + other.in_question,
        }
    }
}

impl View {
    /// The whole report.
    ///
    /// # Errors
    /// `NotFound` where the question names what the view does not have, `Invalid` where its terms cannot
    /// be had.
    pub fn gap_report(&self, question: &GapQuestion) -> Result<GapReport, Error> {
        let scope = self.scope_lines(question)?;
        let mut total = Totals::default();
        let mut groups: [BTreeMap<(String, String), Totals>; 3] = Default::default();
        let (mut lines, mut sites) = (Vec::new(), Vec::with_capacity(scope.sites.len()));
        for at in &scope.sites {
            let site = self.site(at.site);
            let totals = self.totals_of(at);
            total.add(&totals);
            for (kind, groups) in GROUPS.into_iter().zip(&mut groups) {
                groups.entry(self.group_of(site, kind)).or_default().add(&totals);
            }
            lines.extend(at.lines.iter().map(|line| self.describe_line(at.site, line)));
            sites.push(self.site_total(at.site, site, &scope.profiles, totals));
        }
        let total = total.settled();
        let [nations, regions, organisations] = groups.map(|groups| {
            let total_of = |((name, code), totals): ((String, String), Totals)| GroupTotal {
                code,
                name,
                totals: totals.settled(),
            };
            groups.into_iter().map(total_of).collect()
        });
        let allocated = self.allocated(question, &scope);
        let ledgers = self.ledgers(&scope, &total, &allocated)?;
        let percentiles = self.percentiles(question, &scope);
        let told = (allocated.note.as_str(), &percentiles);
        let statement = self.statement(question, &scope, &total, told);
        Ok(GapReport {
            statement,
            figures: self.figures(&scope),
            revision: self.facts.revision,
            rulebook: self.rulebook.hash.clone(),
            technologies: scope
                .profiles
                .iter()
                .map(|at| self.rulebook.profiles[*at].title.clone())
                .collect(),
            percentiles,
            nations,
            regions,
            organisations,
            remedies: self.by_remedy(&scope)?,
            attributed: self.attributed(question, &scope),
            ledgers,
            path: scope.path,
            sites,
            lines,
            total,
        })
    }

    /// The report as a workbook, dated by the last change of the record.
    ///
    /// # Errors
    /// `TooLarge` where the report has more rows than a sheet.
    pub fn gap_workbook(&self, report: &GapReport) -> Result<Vec<u8>, Error> {
        let date = self.facts.revised_at.map(|at| at.date_naive()).unwrap_or_default();
        let part = |number: u32| u8::try_from(number).unwrap_or(1);
        let year = u16::try_from(date.year()).unwrap_or(1970);
        let created = (year, part(date.month()), part(date.day()));
        workbook::encode(report, created).map_err(|error| match error {
            XlsxError::RowColumnLimitError => Error::TooLarge(
                "the report has more rows than a sheet can hold; choose fewer sites".to_owned(),
            ),
            other => Error::internal(other),
        })
    }

    /// What the lines of one site add up to.
    #[must_use]
    pub fn totals_of(&self, at: &SiteLines) -> Totals {
        let sums = Sums::of(at.lines.iter());
        let of_part = |part: Part| {
            let own = Sums::of(at.lines.iter().filter(|line| line.part == part));
            // Nothing is missing only where that is known.
            if let (Part::Readiness, Some(gap)) = (part, &at.gap) {
                return readiness_capital(gap, &at.lines);
            }
            let is_whole = own.lines == 0
                && match part {
                    Part::Backlog => at.has_backlog == Some(true),
                    Part::Readiness => false,
                    Part::NetZero => at.has_net_zero == Some(true),
                    Part::Both => at.gap.is_some() && at.has_net_zero == Some(true),
                };
            own.capital.or_else(|| is_whole.then(Estimate::default))
        };
        let mut by_part = [None; Part::ALL.len()];
        for (own, part) in by_part.iter_mut().zip(Part::ALL) {
            *own = of_part(*part);
        }
        let is_whole = at.lines.is_empty()
            && at.gap.as_ref().is_none_or(SiteGap::is_nothing)
            && at.has_backlog != Some(false)
            && at.has_net_zero != Some(false);
        let gap = at.gap.as_ref();
        Totals {
            sites: 1,
            sites_with_gap: usize::from(!at.lines.is_empty()),
            lines: sums.lines,
            by_part,
            capital: sums.capital.or_else(|| is_whole.then(Estimate::default)),
            of_capital: sums.of_capital,
            may_be_in_backlog: may_be_in_backlog(&self.rulebook, &at.lines),
            running: sums.running,
            lines_without_cost: sums.lines_without_cost,
            lines_in_part: at.lines.iter().filter(|line| line.is_in_part()).count(),
            lines_without_running: sums.lines_without_running,
            without_remedy: gap.map_or(0, |gap| gap.without_remedy.len()),
            not_known: gap.map_or(0, |gap| gap.not_known.len()),
            sites_without_backlog: usize::from(at.has_backlog == Some(false)),
            sites_without_net_zero: usize::from(at.has_net_zero == Some(false)),
        }
    }

    /// Name and code of the nearest organisation of a kind, or of the site's own.
    fn group_of(&self, site: &Site, kind: Option<OrganisationKind>) -> (String, String) {
        let found = match (site.organisation, kind) {
            (Some(own), Some(kind)) => self.organisations.nearest(own, kind),
            (own, _) => own,
        };
        found.map_or_else(
            || ("Not known".to_owned(), String::new()),
            |at| {
                let organisation = self.organisations.get(at);
                (organisation.name.clone(), organisation.code.clone())
            },
        )
    }

    fn site_total(&self, at: u32, site: &Site, profiles: &[usize], totals: Totals) -> SiteTotal {
        let standing = |profile: &usize| {
            self.result(*profile, at).map(|result| Standing {
                readiness: result.outcome.score.readiness.word(),
                score: result.outcome.score.told_bp().map(percent),
                coverage: percent(result.outcome.score.coverage_bp),
            })
        };
        SiteTotal {
            code: site.code.clone(),
            name: site.name.clone(),
            organisation: self.organisation_name(site).to_owned(),
            nation: site.nation.map_or("", |nation| nation.word()),
            setting: site.setting.map_or("", |setting| setting.word()),
            standings: profiles.iter().map(standing).collect(),
            totals,
        }
    }

    fn percentiles(
        &self,
        question: &GapQuestion,
        scope: &ScopeLines<'_>,
    ) -> Result<Percentiles, String> {
        if !question.simulated {
            return Err("it was not asked for".to_owned());
        }
        let lines = scope.sites.iter().flat_map(|at| &at.lines);
        let priced: Vec<Estimate<Pence>> = lines.filter_map(Line::capital_total).collect();
        if priced.is_empty() {
            return Err("no line has a price".to_owned());
        }
        simulate(&priced, &self.rulebook.costing.simulation).map_err(|why| why.to_string())
    }

    fn by_remedy(&self, scope: &ScopeLines<'_>) -> Result<Vec<RemedyTotal>, Error> {
        let mut by_item: BTreeMap<Item, Vec<&Line>> = BTreeMap::new();
        for line in scope.sites.iter().flat_map(|at| &at.lines) {
            by_item.entry(line.item).or_default().push(line);
        }
        by_item.into_iter().map(|(item, lines)| self.remedy_total(item, &lines)).collect()
    }

    fn remedy_total(&self, item: Item, lines: &[&Line]) -> Result<RemedyTotal, Error> {
        let sums = Sums::of(lines.iter().copied());
        let (id, title, unit, life_years) = match item {
            Item::Backlog(measure) => {
                let measure = self.rulebook.dictionary.get(measure);
                (measure.id.clone(), measure.title.clone(), String::new(), None)
            }
            Item::Remedy(at) => {
                let remedy = &self.rulebook.remedies[at];
                let rates = remedy.costs.iter().filter(|cost| cost.money == Money::Capital);
                let lives = rates.map(|cost| self.rulebook.benchmarks[cost.benchmark].life_years);
                // Of parts of which one has no published life the whole has none.
                let lives: Option<Vec<u32>> = lives.collect();
                let life = lives.and_then(|lives| lives.into_iter().min());
                let unit = remedy.quantity.unit.symbol().to_owned();
                (remedy.id.clone(), remedy.title.clone(), unit, life)
            }
        };
        let schedule = self.rulebook.factors.discount.of(IN_FORCE, STANDARD);
        let schedule = schedule.map_err(|why| Error::Invalid(why.to_string()))?;
        let annual = |capital: Estimate<Pence>| {
            let annuity = annuity_factor(life_years?, |index| schedule.factor(index));
            let even = |pence: Pence| {
                let pounds = pence.pounds().to_f64().map(|pounds| pounds / annuity);
                pounds.and_then(Decimal::from_f64).and_then(Pence::from_pounds)
            };
            let Estimate { low, central, high } = capital;
            Some(Estimate { low: even(low)?, central: even(central)?, high: even(high)? })
        };
        Ok(RemedyTotal {
            id,
            title,
            unit,
            lines: sums.lines,
            lines_without_cost: sums.lines_without_cost,
            quantity_milli: lines
                .iter()
                .filter_map(|line| line.quantity_milli)
                .reduce(|one, other| one + other),
            capital: sums.capital,
            of_capital: sums.of_capital,
            running: sums.running,
            life_years,
            equivalent_annual: sums.capital.and_then(annual),
        })
    }

    /// What each technology asks for alone, in lines that serve it, and beyond all others.
    fn attributed(&self, question: &GapQuestion, scope: &ScopeLines<'_>) -> Vec<TechnologyTotal> {
        if !question.asks_for(Part::Readiness) || !question.attributed {
            return Vec::new();
        }
        let with = |at: &SiteLines| {
            let gap = at.gap.as_ref()?;
            Sums::of(self.readiness_lines(at.site, gap, &scope.prices).iter()).capital
        };
        let with: Vec<Option<Estimate<Pence>>> = scope.sites.par_iter().map(with).collect();
        let of = |profile: &usize| self.attributed_to(*profile, question, scope, &with);
        scope.profiles.iter().map(of).collect()
    }

    /// `with` is what readiness costs at each site with every technology.
    fn attributed_to(
        &self,
        profile: usize,
        question: &GapQuestion,
        scope: &ScopeLines<'_>,
        with: &[Option<Estimate<Pence>>],
    ) -> TechnologyTotal {
        let others: Vec<usize> =
            scope.profiles.iter().copied().filter(|other| *other != profile).collect();
        let serves = |line: &&Line| line.needs.iter().any(|need| need.profile == profile);
        let of_site = |(at, with): (&SiteLines, &Option<Estimate<Pence>>)| {
            let serving: Vec<&Line> = at.lines.iter().filter(serves).collect();
            if serving.is_empty() {
                return Attributed::default();
            }
            let priced = |profiles: &[usize]| {
                let gap = self.gap_at(at.site, profiles, question.level);
                Sums::of(self.readiness_lines(at.site, &gap, &scope.prices).iter()).capital
            };
            Attributed {
                alone: priced(&[profile]),
                serving: Sums::of(serving.iter().copied()).capital,
                with: with.unwrap_or_default(),
                without: priced(&others).unwrap_or_default(),
                in_question: serving.iter().filter(|line| line.unknown_reason.is_some()).count(),
            }
        };
        let all: Vec<Attributed> = scope.sites.par_iter().zip(with).map(of_site).collect();
        let sum = all.into_iter().fold(Attributed::default(), Attributed::plus);
        let less = |one: Pence, other: Pence| Pence(one.0 - other.0);
        let entry = &self.rulebook.profiles[profile];
        TechnologyTotal {
            id: entry.id.clone(),
            title: entry.title.clone(),
            alone: sum.alone,
            serving: sum.serving,
            marginal: sum.serving.map(|_| Estimate {
                low: less(sum.with.low, sum.without.low),
                central: less(sum.with.central, sum.without.central),
                high: less(sum.with.high, sum.without.high),
            }),
            lines_in_question: sum.in_question,
        }
    }

    /// What is allocated to the organisations of a scope, in the prices of the report.
    fn allocated(&self, question: &GapQuestion, scope: &ScopeLines<'_>) -> AllocatedToScope {
        let filter = &question.filter;
        if filter.setting.is_some() || filter.readiness.is_some() {
            let note = "Money is allocated to organisations and not to some of their sites, so that none is \
                        set against this scope.";
            return AllocatedToScope { ledger: Ledger::new(), note: note.to_owned() };
        }
        let root = filter.organisation.as_ref().and_then(|code| self.organisations.find(code));
        let is_within = |code: &str| {
            let Some(at) = self.organisations.find(code) else { return false };
            let nation = self.organisations.nearest(at, OrganisationKind::Nation);
            let nation = nation.map(|nation| self.organisations.get(nation).code.as_str());
            root.is_none_or(|root| self.organisations.is_within(at, root))
                && filter.nation.is_none_or(|wanted| nation == Some(wanted.code()))
        };
        let (mut ledger, mut unmoved) = (Ledger::new(), BTreeSet::new());
        let (mut organisations, mut early) = (BTreeSet::new(), BTreeSet::new());
        let first_of = |money| match money {
            Money::Capital => scope.prices.pricing.start,
            Money::Running => first_running(&scope.prices.pricing),
        };
        for (key, allocated) in &self.facts.funding {
            if !is_within(&key.organisation) {
                continue;
            }
            let year = FinancialYear(key.year_from);
            if year < first_of(key.money) {
                early.insert(format!("{} {year} ({})", key.organisation, key.money));
                continue;
            }
            let cash = Real { pounds: allocated.amount.pounds(), base: PriceBase::Financial(year) };
            match scope.prices.in_base(cash) {
                Ok(pence) => {
                    organisations.insert(&key.organisation);
                    *ledger.entry((year, key.money)).or_default() += pence;
                }
                Err(why) => {
                    unmoved.insert(format!("{} {year}: {why}", key.organisation));
                }
            }
        }
        let mut note = match organisations.len() {
            0 => "Nothing is allocated to this scope on record.".to_owned(),
            1 => "Allocations of one organisation on record, moved from the prices of their year to those of \
                  the report."
                .to_owned(),
            count => format!(
                "Allocations of {count} organisations on record, moved from the prices of their year to \
                 those of the report."
            ),
        };
        if !early.is_empty() {
            let early: Vec<String> = early.into_iter().collect();
            note.push_str(&format!(
                " Of years before anything must be spent, and so not counted: {}.",
                early.join(", ")
            ));
        }
        if !unmoved.is_empty() {
            let unmoved: Vec<String> = unmoved.into_iter().collect();
            note.push_str(&format!(" Not set against anything: {}.", unmoved.join("; ")));
        }
        AllocatedToScope { ledger, note }
    }

    fn ledgers(
        &self,
        scope: &ScopeLines<'_>,
        total: &Totals,
        allocated: &AllocatedToScope,
    ) -> Result<Vec<LedgerGap>, Error> {
        let pricing = &scope.prices.pricing;
        let invalid = |why: String| Error::Invalid(why);
        let shares = self.rulebook.factors.cost_risks.spend_shares(pricing.years);
        let shares = shares.map_err(|why| invalid(why.to_string()))?;
        let capital = Phasing::by_profile(pricing.start, &shares);
        let capital = capital.map_err(|why| invalid(why.to_string()))?;
        let running = Phasing::EveryYear {
            start: first_running(pricing),
            years: self.rulebook.costing.running_years,
        };
        let required = |sum: Option<Estimate<Pence>>, unpriced| {
            sum.unwrap_or_default().map(|pence| Required { pence, unpriced })
        };
        let totals = BTreeMap::from([
            (Money::Capital, required(total.capital, total.lines_without_cost)),
            (Money::Running, required(total.running, total.lines_without_running)),
        ]);
        let phasing = |money| match money {
            Money::Capital => capital.clone(),
            Money::Running => running.clone(),
        };
        let required = ledgers(&totals, phasing).map_err(|why| invalid(why.to_string()))?;
        let gaps = required.map(|ledger| investment_gap(&ledger, &allocated.ledger));
        let of = |money: &Money| {
            let empty = InvestmentGap::default();
            let of = |gaps: &BTreeMap<Money, InvestmentGap>| {
                gaps.get(money).cloned().unwrap_or_else(|| empty.clone())
            };
            let Estimate { low, central, high } = &gaps;
            ledger_gap(*money, &Estimate { low: of(low), central: of(central), high: of(high) })
        };
        Ok(Money::ALL.iter().map(of).collect())
    }
}

/// The first year of running cost: the one after the last of capital.
const fn first_running(pricing: &Pricing) -> FinancialYear {
    FinancialYear(pricing.start.0 + pricing.years.cast_signed())
}

/// The kinds of group, in the order of the report; none for the organisation of the site itself.
const GROUPS: [Option<OrganisationKind>; 3] =
    [Some(OrganisationKind::Nation), Some(OrganisationKind::Region), None];

/// Three runs of one ledger side by side. Their years are the same: they follow from the question.
fn ledger_gap(money: Money, gaps: &Estimate<InvestmentGap>) -> LedgerGap {
    let of = |pick: fn(&InvestmentGap) -> Pence| Estimate {
        low: pick(&gaps.low),
        central: pick(&gaps.central),
        high: pick(&gaps.high),
    };
    let years = gaps.low.years.iter().zip(&gaps.central.years).zip(&gaps.high.years);
    let years = years.map(|((low, central), high)| {
        let three = [low, central, high];
        let of = |pick: fn(&siteworthy_rules::funding::YearGap) -> Pence| {
            let [low, central, high] = three.map(pick);
            Estimate { low, central, high }
        };
        YearGap {
            year: central.year.to_string(),
            required: of(|one| one.required.pence),
            unpriced: central.required.unpriced,
            allocated: central.allocated,
            yearly_gap: of(|one| one.yearly_gap),
            cumulative: of(|one| one.cumulative),
        }
    });
    LedgerGap {
        money,
        years: years.collect(),
        sum_yearly: of(|gap| gap.sum_yearly_gap),
        closing: of(|gap| gap.closing_unfunded),
        peak: of(|gap| gap.peak_unfunded),
    }
}
