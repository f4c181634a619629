//! Pure encoders: values in, bytes out. A vector tile, a workbook, CSV, JSON and GeoJSON.
//!
//! What is put into them is chosen in `view`; nothing here asks a question or reads a clock.

pub mod csv;
pub mod geojson;
pub mod json;
pub mod report;
pub mod tile;
pub mod workbook;
