//! What is wrong in an input, where, and how to mend it.
//!
//! Problems are data: readers collect all of them and keep the good rows. They are not errors;
//! errors stop a request and belong to the server.

use crate::words::words;
use std::fmt;

words! {
    /// How far a problem reaches.
    Severity {
        /// The value, row or file was set aside.
        Refused = "refused",
        /// The value was kept, and a person should look at it.
        Warning = "warning",
        /// Nothing is wrong; the reader says what it did.
        Note = "note",
    }
}

/// Where a problem lies. Only what is known is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// File name as uploaded, or the path of a rule file.
    pub file: String,
    /// Row as a spreadsheet numbers it: the heading is row 1.
    pub row: Option<u32>,
    /// Heading of the column, or the key path in a rule file.
    pub column: Option<String>,
}

/// One problem with its position and its remedy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// How far it reaches.
    pub severity: Severity,
    /// Stable kebab-case code of the kind of problem, such as `malformed-postcode`.
    pub code: &'static str,
    /// Where it lies.
    pub position: Position,
    /// The offending text, as written.
    pub value: Option<String>,
    /// What is wrong: a full sentence.
    pub message: String,
    /// What to do: a full sentence.
    pub advice: String,
}

impl fmt::Display for Problem {
    /// `file:row, column, value "x": what is wrong. What to do.`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.position.file)?;
        if let Some(row) = self.position.row {
            write!(f, ":{row}")?;
        }
        if let Some(column) = &self.position.column {
            write!(f, ", {column}")?;
        }
        if let Some(value) = &self.value {
            write!(f, ", value {value:?}")?;
        }
        write!(f, ": {} {}", self.message, self.advice)
    }
}
