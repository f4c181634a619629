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

/// A problem without its line, once that line is seen to be the right one: it holds the key, the table
/// that lacks it, or the item of a list in which it is. Lines move with every edit of the project's
/// rules, so they are not written down.
fn without_line(said: &str, files: &[(String, String)]) -> String {
    let Some((path, rest)) = said.split_once(".toml:") else { return said.to_owned() };
    let end = rest.find(|c: char| !c.is_ascii_digit()).expect("words follow the line");
    let Ok(line) = rest[..end].parse::<usize>() else { return said.to_owned() };
    let rest = &rest[end..];
    let path = format!("{path}.toml");
    let (_, text) = files.iter().find(|(file, _)| *file == path).expect("the file is there");
    let at_line = text.lines().nth(line - 1).unwrap_or_default();
    // What is wrong with the syntax has no key, and its line is part of the words.
    let Some(keys) = rest.strip_prefix(", ") else { return said.to_owned() };
    let keys = keys.split([':', ',']).next().unwrap_or_default();
    let is_there =
        keys.split(['.', '[', ']']).filter(|key| !key.is_empty()).any(|key| at_line.contains(key));
    assert!(is_there, "{said}\n  line {line} is {at_line:?}");
    format!("{path}{rest}")
}

#[test]
fn a_problem_names_the_line_of_its_key_or_of_the_table_that_lacks_it() {
    let mut files = support::files();
    let profile = "id = \"pad\"\ntitle = \"Pad\"\nplace = \"roof\"\n\n[weights]\npower = 101\n\n\
                   [[requirement]]\nid = \"a\"\nmeasure = \"sti\"\nat_least = { minimum = 0.6,\n  target = 2 }\n\n\
                   [[requirement]]\nprecondition = \"data-skills\"\nweight = 11\n";
    files.push(("rules/profiles/pad.toml".to_owned(), profile.to_owned()));
    let found = support::read(&files).err().unwrap_or_default();
    for (line, key) in [
        (3, "place"),
        (6, "weights.power"),
        (11, "requirement[a].at_least"),
        (8, "requirement[a].weight"),
        (16, "requirement[data-skills].weight"),
    ] {
        let start = format!("rules/profiles/pad.toml:{line}, {key}");
        assert!(found.iter().any(|said| said.starts_with(&start)), "{start}\n{}", found.join("\n"));
    }
    // A key of the whole file that is missing has no line.
    let start = "rules/profiles/pad.toml, edition";
    assert!(found.iter().any(|said| said.starts_with(start)), "{}", found.join("\n"));
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
        let found: Vec<String> = found.iter().map(|said| without_line(said, &files)).collect();
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
