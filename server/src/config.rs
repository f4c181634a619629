//! What can be set from outside, read once when the program starts. No other file reads the
//! environment.

use crate::recall::parse_day;
use chrono::NaiveDate;
use clap::Args;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Settings that every command shares.
#[derive(Args, Clone, Debug)]
pub struct Config {
    /// Where the record is kept: sqlite://FILE or postgres://USER@HOST/NAME
    #[arg(
        long,
        global = true,
        env = "SITEWORTHY_DATABASE_URL",
        default_value = "sqlite://siteworthy.db",
        hide_env_values = true
    )]
    pub database_url: DatabaseUrl,

    /// Folder of rule files to use in place of the built-in ones
    #[arg(long, global = true, env = "SITEWORTHY_RULES", value_name = "DIR")]
    pub rules: Option<PathBuf>,

    /// Folder of dataset files to use in place of the built-in ones
    #[arg(long, global = true, env = "SITEWORTHY_DATASETS", value_name = "DIR")]
    pub datasets: Option<PathBuf>,

    /// Answer as the record stood at the end of this day (UTC), by the rules then in force
    #[arg(long, global = true, value_name = "DATE", value_parser = parse_day)]
    pub as_of: Option<NaiveDate>,

    /// What to log: error, warn, info, debug, or a filter such as siteworthy=debug
    #[arg(
        long,
        global = true,
        env = "SITEWORTHY_LOG",
        default_value = "info,sea_orm_migration=warn",
        value_name = "FILTER"
    )]
    pub log: String,
}

/// The address of the record. It may hold a password, so it is never printed.
#[derive(Clone)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The address itself, for opening the record and nothing else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<&str> for DatabaseUrl {
    fn from(url: &str) -> Self {
        Self(url.to_owned())
    }
}

impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DatabaseUrl(..)")
    }
}

/// Settings of the service.
#[derive(Args, Clone, Debug)]
pub struct Listen {
    /// Address and port to serve on; port 0 takes any free one
    #[arg(
        long,
        env = "SITEWORTHY_LISTEN",
        default_value = "127.0.0.1:8080",
        value_name = "ADDRESS"
    )]
    pub listen: SocketAddr,
}
