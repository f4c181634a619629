//! Text to number and back, by the rules of a British spreadsheet.
//!
//! Plain digits take a short way; everything else (thousands separators, a pound or per cent sign,
//! brackets for negatives, a unit behind the number) a longer one. What a number means, and
//! whether it is plausible, is `value`.

use super::report::{Fault, code, shorten};

/// Which signs separate decimals and thousands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Separators {
    /// Before the decimals.
    pub decimal: char,
    /// Between groups of three digits; blanks are always allowed there.
    pub thousands: char,
}

impl Default for Separators {
    fn default() -> Self {
        Self { decimal: '.', thousands: ',' }
    }
}

/// A number, and the unit that was written with it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Number<'a> {
    /// Finite.
    pub value: f64,
    /// `£` from the front, or whatever stands behind the number.
    pub unit: Option<&'a str>,
}

/// Exact powers of ten: a whole number below 2^53 divided by one of them is rounded once.
const TENS: [f64; 16] =
    [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// Reads a number; see the module for what is allowed.
pub fn parse_number(text: &str, separators: Separators) -> Result<Number<'_>, Fault> {
    if separators.decimal == '.'
        && let Some(value) = parse_plain(text.as_bytes())
    {
        return Ok(Number { value, unit: None });
    }
    parse_written(text.trim(), separators)
}

/// An optional minus, digits and an optional point: at most 15 digits, so that the result is exact.
fn parse_plain(bytes: &[u8]) -> Option<f64> {
    let (is_negative, digits) = match bytes {
        [b'-', rest @ ..] => (true, rest),
        all => (false, all),
    };
    if digits.is_empty() || digits.len() > 16 {
        return None;
    }
    let (mut whole, mut decimals, mut seen_point) = (0_u64, 0_usize, false);
    for byte in digits {
        match byte {
            b'0'..=b'9' => {
                whole = whole * 10 + u64::from(byte - b'0');
                decimals += usize::from(seen_point);
            }
            b'.' if !seen_point => seen_point = true,
            _ => return None,
        }
    }
    if digits.len() - usize::from(seen_point) == 0 || whole >= 1_000_000_000_000_000 {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "below 10^15, which is below 2^53")]
    let value = whole as f64 / TENS.get(decimals)?;
    Some(if is_negative { -value } else { value })
}

fn parse_written(text: &str, separators: Separators) -> Result<Number<'_>, Fault> {
    let bracketed = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    let (mut is_negative, mut rest) = (bracketed.is_some(), bracketed.unwrap_or(text).trim());
    let (mut unit, mut is_signed) = (None, bracketed.is_some());
    for _ in 0..2 {
        if let Some(after) = rest.strip_prefix(['-', '\u{2212}', '+']) {
            if is_signed {
                return Err(not_a_number());
            }
            is_signed = true;
            is_negative = !rest.starts_with('+');
            rest = after;
        }
        if let Some(after) = rest.strip_prefix('£') {
            unit = Some("£");
            rest = after.trim_start();
        }
    }
    let (number, behind) = split_number(rest, separators);
    let behind = behind.trim();
    if !behind.is_empty() {
        if unit.is_some() {
            return Err(not_a_number());
        }
        unit = Some(behind);
    }
    let value = read_digits(number, separators)?;
    Ok(Number { value: if is_negative { -value } else { value }, unit })
}

fn is_blank(sign: char) -> bool {
    matches!(sign, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}')
}

/// Splits after the digits, their separators and an exponent.
fn split_number(text: &str, separators: Separators) -> (&str, &str) {
    let is_part = |sign: char| {
        sign.is_ascii_digit()
            || sign == separators.decimal
            || sign == separators.thousands
            || is_blank(sign)
    };
    let end = text.find(|sign| !is_part(sign)).unwrap_or(text.len());
    let end = text[..end].trim_end().len();
    let behind = &text.as_bytes()[end..];
    let signed = usize::from(matches!(behind, [_, b'+' | b'-', ..]));
    let is_exponent = end > 0
        && matches!(behind.first(), Some(b'e' | b'E'))
        && behind.get(1 + signed).is_some_and(u8::is_ascii_digit);
    if !is_exponent {
        return text.split_at(end);
    }
    let digits = behind[1 + signed..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    text.split_at(end + 1 + signed + digits)
}

fn read_digits(text: &str, separators: Separators) -> Result<f64, Fault> {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    let (whole, decimals) = match mantissa.split_once(separators.decimal) {
        Some((whole, decimals)) => (whole, decimals),
        None => (mantissa, ""),
    };
    let plain = join_groups(whole, separators, text)?;
    let is_number = decimals.bytes().all(|byte| byte.is_ascii_digit())
        && !(plain.is_empty() && decimals.is_empty());
    if !is_number {
        return Err(not_a_number());
    }
    let value: f64 =
        format!("{plain}.{decimals}0{exponent}").parse().map_err(|_| not_a_number())?;
    if value.is_finite() {
        Ok(value)
    } else {
        Err(Fault::refused(
            code::NOT_A_NUMBER,
            "This number is too large to be kept.",
            "Check the exponent.",
        ))
    }
}

/// Takes the separators out of a whole number whose groups are complete.
fn join_groups(whole: &str, separators: Separators, text: &str) -> Result<String, Fault> {
    let is_separator = |sign: char| sign == separators.thousands || is_blank(sign);
    let mut groups = whole.split(is_separator);
    let first = groups.next().unwrap_or_default();
    let mut plain = first.to_owned();
    let mut is_grouped = false;
    for group in groups {
        is_grouped = true;
        if group.len() != 3 || first.is_empty() || first.len() > 3 {
            return Err(unclear_separator(text));
        }
        plain.push_str(group);
    }
    let kinds = whole.chars().filter(|sign| is_separator(*sign));
    let mut kinds: Vec<char> = kinds.collect();
    kinds.dedup();
    if !plain.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(not_a_number());
    }
    if is_grouped && kinds.len() > 1 {
        return Err(unclear_separator(text));
    }
    Ok(plain)
}

fn not_a_number() -> Fault {
    Fault::refused(
        code::NOT_A_NUMBER,
        "This is not a number.",
        "Write digits with a full stop before decimals, or leave the cell empty if the value is not known.",
    )
}

fn unclear_separator(text: &str) -> Fault {
    Fault::refused(
        code::UNCLEAR_SEPARATOR,
        format!("It is not clear what the separator in {} stands for.", shorten(text)),
        "Write a full stop before decimals, and nothing or a comma between groups of three digits.",
    )
}

/// Writes a number for a message: thousands by comma, at most six decimals, no trailing zeros.
#[must_use]
pub fn write_number(value: f64) -> String {
    let text = format!("{:.6}", value.abs());
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
    let decimals = decimals.trim_end_matches('0');
    let mut written = String::with_capacity(text.len() + 8);
    if value < 0.0 {
        written.push('-');
    }
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            written.push(',');
        }
        written.push(digit);
    }
    if !decimals.is_empty() {
        written.push('.');
        written.push_str(decimals);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, expected: Result<(f64, Option<&str>), &str>) {
        let found = parse_number(text, Separators::default());
        let found = found.as_ref().map(|number| (number.value, number.unit));
        assert_eq!(found.map_err(|fault| fault.code), expected, "{text:?}");
    }

    #[test]
    fn numbers_are_read_as_a_british_spreadsheet_writes_them() {
        for (text, value) in [
            ("0", 0.0),
            ("14761", 14761.0),
            ("58.21", 58.21),
            ("-5", -5.0),
            (".5", 0.5),
            ("5.", 5.0),
            ("8,524,748", 8_524_748.0),
            ("1,234.50", 1234.5),
            ("8 524 748", 8_524_748.0),
            ("8\u{a0}524\u{a0}748", 8_524_748.0),
            (" 12 ", 12.0),
            ("(1,200)", -1200.0),
            ("\u{2212}3.5", -3.5),
            ("+7", 7.0),
            ("1e3", 1000.0),
            ("1.5E-3", 0.0015),
            ("0.1", 0.1),
            ("123456789012345678", 123_456_789_012_345_678.0),
        ] {
            check(text, Ok((value, None)));
        }
    }

    #[test]
    fn a_sign_or_unit_beside_the_number_is_handed_on() {
        check("£1,200", Ok((1200.0, Some("£"))));
        check("-£5", Ok((-5.0, Some("£"))));
        check("£-5", Ok((-5.0, Some("£"))));
        check("45 %", Ok((45.0, Some("%"))));
        check("500 kVA", Ok((500.0, Some("kVA"))));
        check("12x", Ok((12.0, Some("x"))));
    }

    #[test]
    fn what_is_no_number_or_not_clear_is_refused() {
        for text in
            ["", "-", "abc", "NaN", "inf", "-inf", "1e400", "--5", "1.2.3", "£", "(-5)", "."]
        {
            check(text, Err(code::NOT_A_NUMBER));
        }
        for text in ["1,5", "1,2345", "12,34,567", "1,234 567", ",5", "1 5", "1234,567"] {
            check(text, Err(code::UNCLEAR_SEPARATOR));
        }
    }

    #[test]
    fn a_layout_may_turn_the_separators_round() {
        let turned = Separators { decimal: ',', thousands: '.' };
        let read = |text| parse_number(text, turned).map(|number| number.value);
        assert_eq!(read("1.234,5"), Ok(1234.5));
        assert_eq!(read("58,21"), Ok(58.21));
        assert!(read("1.5").is_err());
    }

    #[test]
    fn numbers_are_written_for_people() {
        for (value, text) in [
            (0.0, "0"),
            (1234.5, "1,234.5"),
            (-100_000.0, "-100,000"),
            (0.05, "0.05"),
            (999.0, "999"),
        ] {
            assert_eq!(write_number(value), text);
        }
    }

    proptest! {
        #[test]
        fn the_short_way_agrees_with_the_standard_library(
            whole in 0_u32..1_000_000_000, decimals in "[0-9]{0,6}"
        ) {
            let text = format!("{whole}.{decimals}");
            let found = parse_number(&text, Separators::default()).map(|number| number.value);
            prop_assert_eq!(found, Ok(text.parse::<f64>().unwrap_or(f64::NAN)));
        }

        #[test]
        fn what_is_written_reads_back(value in -1_000_000_000_i64..1_000_000_000) {
            let value = value as f64 / 100.0;
            let found = parse_number(&write_number(value), Separators::default())
                .map(|number| number.value);
            prop_assert_eq!(found, Ok(value));
        }

        #[test]
        fn any_text_is_read_or_refused_without_panic(text in ".{0,24}") {
            let _ = parse_number(&text, Separators::default());
        }
    }
}
