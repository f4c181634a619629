//! An explanation in a few sentences that a board member can read: readiness, what decided it, how sure
//! it is.
//!
//! The requirements one by one are `explain`.

use super::View;
use super::explain::{Explained, plain};
use siteworthy_rules::judge::{Outcome, Readiness, Spot, Verdict, WHOLE_BP, percent};
use siteworthy_rules::measure::Domain;
use siteworthy_rules::profile::{AdoptionStatus, Place, Profile};

/// What a headline is about.
pub struct Headline<'a> {
    /// The view.
    pub view: &'a View,
    /// The technology.
    pub profile: &'a Profile,
    /// Where and how it was judged.
    pub outcome: &'a Outcome,
    /// Every requirement.
    pub requirements: &'a [Explained<'a>],
    /// The domain with the lowest mean.
    pub weakest: Option<Domain>,
}

impl Headline<'_> {
    /// The sentences.
    pub fn write(&self) -> String {
        let says = match self.outcome.score.readiness {
            Readiness::Ready => "is ready for",
            Readiness::ReadyWithActions => "can take, with actions still to be done,",
            Readiness::Indeterminate => "cannot be judged for",
            Readiness::NotReady => "is not ready for",
        };
        let (place, technology) = (self.place(), lower_first(&self.profile.title));
        let (reason, figures, adoption) = (self.reason(), self.figures(), self.adoption());
        let (spaces, shortfalls) = (self.spaces(), self.shortfalls());
        let known = plain(percent(self.outcome.score.coverage_bp));
        format!(
            "{place} {says} {technology}{reason}.{spaces}{shortfalls}{figures} {known} % of what is asked is known.{adoption}"
        )
    }

    fn place(&self) -> String {
        let name = &self.view.site(self.outcome.spot().site()).name;
        self.outcome.spot().space().map_or_else(
            || name.clone(),
            |space| format!("{name} ({})", self.view.place_name(space)),
        )
    }

    /// What is short of its minimum and keeps the site from nothing: a score may be high enough without it,
    /// and it must be seen all the same.
    fn shortfalls(&self) -> String {
        let is_let_through =
            matches!(self.outcome.score.readiness, Readiness::Ready | Readiness::ReadyWithActions);
        let is_short = |one: &&Explained<'_>| one.judged.verdict == Verdict::Short;
        let short = self.requirements.iter().filter(is_short).map(|one| lower_first(&one.title));
        let short: Vec<String> = short.collect();
        if !is_let_through || short.is_empty() {
            return String::new();
        }
        format!(" Still short of the minimum: {}.", short.join(", "))
    }

    /// How many spaces are ready, where the best of several was judged.
    fn spaces(&self) -> String {
        let (ready, all) = (self.outcome.spaces_ready, self.outcome.spaces);
        if all < 2 {
            return String::new();
        }
        let are = if ready == 1 { "is" } else { "are" };
        format!(" {ready} of its {all} {}s {are} ready.", room(self.profile.place))
    }

    /// What keeps the site from being ready.
    fn reason(&self) -> String {
        let score = &self.outcome.score;
        match score.readiness {
            Readiness::NotReady if score.gates_failed > 0 => {
                format!(
                    " because it misses what must not be missed: {}",
                    self.gates(Verdict::Short)
                )
            }
            Readiness::NotReady => " because its score is low".to_owned(),
            Readiness::Indeterminate if matches!(self.outcome.spot(), Spot::NoSpace { .. }) => {
                format!(" because no {} is on record", room(self.profile.place))
            }
            Readiness::Indeterminate if score.gates_unknown > 0 => {
                format!(" because this is not known: {}", self.gates(Verdict::Unknown))
            }
            Readiness::Indeterminate => " because too little is known".to_owned(),
            Readiness::ReadyWithActions | Readiness::Ready => String::new(),
        }
    }

    fn gates(&self, verdict: Verdict) -> String {
        let is_one = |one: &&Explained<'_>| one.requirement.gate && one.judged.verdict == verdict;
        let those = self.requirements.iter().filter(is_one).map(|one| lower_first(&one.title));
        those.collect::<Vec<_>>().join(", ")
    }

    /// Score and range. Where readiness cannot be told, or too little is known, the score over the little
    /// that is known would promise too much, and only the range is given.
    fn figures(&self) -> String {
        let score = &self.outcome.score;
        let [low, high] = [score.low_bp, score.high_bp].map(|bp| plain(percent(bp)));
        let weakest =
            self.weakest.map_or_else(String::new, |domain| format!("; weakest is {domain}"));
        if score.score_bp.is_none() {
            return String::new();
        }
        let range = if low == high { low } else { format!("between {low} and {high}") };
        match score.told_bp().filter(|_| score.readiness != Readiness::Indeterminate) {
            None => format!(" Whatever is still unknown, it will score {range} of 100."),
            Some(points) => {
                let points = plain(percent(points));
                let open = match (score.low_bp == score.high_bp, score.coverage_bp) {
                    (false, _) => format!(", and {range} whatever is still unknown"),
                    (true, WHOLE_BP) => String::new(),
                    (true, _) => ", whatever is still unknown".to_owned(),
                };
                format!(" It scores {points} of 100{open}{weakest}.")
            }
        }
    }

    fn adoption(&self) -> &'static str {
        self.profile.adoption.as_ref().map_or("", |adoption| match adoption.status {
            AdoptionStatus::Approved => " The technology is approved.",
            AdoptionStatus::InnovatorPassport => " The technology holds an innovator passport.",
            AdoptionStatus::Research => " The technology is still in research and trials.",
        })
    }
}

/// What a place is called within a sentence.
pub const fn room(place: Place) -> &'static str {
    match place {
        Place::Site => "site",
        Place::Space(kind) => kind.name(),
    }
}

/// A readiness within a sentence, such as "ready with actions".
pub fn spoken(readiness: Readiness) -> String {
    readiness.word().replace('-', " ")
}

/// A heading within a sentence. Words that are all capitals, such as UPS or AI, stay as they are, and so does Wi-Fi.
fn lower_first(title: &str) -> String {
    let mut letters = title.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second))
            if (second.is_lowercase() || second == ' ') && !title.starts_with("Wi-Fi") =>
        {
            first.to_lowercase().chain(title.chars().skip(1)).collect()
        }
        _ => title.to_owned(),
    }
}
