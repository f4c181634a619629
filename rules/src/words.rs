//! One macro for the closed vocabularies of the project: an enum whose every variant has exactly
//! one written form, used in rule files, uploads, the database, GraphQL arguments and tiles. And one
//! function for a number of things in a sentence.

/// Declares an enum with its written words, `ALL`, `word`, `list`, `FromStr`, `Display` and serde.
/// Other crates use it as `siteworthy_rules::words!`; they need serde among their dependencies.
#[macro_export]
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vmeta])* $variant,)+ }

        impl $name {
            /// Every value, in declared order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The one written form.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// The written forms in declared order, for messages such as "use one of ...".
            #[must_use]
            pub fn list() -> String {
                Self::ALL.iter().map(|value| value.word()).collect::<Vec<_>>().join(", ")
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.word())
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                Self::ALL.iter().copied().find(|value| value.word() == text)
                    .ok_or_else(|| format!("{text:?} is not one of: {}", Self::list()))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.word())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

pub(crate) use words;

/// A number of things in a sentence: `1 row`, `0 rows`, `3 remedies`.
///
/// ```
/// use siteworthy_rules::words::counted;
/// assert_eq!(counted(1_u32, "remedy", "remedies"), "1 remedy");
/// assert_eq!(counted(0_usize, "row", "rows"), "0 rows");
/// ```
pub fn counted<C>(count: C, one: &str, many: &str) -> String
where
    C: Copy + std::fmt::Display,
    u64: TryFrom<C>,
{
    let is_one = u64::try_from(count).is_ok_and(|count| count == 1);
    format!("{count} {}", if is_one { one } else { many })
}

/// A whole number with thousands separators.
#[must_use]
pub fn with_commas(number: &str) -> String {
    let digits = number.trim_start_matches('-');
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number.starts_with('-') { format!("-{text}") } else { text }
}
