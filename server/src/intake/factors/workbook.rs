//! A workbook as rows of cells with their numbers. What they mean is `factors`.

use crate::intake::report::{Fault, code, shorten};
use calamine::{DataRef, Reader, Xlsx};
use std::io::Cursor;

/// More cells than that are not read: the published workbook has some 90,000.
const MOST_CELLS: usize = 2_000_000;

/// What a cell holds. Empty cells are not kept.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// A number.
    Number(f64),
    /// Text, without blanks around it.
    Text(String),
    /// A date, a mark of an error, yes or no: nothing that a table of factors has.
    Other(String),
}

impl Content {
    /// As a person would read it.
    pub fn shown(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) | Self::Other(text) => text.clone(),
        }
    }
}

/// One row, with its filled cells in order of column.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SheetRow {
    /// As the spreadsheet numbers it.
    pub number: u32,
    /// Column from 0, and what is there.
    pub cells: Vec<(u32, Content)>,
}

impl SheetRow {
    /// The cell of a column.
    pub fn find(&self, column: u32) -> Option<&Content> {
        self.cells.iter().find(|(at, _)| *at == column).map(|(_, content)| content)
    }
}

/// One sheet, with the rows that have a filled cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// Its name.
    pub name: String,
    /// Its rows, from the top.
    pub rows: Vec<SheetRow>,
}

/// Whether a file is packed as workbooks are.
#[must_use]
pub fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// Reads every sheet.
pub fn read_sheets(bytes: &[u8]) -> Result<Vec<Sheet>, Fault> {
    let damaged = |error: calamine::XlsxError| {
        Fault::refused(
            code::NOT_TEXT,
            format!("This workbook cannot be read: {}.", shorten(&error.to_string())),
            "Only the flat file of conversion factors is read as a workbook: get that file again. Save any \
             other sheet, such as that of a survey, as CSV UTF-8.",
        )
    };
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(damaged)?;
    let mut left = MOST_CELLS;
    let mut sheets = Vec::new();
    for name in book.sheet_names() {
        let mut rows: Vec<SheetRow> = Vec::new();
        // A sheet that is a chart has no cells.
        let mut cells = match book.worksheet_cells_reader(&name) {
            Err(calamine::XlsxError::NotAWorksheet(_)) => continue,
            cells => cells.map_err(damaged)?,
        };
        while let Some(cell) = cells.next_cell().map_err(damaged)? {
            left = left.checked_sub(1).ok_or_else(too_large)?;
            let Some(content) = content_of(cell.get_value()) else { continue };
            let (row, column) = cell.get_position();
            let number = row.saturating_add(1);
            if rows.last().is_none_or(|last| last.number != number) {
                rows.push(SheetRow { number, cells: Vec::new() });
            }
            if let Some(row) = rows.last_mut() {
                row.cells.push((column, content));
            }
        }
        sheets.push(Sheet { name, rows });
    }
    Ok(sheets)
}

fn too_large() -> Fault {
    Fault::refused(
        code::FILE_TOO_LARGE,
        format!("The workbook has more than {MOST_CELLS} cells."),
        "Import the flat file alone, as it is published.",
    )
}

fn content_of(value: &DataRef<'_>) -> Option<Content> {
    let text = |text: &str| {
        let text = text.trim();
        (!text.is_empty()).then(|| Content::Text(text.to_owned()))
    };
    match value {
        DataRef::Empty => None,
        #[expect(clippy::cast_precision_loss, reason = "factors and years lie far below 2^53")]
        DataRef::Int(number) => Some(Content::Number(*number as f64)),
        DataRef::Float(number) => Some(Content::Number(*number)),
        DataRef::String(written) => text(written),
        DataRef::SharedString(written) => text(written),
        DataRef::Bool(is_so) => Some(Content::Other(if *is_so { "TRUE" } else { "FALSE" }.into())),
        DataRef::DateTime(date) => Some(Content::Other(format!("the date {}", date.as_f64()))),
        DataRef::DateTimeIso(date) | DataRef::DurationIso(date) => {
            Some(Content::Other(date.clone()))
        }
        DataRef::Error(error) => Some(Content::Other(error.to_string())),
    }
}
