//! How cells of the workbook are written: styles, headings, money and formulas with their results.
//!
//! A formula is written with the result that we hold ourselves, so that a reader without a spreadsheet
//! finds the same figures. What is not known is written as nothing at all. What stands where is each
//! sheet's own.

use rust_xlsxwriter::{
    Format, FormatAlign, FormatBorder, Formula, Worksheet, XlsxError, column_number_to_name,
};
use siteworthy_rules::cost::{Estimate, Pence};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Styles of cells, made once.
pub struct Styles {
    heading: Format,
    money: Format,
    money_total: Format,
    /// A number with two decimals.
    pub score: Format,
    /// A number with three decimals.
    pub quantity: Format,
    whole: Format,
    whole_total: Format,
    /// Text that runs over several lines of its cell.
    pub wrapped: Format,
    /// A sentence across the sheet.
    pub note: Format,
    /// A label beside a value.
    pub label: Format,
    /// A label of a row of totals.
    pub total: Format,
    /// The title of a table.
    pub section: Format,
    /// The title of a sheet.
    pub title: Format,
}

impl Styles {
    pub fn new() -> Self {
        let bold = || Format::new().set_bold();
        let total = || bold().set_border_top(FormatBorder::Thin);
        Self {
            heading: bold()
                .set_background_color(0x00_5E_B8)
                .set_font_color(0xFF_FF_FF)
                .set_align(FormatAlign::Top)
                .set_text_wrap(),
            money: Format::new().set_num_format("#,##0.00"),
            money_total: total().set_num_format("#,##0.00"),
            score: Format::new().set_num_format("0.00"),
            quantity: Format::new().set_num_format("#,##0.000"),
            whole: Format::new().set_num_format("#,##0"),
            whole_total: total().set_num_format("#,##0"),
            wrapped: Format::new().set_text_wrap().set_align(FormatAlign::Top),
            note: Format::new().set_italic(),
            label: bold().set_align(FormatAlign::Top),
            total: total(),
            section: bold().set_font_size(13),
            title: bold().set_font_size(16),
        }
    }
}

/// Whether a cell is one of many or of a row of totals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    /// One of many.
    One,
    /// Totals.
    Total,
}

/// A cell by its row and column, both from 0.
pub fn cell(row: u32, column: u16) -> String {
    format!("{}{}", column_number_to_name(column), row + 1)
}

/// Cells of one column, from the first to the last row, both from 0.
pub fn column_range(column: u16, first: u32, last: u32) -> String {
    format!("{}:{}", cell(first, column), cell(last, column))
}

/// The number of a row.
///
/// # Errors
/// Where a sheet does not have so many.
pub fn row_of(at: usize) -> Result<u32, XlsxError> {
    u32::try_from(at).map_err(|_| XlsxError::RowColumnLimitError)
}

/// The number of a column.
///
/// # Errors
/// Where a sheet does not have so many.
pub fn column_of(at: usize) -> Result<u16, XlsxError> {
    u16::try_from(at).map_err(|_| XlsxError::RowColumnLimitError)
}

/// Cells hold doubles; pence below 2^53 are exact in them.
#[expect(clippy::cast_precision_loss, reason = "pence below 2^53 are exact")]
pub fn pounds(pence: Pence) -> f64 {
    pence.0 as f64 / 100.0
}

#[expect(clippy::cast_precision_loss, reason = "a sheet holds far fewer than 2^53 rows")]
const fn number_of(count: usize) -> f64 {
    count as f64
}

/// The three runs of an amount, in the order in which they are written.
pub fn runs(amount: Option<Estimate<Pence>>) -> [Option<Pence>; 3] {
    amount
        .map_or([None; 3], |Estimate { low, central, high }| [Some(low), Some(central), Some(high)])
}

/// Height of a line of text in points, and the most that a row can have.
const LINE_POINTS: f64 = 15.0;
const MOST_POINTS: f64 = 405.0;

/// Width of a column that nobody sets, in characters.
const USUAL_WIDTH: f64 = 8.43;

/// The most characters of a cell are 32,767. A longer text is cut, and says so.
pub const MOST_IN_A_CELL: usize = 32_700;

/// A text as it fits into a cell.
fn fitting(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(MOST_IN_A_CELL) {
        Some((at, _)) => format!("{} [cut here; CSV and JSON have all of it]", &text[..at]).into(),
        None => text.into(),
    }
}

/// Over how many lines a text runs that is broken between words.
fn lines_of(text: &str, width: f64) -> f64 {
    let (mut lines, mut used) = (1.0, 0.0);
    for word in text.split(' ') {
        let length = number_of(word.chars().count()) + 1.0;
        if used > 0.0 && used + length > width {
            lines += 1.0;
            used = 0.0;
        }
        used += length;
    }
    lines
}

/// Writes into one sheet.
pub struct Pen<'a> {
    pub sheet: &'a mut Worksheet,
    pub styles: &'a Styles,
    widths: BTreeMap<u16, f64>,
}

impl<'a> Pen<'a> {
    pub fn new(
        sheet: &'a mut Worksheet,
        styles: &'a Styles,
        name: &str,
    ) -> Result<Self, XlsxError> {
        sheet.set_name(name)?;
        Ok(Self { sheet, styles, widths: BTreeMap::new() })
    }

    /// The title of the sheet and a sentence below it.
    pub fn open(&mut self, title: &str, note: &str) -> Result<(), XlsxError> {
        self.sheet.set_row_height(0, 24)?;
        self.sheet.write_string_with_format(0, 0, title, &self.styles.title)?;
        self.sheet.write_string_with_format(1, 0, note, &self.styles.note)?;
        Ok(())
    }

    /// Text, which is never taken for a formula.
    pub fn text(&mut self, row: u32, column: u16, text: &str) -> Result<(), XlsxError> {
        self.sheet.write_string(row, column, &*fitting(text))?;
        Ok(())
    }

    pub fn styled(
        &mut self,
        row: u32,
        column: u16,
        text: &str,
        style: &Format,
    ) -> Result<(), XlsxError> {
        self.sheet.write_string_with_format(row, column, &*fitting(text), style)?;
        Ok(())
    }

    pub fn headings<'t>(
        &mut self,
        row: u32,
        headings: impl IntoIterator<Item = &'t str>,
    ) -> Result<(), XlsxError> {
        self.across(row, headings, &self.styles.heading)
    }

    /// Texts side by side that run over as many lines as they need.
    pub fn wrapped<'t>(
        &mut self,
        row: u32,
        texts: impl IntoIterator<Item = &'t str>,
    ) -> Result<(), XlsxError> {
        self.across(row, texts, &self.styles.wrapped)
    }

    /// The height is worked out here: a sheet in constant memory does not know what is in its rows.
    fn across<'t>(
        &mut self,
        row: u32,
        texts: impl IntoIterator<Item = &'t str>,
        style: &Format,
    ) -> Result<(), XlsxError> {
        let mut most = 1.0_f64;
        for (column, text) in (0..).zip(texts) {
            let width = self.widths.get(&column).copied().unwrap_or(USUAL_WIDTH);
            most = most.max(lines_of(text, width));
            self.sheet.write_string_with_format(row, column, &*fitting(text), style)?;
        }
        self.sheet.set_row_height(row, (most * LINE_POINTS).min(MOST_POINTS))?;
        Ok(())
    }

    /// Sets the width of a column, in characters.
    pub fn width(&mut self, column: u16, width: f64) -> Result<(), XlsxError> {
        self.widths.insert(column, width);
        self.sheet.set_column_width(column, width)?;
        Ok(())
    }

    pub fn widths(&mut self, widths: &[(u16, f64)]) -> Result<(), XlsxError> {
        for (column, width) in widths {
            self.width(*column, *width)?;
        }
        Ok(())
    }

    pub fn count(&mut self, row: u32, column: u16, count: usize) -> Result<(), XlsxError> {
        let count = number_of(count);
        self.sheet.write_number_with_format(row, column, count, &self.styles.whole)?;
        Ok(())
    }

    pub fn number(
        &mut self,
        row: u32,
        column: u16,
        number: f64,
        style: &Format,
    ) -> Result<(), XlsxError> {
        self.sheet.write_number_with_format(row, column, number, style)?;
        Ok(())
    }

    /// An amount as a value; nothing where it is not known.
    pub fn money(&mut self, row: u32, column: u16, amount: Option<Pence>) -> Result<(), XlsxError> {
        let Some(amount) = amount else { return Ok(()) };
        self.sheet.write_number_with_format(row, column, pounds(amount), &self.styles.money)?;
        Ok(())
    }

    /// The three runs of an amount as values, in three columns.
    pub fn estimate(
        &mut self,
        row: u32,
        first: u16,
        amount: Option<Estimate<Pence>>,
    ) -> Result<(), XlsxError> {
        for (column, amount) in (first..).zip(runs(amount)) {
            self.money(row, column, amount)?;
        }
        Ok(())
    }

    /// An amount as a formula, rounded to the penny because cells hold doubles, with the result that it
    /// has; nothing where the amount is not known, as a formula over nothing would show a zero.
    pub fn amount(
        &mut self,
        row: u32,
        column: u16,
        formula: &str,
        result: Option<Pence>,
        of: Row,
    ) -> Result<(), XlsxError> {
        let style = match of {
            Row::One => &self.styles.money,
            Row::Total => &self.styles.money_total,
        };
        let Some(result) = result else {
            if of == Row::Total {
                self.sheet.write_blank(row, column, style)?;
            }
            return Ok(());
        };
        let formula =
            Formula::new(format!("ROUND({formula},2)")).set_result(result.pounds().to_string());
        self.sheet.write_formula_with_format(row, column, formula, style)?;
        Ok(())
    }

    /// A count as a formula.
    pub fn counted(
        &mut self,
        row: u32,
        column: u16,
        formula: &str,
        result: usize,
        of: Row,
    ) -> Result<(), XlsxError> {
        let style = match of {
            Row::One => &self.styles.whole,
            Row::Total => &self.styles.whole_total,
        };
        let formula = Formula::new(formula).set_result(result.to_string());
        self.sheet.write_formula_with_format(row, column, formula, style)?;
        Ok(())
    }
}
