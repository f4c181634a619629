//! Writes a table of every rule and dataset file with its path and text, sorted by path, so that the
//! binary carries them and a new file needs no line of code.

use std::path::{Path, PathBuf};
use std::{env, fs};

/// Folders of the project whose files are embedded.
const FOLDERS: [&str; 2] = ["rules", "datasets"];

/// Writes `corpus.rs` into OUT_DIR.
pub fn generate() {
    let crate_folder = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let root = crate_folder.parent().expect("the crate lies in the workspace");
    let mut paths = Vec::new();
    for folder in FOLDERS {
        println!("cargo::rerun-if-changed={}", root.join(folder).display());
        collect(&root.join(folder), &mut paths);
    }
    paths.sort();
    let mut table = String::from("static EMBEDDED: &[(&str, &str)] = &[\n");
    for path in paths {
        let name = path
            .strip_prefix(root)
            .expect("it lies below the root")
            .to_string_lossy()
            .replace('\\', "/");
        table.push_str(&format!("    ({name:?}, include_str!({path:?})),\n"));
    }
    table.push_str("];\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("corpus.rs"), table).expect("OUT_DIR can be written");
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        let is_code = ["src", "tests", "Cargo.toml"].iter().any(|name| path.ends_with(name));
        if is_code {
            continue;
        }
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|end| end == "toml" || end == "csv") {
            paths.push(path);
        }
    }
}
