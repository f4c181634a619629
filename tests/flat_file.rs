//! A made-up workbook of conversion factors in the form of the Government's flat file, quirks included,
//! for a year of which no set is published. What is made of it is in the tests.

use rust_xlsxwriter::{Format, Workbook, Worksheet};
use siteworthy::corpus::Corpus;
use siteworthy::intake::Heading;

/// The headings before that of the factors.
const HEADINGS: [&str; 9] =
    ["ID", "Scope", "Level 1", "Level 2", "Level 3", "Level 4", "Column Text", "UOM", "GHG/Unit"];
/// The headings stand in the sixth row, as in the published file.
const HEADING_ROW: u32 = 6;

/// What stands in the column of the factors.
#[derive(Clone, Copy, Debug)]
pub enum Value {
    /// A factor.
    Number(f64),
    /// Something that is no factor.
    Text(&'static str),
    /// A day, which a spreadsheet keeps as a number.
    Day(f64),
    /// Nothing.
    Empty,
}

/// The workbook, to be spoilt before it is written.
#[derive(Clone, Debug)]
pub struct FlatFile {
    /// The year of the front page.
    pub front_year: i32,
    /// The headings from the left; that of the factors is the last.
    pub headings: Vec<String>,
    /// The rows in order: a cell a heading, and the factor.
    pub rows: Vec<([String; 9], Value)>,
    /// Whether the last row says END.
    pub ends: bool,
    /// Blank rows above everything, by which all others move down.
    pub rows_above: u32,
}

/// Rows as the published file has them: totals with their parts, fuels in several units, a unit repeated in
/// Level 4, the same electricity once more among managed assets, biogenic carbon outside of scopes, an
/// empty factor. The figures are made up.
const ROWS: &[([&str; 9], Value)] = &[
    row("1_100_1004_15_1", "1", "Fuels|Gaseous fuels|Natural gas", "tonnes", "kg CO2e", 2500.5),
    row("1_100_1004_1_1", "1", "Fuels|Gaseous fuels|Natural gas", "cubic metres", "kg CO2e", 2.01),
    row(
        "1_100_1004_7_1",
        "1",
        "Fuels|Gaseous fuels|Natural gas",
        "kWh (Net CV)",
        "kg CO2e",
        0.2009,
    ),
    row(
        "1_100_1004_6_1",
        "1",
        "Fuels|Gaseous fuels|Natural gas",
        "kWh (Gross CV)",
        "kg CO2e",
        0.1811,
    ),
    row(
        "1_100_1004_6_2",
        "1",
        "Fuels|Gaseous fuels|Natural gas",
        "kWh (Gross CV)",
        CO2_ALONE,
        0.1808,
    ),
    row("7_400_4000_5_1", "2", ELECTRICITY, "kWh", "kg CO2e", 0.1111),
    row("7_400_4000_5_2", "2", ELECTRICITY, "kWh", CO2_ALONE, 0.1099),
    row("7_400_4000_5_3", "2", ELECTRICITY, "kWh", "kg CO2e of CH4 per unit", 0.0008),
    row("7_400_4000_5_4", "2", ELECTRICITY, "kWh", "kg CO2e of N2O per unit", 0.0004),
    row("30_400_4000_5_1", "3", MANAGED, "kWh", "kg CO2e", 0.1111),
    row("13_402_4000_5_1", "3", LOST, "kWh", "kg CO2e", 0.0102),
    row("2_105_1047_5_1", "1", "Bioenergy|Biogas|Biogas", "kWh", "kg CO2e", 0.0002),
    row(
        "99_105_1047_5_2",
        "Outside of Scopes",
        "Outside of scopes|Biogas|Biogas",
        "kWh",
        CO2_ALONE,
        0.2,
    ),
];

const CO2_ALONE: &str = "kg CO2e of CO2 per unit";
const ELECTRICITY: &str = "UK electricity|Electricity generated|Electricity: UK|kWh";
const MANAGED: &str = "Managed assets- electricity|Electricity generated|Electricity: UK|kWh";
const LOST: &str = "Transmission and distribution|T&D- UK electricity|Electricity: UK|kWh";

/// A row whose levels are parted by bars when it is written.
const fn row(
    id: &'static str,
    scope: &'static str,
    levels: &'static str,
    uom: &'static str,
    ghg: &'static str,
    value: f64,
) -> ([&'static str; 9], Value) {
    ([id, scope, levels, "", "", "", "", uom, ghg], Value::Number(value))
}

fn spread(cells: [&str; 9]) -> [String; 9] {
    let mut spread = cells.map(str::to_owned);
    if spread[1].len() == 1 {
        spread[1] = format!("Scope {}", spread[1]);
    }
    for (at, level) in cells[2].split('|').enumerate() {
        spread[2 + at] = level.to_owned();
    }
    spread
}

impl FlatFile {
    /// The whole workbook of a year: the rows above, and one row for every other factor that the project
    /// knows, so that nothing is missing.
    #[must_use]
    pub fn of(year: i32) -> Self {
        let mut rows: Vec<([String; 9], Value)> =
            ROWS.iter().map(|(cells, value)| (spread(*cells), *value)).collect();
        let layout = Corpus::load(None, None).unwrap().factor_layout().unwrap().unwrap();
        for (at, place) in layout.factors.iter().enumerate() {
            if place.ids.iter().any(|id| rows.iter().any(|(cells, _)| cells[0] == *id)) {
                continue;
            }
            let word = |heading| {
                let at = Heading::WORDS.iter().position(|own| *own == heading).unwrap();
                place.words[at][0].clone()
            };
            let cells = [
                place.ids[0].clone(),
                place.scopes[0].clone(),
                word(Heading::Level1),
                word(Heading::Level2),
                word(Heading::Level3),
                word(Heading::Level4),
                word(Heading::ColumnText),
                place.uom[0].clone(),
                word(Heading::Ghg),
            ];
            let value = 0.3 + f64::from(u32::try_from(at).unwrap()) / 1000.0;
            rows.push((cells, Value::Number(value)));
        }
        let mut headings: Vec<String> = HEADINGS.iter().map(ToString::to_string).collect();
        headings.push(format!("GHG Conversion Factor {year}"));
        Self { front_year: year, headings, rows, ends: true, rows_above: 0 }
    }

    /// Where a row with this id stands, as the spreadsheet numbers it.
    #[must_use]
    pub fn row_of(&self, id: &str) -> u32 {
        HEADING_ROW + self.rows_above + 1 + u32::try_from(self.at(id)).unwrap()
    }

    fn at(&self, id: &str) -> usize {
        self.rows.iter().position(|(cells, _)| cells[0] == id).unwrap()
    }

    /// Writes something else under a heading of the row with this id.
    pub fn change(&mut self, id: &str, heading: &str, text: &str) {
        let (row, column) = (self.at(id), HEADINGS.iter().position(|own| *own == heading).unwrap());
        self.rows[row].0[column] = text.to_owned();
    }

    /// Gives the row with this id another factor.
    pub fn set(&mut self, id: &str, value: Value) {
        let at = self.at(id);
        self.rows[at].1 = value;
    }

    /// Takes the row with this id away.
    pub fn remove(&mut self, id: &str) {
        let at = self.at(id);
        let _ = self.rows.remove(at);
    }

    /// Says the row with this id a second time, at the end, with this factor.
    pub fn repeat(&mut self, id: &str, value: Value) {
        let cells = self.rows[self.at(id)].0.clone();
        self.rows.push((cells, value));
    }

    /// The workbook as bytes.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut book = Workbook::new();
        let front = book.add_worksheet().set_name("Front page").unwrap();
        text(front, 0, 0, "UK Government GHG Conversion Factors for Company Reporting");
        text(front, 4, 0, "Version:");
        number(front, 4, 1, 1.0);
        text(front, 4, 2, "Year:");
        number(front, 4, 3, f64::from(self.front_year));
        let sheet = book.add_worksheet().set_name("Factors by Category").unwrap();
        let mut at = self.rows_above;
        text(sheet, at, 0, "UK Government GHG Conversion Factors for Company Reporting");
        at += HEADING_ROW - 1;
        for (column, heading) in (0..).zip(&self.headings) {
            text(sheet, at, column, heading);
        }
        for (cells, value) in &self.rows {
            at += 1;
            for (column, cell) in (0..).zip(cells) {
                text(sheet, at, column, cell);
            }
            match value {
                Value::Number(value) => number(sheet, at, 9, *value),
                Value::Text(written) => text(sheet, at, 9, written),
                Value::Day(day) => {
                    let format = Format::new().set_num_format("yyyy-mm-dd");
                    let _ = sheet.write_number_with_format(at, 9, *day, &format).unwrap();
                }
                Value::Empty => {}
            }
        }
        if self.ends {
            text(sheet, at + 2, 1, "END");
        }
        book.save_to_buffer().unwrap()
    }
}

fn text(sheet: &mut Worksheet, row: u32, column: u16, text: &str) {
    if !text.is_empty() {
        let _ = sheet.write_string(row, column, text).unwrap();
    }
}

fn number(sheet: &mut Worksheet, row: u32, column: u16, value: f64) {
    let _ = sheet.write_number(row, column, value).unwrap();
}
