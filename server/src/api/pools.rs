//! Pooled entries as GraphQL shows them: how many places are ready, never which.

use super::profiles::ProfileNode;
use crate::view::View;
use crate::view::pools::Pool;
use async_graphql::Object;
use siteworthy_rules::judge::Readiness;
use std::sync::Arc;

/// How the places of a pooled entry stand for one technology.
pub struct PoolNode {
    /// The view it is read from.
    pub view: Arc<View>,
    /// The profile.
    pub profile: usize,
    /// The counts.
    pub pool: Pool,
}

/// How the places of a pooled entry, such as the homes of a virtual ward, stand for one technology. A
/// pool has no readiness of its own.
#[Object(name = "Pool")]
impl PoolNode {
    /// The technology.
    async fn profile(&self) -> ProfileNode {
        ProfileNode { view: Arc::clone(&self.view), at: self.profile }
    }

    /// How many places there are on record.
    async fn places(&self) -> u32 {
        self.pool.places()
    }

    /// Places that are ready.
    async fn ready(&self) -> u32 {
        self.pool.count(Readiness::Ready)
    }

    /// Places that are ready with actions.
    async fn ready_with_actions(&self) -> u32 {
        self.pool.count(Readiness::ReadyWithActions)
    }

    /// Places of which too little is known.
    async fn indeterminate(&self) -> u32 {
        self.pool.count(Readiness::Indeterminate)
    }

    /// Places that are not ready.
    async fn not_ready(&self) -> u32 {
        self.pool.count(Readiness::NotReady)
    }

    /// The share that is ready, 0 to 1; none of no places.
    async fn ready_fraction(&self) -> Option<f64> {
        self.pool.ready_fraction()
    }
}
