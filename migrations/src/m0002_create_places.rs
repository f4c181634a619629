//! Creates `organisations`, `sites`, `spaces` and `postcodes`: what each survey says of places.

use crate::{create_clustered, drop_tables};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_clustered(manager, organisations()).await?;
        create_clustered(manager, sites()).await?;
        // The code comes first: the record is read by site code, whichever surveys name it.
        let by_code = Index::create()
            .name("sites_code")
            .table("sites")
            .col("code")
            .col("survey_id")
            .unique()
            .take();
        manager.create_index(by_code).await?;
        create_clustered(manager, spaces()).await?;
        let by_site = Index::create()
            .name("spaces_site")
            .table("spaces")
            .col("survey_id")
            .col("site_ordinal")
            .col("code")
            .unique()
            .take();
        manager.create_index(by_site).await?;
        create_clustered(manager, postcodes()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["postcodes", "spaces", "sites", "organisations"]).await
    }
}

fn organisations() -> TableCreateStatement {
    Table::create()
        .table("organisations")
        .col(uuid("survey_id"))
        .col(integer("ordinal"))
        .col(text("code"))
        .col(text("name"))
        .col(text("kind"))
        .col(text_null("parent"))
        .primary_key(Index::create().col("survey_id").col("ordinal"))
        .foreign_key(ForeignKey::create().from("organisations", "survey_id").to("surveys", "id"))
        .take()
}

fn sites() -> TableCreateStatement {
    Table::create()
        .table("sites")
        .col(uuid("survey_id"))
        .col(integer("ordinal"))
        .col(text("code"))
        .col(integer("file_row"))
        .col(text_null("name"))
        .col(text_null("organisation"))
        .col(text_null("nation"))
        .col(text_null("setting"))
        .col(text_null("postcode"))
        .col(double_null("latitude"))
        .col(double_null("longitude"))
        .col(text_null("commissioner"))
        .col(boolean("is_pooled"))
        .primary_key(Index::create().col("survey_id").col("ordinal"))
        .foreign_key(ForeignKey::create().from("sites", "survey_id").to("surveys", "id"))
        .take()
}

fn spaces() -> TableCreateStatement {
    Table::create()
        .table("spaces")
        .col(uuid("survey_id"))
        .col(integer("ordinal"))
        .col(integer("site_ordinal"))
        .col(text("code"))
        .col(text("kind"))
        .col(text_null("name"))
        .primary_key(Index::create().col("survey_id").col("ordinal"))
        .foreign_key(
            ForeignKey::create()
                .from("spaces", ("survey_id", "site_ordinal"))
                .to("sites", ("survey_id", "ordinal")),
        )
        .take()
}

fn postcodes() -> TableCreateStatement {
    Table::create()
        .table("postcodes")
        .col(uuid("survey_id"))
        .col(text("postcode"))
        .col(double("latitude"))
        .col(double("longitude"))
        .col(integer("file_row"))
        .primary_key(Index::create().col("survey_id").col("postcode"))
        .foreign_key(ForeignKey::create().from("postcodes", "survey_id").to("surveys", "id"))
        .take()
}
