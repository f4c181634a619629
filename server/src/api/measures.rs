//! The measure dictionary: `measures`.

use super::view;
use super::words::{Better, Domain, Evidence};
use crate::view::View;
use async_graphql::{Context, Object};
use siteworthy_rules::measure::{Kind, Measure, MeasureIndex};
use std::sync::Arc;

/// Queries of measures.
#[derive(Default)]
pub struct MeasureQuery;

#[Object]
impl MeasureQuery {
    /// Every measure, in the order of the dictionary.
    #[graphql(complexity = "150 * child_complexity")]
    async fn measures(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Only measures of this domain.")] domain: Option<Domain>,
    ) -> async_graphql::Result<Vec<MeasureNode>> {
        let view = view(context)?;
        let wanted =
            |measure: &Measure| domain.is_none_or(|domain| Domain::from(measure.domain) == domain);
        let measures = view.rulebook.dictionary.iter().filter(|(_, measure)| wanted(measure));
        Ok(measures.map(|(index, _)| MeasureNode { view: Arc::clone(view), index }).collect())
    }
}

/// Something that can be observed at a site or in a space.
pub struct MeasureNode {
    /// The view it is read from.
    pub view: Arc<View>,
    /// Its place in the dictionary.
    pub index: MeasureIndex,
}

impl MeasureNode {
    fn measure(&self) -> &Measure {
        self.view.rulebook.dictionary.get(self.index)
    }
}

/// Something that can be observed at a site or in a space.
#[Object(name = "Measure")]
impl MeasureNode {
    /// Stable id, with the unit last.
    async fn id(&self) -> &str {
        &self.measure().id
    }

    /// Heading.
    async fn title(&self) -> &str {
        &self.measure().title
    }

    /// The part of a building or service that it describes.
    async fn domain(&self) -> Domain {
        self.measure().domain.into()
    }

    /// "site", or "space" for what is measured in a room.
    async fn scope(&self) -> &str {
        self.measure().scope.word()
    }

    /// "quantity", "choice", "flag", "date" or "text".
    async fn kind(&self) -> &str {
        self.measure().kind_word()
    }

    /// Unit of a quantity; empty for the other kinds.
    async fn unit(&self) -> &str {
        self.measure().unit_symbol()
    }

    /// The least and the greatest plausible value of a quantity.
    async fn range(&self) -> Option<Vec<f64>> {
        match self.measure().kind {
            Kind::Quantity { range: (low, high), .. } => Some(vec![low, high]),
            _ => None,
        }
    }

    /// Which way is better, for a quantity.
    async fn better(&self) -> Option<Better> {
        match self.measure().kind {
            Kind::Quantity { better, .. } => Some(better.into()),
            _ => None,
        }
    }

    /// The choices, worst first.
    async fn choices(&self) -> Option<&[String]> {
        match &self.measure().kind {
            Kind::Choice { choices, .. } => Some(choices),
            _ => None,
        }
    }

    /// Whether it is a fact about one technology: a site may then answer it for each, as
    /// `measure@technology`, and one answer stands for all of them.
    async fn per_technology(&self) -> bool {
        self.measure().per_technology
    }

    /// What to measure and how.
    async fn help(&self) -> &str {
        &self.measure().help
    }

    /// Where the definition or its limits come from.
    async fn reference(&self) -> &str {
        &self.measure().reference
    }

    /// How well they are supported.
    async fn evidence(&self) -> Evidence {
        self.measure().evidence.into()
    }
}
