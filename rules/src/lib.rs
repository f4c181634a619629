//! What Siteworthy demands of a site and how it counts: measures, profiles, remedies, published
//! factors, and the arithmetic over them.
//!
//! Everything here turns values into values. There is no clock, file, network or randomness in
//! this crate: dates and texts are arguments, so the same inputs give the same bytes. Reading
//! files, databases and the web belong to the server.

pub mod words;

pub mod appraisal;
pub mod as_of;
pub mod batch;
pub mod carbon;
pub mod change;
pub mod cost;
pub mod costing;
pub mod curve;
pub mod dated;
pub mod deployment;
pub mod difference;
pub mod estate;
pub mod factor;
pub mod fields;
pub mod funding;
pub mod gap;
pub mod investment;
pub mod judge;
pub mod measure;
pub mod observation;
pub mod place;
pub mod plant;
pub mod problem;
pub mod profile;
pub mod reliability;
pub mod remedy;
pub mod resilience;
pub mod resource;
pub mod rulebook;
pub mod sensitivity;
pub mod takes;
pub mod tally;
pub mod trace;
pub mod unit;
pub mod unknowns;
