//! The real program: run to its end, or served on a free port with its log read.
//!
//! Cargo builds it with the tests of the workspace. What is asked of it is in the tests.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Output, Stdio};
use std::time::{Duration, Instant, SystemTime};

/// The program as it was built with the tests. One that is older than its sources would test
/// something else, so it is refused.
#[must_use]
pub fn binary() -> PathBuf {
    // target/debug/deps/TEST, so the program lies two folders up.
    let test = std::env::current_exe().unwrap();
    let binary = test.parent().unwrap().parent().unwrap().join("siteworthy");
    let build = "build the program first: cargo build -p siteworthy";
    assert!(binary.exists(), "{build}");
    let built = modified(&binary);
    for folder in ["server/src", "rules", "migrations/src", "datasets"] {
        let newest = newest(&crate::root().join(folder));
        assert!(newest <= built, "{folder} is newer than the program; {build}");
    }
    binary
}

fn modified(path: &Path) -> SystemTime {
    fs::metadata(path).unwrap().modified().unwrap()
}

fn newest(folder: &Path) -> SystemTime {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    // Tests of the rules are no part of the program.
    let paths = paths.filter(|path| !path.ends_with("rules/tests"));
    let ages = paths.map(|path| if path.is_dir() { newest(&path) } else { modified(&path) });
    ages.max().unwrap_or(SystemTime::UNIX_EPOCH)
}

/// A command of the program, quiet unless something must be looked at.
#[must_use]
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(binary());
    command.args(arguments).env("SITEWORTHY_LOG", "warn").env_remove("SITEWORTHY_DATABASE_URL");
    command
}

/// Runs the program to its end.
#[must_use]
pub fn run(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

/// What a run wrote, and its exit code.
#[must_use]
pub fn texts(output: &Output) -> (String, String, i32) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr), output.status.code().unwrap_or(-1))
}

/// The program, serving.
pub struct Served {
    child: Child,
    log: BufReader<ChildStderr>,
    /// Such as `http://127.0.0.1:41234`.
    pub url: String,
    /// The day that downloads, tiles and queries ask for; none for now.
    pub as_of: Option<&'static str>,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers, names in small letters.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

impl Answer {
    /// A header's value.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }
}

impl Served {
    /// Serves a record of its own without anything in it; the folder lasts as long as it is kept.
    #[must_use]
    pub fn empty() -> (tempfile::TempDir, Self) {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("empty.db").display());
        let served = Self::start(&url);
        (folder, served)
    }

    /// Starts to serve the record at `database` on a free port.
    #[must_use]
    pub fn start(database: &str) -> Self {
        Self::launch(&["serve", "--database-url", database])
    }

    /// Starts to serve the record at `database` by the rules of a folder.
    #[must_use]
    pub fn start_with_rules(database: &str, rules: &Path) -> Self {
        let rules = rules.to_str().unwrap();
        Self::launch(&["serve", "--database-url", database, "--rules", rules])
    }

    /// Starts the demonstration on a free port.
    #[must_use]
    pub fn demo() -> Self {
        Self::launch(&["demo"])
    }

    fn launch(arguments: &[&str]) -> Self {
        let mut child = command(arguments)
            .args(["--listen", "127.0.0.1:0"])
            .env("SITEWORTHY_LOG", "info,sea_orm_migration=warn")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        let url = loop {
            line.clear();
            assert!(log.read_line(&mut line).unwrap() > 0, "the program ended before it served");
            if let Some(at) = line.find("http://") {
                break line[at..].split([':', ' ', '\n']).take(3).collect::<Vec<_>>().join(":");
            }
        };
        Self { child, log, url, as_of: None }
    }

    fn answer(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let agent: ureq::Agent =
            ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let mut request =
            ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = if body.is_empty() && method != "POST" {
            agent.run(request.body(()).unwrap()).unwrap()
        } else {
            agent.run(request.body(body).unwrap()).unwrap()
        };
        let headers = response.headers().iter();
        let headers = headers
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        let status = response.status().as_u16();
        let body = response.body_mut().with_config().limit(200 << 20).read_to_vec().unwrap();
        Answer { status, headers, body }
    }

    /// GET.
    #[must_use]
    pub fn get(&self, path: &str) -> Answer {
        self.answer("GET", &self.dated(path), &[], &[])
    }

    /// GET with headers.
    #[must_use]
    pub fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.answer("GET", path, headers, &[])
    }

    /// POST.
    #[must_use]
    pub fn post(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        self.answer("POST", path, headers, body)
    }

    /// A GraphQL query, answered with data and without errors.
    #[must_use]
    pub fn query(&self, query: &str) -> serde_json::Value {
        let mut answer = self.ask(query);
        assert!(answer.get("errors").is_none(), "{query}\n{answer:#}");
        answer["data"].take()
    }

    /// A GraphQL query with whatever answer.
    #[must_use]
    pub fn ask(&self, query: &str) -> serde_json::Value {
        let body = serde_json::json!({ "query": query }).to_string();
        let json = [("content-type", "application/json")];
        self.post(&self.dated("/graphql"), &json, body.as_bytes()).json()
    }

    fn dated(&self, path: &str) -> String {
        let mark = if path.contains('?') { '&' } else { '?' };
        self.as_of.map_or_else(|| path.to_owned(), |day| format!("{path}{mark}asOf={day}"))
    }

    /// Uploads a file by the GraphQL mutation; the whole answer.
    #[must_use]
    pub fn upload(&self, name: &str, bytes: &[u8]) -> serde_json::Value {
        let query = "mutation($file: Upload!) { uploadSurvey(file: $file) { alreadyThere \
                     survey { id status rowsRead rowsPooled rowsRefused \
                     problemCounts { refused warnings notes } } problems { message advice } } }";
        let operations =
            serde_json::json!({ "query": query, "variables": { "file": null } }).to_string();
        let parts: [(&str, &[u8]); 3] = [
            ("name=\"operations\"", operations.as_bytes()),
            ("name=\"map\"", br#"{"0":["variables.file"]}"#),
            (&format!("name=\"0\"; filename=\"{name}\""), bytes),
        ];
        let (kind, body) = multipart(&parts);
        self.post("/graphql", &[("content-type", &kind), ("x-siteworthy", "1")], &body).json()
    }

    /// Uploads and accepts a file; its id.
    #[must_use]
    pub fn import(&self, name: &str, bytes: &[u8]) -> String {
        let uploaded = self.upload(name, bytes);
        let id = uploaded["data"]["uploadSurvey"]["survey"]["id"].as_str();
        let id = id.unwrap_or_else(|| panic!("{uploaded:#}")).to_owned();
        let _ = self.query(&format!("mutation {{ acceptSurvey(id: \"{id}\") {{ status }} }}"));
        id
    }

    /// Tells the program to end, as an operator does, and does not wait.
    pub fn terminate(&self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").arg(id).status().unwrap().success());
    }

    /// Ends the program as an operator does, and returns the rest of its log, which must hold no
    /// error.
    #[must_use]
    pub fn stop(mut self) -> String {
        if self.child.try_wait().unwrap().is_none() {
            self.terminate();
        }
        let patience = Instant::now() + Duration::from_secs(60);
        while self.child.try_wait().unwrap().is_none() {
            assert!(Instant::now() < patience, "the program does not end on SIGTERM");
            std::thread::sleep(Duration::from_millis(20));
        }
        let mut log = String::new();
        self.log.read_to_string(&mut log).unwrap();
        assert!(self.child.wait().unwrap().success(), "{log}");
        assert!(!log.contains("ERROR"), "{log}");
        log
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A multipart form: its content type and body. Each part has a disposition and its bytes.
#[must_use]
pub fn multipart(parts: &[(&str, &[u8])]) -> (String, Vec<u8>) {
    let boundary = "siteworthy-boundary";
    let mut body = Vec::new();
    for (disposition, bytes) in parts {
        body.extend_from_slice(
            format!("--{boundary}\r\ncontent-disposition: form-data; {disposition}\r\n\r\n")
                .as_bytes(),
        );
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    (format!("multipart/form-data; boundary={boundary}"), body)
}

/// Code and message of the first error of a GraphQL answer.
#[must_use]
pub fn first_error(answer: &serde_json::Value) -> (&str, &str) {
    let error = &answer["errors"][0];
    let code = error["extensions"]["code"].as_str().unwrap_or("none");
    (code, error["message"].as_str().unwrap())
}
