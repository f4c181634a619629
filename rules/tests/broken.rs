//! One broken rule set a mistake: the exact words, file and key of every problem that it makes.
//!
//! Each file of `broken/` changes the project's own rule files: it replaces a text that occurs once,
//! adds a file or removes one. `problems` lists all that the rulebook then says, in its order. That a
//! mistake makes one problem and not ten is part of what is held here.

mod support;

use serde::Deserialize;
use std::fs;
use std::path::Path;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Broken {
    problems: Vec<String>,
    change: Vec<Change>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    file: String,
    find: Option<String>,
    replace: Option<String>,
    text: Option<String>,
    #[serde(default)]
    remove: bool,
}

fn apply(change: Change, files: &mut Vec<(String, String)>) {
    let at = files.iter().position(|(path, _)| *path == change.file);
    match (change.find, change.replace, change.text, change.remove, at) {
        (Some(find), Some(replace), None, false, Some(at)) => {
            let text = &mut files[at].1;
            assert_eq!(text.matches(&find).count(), 1, "{}: {find:?} must occur once", change.file);
            *text = text.replace(&find, &replace);
        }
        (None, None, Some(text), false, None) => files.push((change.file, text)),
        (None, None, None, true, Some(at)) => {
            files.remove(at);
        }
        _ => panic!(
            "{}: give find and replace, or the text of a new file, or remove = true",
            change.file
        ),
    }
}

#[test]
fn every_mistake_is_reported_in_the_words_and_at_the_place_that_its_file_gives() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken");
    let mut wrong = Vec::new();
    let mut count = 0;
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().expect("a name").to_string_lossy();
        let text = fs::read_to_string(&path).expect("a text");
        let broken: Broken =
            toml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut files = support::files();
        for change in broken.change {
            apply(change, &mut files);
        }
        let found = support::read(&files).err().unwrap_or_default();
        if found != broken.problems {
            wrong.push(format!(
                "{name}\n  expected:\n    {}\n  found:\n    {}",
                broken.problems.join("\n    "),
                found.join("\n    ")
            ));
        }
        count += 1;
    }
    assert!(count > 60, "only {count} broken rule sets were read");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn without_a_change_there_is_no_problem() {
    support::rulebook();
}
