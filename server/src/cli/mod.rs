//! The command line: what can be typed, and what each command answers.
//!
//! Exit codes: 0 all is well, 1 the input has problems or the command failed, 2 the command was
//! typed wrongly.

mod abatement;
mod choice;
mod demo;
mod explain;
mod factors;
mod footprint;
mod funding;
mod gap;
mod headroom;
mod import;
mod layouts;
mod netzero;
mod next_measures;
mod peers;
mod readiness;
mod resilience;
mod rules;
mod rules_diff;
mod serve;
mod tables;
mod takes;
mod what_if;
mod whole_life;

use crate::app::{App, Rules};
use crate::config::{Config, Listen};
use crate::corpus::Corpus;
use crate::error::Error;
use crate::recall::view_as_of;
use crate::store::{AuditState, Store};
use crate::telemetry;
use chrono::Utc;
use clap::builder::Resettable;
use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};
use siteworthy_rules::problem::Problem;
use siteworthy_rules::words::counted;
use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

/// Says of every health and care site whether it is ready for a technology, how sure we are, what
/// is missing and what that costs.
#[derive(Parser, Debug)]
#[command(name = "siteworthy", version, about, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    config: Config,

    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Load the fictional demonstration estate into a throwaway record, show it, and serve it
    Demo(demo::Demo),
    /// Serve the API, the map tiles, the downloads and the pages
    Serve(Listen),
    /// Read a survey, a national return or a gazetteer into the record, or a year's conversion factors
    Import(import::Import),
    /// Readiness of every site for every technology
    Readiness(readiness::Readiness),
    /// Why a site stands as it does for a technology, down to the rows of the files
    Explain(explain::Explain),
    /// What is missing for the technologies, and what it costs
    Gap(gap::Gap),
    /// What the energy of the sites emitted in a year
    Footprint(footprint::Footprint),
    /// How far the sites are from net zero, before and after a deployment
    Netzero(netzero::NetZeroOf),
    /// Carbon of a technology or a remedy over a study period, by module of EN 15978
    WholeLife(whole_life::WholeLifeQuestion),
    /// What would lower emissions, cheapest first, and what meets a path by a year
    Abatement(abatement::AbatementOf),
    /// What is allocated to organisations, and entering it
    Funding(funding::Funding),
    /// What a site has left of shared resources, before and after a deployment
    Headroom(headroom::Headroom),
    /// How likely a site's essential load is carried through an outage of so many hours
    Resilience(Box<resilience::Resilience>),
    /// What to survey next, the most worthwhile first
    NextMeasures(next_measures::NextMeasures),
    /// How many sites would stand otherwise if a rule said otherwise
    Whatif(what_if::Whatif),
    /// What it would take to make a site ready, at least cost
    Takes(takes::WhatItTakes),
    /// How a site stands among sites of its nation, setting and size
    Peers(peers::Peers),
    /// How files are read: list the layouts, find the one that fits, write an empty template
    Layouts(layouts::Layouts),
    /// Check the rule and dataset files, or print their schemas
    #[command(subcommand)]
    Rules(rules::Rules),
    /// Print the GraphQL schema
    Schema,
    /// Bring the tables of the record up to date (serving and importing do it too)
    Migrate,
    /// Check that the audit trail is whole: every line's hash covers the one before
    Audit,
}

impl Command {
    /// Whether the command answers from the record, which then may be asked for as it stood.
    const fn answers_from_the_record(&self) -> bool {
        if let Self::Funding(funding) = self {
            return !funding.is_change();
        }
        !matches!(
            self,
            Self::Demo(_)
                | Self::Serve(_)
                | Self::Import(_)
                | Self::Layouts(_)
                | Self::Rules(rules::Rules::Check | rules::Rules::Schema { .. })
                | Self::Schema
                | Self::Migrate
                | Self::Audit
        )
    }
}

/// Who acts on the command line.
const OPERATOR: &str = "command line";

/// What a command ended with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    /// All is well.
    Clean,
    /// The input has problems; they have been printed.
    Problems,
}

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::try_parse().unwrap_or_else(|error| without_environment(error).exit());
    if cli.config.as_of.is_some() && !cli.command.answers_from_the_record() {
        let message =
            "--as-of is for commands that answer from the record, such as readiness and gap";
        Cli::command().error(ErrorKind::ArgumentConflict, message).exit();
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let ending = runtime.map_err(Error::internal).and_then(|runtime| {
        telemetry::start(&cli.config.log)?;
        runtime.block_on(run(cli))
    });
    match ending {
        Ok(Ending::Clean) => ExitCode::SUCCESS,
        Ok(Ending::Problems) => ExitCode::from(1),
        Err(error) => {
            report(&error);
            ExitCode::from(1)
        }
    }
}

/// What is wrong with what was typed, found once more without the environment: what a variable sets
/// would stand in the line of usage as if it had to be typed.
fn without_environment(error: clap::Error) -> clap::Error {
    if !error.use_stderr() {
        return error;
    }
    let bare = Cli::command().mut_args(|arg| arg.env(Resettable::Reset));
    bare.try_get_matches().err().unwrap_or(error)
}

/// On the command line the operator is the caller, so the whole chain is shown.
fn report(error: &Error) {
    let causes: String = error
        .causes()
        .iter()
        .map(|cause| {
            format!(
                "
  caused by: {cause}"
            )
        })
        .collect();
    // Where even this cannot be written there is nobody to tell.
    let _ = writeln!(std::io::stderr(), "siteworthy: {error}{causes}");
}

async fn run(cli: Cli) -> Result<Ending, Error> {
    let config = cli.config;
    match cli.command {
        Command::Demo(demo) => demo.run(&config).await,
        Command::Serve(listen) => serve::run(&config, listen).await,
        Command::Import(import) => import.run(&config).await,
        Command::Readiness(readiness) => readiness.run(&config).await,
        Command::Explain(explain) => explain.run(&config).await,
        Command::Gap(gap) => gap.run(&config).await,
        Command::Footprint(footprint) => footprint.run(&config).await,
        Command::Netzero(net_zero) => net_zero.run(&config).await,
        Command::WholeLife(whole_life) => whole_life.run(&config).await,
        Command::Abatement(abatement) => abatement.run(&config).await,
        Command::Funding(funding) => funding.run(&config).await,
        Command::Headroom(headroom) => headroom.run(&config).await,
        Command::Resilience(resilience) => resilience.run(&config).await,
        Command::NextMeasures(next) => next.run(&config).await,
        Command::Whatif(what_if) => what_if.run(&config).await,
        Command::Takes(takes) => takes.run(&config).await,
        Command::Peers(peers) => peers.run(&config).await,
        Command::Layouts(layouts) => layouts.run(&config),
        Command::Rules(rules) => rules.run(&config).await,
        Command::Schema => print(&crate::api::sdl()),
        Command::Audit => audit(&config).await,
        Command::Migrate => {
            Store::open(config.database_url.expose()).await?.migrate().await?;
            print("The tables are up to date.\n")
        }
    }
}

async fn audit(config: &Config) -> Result<Ending, Error> {
    let app = open_existing(config).await?;
    match app.store.verify_audit().await? {
        AuditState::Whole { lines } => {
            let lines = counted(lines, "line", "lines");
            print(&format!("The audit trail is whole: {lines}.\n"))
        }
        AuditState::Broken { seq, why } => {
            print(&format!("The audit trail is broken at line {seq}: {why}.\n"))?;
            Ok(Ending::Problems)
        }
    }
}

/// Reads the rules and layouts; prints all their problems where there are any.
fn read_rules(config: &Config) -> Result<Rules, Error> {
    let corpus = Corpus::load(config.rules.as_deref(), config.datasets.as_deref())?;
    Rules::read(&corpus, Utc::now().date_naive()).map_err(|problems| {
        print_problems(&problems);
        let count = counted(problems.len(), "problem", "problems");
        Error::Invalid(format!("the rule files have {count}, listed above"))
    })
}

/// Opens the record with the rules in force.
async fn open(config: &Config) -> Result<Arc<App>, Error> {
    let rules = read_rules(config)?;
    let store = Store::open(config.database_url.expose()).await?;
    Ok(Arc::new(App::start(store, rules).await?))
}

/// Opens a record that must be there already: a question does not make an empty one. Its view is that
/// of the day that `--as-of` names.
async fn open_existing(config: &Config) -> Result<Arc<App>, Error> {
    let url = config.database_url.expose();
    if Store::is_missing(url) {
        // What is wrong with the rules is said even where there is nothing yet to judge.
        read_rules(config)?;
        return Err(Error::NotFound(format!(
            "there is no record at {url}; import a file first, or correct --database-url"
        )));
    }
    let app = open(config).await?;
    app.swap(view_as_of(&app, config.as_of, Utc::now().date_naive()).await?);
    Ok(app)
}

/// Writes to standard output. A reader that has gone away, as `head` does, ends the output quietly.
fn print(text: &str) -> Result<Ending, Error> {
    write_out(text.as_bytes())?;
    Ok(Ending::Clean)
}

fn write_out(bytes: &[u8]) -> Result<(), Error> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        result => {
            result.map_err(|error| Error::Invalid(format!("cannot write the output: {error}")))
        }
    }
}

/// Prints problems to standard error, one a line, with their severity.
fn print_problems(problems: &[Problem]) {
    let mut lines = String::new();
    for problem in problems {
        lines.push_str(&format!("{:<8} {problem}\n", problem.severity));
    }
    let _ = std::io::stderr().lock().write_all(lines.as_bytes());
}
