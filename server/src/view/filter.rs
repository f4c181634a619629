//! Which sites a question is about: the same filter for GraphQL, downloads and the command line.

use super::{Site, View};
use crate::error::Error;
use siteworthy_rules::judge::Readiness;
use siteworthy_rules::place::{Nation, Setting};

/// A filter as asked, in the words of its face.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SiteFilter {
    /// Code of an organisation: its own sites and those of everything below it.
    pub organisation: Option<String>,
    /// Nation.
    pub nation: Option<Nation>,
    /// Setting.
    pub setting: Option<Setting>,
    /// Readiness for a technology.
    pub readiness: Option<ReadinessFilter>,
    /// Whether to take pooled entries in; they are never judged.
    pub with_pooled: bool,
}

/// Sites whose readiness for a technology is one of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadinessFilter {
    /// Id of the profile.
    pub technology: String,
    /// The readiness words wanted.
    pub any_of: Vec<Readiness>,
}

/// A filter whose codes have been found in a view.
pub struct Chosen<'a> {
    filter: &'a SiteFilter,
    organisation: Option<usize>,
    profile: Option<usize>,
}

impl SiteFilter {
    /// Finds the filter's codes in a view.
    ///
    /// # Errors
    /// `NotFound` where the view has no such organisation or technology.
    pub fn find<'a>(&'a self, view: &View) -> Result<Chosen<'a>, Error> {
        let organisation =
            match &self.organisation {
                None => None,
                Some(code) => Some(view.organisations.find(code).ok_or_else(|| {
                    Error::NotFound(format!("there is no organisation {code:?}"))
                })?),
            };
        let profile = match &self.readiness {
            None => None,
            Some(filter) => Some(view.find_profile(&filter.technology)?),
        };
        Ok(Chosen { filter: self, organisation, profile })
    }

    /// The filter in plain words, for reports.
    #[must_use]
    pub fn describe(&self) -> String {
        let mut parts = Vec::new();
        parts.extend(self.organisation.as_ref().map(|code| format!("organisation {code}")));
        parts.extend(self.nation.map(|nation| format!("nation {nation}")));
        parts.extend(self.setting.map(|setting| format!("setting {setting}")));
        parts.extend(self.readiness.as_ref().map(|filter| {
            let words: Vec<&str> = filter.any_of.iter().map(|readiness| readiness.word()).collect();
            format!("{} for {}", words.join(" or "), filter.technology)
        }));
        if parts.is_empty() { "all sites".to_owned() } else { parts.join(", ") }
    }
}

impl Chosen<'_> {
    /// Whether a site is one of the chosen.
    #[must_use]
    pub fn takes(&self, view: &View, at: u32, site: &Site) -> bool {
        let filter = self.filter;
        (filter.with_pooled || !site.is_pooled)
            && filter.nation.is_none_or(|nation| site.nation == Some(nation))
            && filter.setting.is_none_or(|setting| site.setting == Some(setting))
            && self.organisation.is_none_or(|root| {
                site.organisation.is_some_and(|own| view.organisations.is_within(own, root))
            })
            && self.profile.is_none_or(|profile| {
                let wanted = filter.readiness.as_ref().map_or(&[][..], |filter| &filter.any_of);
                view.result(profile, at)
                    .is_some_and(|result| wanted.contains(&result.outcome.score.readiness))
            })
    }

    /// The chosen sites in order of code.
    pub fn sites<'v>(&self, view: &'v View) -> impl Iterator<Item = (u32, &'v Site)> {
        (0..).zip(view.sites()).filter(|(at, site)| self.takes(view, *at, site))
    }
}
