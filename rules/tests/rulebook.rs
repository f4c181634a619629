//! The project's own rule files: that they read without a problem, and that mistakes are all found.

#[path = "support.rs"]
mod support;

#[test]
fn the_rule_files_of_the_project_have_no_problem() {
    let rulebook = support::rulebook();
    assert_eq!(rulebook.profiles.len(), 5);
    assert_eq!(rulebook.price_base_year, 2025);
}
