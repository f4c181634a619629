//! The words for places: nations, settings, kinds of space, kinds of organisation, and a point.
//!
//! Where a site is drawn or filed is decided here; what was measured there is `observation`.

use crate::words::words;

words! {
    /// The nation whose guidance and net-zero target apply to a site.
    Nation {
        /// England: HTM, DSPT.
        England = "england",
        /// Scotland: SHTM.
        Scotland = "scotland",
        /// Wales: WHTM.
        Wales = "wales",
        /// Northern Ireland: HTM with PELs.
        NorthernIreland = "northern-ireland",
    }
}

impl Nation {
    /// The name as written on a map.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::England => "England",
            Self::Scotland => "Scotland",
            Self::Wales => "Wales",
            Self::NorthernIreland => "Northern Ireland",
        }
    }

    /// The Office for National Statistics code, which keys the nation as an organisation.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::England => "E92000001",
            Self::Scotland => "S92000003",
            Self::Wales => "W92000004",
            Self::NorthernIreland => "N92000002",
        }
    }
}

words! {
    /// What kind of care a site gives.
    Setting {
        /// General or specialist acute hospital.
        Acute = "acute",
        /// Hospital with several of the other services.
        Mixed = "mixed",
        /// Community hospital with inpatient beds.
        Community = "community",
        /// Mental health site.
        MentalHealth = "mental-health",
        /// Learning disability site.
        LearningDisability = "learning-disability",
        /// Inpatient site of another kind.
        OtherInpatient = "other-inpatient",
        /// Clinic, outpatient or administrative site without beds.
        NonInpatient = "non-inpatient",
        /// General practice, dental or pharmacy premises.
        PrimaryCare = "primary-care",
        /// Ambulance station or hub.
        Ambulance = "ambulance",
        /// Laundry, store, workshop and the like.
        Support = "support",
        /// Care home.
        CareHome = "care-home",
        /// The pooled entry for people's homes, of which each is a space.
        Home = "home",
        /// A site that is not in use.
        Unoccupied = "unoccupied",
        /// A pooled entry for many minor sites.
        Pooled = "pooled",
    }
}

impl Setting {
    /// Whether a site of this setting stands for many places: it is never drawn, and never judged as
    /// one building.
    #[must_use]
    pub const fn is_pooled(self) -> bool {
        matches!(self, Self::Pooled | Self::Home)
    }
}

words! {
    /// The kind of a room or zone.
    SpaceKind {
        /// Operating theatre.
        Theatre = "theatre",
        /// Ward.
        Ward = "ward",
        /// Consulting or treatment room.
        ConsultingRoom = "consulting-room",
        /// Imaging room.
        Imaging = "imaging",
        /// Pharmacy.
        Pharmacy = "pharmacy",
        /// Data room or server room.
        DataRoom = "data-room",
        /// Corridor or route.
        Corridor = "corridor",
        /// One home of a pooled "home" site.
        Home = "home",
    }
}

impl SpaceKind {
    /// What one is called within a sentence.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Imaging => "imaging room",
            Self::ConsultingRoom => "consulting room",
            Self::DataRoom => "data room",
            other => other.word(),
        }
    }

    /// The same with its article.
    #[must_use]
    pub fn a_name(self) -> String {
        let article = if self.name().starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
        format!("{article} {}", self.name())
    }
}

words! {
    /// The kind of an organisation in the tree.
    OrganisationKind {
        /// NHS trust or foundation trust.
        Trust = "trust",
        /// Health board of Scotland or Wales, or health and social care trust of Northern Ireland.
        HealthBoard = "health-board",
        /// Integrated care board.
        Icb = "icb",
        /// Commissioning region.
        Region = "region",
        /// One of the four nations.
        Nation = "nation",
    }
}

/// A point in WGS84 degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
}
