//! The rule and dataset files in force: those embedded in the binary, or those of the folders that
//! `--rules` and `--datasets` name.
//!
//! What the files mean is read by `siteworthy_rules` and by `intake::layout`.

use crate::error::Error;
use crate::intake::Layouts;
use siteworthy_rules::fields::Problems;
use siteworthy_rules::measure::Dictionary;
use siteworthy_rules::problem::Problem;
use siteworthy_rules::rulebook::{FOLDERS, MEASURES, RuleFile, Rulebook};
use std::borrow::Cow;
use std::fs;
use std::path::Path;

include!(concat!(env!("OUT_DIR"), "/corpus.rs"));

/// Files by path, such as `rules/profiles/voice-scribe.toml`.
#[derive(Clone, Debug)]
pub struct Corpus {
    files: Vec<(Cow<'static, str>, Cow<'static, str>)>,
}

impl Corpus {
    /// The embedded files, with a folder's own in place of the embedded ones where it is given.
    ///
    /// # Errors
    /// `Invalid` where a folder cannot be read.
    pub fn load(rules: Option<&Path>, datasets: Option<&Path>) -> Result<Self, Error> {
        let mut files: Vec<(Cow<'static, str>, Cow<'static, str>)> = Vec::new();
        for (prefix, folder) in [("rules", rules), ("datasets", datasets)] {
            match folder {
                Some(folder) => load_folder(folder, prefix, &mut files)?,
                None => files.extend(
                    EMBEDDED
                        .iter()
                        .filter(|(path, _)| {
                            path.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/'))
                        })
                        .map(|(path, text)| (Cow::Borrowed(*path), Cow::Borrowed(*text))),
                ),
            }
        }
        files.sort();
        Ok(Self { files })
    }

    /// Files below a folder, such as `datasets/layouts/`, in order of path.
    pub fn below<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = RuleFile<'a>> {
        self.files
            .iter()
            .filter(move |(path, _)| path.starts_with(folder))
            .map(|(path, text)| RuleFile { path, text })
    }

    /// The files of the rulebook: the rules and the published figures that they use. The demonstration
    /// estate and the layouts change no answer and are not among them.
    #[must_use]
    pub fn rulebook_files(&self) -> Vec<RuleFile<'_>> {
        FOLDERS.into_iter().flat_map(|folder| self.below(folder)).collect()
    }

    /// Reads the rulebook.
    ///
    /// # Errors
    /// Every problem of every file.
    pub fn rulebook(&self) -> Result<Rulebook, Vec<Problem>> {
        Rulebook::read(&self.rulebook_files())
    }

    /// Reads the dictionary of measures alone, with whatever in it is sound.
    #[must_use]
    pub fn dictionary(&self) -> Dictionary {
        let file = self.below(MEASURES).next();
        let text = file.map_or("", |file| file.text);
        Dictionary::read(MEASURES, text, &mut Problems::default())
    }

    /// Reads the layouts.
    ///
    /// # Errors
    /// Every problem of every file.
    pub fn layouts(&self, dictionary: &Dictionary) -> Result<Layouts, Vec<Problem>> {
        let files: Vec<(&str, &str)> =
            self.below("datasets/layouts/").map(|file| (file.path, file.text)).collect();
        let mut problems = Problems::default();
        let layouts = Layouts::read(&files, dictionary, &mut problems);
        if problems.is_empty() { Ok(layouts) } else { Err(problems.into_vec()) }
    }
}

fn read_text(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|error| {
        let name = path.display();
        Error::Invalid(match error.kind() {
            std::io::ErrorKind::InvalidData => {
                format!("cannot read {name}: it is not UTF-8; save it as UTF-8 text")
            }
            _ => format!("cannot read {name}: {error}"),
        })
    })
}

fn load_folder(
    folder: &Path,
    prefix: &str,
    files: &mut Vec<(Cow<'static, str>, Cow<'static, str>)>,
) -> Result<(), Error> {
    let unreadable = |error: std::io::Error| {
        Error::Invalid(format!("cannot read {}: {error}", folder.display()))
    };
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        if ["src", "tests", "Cargo.toml"].contains(&name) {
            continue;
        }
        let inner = format!("{prefix}/{name}");
        if path.is_dir() {
            load_folder(&path, &inner, files)?;
        } else if path.extension().is_some_and(|end| end == "toml" || end == "csv") {
            files.push((Cow::Owned(inner), Cow::Owned(read_text(&path)?)));
        }
    }
    Ok(())
}
