//! The schema of the files of `datasets/flat-files/`.

use super::{at_least_one, id, may, must, table, tables, text, texts, word};
use crate::intake::Heading;
use serde_json::Value;
use siteworthy_rules::factor::conversion::{Scope, UNITS};

pub fn file() -> Value {
    table(
        "Which rows of a published workbook are which conversion factors. Of each word there may be several \
         spellings; small and capital letters, blanks, dashes and colons make no difference.",
        [
            must("id", id("Stable id in kebab-case.")),
            must("title", text("What the publisher calls the factors, without the year.")),
            must("publisher", text("Who publishes them.")),
            must("licence", text("Under which licence.")),
            must("help", text("What the workbook is and how to get it.")),
            must("kind", text("Which of the publisher's files it is, such as flat file.")),
            must("end", text("The word that stands alone in the last row.")),
            must("headings", headings()),
            must(
                "front",
                table(
                    "The words of the front page beside which something stands.",
                    [
                        must("year", spellings("Beside these stands the year.")),
                        must("version", spellings("Beside these stands the version.")),
                    ],
                ),
            ),
            must("scopes", scopes()),
            must(
                "usual",
                table(
                    "What a row says where its factor does not say otherwise.",
                    [must("ghg", spellings("The unit of the factor."))],
                ),
            ),
            must("factor", at_least_one(tables(factor()))),
        ],
    )
}

fn headings() -> Value {
    let heading =
        |heading: &Heading| must(heading.word(), spellings("How this heading is written."));
    table("How the headings are written.", Heading::ALL.iter().map(heading))
}

fn scopes() -> Value {
    let scope = |scope: &Scope| must(scope.word(), spellings("How this scope is written."));
    table("How the scopes are written.", Scope::ALL.iter().map(scope))
}

fn factor() -> Value {
    let cell = |heading: Heading| {
        let description = "How this cell is written; an empty text is an empty cell, and so is a key that \
                           is not given, but for ghg.";
        may(heading.word(), texts(description))
    };
    let keys = [
        must("id", id("The id of the conversion factor, such as natural-gas-gross-cv.")),
        must("scope", word("In which part of a footprint it counts.", Scope::ALL)),
        must("unit", word("The unit in which it is kept.", &UNITS)),
        must("uom", spellings("How the unit of what is counted is written.")),
        may("ids", texts("The publisher's ids of the row; they change no value.")),
    ];
    table(
        "What a row says that holds one factor.",
        keys.into_iter().chain(Heading::WORDS.map(cell)),
    )
}

fn spellings(description: &str) -> Value {
    at_least_one(texts(description))
}
