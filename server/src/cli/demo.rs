//! `siteworthy demo`: a throwaway record with the fictional demonstration estate.

use super::explain::explanation;
use super::gap::gap_answer;
use super::readiness::{sites, summary};
use super::serve::serve;
use super::{Ending, print, read_rules};
use crate::app::App;
use crate::config::{Config, Listen};
use crate::corpus::Corpus;
use crate::decide::{Decision, decide};
use crate::error::Error;
use crate::store::Store;
use crate::upload::{ReceivedFile, Uploaded, upload};
use crate::view::filter::SiteFilter;
use crate::view::gap::GapQuestion;
use chrono::Utc;
use clap::Args;
use siteworthy_rules::gap::Level;
use siteworthy_rules::problem::Severity;
use siteworthy_rules::words::counted;
use std::sync::Arc;

/// Loads the demonstration estate and serves it.
#[derive(Args, Debug)]
pub struct Demo {
    #[command(flatten)]
    listen: Listen,

    /// Load and show the estate, then end without serving it
    #[arg(long)]
    once: bool,
}

impl Demo {
    /// Runs the demonstration. Its record lies in a temporary folder that is removed at the end.
    pub async fn run(self, config: &Config) -> Result<Ending, Error> {
        let folder = tempfile::tempdir().map_err(Error::internal)?;
        let url = format!("sqlite://{}", folder.path().join("demo.db").display());
        let store = Store::open(&url).await?;
        let app = Arc::new(App::start(store, read_rules(config)?).await?);
        print(
            "The demonstration estate is fictional: no site, organisation or figure in it is real.\n\n",
        )?;
        let corpus = Corpus::load(config.rules.as_deref(), config.datasets.as_deref())?;
        load(&app, &corpus).await?;
        show(&app)?;
        if self.once {
            app.store.clone().close().await?;
            return Ok(Ending::Clean);
        }
        serve(app, self.listen).await
    }
}

/// Loads every file of `datasets/demo/` in order of name, through the same intake as any upload.
///
/// # Errors
/// `Internal` where a file of the demonstration cannot be read at all.
pub async fn load(app: &Arc<App>, corpus: &Corpus) -> Result<(), Error> {
    for file in corpus.below("datasets/demo/").filter(|file| file.path.ends_with(".csv")) {
        let name = file.path.rsplit('/').next().unwrap_or(file.path).to_owned();
        let bytes = file.text.as_bytes().to_vec();
        let by = "demonstration".to_owned();
        let received = ReceivedFile { name, bytes, layout: None, by: by.clone(), at: Utc::now() };
        match upload(app, received, |_| {}).await? {
            Uploaded::Draft { survey, problems } => {
                decide(app, survey.id, Decision::Accept, &by, Utc::now()).await?;
                let refused =
                    problems.iter().filter(|problem| problem.severity == Severity::Refused).count();
                print(&format!(
                    "{:<28} {:>9}, {} of which {refused} refused\n",
                    survey.file_name,
                    counted(survey.rows_read, "row", "rows"),
                    counted(problems.len(), "problem", "problems"),
                ))?;
            }
            Uploaded::AlreadyThere(survey) => {
                print(&format!("{:<28} read before\n", survey.file_name))?;
            }
            Uploaded::Unreadable(problems) => {
                let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
                return Err(Error::internal(problems.join("\n")));
            }
        }
    }
    Ok(())
}

/// A site of the demonstration with a high score that is not ready, because one gate fails.
const EXAMPLE: (&str, &str) = ("ZZN02", "surgical-robot");

fn show(app: &App) -> Result<Ending, Error> {
    let view = app.view();
    let all = SiteFilter::default();
    let question = GapQuestion::of(all.clone(), Vec::new(), Level::Minimum);
    let report = view.gap_report(&question)?;
    print(&format!(
        "\nWhich sites are ready\n{}\nHow many sites stand where\n{}\n\
         Why: one example; what decides stands first\n{}\n\
         What the gap costs: to the minimum, one unit of each technology a site\n{}\n",
        sites(&view, &all, &[])?.body(),
        summary(&view, &all, &[])?.body(),
        explanation(&view, EXAMPLE.0, EXAMPLE.1, None)?.body(),
        gap_answer(&view, &report).to_text(),
    ))
}
