//! What is allocated to organisations: `funding`, and entering it.

use super::words::MoneyKind;
use super::{app, fail, view};
use crate::allocate::{allocate, whole_pence};
use crate::app::NOBODY;
use crate::error::Error;
use crate::store::{Allocated, Allocation, Funding, FundingKey};
use async_graphql::{Context, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
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

/// Reads what is to be entered.
///
/// # Errors
/// `Invalid` with everything that is wrong.
fn read(inputs: Vec<AllocationInput>) -> Result<Vec<Allocation>, Error> {
    let (mut allocations, mut wrong) = (Vec::new(), Vec::new());
    for input in inputs {
        let year = input.year.parse::<FinancialYear>();
        match (year, whole_pence(input.amount)) {
            (Ok(year), Ok(amount)) => {
                let (organisation, money) = (input.organisation, input.money.into());
                let key = FundingKey { organisation, year_from: year.0, money };
                allocations.push(Allocation { key, amount, note: input.note });
            }
            (year, amount) => {
                let reasons = year.err().into_iter().chain(amount.err());
                wrong.extend(reasons.map(|why| format!("{}: {why}", input.organisation)));
            }
        }
    }
    if wrong.is_empty() { Ok(allocations) } else { Err(Error::Invalid(wrong.join("; "))) }
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
        let allocations = read(allocations).map_err(fail)?;
        // What was begun is carried through, even where the caller's patience ends.
        let own = Arc::clone(&app);
        let work = async move { allocate(&own, &allocations, NOBODY, Utc::now()).await };
        tokio::spawn(work).await.map_err(|error| fail(Error::internal(error)))?.map_err(fail)?;
        Ok(listed(&app.view().facts.funding))
    }
}
