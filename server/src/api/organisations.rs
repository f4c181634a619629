//! Organisations: `organisations`.

use super::words::OrganisationKind;
use super::{fail, page_size, view};
use crate::view::View;
use async_graphql::connection::{Connection, Edge};
use async_graphql::{Context, Object};
use std::sync::Arc;

/// Queries of organisations.
#[derive(Default)]
pub struct OrganisationQuery;

#[Object]
impl OrganisationQuery {
    /// Organisations in order of code, a page at a time.
    #[graphql(complexity = "super::page_complexity(first, child_complexity)")]
    async fn organisations(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How many, up to 1,000.")] first: Option<i32>,
        #[graphql(desc = "The cursor of the last item of the page before.")] after: Option<String>,
        #[graphql(desc = "Only organisations of this kind.")] kind: Option<OrganisationKind>,
        #[graphql(desc = "Only those directly below the organisation with this code.")]
        parent: Option<String>,
    ) -> async_graphql::Result<Connection<String, OrganisationNode>> {
        let view = view(context)?;
        let first = page_size(first).map_err(fail)?;
        let parent = parent.map(|code| view.organisations.find(&code));
        let chosen = view.organisations.list().iter().enumerate().filter(|(_, organisation)| {
            after.as_ref().is_none_or(|after| organisation.code > *after)
                && kind.is_none_or(|kind| OrganisationKind::from(organisation.kind) == kind)
                && parent.is_none_or(|parent| parent.is_some() && organisation.parent == parent)
        });
        let mut chosen: Vec<usize> = chosen.map(|(at, _)| at).take(first + 1).collect();
        let mut connection = Connection::new(after.is_some(), chosen.len() > first);
        chosen.truncate(first);
        connection.edges.extend(chosen.into_iter().map(|at| {
            let node = OrganisationNode { view: Arc::clone(view), at };
            Edge::new(view.organisations.get(at).code.clone(), node)
        }));
        Ok(connection)
    }
}

/// A trust, health board, region or nation.
pub struct OrganisationNode {
    /// The view it is read from.
    pub view: Arc<View>,
    /// Its place in the view's list.
    pub at: usize,
}

/// A trust, health board, region or nation.
#[Object(name = "Organisation")]
impl OrganisationNode {
    /// ODS code, or the statistical code of a nation.
    async fn code(&self) -> &str {
        &self.view.organisations.get(self.at).code
    }

    /// Name.
    async fn name(&self) -> &str {
        &self.view.organisations.get(self.at).name
    }

    /// What kind of organisation it is.
    async fn kind(&self) -> OrganisationKind {
        self.view.organisations.get(self.at).kind.into()
    }

    /// The organisation above it.
    async fn parent(&self) -> Option<Self> {
        let at = self.view.organisations.get(self.at).parent?;
        Some(Self { view: Arc::clone(&self.view), at })
    }

    /// How many sites it and the organisations below it have, pooled entries not counted.
    async fn site_count(&self) -> u32 {
        self.view.organisations.get(self.at).site_count
    }
}
