//! Generates what the binary embeds: the rule and dataset files.

mod corpus;

fn main() {
    corpus::generate();
}
