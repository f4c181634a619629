//! What is said of the name of a measure that nobody has, or that no answer for one technology can have.
//!
//! Which name stands in which column is `columns`', and in which cell `survey`'s.

use super::layout::fold;
use super::report::{Fault, code, find_nearest, shorten};
use siteworthy_rules::measure::{Dictionary, FOR_TECHNOLOGY, Measure};

/// What is wrong with `dcb0160-complete@kettle`, where there is such a measure or one like it; none for a
/// name that is not meant as an answer for one technology.
pub fn judge_answer_name(name: &str, dictionary: &Dictionary) -> Option<Fault> {
    let folded = fold(name);
    let (measure, technology) = folded.split_once(FOR_TECHNOLOGY)?;
    let (measure, technology) = (measure.trim_matches('-'), technology.trim_matches('-'));
    let Some((_, found)) = dictionary.find(measure) else {
        let answerable = dictionary.iter().map(|(_, measure)| measure);
        let ids = answerable.filter(|one| one.per_technology).map(|one| one.id.as_str());
        let nearest = find_nearest(measure, ids)?;
        let is_known = dictionary.technologies().iter().any(|id| id == technology);
        let technology = if is_known { technology } else { "TECHNOLOGY" };
        let advice = format!(
            "If {nearest} is meant, write {nearest}{FOR_TECHNOLOGY}{technology}, or {nearest} for all."
        );
        return Some(Fault::refused(code::UNKNOWN_MEASURE, "There is no such measure.", advice));
    };
    Some(if found.per_technology {
        no_such_technology(found, technology, dictionary)
    } else {
        Fault::refused(
            code::NOT_OF_TECHNOLOGY,
            format!("{} is not asked of a technology: a place has one answer to it.", found.id),
            format!("Write {}.", found.id),
        )
    })
}

fn no_such_technology(measure: &Measure, technology: &str, dictionary: &Dictionary) -> Fault {
    let technologies = dictionary.technologies();
    let id = &measure.id;
    let message = match technology {
        "" => format!("No technology is named behind {id}{FOR_TECHNOLOGY}."),
        named => format!("There is no technology {}.", shorten(named)),
    };
    let advice = match find_nearest(technology, technologies.iter().map(String::as_str)) {
        Some(nearest) => {
            format!("If {nearest} is meant, write {id}{FOR_TECHNOLOGY}{nearest}.")
        }
        None => {
            format!("Name one of {}, or write {id} for all technologies.", technologies.join(", "))
        }
    };
    Fault::refused(code::UNKNOWN_TECHNOLOGY, message, advice)
}
