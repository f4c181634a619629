//! Reads uploaded files.
pub mod draft;
