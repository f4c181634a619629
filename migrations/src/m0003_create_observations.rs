//! Creates `observations`: every value that a survey gives.

use crate::{create_clustered, drop_tables};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_clustered(manager, observations()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["observations"]).await
    }
}

/// The key holds the site before the ordinal, so that one tree serves both questions: all of a
/// survey, and all of one of its sites.
fn observations() -> TableCreateStatement {
    Table::create()
        .table("observations")
        .col(uuid("survey_id"))
        .col(integer("site_ordinal"))
        .col(integer("ordinal"))
        .col(integer_null("space_ordinal"))
        .col(text("measure"))
        .col(text("kind"))
        .col(double_null("value"))
        .col(text_null("text_value"))
        .col(date("observed_on"))
        .col(text("method"))
        .col(integer("file_row"))
        .col(integer("file_column"))
        .primary_key(Index::create().col("survey_id").col("site_ordinal").col("ordinal"))
        .foreign_key(
            ForeignKey::create()
                .from("observations", ("survey_id", "site_ordinal"))
                .to("sites", ("survey_id", "ordinal")),
        )
        .foreign_key(
            ForeignKey::create()
                .from("observations", ("survey_id", "space_ordinal"))
                .to("spaces", ("survey_id", "ordinal")),
        )
        .take()
}
