//! Siteworthy's server: reads surveys, keeps the record, judges the estate and shows it.
//!
//! Verbs stand at the root (`upload`, `decide`, `publish`, `recall`, `adopt`), nouns in folders: `intake` reads
//! files, `store` keeps the record, `view` holds everything that is shown, `render` writes it as bytes,
//! `schemas` describes the rule files to editors, and `api`, `http` and `cli` are the faces.

pub mod adopt;
pub mod allocate;
pub mod api;
pub mod app;
pub mod cli;
pub mod config;
pub mod corpus;
pub mod decide;
pub mod error;
pub mod http;
pub mod intake;
pub mod publish;
pub mod recall;
pub mod render;
pub mod schemas;
pub mod store;
pub mod telemetry;
pub mod upload;
pub mod view;
