//! Generates what the binary embeds: the rule and dataset files, and the web pages.

mod corpus;
mod web;

fn main() {
    corpus::generate();
    web::generate();
}
