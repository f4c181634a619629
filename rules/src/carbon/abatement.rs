//! Measures that save carbon: their curve of marginal abatement cost, and the cheapest set of them
//! that saves enough.
//!
//! The cost of a measure is the present value of all that it costs over its life, net of the energy
//! that it saves, so that it may be below zero; the carbon it saves over its life is not discounted.
//! What a measure costs and saves is for others to work out, and so is what the rest is worth.
//!
//! Inside, carbon is counted in whole grams and money in whole pence, so that no sum depends on its
//! order and two sets are compared exactly.

use crate::cost::Pence;
use crate::factor::{Carbon, Purpose};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// One way to emit less.
#[derive(Clone, Debug, PartialEq)]
pub struct Abatement<P> {
    /// Stable id; ties are settled by it.
    pub id: String,
    /// Of measures in the same group at most one can be carried out, such as two kinds of heat pump
    /// for one boiler.
    pub group: Option<String>,
    /// Carbon saved in a year; nothing where it is unknown.
    pub saved_a_year: Option<Carbon<P>>,
    /// Years in service.
    pub life_years: u32,
    /// Present value of its cost less the energy that it saves; nothing where it is unknown.
    pub net_cost: Option<Pence>,
}

/// Why a measure is not on the curve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// What it saves is unknown.
    SavingUnknown,
    /// What it costs is unknown.
    CostUnknown,
    /// It saves no carbon.
    SavesNothing,
    /// This other measure of its group saves carbon for less.
    Displaced {
        /// The place of that measure in the list.
        by: usize,
    },
}

/// One step of the curve.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The place of the measure in the list.
    pub measure: usize,
    /// Net present cost for a tonne saved over the life, in GBP/tCO2e; below zero where it saves money.
    pub gbp_per_tonne: f64,
    /// Saved in a year, in kgCO2e.
    pub saved_kg_per_year: f64,
    /// Saved in a year by this step and all cheaper ones, in kgCO2e.
    pub cumulative_kg_per_year: f64,
}

/// A curve of marginal abatement cost.
#[derive(Clone, Debug, PartialEq)]
pub struct AbatementCurve {
    /// The measures, cheapest for a tonne first.
    pub steps: Vec<Step>,
    /// The measures that are not on it, in the order given, and why.
    pub left_out: Vec<(usize, LeftOut)>,
}

/// A measure whose figures are known and that saves something.
#[derive(Clone, Copy, Debug)]
struct Known {
    measure: usize,
    pence: i64,
    grams_a_year: i64,
    life_years: i64,
}

impl Known {
    /// Compares pence for a gram over the life, without dividing.
    fn by_price(&self, other: &Self) -> Ordering {
        let life = |one: &Self| i128::from(one.grams_a_year) * i128::from(one.life_years);
        let this = i128::from(self.pence).checked_mul(life(other));
        let that = i128::from(other.pence).checked_mul(life(self));
        match (this, that) {
            (Some(this), Some(that)) => this.cmp(&that),
            _ => self.gbp_per_tonne().total_cmp(&other.gbp_per_tonne()),
        }
    }

    /// A pound for a tonne is 100 pence for a million grams.
    #[expect(clippy::cast_precision_loss, reason = "a ratio is for showing")]
    fn gbp_per_tonne(&self) -> f64 {
        self.pence as f64 * 1e4 / (self.grams_a_year as f64 * self.life_years as f64)
    }
}

/// The most carbon that is counted, in grams: 9 million tonnes a year keeps every sum of 1,000
/// measures within 64 bits. All the NHS in England emits 6.1 million.
const MAX_GRAMS: f64 = 9e12;

/// Whole grams; nothing where the figure is no number or beyond [`MAX_GRAMS`].
#[expect(clippy::cast_possible_truncation, reason = "within the limit")]
fn grams<P: Purpose>(carbon: Carbon<P>) -> Option<i64> {
    let grams = (carbon.kg() * 1000.0).round();
    (grams.abs() <= MAX_GRAMS).then_some(grams as i64)
}

#[expect(clippy::cast_precision_loss, reason = "sums of grams are far below 2^53")]
fn kilograms(grams: i64) -> f64 {
    grams as f64 / 1000.0
}

fn find_known<P: Purpose>(measure: usize, one: &Abatement<P>) -> Result<Known, LeftOut> {
    let grams_a_year = one.saved_a_year.and_then(grams).ok_or(LeftOut::SavingUnknown)?;
    if grams_a_year <= 0 || one.life_years == 0 {
        return Err(LeftOut::SavesNothing);
    }
    let pence = one.net_cost.ok_or(LeftOut::CostUnknown)?.0;
    Ok(Known { measure, pence, grams_a_year, life_years: i64::from(one.life_years) })
}

/// The groups of measures, each with those that exclude each other.
fn group<P: Purpose>(measures: &[Abatement<P>], known: Vec<Known>) -> Vec<Vec<Known>> {
    let mut shared: BTreeMap<&str, Vec<Known>> = BTreeMap::new();
    let mut groups: Vec<Vec<Known>> = Vec::new();
    for one in known {
        match &measures[one.measure].group {
            Some(name) => shared.entry(name).or_default().push(one),
            None => groups.push(vec![one]),
        }
    }
    groups.extend(shared.into_values());
    groups
}

/// The curve of marginal abatement cost: cheapest for a tonne first, so below zero first, and ties by
/// id. Of a group only the measure that saves carbon for least stands on it.
#[must_use]
pub fn abatement_curve<P: Purpose>(measures: &[Abatement<P>]) -> AbatementCurve {
    let (known, mut left_out) = sort_known(measures);
    let cheaper =
        |one: &Known, other: &Known| one.by_price(other).then_with(|| by_id(measures, one, other));
    let mut chosen = Vec::new();
    for mut rivals in group(measures, known) {
        rivals.sort_by(cheaper);
        let mut rivals = rivals.into_iter();
        let Some(best) = rivals.next() else { continue };
        left_out
            .extend(rivals.map(|rival| (rival.measure, LeftOut::Displaced { by: best.measure })));
        chosen.push(best);
    }
    chosen.sort_by(cheaper);
    left_out.sort_by_key(|(measure, _)| *measure);
    let mut cumulative = 0;
    let steps = chosen.into_iter().map(|one| {
        cumulative += one.grams_a_year;
        Step {
            measure: one.measure,
            gbp_per_tonne: one.gbp_per_tonne(),
            saved_kg_per_year: kilograms(one.grams_a_year),
            cumulative_kg_per_year: kilograms(cumulative),
        }
    });
    AbatementCurve { steps: steps.collect(), left_out }
}

fn by_id<P: Purpose>(measures: &[Abatement<P>], one: &Known, other: &Known) -> Ordering {
    measures[one.measure].id.cmp(&measures[other.measure].id).then(one.measure.cmp(&other.measure))
}

fn sort_known<P: Purpose>(measures: &[Abatement<P>]) -> (Vec<Known>, Vec<(usize, LeftOut)>) {
    let (mut known, mut left_out) = (Vec::new(), Vec::new());
    for (at, one) in measures.iter().enumerate() {
        match find_known(at, one) {
            Ok(one) => known.push(one),
            Err(why) => left_out.push((at, why)),
        }
    }
    (known, left_out)
}

/// The cheapest set of measures for a needed saving.
#[derive(Clone, Debug, PartialEq)]
pub struct CheapestSet<P> {
    /// The places of its measures in the list, in rising order.
    pub measures: Vec<usize>,
    /// What they cost together.
    pub net_cost: Pence,
    /// What they save in a year.
    pub saved_a_year: Carbon<P>,
    /// What no set can save of what is needed, in a year: infeasible with these measures, and left for
    /// others to value openly.
    pub residual_a_year: Carbon<P>,
    /// Whether no cheaper set exists. False only where the search ended at [`MAX_NODES`].
    pub is_proved: bool,
    /// The measures that could not be considered, and why.
    pub left_out: Vec<(usize, LeftOut)>,
}

/// How many partial sets are looked at before the best so far is returned unproved: some seconds.
pub const MAX_NODES: u64 = 5_000_000;

/// The cheapest set of measures that saves at least `needed` in a year, at most one of each group;
/// where all together cannot, the cheapest that saves as much as can be. Of two sets that cost the
/// same the one that saves more is taken, then the one whose measures come first in the list.
///
/// Measures that save money are in it even where nothing is needed. Nothing is returned where the
/// need is no number.
#[must_use]
pub fn cheapest_set<P: Purpose>(
    measures: &[Abatement<P>],
    needed: Carbon<P>,
) -> Option<CheapestSet<P>> {
    let needed = grams(needed)?.max(0);
    let (known, left_out) = sort_known(measures);
    let groups = group(measures, known);
    let most = |group: &Vec<Known>| group.iter().map(|one| one.grams_a_year).max().unwrap_or(0);
    let attainable: i64 = groups.iter().map(most).sum();
    let mut search = Search::new(groups, needed.min(attainable));
    search.visit(0, Partial::default());
    let best = search.best.unwrap_or_default();
    Some(CheapestSet {
        measures: best.measures,
        net_cost: Pence(best.pence),
        saved_a_year: Carbon::from_kg(kilograms(best.grams)),
        residual_a_year: Carbon::from_kg(kilograms(needed - needed.min(attainable))),
        is_proved: search.nodes <= MAX_NODES,
        left_out,
    })
}

/// A set under construction.
#[derive(Clone, Debug, Default)]
struct Partial {
    measures: Vec<usize>,
    pence: i64,
    grams: i64,
}

impl Partial {
    fn with(&self, one: &Known) -> Self {
        let mut measures = self.measures.clone();
        let place = measures.partition_point(|other| *other < one.measure);
        measures.insert(place, one.measure);
        Self { measures, pence: self.pence + one.pence, grams: self.grams + one.grams_a_year }
    }

    fn is_better(&self, other: &Self) -> bool {
        let rank = |one: &Self| (one.pence, -one.grams);
        rank(self).cmp(&rank(other)).then_with(|| self.measures.cmp(&other.measures)).is_lt()
    }
}

/// Depth first over the groups. A branch is left once its lower bound is above the best set: the
/// bound lets the groups that are still open break, and be combined, and each measure be carried out
/// in part, so no whole choice of them costs less.
struct Search {
    /// Groups in the order of their cheapest saving; in each the cheapest first.
    groups: Vec<Vec<Known>>,
    /// For every group on: the most that it and those after it can save.
    attainable: Vec<i64>,
    /// For every group on: its measures and those after it, cheapest for a gram a year first.
    open: Vec<Vec<Known>>,
    needed: i64,
    best: Option<Partial>,
    nodes: u64,
}

/// Compares pence for a gram saved in a year.
fn by_yearly_price(one: &Known, other: &Known) -> Ordering {
    let this = i128::from(one.pence) * i128::from(other.grams_a_year);
    let that = i128::from(other.pence) * i128::from(one.grams_a_year);
    this.cmp(&that).then(one.measure.cmp(&other.measure))
}

impl Search {
    fn new(mut groups: Vec<Vec<Known>>, needed: i64) -> Self {
        for group in &mut groups {
            group.sort_by(by_yearly_price);
        }
        groups.sort_by(|one, other| match (one.first(), other.first()) {
            (Some(one), Some(other)) => by_yearly_price(one, other),
            _ => Ordering::Equal,
        });
        let mut attainable = vec![0];
        let mut open: Vec<Vec<Known>> = vec![Vec::new()];
        for group in groups.iter().rev() {
            let most = group.iter().map(|one| one.grams_a_year).max().unwrap_or(0);
            attainable.push(attainable.last().copied().unwrap_or(0) + most);
            let mut all = open.last().cloned().unwrap_or_default();
            all.extend(group);
            all.sort_by(by_yearly_price);
            open.push(all);
        }
        attainable.reverse();
        open.reverse();
        Self { groups, attainable, open, needed, best: None, nodes: 0 }
    }

    fn visit(&mut self, at: usize, partial: Partial) {
        self.nodes += 1;
        if self.nodes > MAX_NODES && self.best.is_some() {
            return;
        }
        if partial.grams + self.attainable[at] < self.needed {
            return;
        }
        if at == self.groups.len() {
            if self.best.as_ref().is_none_or(|best| partial.is_better(best)) {
                self.best = Some(partial);
            }
            return;
        }
        let bound = self.bound(at, &partial);
        if self.best.as_ref().is_some_and(|best| bound > i128::from(best.pence)) {
            return;
        }
        for choice in 0..self.groups[at].len() {
            let one = self.groups[at][choice];
            self.visit(at + 1, partial.with(&one));
        }
        self.visit(at + 1, partial);
    }

    /// No set that begins like this one costs less, in pence.
    fn bound(&self, at: usize, partial: &Partial) -> i128 {
        let mut pence = i128::from(partial.pence);
        let mut short = i128::from((self.needed - partial.grams).max(0));
        // Cheapest first, so that beyond the need only what saves money is still taken.
        for one in &self.open[at] {
            let (cost, saved) = (i128::from(one.pence), i128::from(one.grams_a_year));
            if cost <= 0 || saved <= short {
                pence += cost;
                short = (short - saved).max(0);
            } else {
                // A part of the first that is more than enough, rounded up: sums are whole pence.
                pence += (cost * short + saved - 1) / saved;
                break;
            }
        }
        pence
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::factor::Average;

    fn measure(id: &str, pounds: i64, kg: f64, group: &str) -> Abatement<Average> {
        Abatement {
            id: id.to_owned(),
            group: (!group.is_empty()).then(|| group.to_owned()),
            saved_a_year: Some(Carbon::from_kg(kg)),
            life_years: 10,
            net_cost: Some(Pence(pounds * 100)),
        }
    }

    fn ids<'a>(measures: &'a [Abatement<Average>], places: &[usize]) -> Vec<&'a str> {
        places.iter().map(|at| measures[*at].id.as_str()).collect()
    }

    #[test]
    fn the_curve_begins_with_what_saves_money_and_settles_ties_by_id() {
        let measures = [
            measure("heat-pump", 5_000, 1_000.0, ""),
            measure("tie-b", 100, 1_000.0, ""),
            measure("tie-a", 200, 2_000.0, ""),
            measure("controls", -300, 500.0, ""),
        ];
        let curve = abatement_curve(&measures);
        let places: Vec<usize> = curve.steps.iter().map(|step| step.measure).collect();
        assert_eq!(ids(&measures, &places), ["controls", "tie-a", "tie-b", "heat-pump"]);
        // -300 pounds over 10 years of half a tonne; 5,000 over 10 years of one.
        assert_eq!(curve.steps[0].gbp_per_tonne, -60.0);
        assert_eq!(curve.steps[3].gbp_per_tonne, 500.0);
        assert_eq!(curve.steps[3].cumulative_kg_per_year, 4_500.0);
        assert!(curve.left_out.is_empty());
    }

    #[test]
    fn the_price_of_a_tonne_is_over_the_life_of_the_measure() {
        let lasting = Abatement { life_years: 40, ..measure("lasting", 300, 100.0, "") };
        let measures = [measure("brief", 100, 100.0, ""), lasting];
        let steps = abatement_curve(&measures).steps;
        assert_eq!([steps[0].gbp_per_tonne, steps[1].gbp_per_tonne], [75.0, 100.0]);
        assert_eq!(steps[0].measure, 1);
    }

    #[test]
    fn of_rivals_the_cheapest_stands_on_the_curve_and_what_is_unknown_stands_beside_it() {
        let unknown = Abatement { saved_a_year: None, ..measure("a", 1, 1.0, "") };
        let unpriced = Abatement { net_cost: None, ..measure("b", 1, 1.0, "") };
        let no_number = measure("n", 1, f64::NAN, "");
        let measures = [
            measure("air", 300, 1_000.0, "heat"),
            unknown,
            measure("ground", 900, 1_500.0, "heat"),
            unpriced,
            measure("none", 1, 0.0, ""),
            no_number,
        ];
        let curve = abatement_curve(&measures);
        assert_eq!(curve.steps.len(), 1);
        assert_eq!(
            curve.left_out,
            [
                (1, LeftOut::SavingUnknown),
                (2, LeftOut::Displaced { by: 0 }),
                (3, LeftOut::CostUnknown),
                (4, LeftOut::SavesNothing),
                (5, LeftOut::SavingUnknown),
            ]
        );
    }

    #[test]
    fn the_cheapest_set_is_not_the_cheapest_steps() {
        // The curve would take the two cheap measures first and then still need the dear one.
        let measures = [
            measure("small", 10, 100.0, ""),
            measure("middle", 22, 200.0, ""),
            measure("large", 90, 700.0, ""),
        ];
        let set = cheapest_set(&measures, Carbon::from_kg(700.0)).unwrap();
        assert_eq!(ids(&measures, &set.measures), ["large"]);
        assert_eq!((set.net_cost, set.is_proved), (Pence(9_000), true));
        assert_eq!(set.residual_a_year.kg(), 0.0);
    }

    #[test]
    fn a_rival_that_saves_more_is_taken_where_the_need_asks_for_it() {
        let measures =
            [measure("air", 300, 1_000.0, "heat"), measure("ground", 900, 1_500.0, "heat")];
        for (needed, chosen) in [(1_000.0, "air"), (1_200.0, "ground")] {
            let set = cheapest_set(&measures, Carbon::from_kg(needed)).unwrap();
            assert_eq!(ids(&measures, &set.measures), [chosen]);
        }
    }

    #[test]
    fn what_no_set_can_save_is_left_over_and_not_priced() {
        let measures = [measure("a", 10, 100.0, ""), measure("b", 10, 50.0, "")];
        let set = cheapest_set(&measures, Carbon::from_kg(200.0)).unwrap();
        assert_eq!((set.net_cost, set.residual_a_year.kg()), (Pence(2_000), 50.0));
        assert!(cheapest_set(&measures, Carbon::from_kg(f64::NAN)).is_none());
    }

    #[test]
    fn no_measures_cost_nothing_and_save_nothing() {
        let set = cheapest_set::<Average>(&[], Carbon::from_kg(5.0)).unwrap();
        assert_eq!((set.net_cost, set.saved_a_year.kg()), (Pence(0), 0.0));
        assert_eq!((set.measures.len(), set.residual_a_year.kg()), (0, 5.0));
        assert!(abatement_curve::<Average>(&[]).steps.is_empty());
    }
}
