//! Whether the tree keeps its own rules: which name may be used where, how files open, what the
//! lock files and the datasets record.
//!
//! It reads files and knows nothing of what the program does. Rust is read as words, without
//! comments and texts, so that writing about a name is never taken for using it. Every problem is
//! reported at once; a rule is a line in one of the tables below.

#![expect(clippy::unwrap_used, reason = "a file that cannot be read ends the test")]

use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Names that begin like this may be used in these places only.
const CONFINED: [(&str, &[&str]); 3] = [
    ("sea_orm", &["migrations/", "server/src/store/", "server/src/store.rs", "tests/store.rs"]),
    (
        "actix_",
        &[
            "server/src/http/",
            "server/src/http.rs",
            "server/src/main.rs",
            "server/src/app.rs",
            "server/src/error.rs",
        ],
    ),
    (
        "async_graphql",
        &[
            "server/src/api/",
            "server/src/api.rs",
            "server/src/http/graphql.rs",
            "server/src/error.rs",
            "server/benches/",
        ],
    ),
];

/// In this folder these names are never used, for this reason. A name after `crate::` is also
/// looked for after `super::`, and in `use` lists.
const FORBIDDEN: [(&str, &[&str], &str); 4] = [
    (
        "rules/src/",
        &[
            "std::fs",
            "std::net",
            "std::env",
            "SystemTime",
            "Instant",
            "Utc::now",
            "Local::now",
            "rand",
        ],
        "rules turn values into values: dates and texts are arguments",
    ),
    (
        "server/src/intake/",
        &["crate::store", "crate::api", "crate::http", "crate::cli"],
        "readers are pure and know no database and no face",
    ),
    (
        "server/src/render/",
        &["crate::store", "crate::api", "crate::http", "crate::cli"],
        "writers are pure and know no database and no face",
    ),
    (
        "server/src/store/",
        &["crate::api", "crate::http", "crate::cli", "crate::view"],
        "the record does not know who asks",
    ),
];

/// Macros that stand for work not done.
const UNFINISHED: [&str; 3] = ["todo", "unimplemented", "dbg"];

/// Folders of one machine, each written in two parts so that this file names none.
const MACHINE_PATHS: [&str; 4] =
    [concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/wo", "rk/"), concat!("/tm", "p/w")];

/// What tools write; nothing in them is ours.
const NOT_OURS: [&str; 4] = [".git", "dist", "node_modules", "target"];

/// The only place that Cargo.lock may name.
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// What `datasets/sources.toml` says of every file; `path` starts at `datasets/`.
const SOURCE_KEYS: [&str; 6] = ["path", "sha256", "title", "publisher", "licence", "retrieved"];

/// Files by path from the root, with forward slashes.
type Tree = BTreeMap<String, Vec<u8>>;

/// Every problem of the tree at `root`, each with its file and where possible its line.
fn check(root: &Path) -> Vec<String> {
    let mut tree = Tree::new();
    read_tree(root, "", &mut tree);
    let mut problems = Vec::new();
    for (path, bytes) in &tree {
        let Ok(text) = std::str::from_utf8(bytes) else { continue };
        check_machine_paths(path, text, &mut problems);
        match path.rsplit('/').next() {
            Some("Cargo.lock") => check_cargo_lock(path, text, &mut problems),
            Some("package-lock.json") if text.contains("\"resolved\"") => problems.push(format!(
                "{path}: records download addresses; write it with omit-lockfile-registry-resolved"
            )),
            Some(name) if name.ends_with(".rs") => check_rust(path, text, &mut problems),
            _ => {}
        }
    }
    check_datasets(&tree, &mut problems);
    problems
}

fn read_tree(folder: &Path, prefix: &str, tree: &mut Tree) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if NOT_OURS.contains(&name.as_str()) {
            continue;
        }
        let path = format!("{prefix}{name}");
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            read_tree(&entry.path(), &format!("{path}/"), tree);
        } else if kind.is_file() {
            tree.insert(path, fs::read(entry.path()).unwrap());
        }
    }
}

fn check_machine_paths(path: &str, text: &str, problems: &mut Vec<String>) {
    for folder in MACHINE_PATHS {
        for (at, _) in text.match_indices(folder) {
            // After a letter it is the middle of a longer path, such as an address of a web page.
            let before = text[..at].chars().next_back();
            if !before.is_some_and(|c| c.is_alphanumeric() || "._-~}".contains(c)) {
                problems.push(format!("{path}:{}: names a path of one machine", line(text, at)));
            }
        }
    }
}

fn check_cargo_lock(path: &str, text: &str, problems: &mut Vec<String>) {
    for (index, row) in text.lines().enumerate() {
        if row.starts_with("source = ") && row != format!("source = \"{CRATES_IO}\"") {
            problems.push(format!("{path}:{}: {row} is not crates.io", index + 1));
        }
    }
}

fn check_rust(path: &str, text: &str, problems: &mut Vec<String>) {
    if !text.starts_with("//!") {
        problems.push(format!("{path}:1: open the file with //!: what it owns and does not own"));
    }
    let tokens = tokens(text);
    let mut report = |at: usize, what: String| {
        problems.push(format!("{path}:{}: {what}", line(text, tokens[at].offset)));
    };
    for (prefix, places) in CONFINED {
        if places.iter().any(|place| path.starts_with(place)) {
            continue;
        }
        for at in (0..tokens.len()).filter(|at| tokens[*at].text.starts_with(prefix)) {
            let name = tokens[at].text;
            report(at, format!("{name} may be named in {} only", places.join(", ")));
        }
    }
    for (_, names, reason) in FORBIDDEN.iter().filter(|(folder, ..)| path.starts_with(folder)) {
        for name in *names {
            for at in (0..tokens.len()).filter(|at| is_name(&tokens[*at..], name)) {
                report(at, format!("{name} may not be named here: {reason}"));
            }
        }
    }
    for at in (0..tokens.len()).filter(|at| begins(&tokens[*at..], &["", "!"])) {
        if UNFINISHED.contains(&tokens[at].text) {
            report(at, format!("{}! is left in", tokens[at].text));
        }
    }
    if is_test_file(path) {
        return;
    }
    let tests = test_items(&tokens);
    for at in (0..tokens.len()).filter(|at| !tests.contains(at)) {
        let rest = &tokens[at..];
        if begins(rest, &[".", "unwrap", "(", ")"]) || begins(rest, &[".", "expect", "("]) {
            let name = tokens[at + 1].text;
            report(at, format!(".{name}() outside tests: return an error or prove it with types"));
        }
    }
}

fn check_datasets(tree: &Tree, problems: &mut Vec<String>) {
    const LIST: &str = "datasets/sources.toml";
    let text = tree.get(LIST).map(|bytes| String::from_utf8_lossy(bytes)).unwrap_or_default();
    let list: toml::Table = match text.parse() {
        Ok(list) => list,
        Err(error) => return problems.push(format!("{LIST}: {error}")),
    };
    let sources = list.get("source").and_then(|list| list.as_array()).cloned().unwrap_or_default();
    let mut listed = BTreeSet::new();
    for (index, source) in sources.iter().enumerate() {
        let said = |key: &str| source.get(key).map(toml::Value::to_string).unwrap_or_default();
        let said = |key: &str| said(key).trim_matches(['"', '\'']).to_string();
        let path = format!("datasets/{}", said("path"));
        for key in SOURCE_KEYS.iter().filter(|key| said(key).is_empty()) {
            problems.push(format!("{LIST}: source {} ({path}) has no {key}", index + 1));
        }
        match tree.get(&path).map(|bytes| sha256(bytes)) {
            None => problems.push(format!("{LIST}: {path} is listed and not there")),
            Some(sha256) if sha256 != said("sha256") => {
                problems.push(format!("{path}: its sha256 is {sha256}, {LIST} says otherwise"));
            }
            Some(_) => {}
        }
        if !listed.insert(path.clone()) {
            problems.push(format!("{LIST}: {path} is listed twice"));
        }
    }
    for path in tree.keys().filter(|path| path.starts_with("datasets/") && *path != LIST) {
        if !listed.contains(path) {
            problems.push(format!("{path}: is not listed in {LIST}"));
        }
    }
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The line, from 1, on which an offset lies.
fn line(text: &str, offset: usize) -> usize {
    text[..offset].matches('\n').count() + 1
}

/// Whether all of a file is test code, where a panic is a finding.
fn is_test_file(path: &str) -> bool {
    let mut parts = path.split('/').rev();
    matches!(parts.next(), Some("tests.rs" | "build.rs"))
        || parts.any(|folder| ["tests", "benches", "build"].contains(&folder))
}

/// One word or sign of Rust source.
#[derive(Clone, Copy, Debug)]
struct Token<'a> {
    offset: usize,
    text: &'a str,
}

/// The words and signs of Rust source; comments, texts and characters are left out.
fn tokens(source: &str) -> Vec<Token<'_>> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = source[at..].chars().next() {
        let rest = &source[at..];
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            length_of_block_comment(rest)
        } else if let Some(length) = length_of_raw_text(rest) {
            length
        } else if first == '"' {
            length_of_quoted(rest, '"')
        } else if first == '\'' {
            // A character ends with a second quote; a lifetime has none.
            let mut next = rest.chars().skip(1);
            let is_character = next.next() == Some('\\') || next.next() == Some('\'');
            if is_character { length_of_quoted(rest, '\'') } else { 1 }
        } else if first.is_whitespace() {
            first.len_utf8()
        } else {
            let length = match rest.find(|c| !is_word(c)).unwrap_or(rest.len()) {
                0 if rest.starts_with("::") => 2,
                0 => first.len_utf8(),
                length => length,
            };
            tokens.push(Token { offset: at, text: &rest[..length] });
            length
        };
        at += length;
    }
    tokens
}

/// Length of a text or character in quotes, at whose opening quote `rest` starts.
fn length_of_quoted(rest: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        if c == quote && !is_escaped {
            return at + 1;
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    rest.len()
}

/// Length of a raw text, such as `r#"..."#`, where `rest` starts with one.
fn length_of_raw_text(rest: &str) -> Option<usize> {
    let prefix = ["r", "br", "cr"].into_iter().find(|prefix| {
        rest.strip_prefix(prefix).is_some_and(|rest| rest.trim_start_matches('#').starts_with('"'))
    })?;
    let hashes = rest[prefix.len()..].find('"')?;
    let opening = prefix.len() + hashes + 1;
    let closing = format!("\"{}", "#".repeat(hashes));
    Some(rest[opening..].find(&closing).map_or(rest.len(), |at| opening + at + closing.len()))
}

/// Length of a block comment; they nest.
fn length_of_block_comment(rest: &str) -> usize {
    let mut depth = 0;
    for (at, _) in rest.char_indices() {
        if rest[at..].starts_with("/*") {
            depth += 1;
        } else if rest[at..].starts_with("*/") {
            depth -= 1;
            if depth == 0 {
                return at + 2;
            }
        }
    }
    rest.len()
}

/// Whether the tokens start with these; an empty text stands for any.
fn begins(tokens: &[Token<'_>], texts: &[&str]) -> bool {
    tokens.len() >= texts.len()
        && tokens.iter().zip(texts).all(|(token, text)| text.is_empty() || token.text == *text)
}

/// Whether a name such as `Instant` or `std::fs` starts here, also as a part of `std::{fs, io}`.
fn is_name(tokens: &[Token<'_>], name: &str) -> bool {
    let Some((parent, child)) = name.split_once("::") else { return begins(tokens, &[name]) };
    let starts =
        begins(tokens, &[parent, "::"]) || parent == "crate" && begins(tokens, &["super", "::"]);
    starts && (begins(tokens, &["", "", child]) || heads_of_list(&tokens[2..]).contains(&child))
}

/// The first word of each entry of a `use` list in braces, or nothing where there is no list.
fn heads_of_list<'a>(tokens: &[Token<'a>]) -> Vec<&'a str> {
    if !begins(tokens, &["{"]) {
        return Vec::new();
    }
    let list = &tokens[..length_of_braces(tokens)];
    let mut depth = 0;
    let mut heads = Vec::new();
    for pair in list.windows(2) {
        match pair[0].text {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ => {}
        }
        if depth == 1 && matches!(pair[0].text, "{" | ",") {
            heads.push(pair[1].text);
        }
    }
    heads
}

/// How many tokens it takes to close the braces that the first of them opens.
fn length_of_braces(tokens: &[Token<'_>]) -> usize {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate() {
        match token.text {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    tokens.len()
}

/// The tokens that belong to items under `#[cfg(test)]`.
fn test_items(tokens: &[Token<'_>]) -> BTreeSet<usize> {
    let mut items = BTreeSet::new();
    for start in 0..tokens.len() {
        if !begins(&tokens[start..], &["#", "[", "cfg", "(", "test", ")", "]"]) {
            continue;
        }
        let ends_item = |at: &usize| matches!(tokens[*at].text, "{" | ";");
        let end = (start..tokens.len()).find(ends_item).unwrap_or(tokens.len());
        items.extend(start..end + length_of_braces(&tokens[end..]));
    }
    items
}

#[test]
fn the_tree_is_tidy() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let problems = check(&root);
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

/// Checks a tree that holds only these files.
fn check_files(files: &[(&str, &str)]) -> Vec<String> {
    let root = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    check(root.path())
}

#[test]
fn every_rule_finds_what_breaks_it() {
    let check = |path: &str, text: &str, expected: &str| {
        let problems = check_files(&[(path, text)]);
        assert_eq!(problems.len(), 1, "{path} with {text:?} gives {problems:?}");
        assert!(problems[0].starts_with(path), "{}", problems[0]);
        assert!(problems[0].contains(expected), "{} without {expected:?}", problems[0]);
    };
    let rules = "rules/src/judge.rs";
    check("server/src/view.rs", "//! A.\nuse sea_orm::Set;", ":2: sea_orm may be named in migr");
    check("tests/api.rs", "//! A.\nuse sea_orm_migration::Schema;", "sea_orm_migration may be");
    check("server/src/api/site.rs", "//! A.\nuse actix_web::web;", "actix_web may be named in");
    check("server/src/http/tile.rs", "//! A.\nuse async_graphql::ID;", "async_graphql may be");
    check(rules, "//! A.\nuse std::fs::File;", "std::fs may not be named here: rules turn");
    check(rules, "//! A.\nuse std::{fmt, net::{self}};", "std::net may not be");
    check(rules, "//! A.\nfn a() { std :: env :: args(); }", "std::env may not be");
    check(rules, "//! A.\nuse std::time::SystemTime;", "SystemTime may not be");
    check(rules, "//! A.\nuse std::time::{Duration, Instant};", "Instant may not be");
    check(rules, "//! A.\nfn a() { chrono::Utc::now(); }", "Utc::now may not be");
    check(rules, "//! A.\nfn a() { Local::now(); }", "Local::now may not be");
    check(rules, "//! A.\nuse rand::random;", "rand may not be");
    for folder in ["intake", "render"] {
        for part in ["store", "api", "http", "cli"] {
            let expected = format!("crate::{part} may not be");
            check(
                &format!("server/src/{folder}/csv.rs"),
                &format!("//! A.\nuse crate::{part}::Thing;"),
                &expected,
            );
        }
    }
    for part in ["api", "http", "cli", "view"] {
        let expected = format!("crate::{part} may not be");
        let list = format!("//! A.\nuse crate::{{error::Error, {part}::{{Thing, Other}}}};");
        check("server/src/store/site.rs", &list, &expected);
        check("server/src/store/mod.rs", &format!("//! A.\nuse super::{part};"), &expected);
    }
    check("server/src/app.rs", "// A.\n", ":1: open the file with //!");
    check("server/src/app.rs", "//! A.\n\nfn a() { b().unwrap(); }", ":3: .unwrap() outside");
    check("server/src/app.rs", "//! A.\nfn a() { b()\n.expect(\"b\"); }", ".expect() outside");
    let after = "//! A.\n#[cfg(test)]\nmod tests { fn a() {} }\nfn b() { c().unwrap(); }";
    check("server/src/app.rs", after, ":4: .unwrap() outside");
    let below = "//! A.\n#[cfg(test)]\nmod tests;\nfn b() { c().unwrap(); }";
    check("server/src/app.rs", below, ":4: .unwrap() outside");
    let lifetime = "//! A.\nfn a<'a>(b: &'a str) { c(b, '\"', '\\'').unwrap(); }";
    check("server/src/app.rs", lifetime, ":2: .unwrap() outside");
    for unfinished in UNFINISHED {
        let text = format!("//! A.\n#[test]\nfn a() {{ {unfinished}!(1); }}");
        check("tests/api.rs", &text, &format!(":3: {unfinished}! is left in"));
    }
    for folder in MACHINE_PATHS {
        check("README.md", &format!("Look into\n`{folder}alice`"), ":2: names a path of one");
    }
    let lock = "[[package]]\nsource = \"registry+https://mirror.example/index\"\n";
    check("Cargo.lock", lock, ":2: source = \"registry+https://mirror.example/index\" is not");
    let lock = "{ \"node_modules/a\": { \"resolved\": \"https://mirror.example/a.tgz\" } }";
    check("server/web/package-lock.json", lock, "records download addresses");
    check("datasets/grid/path.csv", "year\n", "is not listed in datasets/sources.toml");
    check("datasets/sources.toml", "[[source]\n", "TOML parse error");
}

#[test]
fn a_dataset_is_described_once_in_full_and_has_not_changed() {
    let entry = |changes: &[(&str, &str)]| {
        let text = "[[source]]\npath = \"a.csv\"\nsha256 = \"SUM\"\ntitle = \"A\"\n\
                    publisher = \"B\"\nlicence = \"C\"\nretrieved = 2026-11-01\n"
            .replace("SUM", &sha256(b"year\n"));
        changes.iter().fold(text, |text, (from, to)| text.replace(from, to))
    };
    let check = |list: &str, expected: &[&str]| {
        let problems =
            check_files(&[("datasets/a.csv", "year\n"), ("datasets/sources.toml", list)]);
        assert_eq!(problems.len(), expected.len(), "{problems:?}");
        for (problem, expected) in problems.iter().zip(expected) {
            assert!(problem.contains(expected), "{problem} without {expected:?}");
        }
    };
    check(&entry(&[]), &[]);
    check(&entry(&[("title = \"A\"\n", "")]), &["source 1 (datasets/a.csv) has no title"]);
    check(&entry(&[("\"C\"", "\"\"")]), &["has no licence"]);
    check(&entry(&[("retrieved = 2026-11-01\n", "")]), &["has no retrieved"]);
    check(&entry(&[(&sha256(b"year\n"), &sha256(b"other"))]), &["datasets/a.csv: its sha256 is"]);
    check(
        &entry(&[("a.csv", "b.csv")]),
        &["datasets/b.csv is listed and not there", "datasets/a.csv: is not listed"],
    );
    check(&format!("{}{}", entry(&[]), entry(&[])), &["datasets/a.csv is listed twice"]);
}

#[test]
fn what_only_looks_like_a_broken_rule_is_left_alone() {
    let check = |path: &str, text: &str| {
        assert_eq!(check_files(&[(path, text)]), Vec::<String>::new(), "{path} with {text:?}");
    };
    check("server/src/store/site.rs", "//! A.\nuse sea_orm::Set;");
    check("migrations/src/lib.rs", "//! A.\nuse sea_orm_migration::Schema;");
    check("server/src/http/graphql.rs", "//! A.\nuse {actix_web::web, async_graphql::ID};");
    check("server/src/error.rs", "//! A.\nuse {actix_web::web, async_graphql::ID};");
    check("rules/src/place.rs", "//! Never std::fs.\n/* a /* b */ rand */\nfn operand() {}");
    check("rules/src/place.rs", "//! A.\nconst A: &str = \"a \\\" std::fs\";");
    check("rules/src/place.rs", "//! A.\nconst A: &str = r#\"rand \" Instant\"#;");
    check("rules/src/place.rs", "//! A.\nuse std::fmt;\nuse crate::{dated::fs, unit};");
    check("server/src/intake/csv.rs", "//! A.\nuse crate::intake::draft::Draft;");
    check("server/src/app.rs", "//! A.\nfn a() { b().unwrap_or(1); c().expect_err(\"c\"); }");
    check("server/src/app.rs", "//! A.\n#[expect(dead_code)]\nfn a() {}");
    check("server/src/app.rs", "//! A.\n/// `a().unwrap()` and todo!()\nfn a() {}");
    check("server/src/app.rs", "//! A.\n#[cfg(test)]\nmod tests {\n fn a() { b().unwrap(); }\n}");
    check("server/src/view/tests.rs", "//! A.\nfn a() { b().unwrap(); }");
    check("server/benches/judge.rs", "//! A.\nfn a() { b().expect(\"b\"); }");
    check("server/build/a.rs", "//! A.\nfn a() { b().unwrap(); }");
    let home = ["~", "root", ""].join("/");
    check("README.md", &format!("See https://www.gov.example/home/energy and {home}."));
    check("server/web/node_modules/a/package-lock.json", "{ \"resolved\": \"x\" }");
    check("target/debug/a.rs", "fn a() { todo!() }");
    check("Cargo.lock", &format!("[[package]]\nsource = \"{CRATES_IO}\"\n"));
}
