//! Uploading: a file is read, and kept as a draft with everything that it says and all its problems.

use crate::app::App;
use crate::error::Error;
use crate::intake::{self, Draft, Upload};
use crate::store::{Saved, SurveyHead};
use chrono::{DateTime, Utc};
use siteworthy_rules::problem::Problem;
use std::sync::Arc;

/// The largest file that is taken: 64 MiB.
pub const MAX_FILE_BYTES: usize = 64 * 1024 * 1024;

/// What is said of a file beyond the limit.
#[must_use]
pub fn too_large_file() -> Error {
    let limit = MAX_FILE_BYTES / (1024 * 1024);
    Error::TooLarge(format!("a file may have at most {limit} MiB; split it"))
}

/// A file as it was received.
#[derive(Clone, Debug)]
pub struct ReceivedFile {
    /// Its name.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
    /// The layout by which to read it; none to find the one that fits.
    pub layout: Option<String>,
    /// Who sends it.
    pub by: String,
    /// When it was received.
    pub at: DateTime<Utc>,
}

/// What became of an upload.
#[derive(Clone, Debug)]
pub enum Uploaded {
    /// A new draft.
    Draft {
        /// The draft.
        survey: SurveyHead,
        /// What is wrong in the file.
        problems: Vec<Problem>,
    },
    /// The same bytes are on record already; nothing has changed.
    AlreadyThere(SurveyHead),
    /// Nothing in the file could be read; nothing has changed.
    Unreadable(Vec<Problem>),
}

/// Reads a file and keeps it as a draft. `progress` is told the bytes read so far.
///
/// # Errors
/// `TooLarge`; `Unavailable` or `Internal` where the record cannot be written.
pub async fn upload(
    app: &Arc<App>,
    file: ReceivedFile,
    progress: impl FnMut(usize) + Send + 'static,
) -> Result<Uploaded, Error> {
    let (file, read) = read(app, file, progress).await?;
    let draft = match read {
        Ok(draft) => draft,
        Err(problems) => return Ok(Uploaded::Unreadable(problems)),
    };
    match app.store.save_draft(&draft, file.bytes, &file.by, file.at).await? {
        Saved::New(survey) => Ok(Uploaded::Draft { survey, problems: draft.problems }),
        Saved::AlreadyThere(survey) => Ok(Uploaded::AlreadyThere(survey)),
    }
}

/// Reads a file and keeps nothing.
///
/// # Errors
/// `TooLarge`, or `Internal` where the reader fails.
pub async fn read(
    app: &Arc<App>,
    file: ReceivedFile,
    mut progress: impl FnMut(usize) + Send + 'static,
) -> Result<(ReceivedFile, Result<Draft, Vec<Problem>>), Error> {
    if file.bytes.len() > MAX_FILE_BYTES {
        return Err(too_large_file());
    }
    let _turn = app.turn().await?;
    let app = Arc::clone(app);
    let work = move || {
        let upload =
            Upload { name: &file.name, bytes: &file.bytes, received_on: file.at.date_naive() };
        let rules = &app.rules;
        let dictionary = &rules.rulebook.dictionary;
        let layout = file.layout.as_deref();
        let known = app.known();
        let read = intake::read(&upload, layout, &rules.layouts, dictionary, &known, &mut progress);
        (file, read)
    };
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)
}
