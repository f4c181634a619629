//! Creates `surveys`, the original files beside them, and the problems found in each.

use crate::{create_clustered, drop_tables};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(surveys()).await?;
        // The same bytes may be uploaded again once their survey has been withdrawn, never before.
        let living = Index::create()
            .name("surveys_living_sha256")
            .table("surveys")
            .col("sha256")
            .unique()
            .and_where(Expr::col("status").is_in(["draft", "accepted"]))
            .take();
        manager.create_index(living).await?;
        let by_status =
            Index::create().name("surveys_status").table("surveys").col("status").take();
        manager.create_index(by_status).await?;
        manager.create_table(originals()).await?;
        create_clustered(manager, problems()).await?;
        let by_severity = Index::create()
            .name("problems_severity")
            .table("problems")
            .col("survey_id")
            .col("severity")
            .col("ordinal")
            .take();
        manager.create_index(by_severity).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["problems", "originals", "surveys"]).await
    }
}

fn surveys() -> TableCreateStatement {
    Table::create()
        .table("surveys")
        .col(pk_uuid("id"))
        .col(text("status"))
        .col(text("layout"))
        .col(text("file_name"))
        .col(text("sha256"))
        .col(integer("rows_read"))
        .col(integer("rows_pooled"))
        .col(integer("rows_refused"))
        .col(timestamp_with_time_zone("uploaded_at"))
        .col(text("uploaded_by"))
        .col(timestamp_with_time_zone_null("accepted_at"))
        .col(timestamp_with_time_zone_null("withdrawn_at"))
        .col(big_integer_null("revision_accepted").unique_key())
        .col(big_integer_null("revision_withdrawn").unique_key())
        .take()
}

/// Apart from `surveys`, because SQLite rewrites a whole row, file and all, when its status changes.
fn originals() -> TableCreateStatement {
    Table::create()
        .table("originals")
        .col(pk_uuid("survey_id"))
        .col(blob("bytes"))
        .foreign_key(ForeignKey::create().from("originals", "survey_id").to("surveys", "id"))
        .take()
}

fn problems() -> TableCreateStatement {
    Table::create()
        .table("problems")
        .col(uuid("survey_id"))
        .col(integer("ordinal"))
        .col(text("severity"))
        .col(text("code"))
        .col(text("file"))
        .col(integer_null("file_row"))
        .col(text_null("file_column"))
        .col(text_null("value"))
        .col(text("message"))
        .col(text("advice"))
        .primary_key(Index::create().col("survey_id").col("ordinal"))
        .foreign_key(ForeignKey::create().from("problems", "survey_id").to("surveys", "id"))
        .take()
}
