//! Text to rows and cells.
//!
//! This is its own reader, not the `csv` crate's, for one reason: a problem must name the row that
//! a spreadsheet shows. That crate passes over blank lines and counts lines, not rows, and it says
//! nothing of a quotation mark that never closes. Here blank lines count, a quoted cell with line
//! breaks is one row, and cells are ranges of the text, so that unread columns cost next to
//! nothing. On well-formed input both agree; a test holds that.

use std::borrow::Cow;

/// A row being read over and over, so that its list of cells is allocated once.
#[derive(Debug, Default)]
pub struct Row<'a> {
    text: &'a str,
    /// Row as a spreadsheet numbers it, from 1.
    pub number: u32,
    /// What is wrong with its quotation marks.
    pub quoting: Quoting,
    cells: Vec<Cell>,
}

/// What is wrong with the quotation marks of a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Quoting {
    /// Nothing.
    #[default]
    Sound,
    /// A cell goes on after its closing mark.
    GoesOn,
    /// A mark is opened and never closed: the rest of the file is one cell.
    NeverCloses,
}

#[derive(Clone, Copy, Debug)]
struct Cell {
    start: u32,
    end: u32,
    /// Whether doubled quotation marks stand in it.
    has_doubled_quotes: bool,
}

impl<'a> Row<'a> {
    /// How many cells the row has.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether the row has no cell that holds anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        (0..self.len()).all(|at| self.cell(at).is_empty())
    }

    /// The cell as written, blanks included; empty where the row is too short.
    #[must_use]
    pub fn raw_cell(&self, at: usize) -> Cow<'a, str> {
        let Some(cell) = self.cells.get(at) else {
            return Cow::Borrowed("");
        };
        let text = self.text.get(cell.start as usize..cell.end as usize).unwrap_or_default();
        if cell.has_doubled_quotes {
            Cow::Owned(text.replace("\"\"", "\""))
        } else {
            Cow::Borrowed(text)
        }
    }

    /// The cell without the blanks around it.
    #[must_use]
    pub fn cell(&self, at: usize) -> Cow<'a, str> {
        match self.raw_cell(at) {
            // Most cells need no trimming, and this is cheaper than looking for Unicode blanks.
            Cow::Borrowed(text) if is_bare(text.as_bytes()) => Cow::Borrowed(text),
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
        }
    }

    /// All cells without the blanks around them.
    pub fn iter(&self) -> impl Iterator<Item = Cow<'a, str>> + '_ {
        (0..self.len()).map(|at| self.cell(at))
    }
}

/// The rows of a text.
#[derive(Debug)]
pub struct Rows<'a> {
    text: &'a str,
    at: usize,
    number: u32,
    delimiter: u8,
}

impl<'a> Rows<'a> {
    /// Starts at the first row, and finds the delimiter in it.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0, number: 0, delimiter: find_delimiter(text) }
    }

    /// How far the text has been read, in bytes.
    #[must_use]
    pub const fn bytes_read(&self) -> usize {
        self.at
    }

    /// Reads the next row; false at the end.
    pub fn read(&mut self, row: &mut Row<'a>) -> bool {
        row.text = self.text;
        row.cells.clear();
        row.quoting = Quoting::Sound;
        if self.at >= self.text.len() {
            return false;
        }
        self.number = self.number.saturating_add(1);
        row.number = self.number;
        while self.read_cell(row) {}
        true
    }

    /// Reads the next row that holds anything; false at the end.
    pub fn read_filled(&mut self, row: &mut Row<'a>) -> bool {
        while self.read(row) {
            if !row.is_empty() {
                return true;
            }
        }
        false
    }

    /// Reads one cell with what ends it; false when that ends the row.
    fn read_cell(&mut self, row: &mut Row<'a>) -> bool {
        let bytes = self.text.as_bytes();
        let cell = if bytes.get(self.at) == Some(&b'"') {
            self.read_quoted(row)
        } else {
            let start = self.at;
            self.at = self.find_cell_end(start);
            new_cell(start, self.at, false)
        };
        row.cells.push(cell);
        match bytes.get(self.at) {
            Some(byte) if *byte == self.delimiter => {
                self.at += 1;
                true
            }
            Some(b'\r') if bytes.get(self.at + 1) == Some(&b'\n') => {
                self.at += 2;
                false
            }
            Some(_) => {
                self.at += 1;
                false
            }
            None => false,
        }
    }

    fn read_quoted(&mut self, row: &mut Row<'a>) -> Cell {
        let bytes = self.text.as_bytes();
        let start = self.at + 1;
        let mut at = start;
        let mut has_doubled_quotes = false;
        loop {
            match bytes[at..].iter().position(|byte| *byte == b'"') {
                Some(found) if bytes.get(at + found + 1) == Some(&b'"') => {
                    has_doubled_quotes = true;
                    at += found + 2;
                }
                Some(found) => {
                    let end = at + found;
                    self.at = self.find_cell_end(end + 1);
                    if self.at > end + 1 {
                        row.quoting = Quoting::GoesOn;
                        return new_cell(start - 1, self.at, false);
                    }
                    return new_cell(start, end, has_doubled_quotes);
                }
                None => {
                    row.quoting = Quoting::NeverCloses;
                    self.at = bytes.len();
                    return new_cell(start, self.at, has_doubled_quotes);
                }
            }
        }
    }

    fn find_cell_end(&self, from: usize) -> usize {
        let rest = &self.text.as_bytes()[from..];
        let is_end = |byte: &u8| *byte == self.delimiter || *byte == b'\n' || *byte == b'\r';
        from + rest.iter().position(is_end).unwrap_or(rest.len())
    }
}

/// Whether a cell begins and ends with a visible ASCII sign.
fn is_bare(cell: &[u8]) -> bool {
    let is_visible = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
    is_visible(cell.first()) && is_visible(cell.last())
}

/// Offsets fit because `text` refuses larger files.
fn new_cell(start: usize, end: usize, has_doubled_quotes: bool) -> Cell {
    let narrow = |offset| u32::try_from(offset).unwrap_or(u32::MAX);
    Cell { start: narrow(start), end: narrow(end), has_doubled_quotes }
}

/// The delimiter that occurs most often in the first row that holds anything, outside quotation
/// marks; the comma where none does.
fn find_delimiter(text: &str) -> u8 {
    let mut counts = [(b',', 0_u32), (b';', 0), (b'\t', 0)];
    let mut is_quoted = false;
    for byte in text.trim_start_matches(['\r', '\n']).bytes() {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\r' | b'\n' if !is_quoted => break,
            _ if !is_quoted => {
                for (delimiter, count) in &mut counts {
                    *count += u32::from(byte == *delimiter);
                }
            }
            _ => {}
        }
    }
    let most = counts.iter().map(|(_, count)| *count).max();
    counts.iter().find(|(_, count)| Some(*count) == most).map_or(b',', |(delimiter, _)| *delimiter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read_all(text: &str) -> Vec<(u32, Vec<String>)> {
        let mut rows = Rows::new(text);
        let mut row = Row::default();
        let mut all = Vec::new();
        while rows.read(&mut row) {
            let cells = (0..row.len()).map(|at| row.raw_cell(at).into_owned());
            all.push((row.number, cells.collect()));
        }
        all
    }

    fn check(text: &str, expected: &[(u32, &[&str])]) {
        let found = read_all(text);
        let found: Vec<(u32, Vec<&str>)> = found
            .iter()
            .map(|(number, cells)| (*number, cells.iter().map(String::as_str).collect()))
            .collect();
        let expected: Vec<(u32, Vec<&str>)> =
            expected.iter().map(|(number, cells)| (*number, cells.to_vec())).collect();
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn every_line_ending_ends_a_row() {
        for text in ["a,b\n1,2\n", "a,b\r\n1,2\r\n", "a,b\r1,2\r", "a,b\n1,2"] {
            check(text, &[(1, &["a", "b"]), (2, &["1", "2"])]);
        }
    }

    #[test]
    fn rows_are_numbered_as_a_spreadsheet_shows_them() {
        check("a,b\n\n1,2\n", &[(1, &["a", "b"]), (2, &[""]), (3, &["1", "2"])]);
        check(
            "a,b\n\"x\ny\r\nz\",2\n3,4\n",
            &[(1, &["a", "b"]), (2, &["x\ny\r\nz", "2"]), (3, &["3", "4"])],
        );
    }

    #[test]
    fn the_delimiter_is_the_commonest_in_the_heading() {
        check("a;b;c,d\n1;2;3\n", &[(1, &["a", "b", "c,d"]), (2, &["1", "2", "3"])]);
        check("a\tb\n1,5\t2\n", &[(1, &["a", "b"]), (2, &["1,5", "2"])]);
        check("\"x;y;z\",b\n", &[(1, &["x;y;z", "b"])]);
        check("only\n1\n", &[(1, &["only"]), (2, &["1"])]);
    }

    #[test]
    fn quotation_marks_protect_and_double() {
        check("\"a \"\"b\"\"\",c\n", &[(1, &["a \"b\"", "c"])]);
        check("5\" pipe,x\n", &[(1, &["5\" pipe", "x"])]);
        check("\"\",\"\"\n", &[(1, &["", ""])]);
        check("a,\n", &[(1, &["a", ""])]);
    }

    #[test]
    fn quotation_marks_that_do_not_pair_are_noticed() {
        let quoting = |text| {
            let mut row = Row::default();
            Rows::new(text).read(&mut row);
            row.quoting
        };
        assert_eq!(quoting("\"a\"b,c\n"), Quoting::GoesOn);
        assert_eq!(quoting("\"a,b\nc,d\n"), Quoting::NeverCloses);
        assert_eq!(quoting("\"a\",b\n"), Quoting::Sound);
    }

    proptest! {
        #[test]
        fn what_the_csv_crate_writes_reads_back(
            rows in prop::collection::vec(prop::collection::vec("[a-z,;\"\r\n é]{0,6}", 3), 1..6)
        ) {
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(["one", "two", "three"])?;
            for row in &rows {
                writer.write_record(row)?;
            }
            let bytes = writer.into_inner().map_err(|error| error.into_error())?;
            let text = String::from_utf8(bytes)?;
            let found: Vec<_> = read_all(&text).into_iter().skip(1).map(|(_, cells)| cells).collect();
            prop_assert_eq!(found, rows);
        }

        #[test]
        fn any_text_is_read_to_its_end_without_panic(text in "[a,;\"\r\n\té]{0,40}") {
            let mut rows = Rows::new(&text);
            let mut row = Row::default();
            while rows.read(&mut row) {}
            prop_assert_eq!(rows.bytes_read(), text.len());
        }
    }
}
