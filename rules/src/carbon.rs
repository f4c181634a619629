//! Carbon: what a site emits, what its equipment costs in carbon over its life, how far it is from
//! its targets, and what closes the distance.
//!
//! Each question is a file of its own and keeps to one kind of factor by type: a footprint is of
//! reporting factors, a building is held against a path of alignment by average or CRREM factors,
//! and a change in demand is valued by marginal factors. Sums over two kinds do not compile. The
//! factors themselves are `factor`, and money is `appraisal`, `costing` and `funding`.

pub mod abatement;
