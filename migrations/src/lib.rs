//! How the record's tables came to be: one change a file, each frozen once released, and the order
//! in which they are applied.
//!
//! A migration never imports a live entity: it states its own tables, so that later changes to the
//! program cannot change the past. What the tables mean is told in the server's `store/entities`.

use sea_orm_migration::prelude::*;

mod m0001_create_surveys;
mod m0002_create_places;
mod m0003_create_observations;
mod m0004_create_audit;
mod m0005_create_funding;

/// Every migration, oldest first.
#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_create_surveys::Migration),
            Box::new(m0002_create_places::Migration),
            Box::new(m0003_create_observations::Migration),
            Box::new(m0004_create_audit::Migration),
            Box::new(m0005_create_funding::Migration),
        ]
    }
}

/// Creates a table whose rows are read by ranges of their key. On SQLite the rows then lie in the
/// key's own tree, which saves a second tree with the same entries: half of the writing.
async fn create_clustered(
    manager: &SchemaManager<'_>,
    mut table: TableCreateStatement,
) -> Result<(), DbErr> {
    if manager.get_database_backend() == sea_orm::DbBackend::Sqlite {
        table.extra("WITHOUT ROWID");
    }
    manager.create_table(table).await
}

/// Drops tables, those that refer to others first.
async fn drop_tables(manager: &SchemaManager<'_>, names: &[&'static str]) -> Result<(), DbErr> {
    for name in names {
        manager.drop_table(Table::drop().table(*name).take()).await?;
    }
    Ok(())
}
