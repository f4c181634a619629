//! What is allocated to organisations: `funding`, and entering it.

use super::words::MoneyKind;
use super::{app, fail, view};
use crate::allocate::allocate;
use crate::app::NOBODY;
use crate::error::Error;
use crate::store::{Allocated, Allocation, Funding, FundingKey};
use async_graphql::{Context, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use siteworthy_rules::cost::Pence;
use siteworthy_rules::factor::FinancialYear;
use std::sync::Arc;

/// Queries of funding.
#[derive(Default)]
pub struct FundingQuery;

/// Changes of funding.
#[derive(Default)]
pub struct FundingMutation;

/// What is allocated to an organisation in a financial year.
#[derive(SimpleObject)]
#[graphql(name = "Allocation")]
struct AllocationNode {
    /// Code of the organisation.
    organisation: String,
    /// The financial year, such as 2026-27.
    year: String,
    /// Capital or running.
    money: MoneyKind,
    /// Pounds, as an exact decimal text.
    amount: Decimal,
    /// Where it comes from.
    note: String,
    /// Who entered it.
    entered_by: String,
    /// When.
    entered_at: DateTime<Utc>,
}

impl AllocationNode {
    fn new(key: &FundingKey, allocated: &Allocated) -> Self {
        Self {
            organisation: key.organisation.clone(),
            year: FinancialYear(key.year_from).to_string(),
            money: key.money.into(),
            amount: allocated.amount.pounds(),
            note: allocated.note.clone(),
            entered_by: allocated.by.clone(),
            entered_at: allocated.at,
        }
    }
}

fn listed(funding: &Funding) -> Vec<AllocationNode> {
    funding.iter().map(|(key, allocated)| AllocationNode::new(key, allocated)).collect()
}

/// An allocation to enter.
#[derive(InputObject)]
pub struct AllocationInput {
    /// Code of the organisation.
    organisation: String,
    /// The financial year, such as 2026-27.
    year: String,
    /// Capital or running.
    money: MoneyKind,
    /// Pounds, as a decimal text such as 1500000.50; 0 takes an earlier allocation back.
    amount: Decimal,
    /// Where it comes from.
    #[graphql(default)]
    note: String,
}

impl TryFrom<AllocationInput> for Allocation {
    type Error = Error;

    fn try_from(input: AllocationInput) -> Result<Self, Error> {
        let year: FinancialYear = input.year.parse().map_err(Error::Invalid)?;
        let is_whole = input.amount.round_dp(2) == input.amount;
        let amount = Pence::from_pounds(input.amount).filter(|_| is_whole).ok_or_else(|| {
            Error::Invalid(format!("{} is not an amount of pounds and pence", input.amount))
        })?;
        let key = FundingKey {
            organisation: input.organisation,
            year_from: year.0,
            money: input.money.into(),
        };
        Ok(Self { key, amount, note: input.note })
    }
}

#[Object]
impl FundingQuery {
    /// What is allocated, by organisation, year and kind of money.
    async fn funding(&self, context: &Context<'_>) -> async_graphql::Result<Vec<AllocationNode>> {
        Ok(listed(&view(context)?.facts.funding))
    }
}

#[Object]
impl FundingMutation {
    /// Enters allocations, all or none, and answers with everything that is then allocated.
    async fn allocate_funding(
        &self,
        context: &Context<'_>,
        allocations: Vec<AllocationInput>,
    ) -> async_graphql::Result<Vec<AllocationNode>> {
        let app = Arc::clone(app(context)?);
        let allocations =
            allocations.into_iter().map(TryInto::try_into).collect::<Result<Vec<_>, _>>();
        let allocations = allocations.map_err(fail)?;
        // What was begun is carried through, even where the caller's patience ends.
        let own = Arc::clone(&app);
        let work = async move { allocate(&own, &allocations, NOBODY, Utc::now()).await };
        tokio::spawn(work).await.map_err(|error| fail(Error::internal(error)))?.map_err(fail)?;
        Ok(listed(&app.view().facts.funding))
    }
}
