//! The investment-gap report as an XLSX workbook.
//!
//! | sheet | what is on it |
//! |---|---|
//! | Summary | the total by what it is spent for, its parts, what is unfunded, what is missing, checks |
//! | Organisations | each organisation, added up from the lines; regions and nations |
//! | Remedies | each remedy and band of backlog, added up from the lines |
//! | Technologies | what each asks for alone, and beyond all others |
//! | Years | both kinds of money year by year, against what is allocated |
//! | Net zero | what is emitted beside what the path allows |
//! | Sites | each site and how it stands for each technology |
//! | Lines | each remedy at each site |
//! | Assumptions | every figure that others published, with source and evidence |
//! | Statement | what the report rests on |
//!
//! Totals are formulas, which lead from the lines to the summary, and each is written with the result
//! that the report itself holds. Sheets are written in constant memory, row after row. The creation date
//! is an argument, so the same report gives the same bytes.

mod lists;
mod pen;
mod summary;
mod totals;
mod years;

use super::report::GapReport;
use pen::Styles;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet, XlsxError};

/// Writes one sheet.
type WriteSheet = fn(&mut Worksheet, &GapReport, &Styles) -> Result<(), XlsxError>;

/// Encodes the report. `created` is year, month and day for the document's properties.
///
/// # Errors
/// When the writer refuses, for instance above 1,048,576 rows.
pub fn encode(report: &GapReport, created: (u16, u8, u8)) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let date = ExcelDateTime::from_ymd(created.0, created.1, created.2)?;
    workbook.set_properties(
        &DocProperties::new()
            .set_title("Investment gap")
            .set_author("Siteworthy")
            .set_creation_datetime(&date),
    );
    let styles = Styles::new();
    let sheets: [WriteSheet; 10] = [
        summary::write,
        totals::write_organisations,
        totals::write_remedies,
        totals::write_technologies,
        years::write_years,
        years::write_net_zero,
        lists::write_sites,
        lists::write_lines,
        lists::write_assumptions,
        lists::write_statement,
    ];
    for write in sheets {
        write(workbook.add_worksheet_with_constant_memory()?, report, &styles)?;
    }
    workbook.save_to_buffer()
}
