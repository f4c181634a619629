//! The one investment gap of a site: its backlog, what readiness needs and what net zero needs, each
//! remedy on one line even where it serves several, and priced on stated terms.
//!
//! A line stands in exactly one part, so that no pound is in two. A backlog is published as a sum and
//! not by item: what else may stand in it is told beside the total as a bound, and never taken off.
//!
//! Which works readiness needs is `gap`, which works net zero needs is `carbon::bundle`, how a line is
//! priced is `costing`, and what is allocated is `funding`.

use crate::cost::{Estimate, Money, Pence};
use crate::costing::pricing::{Allowance, Pricing};
use crate::costing::{self, Parts, Risk, Terms, Unpriced, price};
use crate::estate::PlaceRow;
use crate::factor::deflator::Deflator;
use crate::factor::{CalendarYear, FinancialYear, PriceBase, Real};
use crate::gap::{Need, SiteGap, larger, milli};
use crate::measure::MeasureIndex;
use crate::place::Nation;
use crate::remedy::Remedy;
use crate::rulebook::Rulebook;
use crate::words::words;
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;
use std::collections::BTreeMap;

words! {
    /// What a pound is spent for. Every line is of exactly one.
    Part {
        /// To put right what is worn out.
        Backlog = "backlog",
        /// To be ready for technologies.
        Readiness = "readiness",
        /// To meet the path of net zero.
        NetZero = "net-zero",
        /// For readiness and for net zero at once.
        Both = "readiness-and-net-zero",
    }
}

/// What a line pays for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Item {
    /// The backlog of one measure.
    Backlog(MeasureIndex),
    /// A remedy, by its place in the rulebook.
    Remedy(usize),
}

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What it pays for.
    pub item: Item,
    /// Where: a space, or the site itself.
    pub place: PlaceRow,
    /// What it is spent for.
    pub part: Part,
    /// How much, in thousandths of the remedy's unit; none where it cannot be told, and for backlog.
    pub quantity_milli: Option<Estimate<i64>>,
    /// Of that quantity, what the site lacks already, before any technology.
    pub already_milli: Option<Estimate<i64>>,
    /// Capital, in its parts; none where it has no price.
    pub capital: Option<Estimate<Parts>>,
    /// Running cost a year; none where no figure is published.
    pub running: Option<Estimate<Pence>>,
    /// Why a quantity or a price is missing, or what is missing from it.
    pub unknown_reason: Option<String>,
    /// The requirements that it serves.
    pub needs: Vec<Need>,
}

impl Line {
    /// Whether it prices only a part of what is needed.
    #[must_use]
    pub const fn is_in_part(&self) -> bool {
        self.capital.is_some() && self.unknown_reason.is_some()
    }

    /// What is paid for good.
    #[must_use]
    pub fn capital_total(&self) -> Option<Estimate<Pence>> {
        self.capital.map(|parts| parts.map(|parts| parts.total()))
    }
}

/// A remedy that the path of net zero needs at a site.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NetZeroWork {
    /// The remedy, by its place in the rulebook.
    pub remedy: usize,
    /// How much, in the remedy's unit.
    pub quantity: Estimate<f64>,
}

/// The backlog of one measure at a site.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backlog {
    /// The measure.
    pub measure: MeasureIndex,
    /// Pounds of the prices of the year of the return.
    pub gbp: f64,
    /// The financial year of the return.
    pub year: FinancialYear,
}

/// What one site needs.
#[derive(Clone, Copy, Debug)]
pub struct SiteNeeds<'a> {
    /// The site itself.
    pub site: PlaceRow,
    /// Its nation, by which its place is priced.
    pub nation: Option<Nation>,
    /// What readiness needs.
    pub gap: &'a SiteGap,
    /// What net zero needs.
    pub works: &'a [NetZeroWork],
    /// What is worn out.
    pub backlog: &'a [Backlog],
}

/// What one unit of a remedy costs, in the prices of the answer.
#[derive(Clone, Debug, PartialEq)]
struct Rated {
    capital: Option<Estimate<Decimal>>,
    running: Option<Estimate<Decimal>>,
    terms: Terms,
}

/// Everything by which lines are priced, worked out once for an answer.
#[derive(Clone, Debug)]
pub struct Prices<'a> {
    rulebook: &'a Rulebook,
    /// On which terms.
    pub pricing: Pricing,
    /// Of which prices the answer is.
    pub base: PriceBase,
    deflator: &'a Deflator,
    rated: Vec<Result<Rated, Unpriced>>,
}

impl<'a> Prices<'a> {
    /// Prices of a pricing.
    ///
    /// # Errors
    /// [`Unpriced`] where the deflator of the rules is missing.
    pub fn new(rulebook: &'a Rulebook, pricing: &Pricing) -> Result<Self, Unpriced> {
        let deflator = rulebook.factors.deflators.of(&rulebook.costing.deflator)?;
        let usual = PriceBase::Calendar(CalendarYear(rulebook.price_base_year));
        let base = pricing.prices.unwrap_or(usual);
        // Asked of any money, it tells at once whether the prices can be had at all.
        deflator.rebase_across(Real { pounds: Decimal::ONE, base: usual }, base)?;
        let rated = rulebook
            .remedies
            .iter()
            .map(|remedy| rate(rulebook, remedy, pricing, deflator, base))
            .collect();
        Ok(Self { rulebook, pricing: pricing.clone(), base, deflator, rated })
    }

    /// Money of a year in the prices of the answer.
    ///
    /// # Errors
    /// [`Unpriced`] where the deflator does not have the year.
    pub fn in_base(&self, money: Real) -> Result<Pence, Unpriced> {
        let moved = self.deflator.rebase_across(money, self.base)?;
        Pence::from_pounds(moved.pounds).ok_or(Unpriced::TooLarge)
    }

    /// The lines of a site: backlog first, then remedies by their place in the rulebook.
    #[must_use]
    pub fn lines(&self, needs: &SiteNeeds<'_>) -> Vec<Line> {
        let location = self.rulebook.costing.location(&self.rulebook.factors, needs.nation);
        let backlog = needs.backlog.iter().map(|one| self.backlog_line(needs.site, one));
        let works = works_of(needs);
        let works = works
            .into_iter()
            .map(|((remedy, place), work)| self.work_line(remedy, place, work, &location));
        backlog.chain(works).collect()
    }

    fn backlog_line(&self, site: PlaceRow, backlog: &Backlog) -> Line {
        let capital = self.price_backlog(backlog);
        let (capital, unknown_reason) = priced(capital);
        Line {
            item: Item::Backlog(backlog.measure),
            place: site,
            part: Part::Backlog,
            quantity_milli: None,
            already_milli: None,
            capital,
            // What is mended costs no more to run than before it wore out.
            running: Some(Estimate::default()),
            unknown_reason,
            needs: Vec::new(),
        }
    }

    fn price_backlog(&self, backlog: &Backlog) -> Result<Estimate<Parts>, Unpriced> {
        let costing = &self.rulebook.costing;
        let pounds = Decimal::from_f64(backlog.gbp)
            .ok_or(Unpriced::NotPlausible("the backlog is no number"))?;
        let published = Real { pounds, base: PriceBase::Financial(backlog.year) };
        let pounds = self.deflator.rebase_across(published, self.base)?.pounds;
        let terms = if self.pricing.gross_up {
            let (factors, project) = (&self.rulebook.factors, &costing.backlog_project);
            costing.terms(factors, project, &self.pricing, Decimal::ONE)?
        } else {
            Terms {
                location: Decimal::ONE,
                risk: Risk::None { reason: "backlog is shown as it is published".to_owned() },
                fees: Decimal::ZERO,
                vat: costing::Vat::Excluded {
                    reason: "backlog is shown as it is published".to_owned(),
                },
            }
        };
        // One amount is published, without a range around it.
        let exactly = Estimate { low: pounds, central: pounds, high: pounds };
        let one = Estimate { low: Decimal::ONE, central: Decimal::ONE, high: Decimal::ONE };
        self.price(Money::Capital, one, exactly, terms)
    }

    fn work_line(
        &self,
        remedy: usize,
        place: PlaceRow,
        work: Work,
        location: &Result<Decimal, Unpriced>,
    ) -> Line {
        let part = match (work.needs.is_empty(), work.is_for_net_zero) {
            (false, true) => Part::Both,
            (true, true) => Part::NetZero,
            (_, false) => Part::Readiness,
        };
        let of = &self.rulebook.remedies[remedy];
        let cost = |money| -> Option<Result<Estimate<Parts>, Unpriced>> {
            let quantity = work.quantity_milli?.map(|milli| Decimal::new(milli, 3));
            let priced = self.rated[remedy].as_ref().map_err(Clone::clone);
            let rated = match (priced, location) {
                (Ok(rated), Ok(_)) => rated,
                (Err(why), _) => return Some(Err(why)),
                (_, Err(why)) => return Some(Err(why.clone())),
            };
            let location = location.clone().unwrap_or(Decimal::ONE);
            let (rate, terms) = match money {
                Money::Capital => (rated.capital?, Terms { location, ..rated.terms.clone() }),
                Money::Running => {
                    let terms = self.rulebook.costing.running_terms(&self.pricing, location);
                    (rated.running?, terms)
                }
            };
            Some(self.price(money, quantity, rate, terms))
        };
        let (capital, why) = match cost(Money::Capital) {
            None => (None, work.quantity_milli.and(of.cost_unknown.clone())),
            Some(found) => priced(found),
        };
        let running = cost(Money::Running).and_then(Result::ok);
        let running = running.map(|parts| parts.map(|parts| parts.total()));
        Line {
            item: Item::Remedy(remedy),
            place,
            part,
            quantity_milli: work.quantity_milli,
            already_milli: work.already_milli,
            capital,
            running: running.or_else(|| of.running_none.as_ref().map(|_| Estimate::default())),
            unknown_reason: work.unknown_reason.or(why),
            needs: work.needs,
        }
    }

    fn price(
        &self,
        money: Money,
        quantity: Estimate<Decimal>,
        rate: Estimate<Decimal>,
        terms: Terms,
    ) -> Result<Estimate<Parts>, Unpriced> {
        let quantity = Some(quantity);
        let line =
            costing::Line { id: String::new(), money, quantity, rate, base: self.base, terms };
        price(&line, self.base, self.deflator)
    }
}

/// What a price is, or why there is none.
fn priced(found: Result<Estimate<Parts>, Unpriced>) -> (Option<Estimate<Parts>>, Option<String>) {
    match found {
        Ok(parts) => (Some(parts), None),
        Err(why) => (None, Some(format!("Not priced: {why}."))),
    }
}

fn rate(
    rulebook: &Rulebook,
    remedy: &Remedy,
    pricing: &Pricing,
    deflator: &Deflator,
    base: PriceBase,
) -> Result<Rated, Unpriced> {
    let sum = |money| -> Result<Option<Estimate<Decimal>>, Unpriced> {
        let mut sum: Option<Estimate<Decimal>> = None;
        for cost in remedy.costs.iter().filter(|cost| cost.money == money) {
            let benchmark = &rulebook.benchmarks[cost.benchmark];
            let own = PriceBase::Calendar(CalendarYear(benchmark.price_base_year));
            let moved = |pounds| {
                deflator.rebase_across(Real { pounds, base: own }, base).map(|real| real.pounds)
            };
            let Estimate { low, central, high } = benchmark.rate;
            let rate = Estimate { low: moved(low)?, central: moved(central)?, high: moved(high)? };
            sum = Some(sum.unwrap_or_default() + rate);
        }
        Ok(sum)
    };
    let terms =
        rulebook.costing.terms(&rulebook.factors, &remedy.project.kind, pricing, Decimal::ONE)?;
    Ok(Rated { capital: sum(Money::Capital)?, running: sum(Money::Running)?, terms })
}

/// How much of a remedy a place needs, and what for.
#[derive(Default)]
struct Work {
    quantity_milli: Option<Estimate<i64>>,
    already_milli: Option<Estimate<i64>>,
    unknown_reason: Option<String>,
    needs: Vec<Need>,
    is_for_net_zero: bool,
}

/// What a site needs by remedy and place: the larger of what readiness and net zero ask of one remedy.
fn works_of(needs: &SiteNeeds<'_>) -> BTreeMap<(usize, PlaceRow), Work> {
    let mut works: BTreeMap<(usize, PlaceRow), Work> = BTreeMap::new();
    for line in &needs.gap.lines {
        let work = works.entry((line.remedy, line.place)).or_default();
        work.quantity_milli = line.quantity_milli;
        work.already_milli = line.already_milli;
        work.unknown_reason.clone_from(&line.unknown_reason);
        work.needs.clone_from(&line.needs);
    }
    for one in needs.works {
        let work = works.entry((one.remedy, needs.site)).or_default();
        let wanted = one.quantity.map(milli);
        work.quantity_milli = larger(work.quantity_milli, Some(wanted));
        work.is_for_net_zero = true;
    }
    works
}

/// The capital that readiness needs at a site: of the lines that have a price; nothing where everything
/// is known and nothing is missing; none where no price is known and something may be missing.
#[must_use]
pub fn readiness_capital(gap: &SiteGap, lines: &[Line]) -> Option<Estimate<Pence>> {
    let own = lines.iter().filter(|line| line.part == Part::Readiness);
    let known = own.filter_map(Line::capital_total).reduce(|one, other| one + other);
    known.or_else(|| gap.is_nothing().then(Estimate::default))
}

/// The most of the works of a site that its backlog may hold as well: what renews worn things, and no
/// more than the backlog itself.
#[must_use]
pub fn may_be_in_backlog(rulebook: &Rulebook, lines: &[Line]) -> Estimate<Pence> {
    let sum = |takes: &dyn Fn(&Line) -> bool| -> Estimate<Pence> {
        lines.iter().filter(|line| takes(line)).filter_map(Line::capital_total).sum()
    };
    let backlog = sum(&|line| line.part == Part::Backlog);
    let renewing = sum(&|line| match line.item {
        Item::Remedy(at) => rulebook.remedies[at].renews,
        Item::Backlog(_) => false,
    });
    Estimate {
        low: backlog.low.min(renewing.low),
        central: backlog.central.min(renewing.central),
        high: backlog.high.min(renewing.high),
    }
}

/// What is allowed for on top of the rates, in words.
#[must_use]
pub fn describe_allowance(rulebook: &Rulebook, pricing: &Pricing) -> String {
    let percent = |share: Decimal| (share * Decimal::ONE_HUNDRED).normalize();
    let bound = rulebook.costing.bound;
    match pricing.allowance {
        Allowance::None => "none".to_owned(),
        Allowance::Contingency => format!("a contingency of {} %", percent(pricing.contingency)),
        Allowance::OptimismBias if pricing.mitigated == Decimal::ZERO => {
            format!("optimism bias by kind of project, {bound} bound, nothing of it mitigated")
        }
        Allowance::OptimismBias => format!(
            "optimism bias by kind of project, {bound} bound, {} % of it mitigated",
            percent(pricing.mitigated)
        ),
    }
}
