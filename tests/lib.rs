//! What the tests of the whole program share: a PostgreSQL of their own, the real program as a
//! process, a record with a past, a made-up report, a made-up workbook of conversion factors, and the
//! way to the public files beside the project.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the finding")]

pub mod flat_file;
pub mod history;
pub mod made_report;
pub mod postgres;
pub mod program;

use std::fs;
use std::path::{Path, PathBuf};

/// The root of the project.
#[must_use]
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// Copies a folder with everything in it.
pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

/// A public file that lies beside the project on some machines; where it is missing, "skipped" is
/// printed, and the test that wanted it ends.
#[must_use]
pub fn shared_data(path: &str) -> Option<PathBuf> {
    let beside = root().parent().unwrap().join("shared/data");
    let folder = std::env::var_os("SITEWORTHY_SHARED_DATA").map_or(beside, PathBuf::from);
    let file = folder.join(path);
    if !file.exists() {
        println!("skipped: {path} is not on this machine");
        return None;
    }
    Some(file)
}
