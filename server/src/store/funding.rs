//! Funding: what is allocated to organisations, by financial year and kind of money.
//!
//! A change adds a row and never alters one: what holds is the row of the greatest revision. An
//! allocation of nothing takes an earlier one back. Whether an organisation exists is the verb's to ask.

use super::audit::append_audit;
use super::entities::funding;
use super::{Store, cut, lock_revision, rows};
use crate::error::Error;
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect, Set,
};
use siteworthy_rules::cost::{Money, Pence};
use std::collections::BTreeMap;

/// What an allocation is for: whose money of which kind in which year.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FundingKey {
    /// Code of the organisation.
    pub organisation: String,
    /// The calendar year in whose April the financial year begins.
    pub year_from: i32,
    /// Capital or running.
    pub money: Money,
}

/// An allocation as it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allocation {
    /// What it is for.
    pub key: FundingKey,
    /// How much; nothing takes an earlier allocation back.
    pub amount: Pence,
    /// Where it comes from, in the words of whoever enters it.
    pub note: String,
}

/// An allocation that holds, and who made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allocated {
    /// How much.
    pub amount: Pence,
    /// Where it comes from.
    pub note: String,
    /// Who entered it.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
    /// The revision that it made.
    pub revision: i64,
}

/// The allocations that hold.
pub type Funding = BTreeMap<FundingKey, Allocated>;

impl Store {
    /// Enters allocations, all or none; returns the new revision. Of two for one key the last holds.
    ///
    /// # Errors
    /// Unavailable; Internal.
    pub async fn allocate(
        &self,
        allocations: &[Allocation],
        by: &str,
        at: DateTime<Utc>,
    ) -> Result<i64, Error> {
        let transaction = self.begin().await?;
        let mut end = lock_revision(&transaction).await?.into_active_model();
        let at = cut(at);
        let number = end.number.take().unwrap_or_default() + 1;
        end.number = Set(number);
        end.revised_at = Set(Some(at));
        end.update(&transaction).await?;
        let last: BTreeMap<&FundingKey, &Allocation> =
            allocations.iter().map(|allocation| (&allocation.key, allocation)).collect();
        for (key, allocation) in last {
            let row = funding::ActiveModel {
                organisation: Set(rows::text(&key.organisation)),
                year_from: Set(key.year_from),
                money: Set(key.money.word().to_owned()),
                revision: Set(number),
                pence: Set(allocation.amount.0),
                note: Set(rows::text(&allocation.note)),
                allocated_by: Set(rows::text(by)),
                allocated_at: Set(at),
            };
            funding::Entity::insert(row).exec_without_returning(&transaction).await?;
            let subject = format!("{} {} {}", key.organisation, key.year_from, key.money);
            append_audit(&transaction, at, by, "allocate", &subject).await?;
        }
        transaction.commit().await?;
        Ok(number)
    }
}

/// What holds after the change of a number; what has been taken back is left out.
pub(super) async fn load_funding(
    connection: &impl ConnectionTrait,
    revision: i64,
) -> Result<Funding, Error> {
    let found = funding::Entity::find()
        .filter(funding::Column::Revision.lte(revision))
        .order_by_asc(funding::Column::Revision)
        .all(connection)
        .await?;
    let mut funding = Funding::new();
    for row in found {
        let key = FundingKey {
            organisation: row.organisation,
            year_from: row.year_from,
            money: rows::word(&row.money)?,
        };
        let allocated = Allocated {
            amount: Pence(row.pence),
            note: row.note,
            by: row.allocated_by,
            at: row.allocated_at,
            revision: row.revision,
        };
        funding.insert(key, allocated);
    }
    funding.retain(|_, allocated| allocated.amount != Pence(0));
    Ok(funding)
}

/// The last change of funding before a moment, and when it was made.
pub(super) async fn find_last_allocation(
    connection: &impl ConnectionTrait,
    before: DateTime<Utc>,
) -> Result<Option<(i64, DateTime<Utc>)>, Error> {
    use funding::Column::{AllocatedAt, Revision};
    let found = funding::Entity::find()
        .select_only()
        .columns([Revision, AllocatedAt])
        .filter(AllocatedAt.lt(before))
        .order_by_desc(Revision)
        .limit(1)
        .into_tuple()
        .one(connection)
        .await?;
    Ok(found)
}
