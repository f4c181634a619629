//! A PostgreSQL of the tests' own: one throwaway cluster for each test process, a fresh database
//! for each test, and nothing left behind, whichever way the process ends.
//!
//! It never touches a server that is running already. What is tested is not known here.

use std::env;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// Set to 1, tests that want PostgreSQL say "skipped" where it is missing, instead of failing.
pub const WITHOUT_POSTGRES: &str = "SITEWORTHY_TESTS_WITHOUT_POSTGRES";

/// Another program may take a port between our finding it free and PostgreSQL's binding it.
const STARTS: u32 = 3;

/// Waits until the test process is gone, which closes the pipe on its input; then stops the server
/// and removes its folder. Ctrl-C goes to the tests alone.
const WATCHDOG: &str = r#"trap "" INT TERM HUP
folder=$1; shift
cat >/dev/null
"$@"
rm -rf "$folder""#;

/// The URL of a new, empty database; none where PostgreSQL is missing and `WITHOUT_POSTGRES` is 1.
///
/// # Panics
/// Where PostgreSQL is missing or does not start: a test that cannot run has not passed.
#[must_use]
pub fn fresh_database() -> Option<String> {
    static CLUSTER: OnceLock<Result<Cluster, String>> = OnceLock::new();
    static DATABASES: AtomicU32 = AtomicU32::new(1);
    match CLUSTER.get_or_init(Cluster::start) {
        Ok(cluster) => {
            let name = format!("test_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
            Some(cluster.create_database(&name))
        }
        Err(missing) if env::var(WITHOUT_POSTGRES).is_ok_and(|value| value == "1") => {
            eprintln!("skipped: {missing}");
            None
        }
        Err(missing) => panic!("{missing}"),
    }
}

#[derive(Debug)]
struct Cluster {
    programs: PathBuf,
    port: u16,
    /// Held open for as long as this process lives: the watchdog waits for its end.
    _life: ChildStdin,
}

impl Cluster {
    fn start() -> Result<Self, String> {
        let programs = find_programs().ok_or_else(|| {
            format!(
                "PostgreSQL is missing: install the Debian package postgresql, or set \
                 {WITHOUT_POSTGRES}=1 to leave these tests out"
            )
        })?;
        let folder = tempfile::Builder::new().prefix("siteworthy-postgres-").tempdir();
        let folder = folder.map_err(|error| format!("no temporary folder: {error}"))?.keep();
        let run_as = run_as(&folder)?;
        let data = folder.join("data");
        let life = watch(&folder, &run_as, &programs, &data)?;
        let mut initdb = run_as.command(&programs.join("initdb"));
        initdb.args(["--username=siteworthy", "--auth=trust", "--encoding=UTF8", "--locale=C"]);
        run(initdb.arg("--no-sync").arg("--pgdata").arg(&data))?;
        let mut failure = String::new();
        for _ in 0..STARTS {
            let port = free_port()?;
            // Nothing here outlives the process, so that nothing need reach the disk.
            let options = format!(
                "-F -c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories='{}' \
                 -c full_page_writes=off -c synchronous_commit=off",
                folder.display()
            );
            let mut start = run_as.command(&programs.join("pg_ctl"));
            start.arg("--pgdata").arg(&data).arg("--log").arg(folder.join("log"));
            match run(start.args(["--wait", "--options", &options, "start"])) {
                Ok(()) => return Ok(Self { programs, port, _life: life }),
                Err(error) => failure = error,
            }
        }
        let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
        Err(format!("PostgreSQL does not start: {failure}\n{log}"))
    }

    fn create_database(&self, name: &str) -> String {
        let port = self.port.to_string();
        let mut create = Command::new(self.programs.join("createdb"));
        create.args(["--host=127.0.0.1", "--port", &port, "--username=siteworthy", name]);
        run(&mut create).unwrap_or_else(|error| panic!("{error}"));
        format!("postgres://siteworthy@127.0.0.1:{port}/{name}")
    }
}

/// The folder of initdb and its kin: on the PATH, else where Debian puts them, newest first.
fn find_programs() -> Option<PathBuf> {
    let on_path = env::var_os("PATH").unwrap_or_default();
    let on_path = env::split_paths(&on_path)
        // A link on the PATH leads to the folder where all of them are.
        .filter_map(|folder| fs::canonicalize(folder.join("initdb")).ok())
        .filter_map(|initdb| Some(initdb.parent()?.to_owned()));
    let mut debian: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin")))
        })
        .collect();
    debian.sort_unstable_by(|left, right| right.cmp(left));
    let debian = debian.into_iter().map(|(_, folder)| folder);
    let whole = |folder: &PathBuf| {
        ["initdb", "pg_ctl", "postgres", "createdb"].iter().all(|name| folder.join(name).is_file())
    };
    on_path.chain(debian).find(whole)
}

/// How the server's programs are started: PostgreSQL refuses to run as root.
struct RunAs(Vec<String>);

impl RunAs {
    fn command(&self, program: &Path) -> Command {
        let mut words = self.0.iter();
        let Some(first) = words.next() else { return Command::new(program) };
        let mut command = Command::new(first);
        command.args(words).arg(program);
        command
    }
}

/// Hands the folder to an unprivileged user where the tests run as root.
fn run_as(folder: &Path) -> Result<RunAs, String> {
    let owner = fs::metadata(folder).map_err(|error| error.to_string())?.uid();
    if owner != 0 {
        return Ok(RunAs(Vec::new()));
    }
    let users = fs::read_to_string("/etc/passwd").map_err(|error| error.to_string())?;
    let (user, group) = ["postgres", "nobody"]
        .into_iter()
        .find_map(|name| find_user(&users, name))
        .ok_or("there is neither a user postgres nor nobody, and PostgreSQL refuses root")?;
    chown(folder, Some(user), Some(group)).map_err(|error| error.to_string())?;
    let words =
        ["setpriv", &format!("--reuid={user}"), &format!("--regid={group}"), "--clear-groups"];
    Ok(RunAs(words.map(str::to_owned).to_vec()))
}

fn find_user(users: &str, name: &str) -> Option<(u32, u32)> {
    let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
    let mut numbers = line.split(':').skip(2);
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

fn watch(
    folder: &Path,
    run_as: &RunAs,
    programs: &Path,
    data: &Path,
) -> Result<ChildStdin, String> {
    let stop = run_as.command(&programs.join("pg_ctl"));
    let mut watchdog = Command::new("sh");
    watchdog.args(["-c", WATCHDOG, "sh"]).arg(folder).arg(stop.get_program()).args(stop.get_args());
    watchdog.arg("--pgdata").arg(data).args(["--mode=immediate", "stop"]);
    watchdog.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
    let watchdog = watchdog.current_dir("/").spawn().map_err(|error| error.to_string())?;
    watchdog.stdin.ok_or_else(|| "the watchdog has no input".to_owned())
}

fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    listener.map(|address| address.port()).map_err(|error| error.to_string())
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.current_dir("/").stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)))
}
