//! Siteworthy's server: reads surveys, keeps the record, judges the estate and shows it.

pub mod corpus;
pub mod error;
pub mod intake;
pub mod render;
pub mod view;
