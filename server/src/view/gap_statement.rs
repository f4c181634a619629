//! What a report on the investment gap rests on: a statement in words, and every figure that went into its
//! sums with where it comes from.
//!
//! The sums are `gap_report`.

use super::View;
use super::gap::{GapQuestion, ScopeLines, SiteLines};
use crate::render::report::{FigureUsed, NONE_OF_THESE, Totals};
use rust_decimal::Decimal;
use siteworthy_rules::cost::{Estimate, Pence};
use siteworthy_rules::costing::pricing::Allowance;
use siteworthy_rules::costing::simulation::{Percentiles, Simulation};
use siteworthy_rules::dated::Evidence;
use siteworthy_rules::gap::without_room;
use siteworthy_rules::investment::{Item, Part, describe_allowance};
use std::collections::BTreeSet;

impl View {
    /// Every figure that went into the sums, with where it comes from.
    pub(super) fn figures(&self, scope: &ScopeLines<'_>) -> Vec<FigureUsed> {
        let (costing, pricing) = (&self.rulebook.costing, &scope.prices.pricing);
        let percent = |share: Decimal| (share * Decimal::ONE_HUNDRED).normalize().to_string();
        let figure =
            |name: &str, value: String, unit: &str, source: &str, evidence: Evidence| FigureUsed {
                name: name.to_owned(),
                value,
                unit: unit.to_owned(),
                source: source.to_owned(),
                evidence: evidence.word(),
            };
        let lines = || scope.sites.iter().flat_map(|at| &at.lines);
        let items: BTreeSet<Item> = lines().map(|line| line.item).collect();
        let remedies = items.iter().filter_map(|item| match item {
            Item::Remedy(at) => Some(&self.rulebook.remedies[*at]),
            Item::Backlog(_) => None,
        });
        let remedies: Vec<_> = remedies.collect();
        let rates: BTreeSet<usize> =
            remedies.iter().flat_map(|remedy| &remedy.costs).map(|cost| cost.benchmark).collect();
        let mut figures: Vec<FigureUsed> = rates
            .into_iter()
            .map(|at| &self.rulebook.benchmarks[at])
            .map(|rate| {
                let three = [rate.rate.low, rate.rate.central, rate.rate.high];
                let three = three.map(|value| value.normalize().to_string()).join(" / ");
                let source = format!(
                    "{} ({}), prices of {}. {}",
                    rate.source, rate.source_year, rate.price_base_year, rate.note
                );
                figure(
                    &format!("Rate {}: low / central / high", rate.id),
                    three,
                    &rate.unit,
                    &source,
                    rate.evidence,
                )
            })
            .collect();
        let projects: BTreeSet<&str> =
            remedies.iter().map(|remedy| remedy.project.kind.as_str()).collect();
        let is_grossed_up =
            pricing.gross_up && items.iter().any(|item| matches!(item, Item::Backlog(_)));
        let grossed_up = is_grossed_up.then_some(costing.backlog_project.as_str());
        let is_bias = pricing.allowance == Allowance::OptimismBias;
        let projects: BTreeSet<&str> = projects.into_iter().chain(grossed_up).collect();
        for project in projects.into_iter().filter(|_| is_bias) {
            let key = (
                project.to_owned(),
                "capital-expenditure".to_owned(),
                costing.bound.word().to_owned(),
            );
            if let Some(bias) = self.rulebook.factors.cost_risks.bias.get(&key) {
                let name = format!("Optimism bias of {project}, {} bound", costing.bound);
                figures.push(figure(
                    &name,
                    bias.value.to_string(),
                    &bias.unit,
                    &bias.source,
                    bias.evidence,
                ));
            }
        }
        for remedy in remedies.iter().filter(|_| is_bias) {
            let project = &remedy.project;
            let name = format!("{}: kind of project", remedy.title);
            let value = project.kind.clone();
            figures.push(figure(&name, value, "", &project.reference, project.evidence));
        }
        let allowance = describe_allowance(&self.rulebook, pricing);
        figures.push(figure(
            "Allowance for risk",
            allowance,
            "",
            &costing.risk.reference,
            costing.risk.evidence,
        ));
        let fees = pricing.fees.map_or_else(
            || ("none".to_owned(), costing.fees_unknown.clone().unwrap_or_default()),
            |fees| (percent(fees), "As asked, or as the rules say.".to_owned()),
        );
        figures.push(figure("Professional fees", fees.0, "%", &fees.1, Evidence::Policy));
        figures.push(figure(
            "Value added tax",
            format!("{}, {} %", pricing.vat, percent(costing.vat_rate)),
            "",
            &format!("{} {}", costing.vat.reference, costing.vat_reason),
            costing.vat.evidence,
        ));
        for (nation, place) in &costing.locations {
            let is_used = scope.sites.iter().any(|at| self.site(at.site).nation == Some(*nation));
            if let Some(location) =
                self.rulebook.factors.cost_risks.locations.get(place).filter(|_| is_used)
            {
                let name = format!("Prices in {} relative to the mean of the UK", nation.title());
                figures.push(figure(
                    &name,
                    location.value.to_string(),
                    "1",
                    &location.source,
                    location.evidence,
                ));
            }
        }
        figures.push(figure(
            "Deflator",
            costing.deflator.clone(),
            "",
            &costing.prices.reference,
            costing.prices.evidence,
        ));
        figures.push(figure(
            "Spending",
            format!(
                "{} years from {}; running cost for {} years after",
                pricing.years, pricing.start, costing.running_years
            ),
            "",
            &costing.spend.reference,
            costing.spend.evidence,
        ));
        let simulation = &costing.simulation;
        figures.push(figure(
            "Simulation",
            format!(
                "{} draws, seed {}, correlation {}",
                simulation.draws, simulation.seed, simulation.rho
            ),
            "",
            &costing.simulated.reference,
            costing.simulated.evidence,
        ));
        if items.iter().any(|item| matches!(item, Item::Backlog(_))) {
            let how = if pricing.gross_up { "grossed up" } else { "as published" };
            let grounds = &costing.backlog_grounds;
            figures.push(figure(
                "Backlog",
                how.to_owned(),
                "",
                &grounds.reference,
                grounds.evidence,
            ));
        }
        let saving = remedies.iter().filter_map(|remedy| Some((remedy, remedy.saves.as_ref()?)));
        for (remedy, saves) in saving {
            for one in &saves.assumptions {
                let Estimate { low, central, high } = one.range;
                let name = format!("{}: {}", remedy.title, one.id);
                let value = format!("{low} / {central} / {high}");
                figures.push(figure(&name, value, "", &one.reference, one.evidence));
            }
        }
        figures.extend(scope.pinned.iter().map(|set| FigureUsed {
            name: "Set or path".to_owned(),
            value: set.clone(),
            unit: String::new(),
            source: "datasets/sources.toml".to_owned(),
            evidence: "",
        }));
        figures
    }

    /// What the report rests on, label by label.
    pub(super) fn statement(
        &self,
        question: &GapQuestion,
        scope: &ScopeLines<'_>,
        total: &Totals,
        (allocated, percentiles): (&str, &Result<Percentiles, String>),
    ) -> Vec<(String, String)> {
        let pricing = &scope.prices.pricing;
        let technologies = scope.profiles.iter().map(|at| &self.rulebook.profiles[*at]);
        let technologies: Vec<String> = technologies
            .map(|profile| {
                format!("{} ({} edition {})", profile.title, profile.id, profile.edition)
            })
            .collect();
        let has_readiness = question.asks_for(Part::Readiness);
        let revised = self.facts.revised_at.map_or_else(
            || "no survey accepted yet".to_owned(),
            |at| at.format("%Y-%m-%d %H:%M:%S UTC").to_string(),
        );
        let as_of = self.facts.as_of.map_or_else(String::new, |day| {
            format!(", as the record stood at the end of {day} (UTC)")
        });
        let describe = |capital: Option<Estimate<Pence>>, pick: fn(Estimate<Pence>) -> Pence| {
            capital.map_or_else(|| "not known".to_owned(), |all| pick(all).to_string())
        };
        let asked = [Part::Backlog, Part::Readiness, Part::NetZero];
        let asked: Vec<&str> =
            asked.into_iter().filter(|part| question.asks_for(*part)).map(Part::word).collect();
        let pooled = scope.sites.iter().filter(|at| self.site(at.site).is_pooled).count();
        let deflator = &self.rulebook.costing.deflator;
        let base = scope.prices.base;
        let fees = match (pricing.fees, &self.rulebook.costing.fees_unknown) {
            (Some(fees), _) => format!("{} %", (fees * Decimal::ONE_HUNDRED).normalize()),
            (None, why) => why.clone().unwrap_or_else(|| "none".to_owned()),
        };
        let is_at_mean = |at: &&SiteLines| {
            let nation = self.site(at.site).nation;
            nation.is_none_or(|nation| !self.rulebook.costing.locations.contains_key(&nation))
        };
        let at_mean = scope.sites.iter().filter(is_at_mean).count();
        let backlog = match (question.asks_for(Part::Backlog), pricing.gross_up) {
            (false, _) => "not asked for",
            (true, true) => "grossed up by the allowance for risk, fees and VAT, as the works are",
            (true, false) => {
                "as published: without allowance for risk, fees, VAT and decanting, which the works beside it \
                 may hold"
            }
        };
        let Simulation { draws, rho, .. } = self.rulebook.costing.simulation;
        let located: Vec<&str> =
            self.rulebook.costing.locations.keys().map(|nation| nation.title()).collect();
        let twice = total.may_be_in_backlog;
        let gaps = scope.sites.iter().filter_map(|at| at.gap.as_ref());
        let no_room: Vec<String> = without_room(&self.rulebook, gaps)
            .iter()
            .map(|(kind, without)| without.sentence(&self.rulebook, *kind))
            .collect();
        [
            ("Revision of the record", format!("{}{as_of}", self.facts.revision)),
            ("Revised at", revised),
            ("Rulebook hash (BLAKE3)", self.rulebook.hash.clone()),
            ("Program", format!("Siteworthy {}", env!("CARGO_PKG_VERSION"))),
            ("Sites in scope", question.filter.describe()),
            ("What is in it", asked.join(", ")),
            (
                "Technologies, one unit of each a site",
                if has_readiness { technologies.join("; ") } else { "not asked for".to_owned() },
            ),
            (
                "Technologies still in research",
                self.titles_in_research(&scope.profiles)
                    .filter(|_| has_readiness)
                    .unwrap_or_else(|| NONE_OF_THESE.to_owned()),
            ),
            ("Gaps closed to", question.level.word().to_owned()),
            ("Net zero", scope.path.note.clone()),
            (
                "Price base",
                format!(
                    "{base}; what is in other prices is moved by the GDP deflator {deflator}, in which \
                     a calendar year is taken as a quarter of one financial year and three quarters of \
                     the next"
                ),
            ),
            ("Allowance for risk", describe_allowance(&self.rulebook, pricing)),
            ("Backlog", backlog.to_owned()),
            ("Professional fees", fees),
            ("Value added tax", format!("{}. {}", pricing.vat, self.rulebook.costing.vat_reason)),
            (
                "Prices of places",
                format!(
                    "{} by their place; {at_mean} sites elsewhere at the mean of the UK, because their \
                     region in the list of places is not on record",
                    located.join(", ")
                ),
            ),
            (
                "Spending",
                format!("capital over {} years from {}", pricing.years, pricing.start),
            ),
            ("Allocated money", allocated.to_owned()),
            (
                "Number of sites",
                if pooled == 0 {
                    total.sites.to_string()
                } else {
                    format!("{}, of which {pooled} pooled entries, which are not judged", total.sites)
                },
            ),
            ("Number of lines", total.lines.to_string()),
            ("Capital, low", describe(total.capital, |all| all.low)),
            ("Capital, central", describe(total.capital, |all| all.central)),
            ("Capital, high", describe(total.capital, |all| all.high)),
            (
                "Capital, simulated",
                percentiles.as_ref().map_or_else(
                    |why| format!("not known: {why}"),
                    |found| {
                        format!(
                            "of ten draws one stays below {}, five below {} and nine below {}; {draws} draws, \
                             correlation {rho}",
                            found.p10,
                            found.p50,
                            found.p90
                        )
                    },
                ),
            ),
            (
                "Of the central capital",
                format!(
                    "work {}, allowance for risk {}, fees {}, VAT {}",
                    total.of_capital.central.work,
                    total.of_capital.central.risk,
                    total.of_capital.central.fees,
                    total.of_capital.central.vat
                ),
            ),
            (
                "May stand in the backlog as well",
                if twice.high == Pence::default() {
                    NONE_OF_THESE.to_owned()
                } else {
                    format!(
                    "at most {} (central run): works that renew what is worn, up to the backlog of their \
                     site. Backlog is published as a sum, so that nobody can tell. It is not taken off.",
                    twice.central
                )
                },
            ),
            ("Running cost a year, central", describe_running(total, total.lines)),
            ("Lines without a cost", format!("{}; see their remarks", total.lines_without_cost)),
            (
                "Lines that cost at least so much",
                format!("{}; a part of what they need is not known", total.lines_in_part),
            ),
            (
                "Shortfalls that no remedy here closes",
                format!(
                    "{}; no sum in this report mends them, and explain names them",
                    total.without_remedy
                ),
            ),
            (
                "Sites without a room",
                if no_room.is_empty() { NONE_OF_THESE.to_owned() } else { no_room.join(" ") },
            ),
            (
                "Requirements not known",
                format!(
                    "{}; what is not surveyed is not costed, so surveying more may raise the gap, and \
                     correcting a survey may lower it",
                    total.not_known
                ),
            ),
            (
                "Sites without a backlog on record",
                format!("{}; their backlog is not known, and is not nothing", total.sites_without_backlog),
            ),
            (
                "Sites of which net zero is not known",
                format!("{}; no works for net zero are counted there", total.sites_without_net_zero),
            ),
            (
                "Not in these figures",
                "Decanting, land, the larger electrical connection that heat pumps may need, and bills for energy: \
                 a running cost is upkeep alone, and abatement tells what energy costs more or less. Works for \
                 net zero are those of the energy that sites take now, without the technologies. Capital \
                 and running cost are separate ledgers and are never added together."
                    .to_owned(),
            ),
            (
                "What the range holds",
                "Low, central and high rates. Where a demand is known in kW only, also the power factor: its \
                 plausible range for low and high, and the central value of the rulebook; measuring it \
                 narrows the range."
                    .to_owned(),
            ),
            (
                "How lines are counted",
                "A remedy is counted once a place: what several technologies share, or readiness and net \
                 zero, is paid once. Headroom is taken for all technologies together. Low, central and high \
                 are three estimates of the whole and are not to be mixed."
                    .to_owned(),
            ),
        ]
        .into_iter()
        .map(|(label, text)| (label.to_owned(), text))
        .chain(self.facts.surveys.iter().map(|survey| {
            ("Survey in force".to_owned(), format!("{} ({})", survey.file_name, survey.id))
        }))
        .collect()
    }
}

/// A sum over some of the lines says so: it must not be read as the whole.
fn describe_running(total: &Totals, lines: usize) -> String {
    let open = total.lines_without_running;
    match total.running {
        None if lines == 0 => "none: there is nothing to run".to_owned(),
        None => "not known: no published figure for any of these remedies".to_owned(),
        Some(running) if open == 0 => running.central.to_string(),
        Some(running) => format!(
            "{} for {} of {lines} lines; not known for the other {open}, so this is not the whole",
            running.central,
            lines - open
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use siteworthy_rules::cost::Estimate;

    #[test]
    fn a_running_cost_of_some_lines_is_not_shown_as_the_whole() {
        let pounds = |central| {
            let [low, central, high] = [central - 1, central, central + 1].map(Pence);
            Some(Estimate { low, central, high })
        };
        for (running, lines_without_running, lines, expected) in [
            (None, 0, 0, "none: there is nothing to run"),
            (None, 3, 3, "not known: no published figure for any of these remedies"),
            (pounds(12_050), 0, 3, "£120.50"),
            (
                pounds(12_050),
                2,
                3,
                "£120.50 for 1 of 3 lines; not known for the other 2, so this is not the whole",
            ),
        ] {
            let total = Totals { running, lines_without_running, ..Totals::default() };
            assert_eq!(describe_running(&total, lines), expected);
        }
    }
}
