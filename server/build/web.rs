//! Builds the web pages into the output folder of cargo and writes the table by which
//! `src/http/assets.rs` carries them: path, media type, content hash, and the bytes as they are,
//! in brotli and in gzip.
//!
//! Whoever has a fitting Node.js needs one command, `cargo run`; whoever has not gets the API
//! without the pages. `SITEWORTHY_WEB` says otherwise:
//!
//! | value | effect |
//! |---|---|
//! | `auto`, or not set | build the pages; where that fails, warn and leave them out |
//! | `require` | build the pages; where that fails, fail |
//! | `skip` | leave them out and do not look for Node.js |
//! | a folder | take the pages that were built there; a relative path starts at `server/` |
//!
//! How the pages are made belongs to `web/vite.config.ts`. Two things here are easy to break:
//! cargo runs this script at every build if it watches a path that does not exist, and it must
//! never watch what npm and Vite write.

use std::error::Error;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, io};

/// What the pages are made of, in `web/`: a change of these builds them again.
const SOURCES: [&str; 8] = [
    ".npmrc",
    "graphiql.html",
    "index.html",
    "package-lock.json",
    "package.json",
    "src",
    "tsconfig.json",
    "vite.config.ts",
];

/// The media type by file name ending.
const MEDIA_TYPES: [(&str, &str); 8] = [
    ("css", "text/css; charset=utf-8"),
    ("html", "text/html; charset=utf-8"),
    ("js", "text/javascript; charset=utf-8"),
    ("json", "application/json"),
    ("md", "text/markdown; charset=utf-8"),
    ("png", "image/png"),
    ("svg", "image/svg+xml"),
    ("woff2", "font/woff2"),
];

/// How npm is called: on Windows it is a script with an ending.
const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };

/// Lines of npm's or Vite's output that a failure repeats. Cargo shows nothing else of it.
const LINES_OF_OUTPUT: usize = 8;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Writes `web_assets.rs` into OUT_DIR.
pub fn generate() {
    if let Err(reason) = write_table() {
        println!("cargo::error=web pages: {reason}");
    }
}

/// Finds or builds the pages and writes the table, which is empty where there are none.
fn write_table() -> Result<()> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let web = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("web");
    println!("cargo::rerun-if-env-changed=SITEWORTHY_WEB");
    watch(Path::new("build"));
    SOURCES.iter().for_each(|source| watch(&web.join(source)));

    let built = out.join("web");
    let folder = match env::var("SITEWORTHY_WEB").as_deref().unwrap_or("auto") {
        "require" => build_pages(&web, &built).map(|()| Some(built))?,
        "skip" => None,
        "auto" => match build_pages(&web, &built) {
            Ok(()) => Some(built),
            Err(reason) => {
                println!(
                    "cargo::warning=the web pages are left out, the API works without them: \
                     {reason}. To try again, build with SITEWORTHY_WEB=require"
                );
                None
            }
        },
        folder => {
            watch(Path::new(folder));
            Some(fs::canonicalize(folder).map_err(|error| format!("{folder}: {error}"))?)
        }
    };
    let table = folder.map_or(Ok("&[]".to_string()), |folder| table(&folder))?;
    Ok(fs::write(out.join("web_assets.rs"), table)?)
}

/// Asks cargo to run this script again when the path changes.
fn watch(path: &Path) {
    if path.exists() {
        println!("cargo::rerun-if-changed={}", path.display());
    }
}

/// Installs what the lock file names, if that is not done yet, and runs Vite.
fn build_pages(web: &Path, built: &Path) -> Result<()> {
    check_node()?;
    // An editor and a terminal may run this script at once, with output folders of their own but
    // with one node_modules. The lock is given back when the file is closed.
    let turn = File::create(web.join(".build.lock"))?;
    turn.lock()?;
    // A copy of the lock file says which installation is there. `npm ci` begins by removing the
    // folder, so that an interrupted one leaves no copy.
    let wanted = fs::read(web.join("package-lock.json"))?;
    let installed = web.join("node_modules/.installed-from");
    if fs::read(&installed).ok().as_ref() != Some(&wanted) {
        run(Command::new(NPM).args(["ci", "--ignore-scripts", "--include=dev"]).current_dir(web))?;
        fs::write(&installed, &wanted)?;
    }
    run(Command::new("node")
        .arg("node_modules/vite/bin/vite.js")
        .args(["build", "--logLevel", "warn", "--emptyOutDir", "--outDir"])
        .arg(built)
        .current_dir(web))
}

/// Whether the Node.js on the path is one that Vite runs on.
fn check_node() -> Result<()> {
    let wanted = "install Node.js 20.19, 22.12 or newer";
    let output = Command::new("node")
        .arg("--version")
        .output()
        .map_err(|error| format!("node cannot be run ({error}); {wanted}"))?;
    let version = String::from_utf8_lossy(&output.stdout);
    let version = version.trim().trim_start_matches('v');
    let mut numbers = version.split('.').map(|number| number.parse().unwrap_or(0));
    match (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) {
        (20, 19..) | (22, 12..) | (23.., _) => Ok(()),
        _ => Err(format!("Node.js {version} does not fit; {wanted}").into()),
    }
}

/// Runs a command to its end; a failure carries the last lines of its output.
fn run(command: &mut Command) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    // A NODE_ENV in the caller's shell would decide which build of React is taken.
    let output = command
        .env_remove("NODE_ENV")
        .output()
        .map_err(|error| format!("{program} cannot be run: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let last = &lines[lines.len().saturating_sub(LINES_OF_OUTPUT)..];
    Err(format!("{program} failed: {}", last.join(" | ")).into())
}

/// The table as a Rust expression, sorted by path: a slice of `Asset`.
fn table(folder: &Path) -> Result<String> {
    let mut files = Vec::new();
    list_files(folder, &mut files)?;
    files.sort();
    let mut table = String::from("&[\n");
    for file in files.iter().filter(|file| !is_copy(file)) {
        let path = file.strip_prefix(folder)?.to_string_lossy().replace('\\', "/");
        writeln!(
            table,
            "    Asset {{ path: {path:?}, media_type: {:?}, hash: \"{:016x}\", \
             plain: include_bytes!({file:?}), brotli: {}, gzip: {} }},",
            media_type(file)?,
            hash(&fs::read(file)?),
            copy_of(file, "br"),
            copy_of(file, "gz"),
        )?;
    }
    table.push(']');
    Ok(table)
}

/// Every file of a folder and of those below it.
fn list_files(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            list_files(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// Whether the file is a compressed copy of another.
fn is_copy(file: &Path) -> bool {
    file.extension().is_some_and(|ending| ending == "br" || ending == "gz")
}

/// The compressed copy beside a file as a Rust expression: an `Option`.
fn copy_of(file: &Path, ending: &str) -> String {
    let mut copy = file.as_os_str().to_owned();
    copy.push(".");
    copy.push(ending);
    if Path::new(&copy).exists() {
        format!("Some(include_bytes!({copy:?}))")
    } else {
        "None".into()
    }
}

/// The media type of a file by its ending.
fn media_type(file: &Path) -> Result<&'static str> {
    MEDIA_TYPES
        .iter()
        .find(|(ending, _)| file.extension().is_some_and(|other| other == *ending))
        .map(|(_, media_type)| *media_type)
        .ok_or_else(|| format!("{}: add its ending to MEDIA_TYPES", file.display()).into())
}

/// A hash that changes with the content. It serves as an entity tag only: another Rust release
/// may compute another one, and browsers then fetch a page once more than they must.
fn hash(content: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    hasher.finish()
}
