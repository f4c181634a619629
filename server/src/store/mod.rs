//! The record: all SQL of the server, on SQLite and PostgreSQL by the same code.
//!
//! What is known of sites hangs off a survey. Uploading writes a draft with all it says; accepting and
//! withdrawing only change its status, so a withdrawal undoes exactly what the survey said. The
//! current state is the merge over accepted surveys in the order of their acceptance. Funding is
//! entered by itself, and of each allocation the last holds.
//!
//! The store does not judge, does not know the rulebook and does not read the clock: times are
//! arguments. Callers see values of `intake::draft` and of the files here, never rows.

mod audit;
mod decide;
mod entities;
mod funding;
mod record;
mod rows;
mod surveys;

pub use audit::{AuditLine, AuditState};
pub use funding::{Allocated, Allocation, Funding, FundingKey};
pub use record::{Record, RecordObservation};
pub use surveys::{
    MOST_PER_PAGE, Saved, SavedProblem, SurveyHead, SurveyStatus, SurveySummary, SurveysWanted,
};

use crate::error::Error;
use chrono::{DateTime, SubsecRound, Utc};
use futures_util::TryStreamExt;
use sea_orm::sea_query::SelectStatement;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    AccessMode, ConnAcquireErr, ConnectOptions, ConnectionTrait, Database, DatabaseConnection,
    DatabaseTransaction, DbBackend, DbErr, EntityTrait, IsolationLevel, QueryResult, QuerySelect,
    RuntimeErr, SqliteTransactionMode, TransactionOptions, TransactionTrait, sqlx,
};
use sea_orm_migration::MigratorTrait;
use siteworthy_migrations::Migrator;
use std::path::PathBuf;
use std::time::Duration;

/// How long a request waits for a connection or for another writer before it is told to come back.
const WAIT: Duration = Duration::from_secs(10);

/// Connections that read at once. SQLite has one more, which writes.
const READERS: u32 = 4;

/// Connections to PostgreSQL: readers and writers share them.
const POSTGRES_CONNECTIONS: u32 = 10;

/// Key of the PostgreSQL advisory lock under which servers that start together migrate in turn:
/// the letters "site" as a number.
const MIGRATION_LOCK: u32 = u32::from_be_bytes(*b"site");

/// The record, open. Clones share its connections.
#[derive(Clone, Debug)]
pub struct Store {
    writer: DatabaseConnection,
    reader: DatabaseConnection,
    /// The file of an SQLite record, which may be taken away while it is open.
    file: Option<PathBuf>,
}

impl Store {
    /// Opens `sqlite:...` (created if it is not there) or `postgres://...`. Call `migrate` next.
    ///
    /// # Errors
    /// Invalid for another kind of URL; Unavailable where the database does not answer.
    pub async fn open(url: &str) -> Result<Self, Error> {
        let scheme = url.split(':').next().unwrap_or_default();
        match scheme {
            "sqlite" => open_sqlite(url).await,
            "postgres" | "postgresql" => {
                let mut options = quiet(url);
                options.max_connections(POSTGRES_CONNECTIONS);
                let writer = Database::connect(options).await.map_err(unreachable_database)?;
                Ok(Self { reader: writer.clone(), writer, file: None })
            }
            // The URL itself may hold a password, so that the message names the scheme only.
            _ => Err(Error::Invalid(format!(
                "a database url starts with sqlite: or postgres://, not with {scheme:?}"
            ))),
        }
    }

    /// Whether a URL names an SQLite file that is not there: opening it would make an empty record.
    #[must_use]
    pub fn is_missing(url: &str) -> bool {
        sqlite_file(url).is_some_and(|file| !file.exists())
    }

    /// Brings the tables up to date: every migration that has not run yet, all or none. Servers
    /// that start together do it in turn.
    ///
    /// # Errors
    /// Unavailable or Internal.
    pub async fn migrate(&self) -> Result<(), Error> {
        let transaction = self.begin().await?;
        if transaction.get_database_backend() == DbBackend::Postgres {
            let lock = format!("SELECT pg_advisory_xact_lock({MIGRATION_LOCK})");
            transaction.execute_unprepared(&lock).await?;
        }
        Migrator::up(&transaction, None).await?;
        Ok(transaction.commit().await?)
    }

    /// Asks the database whether it is there.
    ///
    /// # Errors
    /// Unavailable where it is not.
    pub async fn ping(&self) -> Result<(), Error> {
        self.check_file()?;
        self.reader.ping().await.map_err(unreachable_database)
    }

    /// Closes every connection; SQLite then refreshes its statistics and folds its log away.
    ///
    /// # Errors
    /// Unavailable or Internal.
    pub async fn close(self) -> Result<(), Error> {
        self.reader.close().await?;
        Ok(self.writer.close().await?)
    }

    /// The number of the last accepted change of the record.
    ///
    /// # Errors
    /// Unavailable or Internal.
    pub async fn current_revision(&self) -> Result<i64, Error> {
        Ok(find_revision(&self.reader).await?.number)
    }

    /// SQLite goes on writing to a file that was deleted, and all of it is lost: nothing is accepted
    /// into such a record.
    fn check_file(&self) -> Result<(), Error> {
        match &self.file {
            Some(file) if !file.exists() => {
                Err(Error::Unavailable(format!("{} is gone", file.display()).into()))
            }
            _ => Ok(()),
        }
    }

    /// Begins to write. On SQLite the transaction takes the write lock at once: one that first
    /// reads and then writes would fail where this one waits.
    async fn begin(&self) -> Result<DatabaseTransaction, Error> {
        self.check_file()?;
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        Ok(self.writer.begin_with_options(options).await?)
    }

    /// Begins to read several tables as of one moment.
    async fn begin_snapshot(&self) -> Result<DatabaseTransaction, Error> {
        // SQLite's transactions are snapshots already, and it warns when it is asked for one.
        let options = match self.reader.get_database_backend() {
            DbBackend::Sqlite => TransactionOptions::default(),
            _ => TransactionOptions {
                isolation_level: Some(IsolationLevel::RepeatableRead),
                access_mode: Some(AccessMode::ReadOnly),
                ..TransactionOptions::default()
            },
        };
        Ok(self.reader.begin_with_options(options).await?)
    }
}

/// One connection writes and `READERS` read: readers never wait for an import, and writers wait in
/// line for the connection instead of failing on SQLite's lock.
async fn open_sqlite(url: &str) -> Result<Store, Error> {
    let mut options = quiet(url);
    options.max_connections(1).test_before_acquire(false);
    options.idle_timeout(None::<Duration>).max_lifetime(None::<Duration>);
    options.map_sqlx_sqlite_opts(|options| tune(options).create_if_missing(true));
    let writer = Database::connect(options.clone()).await.map_err(unreachable_database)?;
    // A database in memory exists only in the connection that made it.
    let in_memory = url.contains(":memory:") || url.contains("mode=memory");
    let reader = if in_memory {
        writer.clone()
    } else {
        options.max_connections(READERS);
        options.map_sqlx_sqlite_opts(|options| tune(options).read_only(true));
        Database::connect(options).await.map_err(unreachable_database)?
    };
    Ok(Store { writer, reader, file: sqlite_file(url) })
}

/// The file that an SQLite URL names; none for a record in memory or another database.
fn sqlite_file(url: &str) -> Option<PathBuf> {
    let in_memory = url.contains(":memory:") || url.contains("mode=memory");
    let options = url.starts_with("sqlite:").then(|| url.parse::<SqliteConnectOptions>().ok());
    let options = options.flatten().filter(|_| !in_memory)?;
    Some(options.get_filename().to_path_buf())
}

fn quiet(url: &str) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options.sqlx_logging(false).record_stmt_in_spans(false).acquire_timeout(WAIT);
    options
}

fn tune(options: SqliteConnectOptions) -> SqliteConnectOptions {
    options
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .busy_timeout(WAIT)
        .foreign_keys(true)
        .pragma("cache_size", "-65536") // KiB, hence the sign: 64 MiB
        .pragma("mmap_size", "268435456") // 256 MiB
        .pragma("temp_store", "memory")
        .optimize_on_close(true, None)
}

/// The row that puts all changes in line. `lock_revision` is how a change takes its place.
async fn find_revision(
    connection: &impl ConnectionTrait,
) -> Result<entities::revision::Model, Error> {
    let found = entities::revision::Entity::find().one(connection).await?;
    found.ok_or_else(|| Error::internal("table revision has lost its row"))
}

/// Waits until no other change of the record is under way, and keeps others waiting until the
/// transaction ends. PostgreSQL locks the row; SQLite has locked the whole file already.
async fn lock_revision(
    transaction: &DatabaseTransaction,
) -> Result<entities::revision::Model, Error> {
    let locked = entities::revision::Entity::find().lock_exclusive().one(transaction).await?;
    locked.ok_or_else(|| Error::internal("table revision has lost its row"))
}

/// Hands every row of a large answer to `read`. The rows never lie in memory all at once, where one
/// takes ten times the room of what is read from it.
async fn for_each_row(
    snapshot: &DatabaseTransaction,
    statement: &SelectStatement,
    mut read: impl FnMut(&QueryResult) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut rows = sea_orm::StreamTrait::stream(snapshot, statement).await?;
    while let Some(row) = rows.try_next().await? {
        read(&row)?;
    }
    Ok(())
}

/// Cuts to microseconds, the finest that PostgreSQL keeps.
fn cut(at: DateTime<Utc>) -> DateTime<Utc> {
    at.trunc_subsecs(6)
}

/// The one place where database errors become errors of the server.
impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        if is_passing(&error) { Self::Unavailable(error.into()) } else { Self::internal(error) }
    }
}

/// While connecting and pinging, whatever goes wrong means that the database cannot be reached.
fn unreachable_database(error: DbErr) -> Error {
    Error::Unavailable(error.into())
}

/// Whether the same request may succeed later.
fn is_passing(error: &DbErr) -> bool {
    match error {
        DbErr::ConnectionAcquire(ConnAcquireErr::Timeout | ConnAcquireErr::ConnectionClosed) => {
            true
        }
        DbErr::Conn(RuntimeErr::SqlxError(cause))
        | DbErr::Exec(RuntimeErr::SqlxError(cause))
        | DbErr::Query(RuntimeErr::SqlxError(cause)) => match &**cause {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => true,
            sqlx::Error::Database(cause) => cause.code().is_some_and(|code| is_passing_code(&code)),
            _ => false,
        },
        _ => false,
    }
}

/// PostgreSQL's codes have five characters: connection lost (08), out of resources (53), shutting
/// down (57P), serialization failure, deadlock, lock not available. SQLite's are numbers whose low
/// byte is the kind: 5 is busy, 6 locked.
fn is_passing_code(code: &str) -> bool {
    if code.len() == 5 {
        let classes = ["08", "53", "57P", "40001", "40P01", "55P03"];
        return classes.iter().any(|class| code.starts_with(class));
    }
    code.parse::<u32>().is_ok_and(|number| matches!(number & 0xff, 5 | 6))
}

#[cfg(test)]
mod tests {
    use super::is_passing_code;

    #[test]
    fn only_codes_that_pass_by_themselves_are_unavailable() {
        for (code, passes) in [
            ("5", true),      // SQLITE_BUSY
            ("517", true),    // SQLITE_BUSY_SNAPSHOT
            ("262", true),    // SQLITE_LOCKED_SHAREDCACHE
            ("2067", false),  // SQLITE_CONSTRAINT_UNIQUE
            ("08006", true),  // connection failure
            ("57P01", true),  // the server is shutting down
            ("57014", false), // the query was cancelled
            ("23505", false), // unique violation
            ("40P01", true),  // deadlock
        ] {
            assert_eq!(is_passing_code(code), passes, "{code}");
        }
    }
}
