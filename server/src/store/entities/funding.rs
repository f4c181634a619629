//! One change of what is allocated to an organisation in a financial year for one kind of money.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "funding")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organisation: String,
    /// The calendar year in whose April the financial year begins.
    #[sea_orm(primary_key, auto_increment = false)]
    pub year_from: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub money: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub revision: i64,
    pub pence: i64,
    pub note: String,
    pub allocated_by: String,
    pub allocated_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
