//! One uploaded file and where it stands. What it says hangs off its id in the other tables; its
//! bytes are in `original`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "surveys")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub status: String,
    pub layout: String,
    pub file_name: String,
    pub sha256: String,
    pub rows_read: i32,
    pub rows_pooled: i32,
    pub rows_refused: i32,
    pub uploaded_at: DateTimeUtc,
    pub uploaded_by: String,
    pub accepted_at: Option<DateTimeUtc>,
    pub withdrawn_at: Option<DateTimeUtc>,
    pub revision_accepted: Option<i64>,
    pub revision_withdrawn: Option<i64>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
