//! The record's tables as the database knows them, one a file.
//!
//! These types stay inside the store: callers see the values of `intake::draft`, `surveys` and
//! `record`. Numbers are as wide as the database has them, words are text; the store parses both.

pub(super) mod audit;
pub(super) mod funding;
pub(super) mod observation;
pub(super) mod organisation;
pub(super) mod original;
pub(super) mod postcode;
pub(super) mod problem;
pub(super) mod revision;
pub(super) mod site;
pub(super) mod space;
pub(super) mod survey;
