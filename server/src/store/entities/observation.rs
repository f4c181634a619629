//! One value of one measure at one site or space. `kind` says how to read it: a quantity and a flag
//! (0 or 1) are in `value`; a choice, a date (ISO 8601) and a text are in `text_value`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "observations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub survey_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub site_ordinal: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub ordinal: i32,
    pub space_ordinal: Option<i32>,
    pub measure: String,
    pub kind: String,
    pub value: Option<f64>,
    pub text_value: Option<String>,
    pub observed_on: Date,
    pub method: String,
    pub file_row: i32,
    pub file_column: i32,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::survey::Entity",
        from = "Column::SurveyId",
        to = "super::survey::Column::Id"
    )]
    Survey,
    #[sea_orm(
        belongs_to = "super::site::Entity",
        from = "(Column::SurveyId, Column::SiteOrdinal)",
        to = "(super::site::Column::SurveyId, super::site::Column::Ordinal)"
    )]
    Site,
}

impl Related<super::survey::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Survey.def()
    }
}

impl Related<super::site::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Site.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
