//! Bytes to text.
//!
//! UTF-8, with or without a byte order mark, is taken as it is; anything else that looks like text
//! is read as Windows-1252, the code page in which British spreadsheets save CSV, and that is said.
//! Rows and cells are `rows`.

use super::report::{Fault, code};
use encoding_rs::WINDOWS_1252;
use std::borrow::Cow;

/// How much is searched for signs that this is no text: enough for any file header.
const SEARCHED_BYTES: usize = 8 * 1024;

/// A text, and what was noticed on the way.
#[derive(Debug, PartialEq)]
pub struct Text<'a> {
    /// Without a byte order mark.
    pub text: Cow<'a, str>,
    /// Which encoding was taken, where it was not UTF-8.
    pub note: Option<Fault>,
}

/// Decodes a file, or says why it cannot be one of ours.
pub fn read_text(bytes: &[u8]) -> Result<Text<'_>, Fault> {
    if u32::try_from(bytes.len()).is_err() {
        return Err(Fault::refused(
            code::FILE_TOO_LARGE,
            format!("A file may have at most {} bytes.", u32::MAX),
            "Split it into several files.",
        ));
    }
    if let Some(fault) = find_foreign_format(bytes) {
        return Err(fault);
    }
    let body = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if body.iter().all(u8::is_ascii_whitespace) {
        return Err(Fault::refused(
            code::EMPTY_FILE,
            "The file is empty.",
            "Save the sheet that holds the data, and upload that file.",
        ));
    }
    Ok(match std::str::from_utf8(body) {
        Ok(text) => Text { text: Cow::Borrowed(text), note: None },
        Err(_) => Text {
            text: WINDOWS_1252.decode_without_bom_handling(body).0,
            note: Some(Fault::note(
                code::TEXT_ENCODING,
                "The file is not UTF-8; it was read as Windows-1252.",
                "If names or units look wrong, save the file as CSV UTF-8.",
            )),
        },
    })
}

fn find_foreign_format(bytes: &[u8]) -> Option<Fault> {
    let head = &bytes[..bytes.len().min(SEARCHED_BYTES)];
    let what = if head.starts_with(b"PK\x03\x04") {
        "This is an Excel workbook or another packed file, not text."
    } else if head.starts_with(b"\xD0\xCF\x11\xE0") {
        "This is an old Excel workbook, not text."
    } else if head.starts_with(b"%PDF") {
        "This is a PDF document, not text."
    } else if head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF") || is_wide(head) {
        "This file is text in UTF-16, which is not read."
    } else if head.contains(&0) {
        "This file holds zero bytes, so it is not text."
    } else {
        return None;
    };
    Some(Fault::refused(
        code::NOT_TEXT,
        what,
        "Open it in a spreadsheet and save the sheet as CSV UTF-8 (comma delimited).",
    ))
}

/// Whether every second byte is zero, as in UTF-16 without a byte order mark.
fn is_wide(head: &[u8]) -> bool {
    let zeros = |first| head.iter().skip(first).step_by(2).filter(|byte| **byte == 0);
    let half = head.len() / 2;
    half > 0 && (zeros(0).count() * 10 > half * 9 || zeros(1).count() * 10 > half * 9)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(bytes: &[u8], expected: Result<(&str, bool), &str>) {
        let found = read_text(bytes);
        let found = found.as_ref().map(|text| (&*text.text, text.note.is_some()));
        assert_eq!(found.map_err(|fault| fault.code), expected);
    }

    #[test]
    fn utf_8_and_windows_1252_are_read() {
        check("a,m²\n".as_bytes(), Ok(("a,m²\n", false)));
        check(b"\xEF\xBB\xBFa,b\n", Ok(("a,b\n", false)));
        check(b"a,m\xB2,\xA35\n", Ok(("a,m²,£5\n", true)));
        check(b"Caf\xE9 \x96 Bar", Ok(("Café – Bar", true)));
    }

    #[test]
    fn what_is_not_text_is_refused_with_its_name() {
        for bytes in [
            &b"PK\x03\x04rest"[..],
            b"\xD0\xCF\x11\xE0\xA1\xB1",
            b"%PDF-1.7",
            b"\xFF\xFEa\0b\0",
            b"a\0,\0b\0\n\0",
            b"a,b\n\0\x01\x02",
        ] {
            check(bytes, Err(code::NOT_TEXT));
        }
        for bytes in [&b""[..], b"\xEF\xBB\xBF", b" \r\n\n"] {
            check(bytes, Err(code::EMPTY_FILE));
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused_without_panic(
            bytes in prop::collection::vec(any::<u8>(), 0..200)
        ) {
            let _ = read_text(&bytes);
        }
    }
}
