//! Units of measure: their symbols, the spellings that people use for them, and conversion between
//! units of one dimension.
//!
//! kW and kVA are different dimensions on purpose: only a power factor, which is a measurement,
//! turns one into the other.

/// One unit, such as kVA or dBm.
#[derive(Clone, Copy, Debug)]
pub struct Unit {
    symbol: &'static str,
    dimension: &'static str,
    /// How many of the dimension's base unit one of this unit is.
    factor: f64,
    /// Other spellings, compared without spaces, and without case unless [`CASED`] lists them.
    spellings: &'static [&'static str],
}

impl PartialEq for Unit {
    fn eq(&self, other: &Self) -> bool {
        self.symbol == other.symbol
    }
}

const fn unit(
    symbol: &'static str,
    dimension: &'static str,
    factor: f64,
    spellings: &'static [&'static str],
) -> Unit {
    Unit { symbol, dimension, factor, spellings }
}

/// Every unit that a measure or an upload may use.
const UNITS: &[Unit] = &[
    unit("kVA", "apparent power", 1.0, &[]),
    unit("VA", "apparent power", 1e-3, &[]),
    unit("MVA", "apparent power", 1e3, &[]),
    unit("kW", "active power", 1.0, &["kilowatt", "kilowatts"]),
    unit("W", "active power", 1e-3, &["watt", "watts"]),
    unit("MW", "active power", 1e3, &["megawatt", "megawatts"]),
    unit("kWh", "energy", 1.0, &[]),
    unit("MWh", "energy", 1e3, &[]),
    unit("GWh", "energy", 1e6, &[]),
    unit("kWp", "peak power", 1.0, &[]),
    unit("MWp", "peak power", 1e3, &[]),
    unit("kV", "voltage", 1.0, &[]),
    unit("V", "voltage", 1e-3, &[]),
    unit("count", "count", 1.0, &["no", "no.", "number", "each", "#"]),
    unit("1", "ratio", 1.0, &["-", "ratio", "none"]),
    unit("%", "share", 1.0, &["percent", "per cent", "pct"]),
    unit("dBm", "received power", 1.0, &[]),
    unit("dB", "level difference", 1.0, &[]),
    unit("dB(A)", "sound level", 1.0, &["dba", "db laeq"]),
    unit("NR", "noise rating", 1.0, &[]),
    unit("s", "time", 1.0, &["sec", "second", "seconds"]),
    unit("ms", "time", 1e-3, &["millisecond", "milliseconds"]),
    unit("min", "time", 60.0, &["minute", "minutes", "mins"]),
    unit("h", "time", 3600.0, &["hr", "hrs", "hour", "hours"]),
    unit("Mbit/s", "bit rate", 1.0, &["mbit/s", "Mbps", "mbps", "Mbit", "mbit"]),
    unit("Gbit/s", "bit rate", 1e3, &["Gbps", "gbps", "gbit"]),
    unit("kbit/s", "bit rate", 1e-3, &["kbps", "Kbps", "kbit"]),
    unit("m", "length", 1.0, &["metre", "metres"]),
    unit("mm", "length", 1e-3, &["millimetre", "millimetres"]),
    unit("cm", "length", 1e-2, &["centimetre", "centimetres"]),
    unit("m2", "area", 1.0, &["m²", "sqm", "sq m", "m^2"]),
    unit("ha", "area", 1e4, &["hectare", "hectares"]),
    unit("m3", "volume", 1.0, &["m³", "m^3"]),
    unit("l", "volume", 1e-3, &["litre", "litres", "ltr"]),
    unit("l/h", "volume flow", 1.0, &["litres per hour"]),
    unit("l/kWh", "specific fuel consumption", 1.0, &[]),
    unit("kN/m2", "surface load", 1.0, &["kn/m²", "kpa"]),
    unit("kg", "mass", 1.0, &["kilogram", "kilograms"]),
    unit("t", "mass", 1e3, &["tonne", "tonnes"]),
    unit("degC", "temperature", 1.0, &["°c", "c", "celsius"]),
    unit("Pa", "pressure", 1.0, &["pascal"]),
    unit("1/h", "air change rate", 1.0, &["ach", "ac/h", "/h"]),
    unit("l/s/person", "fresh air rate", 1.0, &["l/s/p"]),
    unit("ppm", "mixing ratio", 1.0, &[]),
    unit("ug/m3", "mass concentration", 1.0, &["µg/m³", "μg/m³", "ug/m³", "µg/m3"]),
    unit("lx", "illuminance", 1.0, &["lux"]),
    unit("GBP", "money", 1.0, &["£", "pounds"]),
];

/// Symbols and spellings that would name another unit in other letters: M is mega and m is milli
/// (SI Brochure, 9th edition, table 7), b is a bit and B a byte (IEC 80000-13). A thousandfold or
/// eightfold mistake must not pass as a way of writing.
const CASED: &[&str] = &[
    "MVA", "MW", "MWh", "MWp", "m", "mm", "ms", "Mbit/s", "mbit/s", "Mbps", "mbps", "Mbit", "mbit",
    "Gbps", "gbps", "kbps", "Kbps",
];

impl Unit {
    /// Every unit, in the order in which they are looked up.
    pub const ALL: &'static [Self] = UNITS;

    /// Finds the unit with this symbol or spelling. Spaces do not matter, and letters' case only
    /// where it tells two units apart: `KVA` is kVA, but neither `mW` nor `mw` is MW.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let squeezed: String = text.split_whitespace().collect();
        let folded = squeezed.to_lowercase();
        let same = |spelling: &str| {
            if CASED.contains(&spelling) {
                return spelling == squeezed;
            }
            spelling.to_lowercase().split_whitespace().collect::<String>() == folded
        };
        UNITS
            .iter()
            .find(|unit| same(unit.symbol) || unit.spellings.iter().any(|spelling| same(spelling)))
            .copied()
    }

    /// The symbol as it is shown.
    #[must_use]
    pub const fn symbol(&self) -> &'static str {
        self.symbol
    }

    /// Whether it counts things, of which there are no parts.
    #[must_use]
    pub fn is_of_things(&self) -> bool {
        self.dimension == "count"
    }

    /// What the unit measures, for messages: "kW is active power, kVA is apparent power".
    #[must_use]
    pub const fn dimension(&self) -> &'static str {
        self.dimension
    }

    /// `value` of `self` in `target`; nothing where the dimensions differ.
    #[must_use]
    pub fn convert(&self, value: f64, target: &Self) -> Option<f64> {
        if self == target {
            return Some(value);
        }
        (self.dimension == target.dimension).then(|| value * self.factor / target.factor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Unit {
        Unit::parse(text).unwrap_or_else(|| panic!("{text} is a unit"))
    }

    #[test]
    fn units_are_found_by_symbol_and_by_the_spellings_people_use() {
        for (text, symbol) in [
            ("kVA", "kVA"),
            ("KVA", "kVA"),
            ("Mbps", "Mbit/s"),
            ("m²", "m2"),
            ("°C", "degC"),
            ("No.", "count"),
            ("kva", "kVA"),
            ("KW", "kW"),
            ("kw", "kW"),
            ("KWh", "kWh"),
            ("KWH", "kWh"),
            ("kwh", "kWh"),
            ("MW", "MW"),
            ("MVA", "MVA"),
            ("MWh", "MWh"),
            ("MWp", "MWp"),
            ("Megawatts", "MW"),
            ("DBM", "dBm"),
            ("dBA", "dB(A)"),
            ("mbps", "Mbit/s"),
            ("Mbit/s", "Mbit/s"),
            ("mbit/s", "Mbit/s"),
            ("Gbps", "Gbit/s"),
            ("gbit/s", "Gbit/s"),
            ("Kbps", "kbit/s"),
            ("m", "m"),
            ("mm", "mm"),
            ("ms", "ms"),
            ("Mins", "min"),
            ("M2", "m2"),
            ("Sq M", "m2"),
        ] {
            assert_eq!(Unit::parse(text).map(|unit| unit.symbol()), Some(symbol), "{text}");
        }
        assert!(Unit::parse("furlong").is_none());
    }

    #[test]
    fn what_other_letters_would_make_another_unit_is_refused() {
        for text in [
            "mW", "mw", "mVA", "mva", "mWh", "mwh", "MM", "Mm", "Ms", "MS", "M", "MB/s", "mb/s",
            "Mb/s", "GB/s", "gb/s", "MBps", "GBps", "kBps", "MBIT/S",
        ] {
            assert_eq!(Unit::parse(text).map(|unit| unit.symbol()), None, "{text}");
        }
    }

    #[test]
    fn every_text_whose_letters_matter_names_a_unit() {
        for text in CASED {
            let named =
                UNITS.iter().any(|unit| unit.symbol == *text || unit.spellings.contains(text));
            assert!(named, "{text}");
        }
    }

    #[test]
    fn active_and_apparent_power_do_not_convert() {
        assert_eq!(parsed("kW").convert(100.0, &parsed("kVA")), None);
    }

    #[test]
    fn converting_there_and_back_returns_the_value() {
        for from in UNITS {
            for to in UNITS.iter().filter(|to| to.dimension == from.dimension) {
                let there = from.convert(7.25, to).unwrap_or(f64::NAN);
                let back = to.convert(there, from).unwrap_or(f64::NAN);
                assert!((back - 7.25).abs() < 1e-9, "{} to {}", from.symbol, to.symbol);
            }
        }
    }

    #[test]
    fn no_symbol_or_spelling_stands_for_two_units() {
        let mut seen = std::collections::BTreeMap::new();
        for unit in UNITS {
            for text in std::iter::once(&unit.symbol).chain(unit.spellings) {
                let key: String = text.to_lowercase().split_whitespace().collect();
                if let Some(other) = seen.insert(key, unit.symbol) {
                    assert_eq!(other, unit.symbol, "{text} stands for two units");
                }
            }
        }
    }
}
