//! `siteworthy import`.

use super::{Ending, OPERATOR, factors, open, print, print_problems};
use crate::app::App;
use crate::config::Config;
use crate::decide::{Decision, decide};
use crate::error::Error;
use crate::intake::{Draft, is_workbook};
use crate::store::{SurveyHead, SurveySummary};
use crate::upload::{MAX_FILE_BYTES, ReceivedFile, Uploaded, read, too_large_file, upload};
use chrono::Utc;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use siteworthy_rules::problem::{Problem, Severity};
use siteworthy_rules::words::counted;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Reads files into the record, and conversion factors into a folder of datasets.
#[derive(Args, Debug)]
#[command(
    after_help = "A workbook (.xlsx) is read as the flat file of the Government's greenhouse gas\n\
                  conversion factors: the year's set is shown beside the one in force, and\n\
                  with --datasets it is put into that folder, in place of its set of that year.\n\n\
                  Example: siteworthy import flat-file.xlsx --datasets my-datasets"
)]
pub struct Import {
    /// The files, in the order in which they are to be read
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Id of the layout; leave it out to find the one that fits
    #[arg(long, value_name = "ID")]
    layout: Option<String>,

    /// Read and report, and keep nothing
    #[arg(long, conflicts_with = "accept")]
    dry_run: bool,

    /// Accept each survey into the record at once
    #[arg(long)]
    accept: bool,
}

impl Import {
    /// Imports every file; problems of one do not keep the next from being read.
    pub async fn run(self, config: &Config) -> Result<Ending, Error> {
        // Conversion factors go into datasets, so that the record is opened for surveys alone.
        let mut opened: Option<Arc<App>> = None;
        let mut ending = Ending::Clean;
        for path in &self.files {
            let file = receive(path, self.layout.clone())?;
            let of_file = if is_workbook(&file.bytes) && file.layout.is_none() {
                factors::import(config, &file, self.dry_run)?
            } else {
                let app = match &opened {
                    Some(app) => Arc::clone(app),
                    None => open(config).await?,
                };
                opened = Some(Arc::clone(&app));
                self.import(&app, file).await?
            };
            if of_file == Ending::Problems {
                ending = Ending::Problems;
            }
        }
        if let Some(app) = opened {
            app.store.clone().close().await?;
        }
        Ok(ending)
    }

    async fn import(&self, app: &Arc<App>, file: ReceivedFile) -> Result<Ending, Error> {
        let bar = progress_bar(file.bytes.len());
        let progress = {
            let bar = bar.clone();
            move |bytes: usize| bar.set_position(bytes as u64)
        };
        if self.dry_run {
            let (_, draft) = read(app, file, progress).await?;
            bar.finish_and_clear();
            return show_draft(draft);
        }
        let uploaded = upload(app, file, progress).await?;
        bar.finish_and_clear();
        match uploaded {
            Uploaded::Unreadable(problems) => {
                print_problems(&problems);
                Ok(Ending::Problems)
            }
            Uploaded::AlreadyThere(survey) => self.show_known(app, &survey).await,
            Uploaded::Draft { survey, problems } => {
                print_problems(&problems);
                let mut text = describe(&survey, &problems);
                text.push_str(&self.accept(app, &survey).await?);
                print(&text)?;
                Ok(ending_of(&problems))
            }
        }
    }

    async fn show_known(&self, app: &App, survey: &SurveyHead) -> Result<Ending, Error> {
        let mut text = format!(
            "{}: these bytes were read before, as survey {} ({}).\n",
            survey.file_name, survey.id, survey.status
        );
        if !self.accept || survey.revision_accepted.is_some() {
            text.push_str("Nothing has changed.\n");
            return print(&text);
        }
        let SurveySummary { refused, warnings, notes, .. } =
            app.store.load_summary(survey.id).await?;
        text.push_str(&format!(
            "Problems, listed when it was read: {}.\n",
            by_severity([refused, warnings, notes], OF_A_ROW)
        ));
        text.push_str(&self.accept(app, survey).await?);
        print(&text)?;
        Ok(if refused + warnings == 0 { Ending::Clean } else { Ending::Problems })
    }

    async fn accept(&self, app: &App, survey: &SurveyHead) -> Result<String, Error> {
        if !self.accept {
            return Ok(format!(
                "Kept as draft {}. Import it with --accept to make it count.\n",
                survey.id
            ));
        }
        let revision = decide(app, survey.id, Decision::Accept, OPERATOR, Utc::now()).await?;
        Ok(format!("Accepted as survey {}; the record is at revision {revision}.\n", survey.id))
    }
}

/// Reads a file from disk, refusing early what is too large.
pub fn receive(path: &Path, layout: Option<String>) -> Result<ReceivedFile, Error> {
    let unreadable =
        |error: std::io::Error| Error::Invalid(format!("cannot read {}: {error}", path.display()));
    let size = fs::metadata(path).map_err(unreadable)?.len();
    if size > MAX_FILE_BYTES as u64 {
        return Err(too_large_file());
    }
    let bytes = fs::read(path).map_err(unreadable)?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(ReceivedFile { name, bytes, layout, by: OPERATOR.to_owned(), at: Utc::now() })
}

fn progress_bar(bytes: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} read");
    let bar = ProgressBar::new(bytes as u64);
    style.map_or(bar.clone(), |style| bar.with_style(style))
}

fn show_draft(draft: Result<Draft, Vec<Problem>>) -> Result<Ending, Error> {
    match draft {
        Err(problems) => {
            print_problems(&problems);
            Ok(Ending::Problems)
        }
        Ok(draft) => {
            print_problems(&draft.problems);
            let rows = [draft.rows_read, draft.rows_pooled, draft.rows_refused];
            print(&format!(
                "{}{}, {}, {}, {}. Nothing was kept.\n",
                counts(&draft.file_name, &draft.layout, rows, &draft.problems),
                counted(draft.sites.len(), "site", "sites"),
                counted(draft.spaces.len(), "space", "spaces"),
                counted(draft.observations.len(), "observation", "observations"),
                counted(draft.postcodes.len(), "postcode", "postcodes"),
            ))?;
            Ok(ending_of(&draft.problems))
        }
    }
}

fn describe(survey: &SurveyHead, problems: &[Problem]) -> String {
    let rows = [survey.rows_read, survey.rows_pooled, survey.rows_refused];
    counts(&survey.file_name, &survey.layout, rows, problems)
}

fn counts(
    file: &str,
    layout: &str,
    [read, pooled, refused]: [u32; 3],
    problems: &[Problem],
) -> String {
    let problems = by_severity(of_each_severity(problems), OF_A_ROW);
    let [read, pooled, refused] = [(read, ""), (pooled, "pooled "), (refused, "")]
        .map(|(count, what)| counted(count, &format!("{what}row"), &format!("{what}rows")));
    format!(
        "{file}: layout {layout}, {read} read, {pooled} set apart, {refused} refused whole.\n\
         Problems: {problems}.\n"
    )
}

/// Of a row of a survey one value may be refused and the others kept.
const OF_A_ROW: &str = " (a row, or one value of a row)";

/// How many problems there are of each severity.
pub fn count_problems(problems: &[Problem]) -> String {
    format!("Problems: {}.\n", by_severity(of_each_severity(problems), ""))
}

/// Refused, warnings and notes, in that order.
fn of_each_severity(problems: &[Problem]) -> [usize; 3] {
    [Severity::Refused, Severity::Warning, Severity::Note]
        .map(|severity| problems.iter().filter(|problem| problem.severity == severity).count())
}

/// Refused, with what that may be, then warnings and notes.
fn by_severity<C>([refused, warnings, notes]: [C; 3], what: &str) -> String
where
    C: Copy + std::fmt::Display,
    u64: TryFrom<C>,
{
    format!(
        "{refused} refused{what}, {}, {}",
        counted(warnings, "warning", "warnings"),
        counted(notes, "note", "notes")
    )
}

/// Notes are no problems: a file with nothing but notes is clean.
pub fn ending_of(problems: &[Problem]) -> Ending {
    let is_clean = problems.iter().all(|problem| problem.severity == Severity::Note);
    if is_clean { Ending::Clean } else { Ending::Problems }
}
