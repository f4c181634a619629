//! The form of a UK postcode.
//!
//! Letters and digits are never guessed: only blanks and case are put right, and the caller is told
//! when they were. Whether a postcode exists, and where, is for the gazetteer.

use super::report::{Fault, code};

/// What was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// In the form `M13 9WL`.
    pub postcode: String,
    /// What had to be put right, if anything.
    pub mended: Option<Fault>,
}

/// Letters that no inward code has: they are too easily taken for others.
const NEVER_INWARD: &str = "CIKMOV";
/// Letters that no postcode area begins with, and that none has in second place.
const NEVER_FIRST: &str = "QVX";
const NEVER_SECOND: &str = "IJZ";

/// Reads a postcode as it was written, blanks included.
pub fn parse_postcode(text: &str) -> Result<Reading, Fault> {
    let plain: String = text
        .chars()
        .filter(|sign| !sign.is_whitespace())
        .map(|sign| sign.to_ascii_uppercase())
        .collect();
    if !has_shape(plain.as_bytes()) {
        return Err(Fault::refused(
            code::MALFORMED_POSTCODE,
            "This is not a postcode; the site is kept without one.",
            "Write it as in M13 9WL: check for letters in place of digits and for slips of the keyboard.",
        ));
    }
    let (outward, inward) = plain.split_at(plain.len() - 3);
    if let Some(letter) = find_unissued_letter(outward, inward) {
        return Err(Fault::refused(
            code::UNISSUED_POSTCODE,
            format!(
                "No postcode has the letter {letter} in this place; the site is kept without one."
            ),
            "Check the postcode against a letter or an invoice of the site.",
        ));
    }
    let postcode = format!("{outward} {inward}");
    let mended = (postcode != text).then(|| {
        Fault::warning(
            code::MALFORMED_POSTCODE,
            format!("The postcode is not in its normal form; it was read as {postcode}."),
            "Write it in capitals with one space before its last three characters.",
        )
    });
    Ok(Reading { postcode, mended })
}

/// One or two letters, a digit, perhaps a digit or letter; then a digit and two letters.
fn has_shape(plain: &[u8]) -> bool {
    if plain == b"GIR0AA" {
        return true;
    }
    let Some(cut) = plain.len().checked_sub(3) else {
        return false;
    };
    let (outward, inward) = plain.split_at(cut);
    let is_inward = matches!(inward, [d, a, b]
        if d.is_ascii_digit() && a.is_ascii_uppercase() && b.is_ascii_uppercase());
    let letters = outward.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    let is_outward = matches!(letters, 1 | 2)
        && match &outward[letters..] {
            [digit] => digit.is_ascii_digit(),
            [digit, last] => digit.is_ascii_digit() && last.is_ascii_alphanumeric(),
            _ => false,
        };
    is_inward && is_outward
}

fn find_unissued_letter(outward: &str, inward: &str) -> Option<char> {
    if outward == "GIR" {
        return None;
    }
    let first = outward.chars().next();
    let second = outward.chars().nth(1);
    let among = |letters: &'static str| move |letter: &char| letters.contains(*letter);
    first
        .filter(among(NEVER_FIRST))
        .or_else(|| second.filter(among(NEVER_SECOND)))
        .or_else(|| inward.chars().skip(1).find(among(NEVER_INWARD)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<(&str, bool), &str>) {
        let found = parse_postcode(text);
        let found =
            found.as_ref().map(|reading| (reading.postcode.as_str(), reading.mended.is_none()));
        assert_eq!(found.map_err(|fault| fault.code), expected, "{text:?}");
    }

    #[test]
    fn normal_forms_are_taken_as_they_are() {
        for text in ["M13 9WL", "SE1 7EH", "EC1A 4NP", "W1A 1AA", "CR2 6XH", "DN55 1PT", "GIR 0AA"]
        {
            check(text, Ok((text, true)));
        }
    }

    #[test]
    fn blanks_and_case_are_put_right_and_reported() {
        check("EC1A4NP", Ok(("EC1A 4NP", false)));
        check("E1 45HJ", Ok(("E14 5HJ", false)));
        check("CM20 1EJ ", Ok(("CM20 1EJ", false)));
        check("M1  1AD", Ok(("M1 1AD", false)));
        check("m13 9wl", Ok(("M13 9WL", false)));
        check("LN1 10YJ", Ok(("LN11 0YJ", false)));
    }

    #[test]
    fn letters_are_never_guessed() {
        for text in
            ["TQ5 PHW", "OX26 ^HR", "N/A", "", "M13", "ABC1 1AA", "M13 9W", "Ｍ13 9WL", "1AA 1AA"]
        {
            check(text, Err(code::MALFORMED_POSTCODE));
        }
        for text in ["MK9 1SI", "SE15 5LI", "QA1 1AA", "MI1 1AA"] {
            check(text, Err(code::UNISSUED_POSTCODE));
        }
    }
}
