//! How well a number is known: its grade of evidence, its reference and its date.

use crate::words::words;

words! {
    /// How well a published or proposed figure is supported, strongest first.
    Evidence {
        /// Read in the originating document.
        Verified = "verified",
        /// Read in a page that quotes the origin.
        SecondHand = "second-hand",
        /// Worked out from verified or second-hand figures.
        Derived = "derived",
        /// Known from general practice; not seen in print.
        Recalled = "recalled",
        /// A choice of this rulebook, not a published fact.
        Policy = "policy",
    }
}

impl Evidence {
    /// Whether a figure of this grade counts in the share that rests on recalled or policy figures.
    #[must_use]
    pub const fn is_soft(self) -> bool {
        matches!(self, Self::Recalled | Self::Policy)
    }
}
