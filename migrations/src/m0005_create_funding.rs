//! Creates `funding`: what is allocated to an organisation in a financial year, one row a change.

use crate::drop_tables;
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(funding()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["funding"]).await
    }
}

/// A revision may change several allocations, each once.
fn funding() -> TableCreateStatement {
    Table::create()
        .table("funding")
        .col(big_integer("revision"))
        .col(text("organisation"))
        .col(integer("year_from"))
        .col(text("money"))
        .col(big_integer("pence"))
        .col(text("note"))
        .col(text("allocated_by"))
        .col(timestamp_with_time_zone("allocated_at"))
        .primary_key(
            Index::create().col("organisation").col("year_from").col("money").col("revision"),
        )
        .take()
}
