//! Creates `audit`, whose lines each cover the one before, and `revision`, its single row: how far
//! the record and the audit have come.

use crate::drop_tables;
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(audit()).await?;
        let by_subject = Index::create().name("audit_subject").table("audit").col("subject").take();
        manager.create_index(by_subject).await?;
        manager.create_table(revision()).await?;
        let start = Query::insert()
            .into_table("revision")
            .columns(["id", "number", "audit_seq", "audit_hash"])
            .values_panic([1.into(), 0_i64.into(), 0_i64.into(), "0".repeat(64).into()])
            .take();
        manager.get_connection().execute(&start).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["revision", "audit"]).await
    }
}

fn audit() -> TableCreateStatement {
    Table::create()
        .table("audit")
        .col(big_integer("seq").primary_key())
        .col(timestamp_with_time_zone("at"))
        .col(text("actor"))
        .col(text("action"))
        .col(text("subject"))
        .col(big_integer("revision"))
        .col(text("previous_hash"))
        .col(text("hash"))
        .take()
}

fn revision() -> TableCreateStatement {
    Table::create()
        .table("revision")
        .col(integer("id").primary_key().check(Expr::col("id").eq(1)))
        .col(big_integer("number"))
        .col(timestamp_with_time_zone_null("revised_at"))
        .col(big_integer("audit_seq"))
        .col(text("audit_hash"))
        .take()
}
