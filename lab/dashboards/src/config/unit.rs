//! Units.

use serde::Serialize;

/// How numbers are formatted.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Unit {
    /// Grafana's id.
    pub id: String,
    /// How large and small numbers are abbreviated.
    pub scale: Scale,
    /// Factor that converts a value to the scale's base unit: seconds, bytes, percent, ...
    pub factor: f64,
    /// Text after the number and the scale's prefix.
    pub suffix: String,
}

/// How large and small numbers are abbreviated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum Scale {
    /// Not abbreviated.
    Plain,
    /// K, Mil, Bil, ... (powers of 1000).
    Short,
    /// k, M, G, ... and m, µ, n (powers of 1000).
    Si,
    /// Ki, Mi, Gi, ... (powers of 1024).
    Iec,
    /// Nanoseconds to years.
    Duration,
    /// Percent, not abbreviated.
    Percent,
    /// A date, from Unix milliseconds.
    Date,
}

/// Id, scale, factor and suffix of the supported units.
const UNITS: [(&str, Scale, f64, &str); 65] = [
    ("none", Scale::Plain, 1.0, ""),
    ("string", Scale::Plain, 1.0, ""),
    ("short", Scale::Short, 1.0, ""),
    ("percent", Scale::Percent, 1.0, "%"),
    ("percentunit", Scale::Percent, 100.0, "%"),
    ("humidity", Scale::Plain, 1.0, " %H"),
    ("ns", Scale::Duration, 1e-9, ""),
    ("µs", Scale::Duration, 1e-6, ""),
    ("ms", Scale::Duration, 1e-3, ""),
    ("s", Scale::Duration, 1.0, ""),
    ("m", Scale::Duration, 60.0, ""),
    ("h", Scale::Duration, 3600.0, ""),
    ("d", Scale::Duration, 86_400.0, ""),
    ("dateTimeAsIso", Scale::Date, 1.0, ""),
    ("bytes", Scale::Iec, 1.0, "B"),
    ("kbytes", Scale::Iec, 1024.0, "B"),
    ("mbytes", Scale::Iec, 1_048_576.0, "B"),
    ("gbytes", Scale::Iec, 1_073_741_824.0, "B"),
    ("bits", Scale::Iec, 1.0, "b"),
    ("decbytes", Scale::Si, 1.0, "B"),
    ("deckbytes", Scale::Si, 1e3, "B"),
    ("decmbytes", Scale::Si, 1e6, "B"),
    ("decgbytes", Scale::Si, 1e9, "B"),
    ("decbits", Scale::Si, 1.0, "b"),
    ("Bps", Scale::Si, 1.0, "B/s"),
    ("KBs", Scale::Si, 1e3, "B/s"),
    ("MBs", Scale::Si, 1e6, "B/s"),
    ("GBs", Scale::Si, 1e9, "B/s"),
    ("binBps", Scale::Iec, 1.0, "B/s"),
    ("KiBs", Scale::Iec, 1024.0, "B/s"),
    ("MiBs", Scale::Iec, 1_048_576.0, "B/s"),
    ("GiBs", Scale::Iec, 1_073_741_824.0, "B/s"),
    ("bps", Scale::Si, 1.0, "b/s"),
    ("Kbits", Scale::Si, 1e3, "b/s"),
    ("Mbits", Scale::Si, 1e6, "b/s"),
    ("Gbits", Scale::Si, 1e9, "b/s"),
    ("binbps", Scale::Iec, 1.0, "b/s"),
    ("pps", Scale::Si, 1.0, "p/s"),
    ("hertz", Scale::Si, 1.0, "Hz"),
    ("watt", Scale::Si, 1.0, "W"),
    ("volt", Scale::Si, 1.0, "V"),
    ("amp", Scale::Si, 1.0, "A"),
    ("joule", Scale::Si, 1.0, "J"),
    ("celsius", Scale::Plain, 1.0, " °C"),
    ("fahrenheit", Scale::Plain, 1.0, " °F"),
    ("cps", Scale::Short, 1.0, " c/s"),
    ("ops", Scale::Short, 1.0, " ops/s"),
    ("reqps", Scale::Short, 1.0, " req/s"),
    ("rps", Scale::Short, 1.0, " rd/s"),
    ("wps", Scale::Short, 1.0, " wr/s"),
    ("iops", Scale::Short, 1.0, " io/s"),
    ("eps", Scale::Short, 1.0, " evt/s"),
    ("mps", Scale::Short, 1.0, " msg/s"),
    ("recps", Scale::Short, 1.0, " rec/s"),
    ("rowsps", Scale::Short, 1.0, " rows/s"),
    ("cpm", Scale::Short, 1.0, " c/m"),
    ("opm", Scale::Short, 1.0, " ops/m"),
    ("reqpm", Scale::Short, 1.0, " req/m"),
    ("rpm", Scale::Short, 1.0, " rd/m"),
    ("wpm", Scale::Short, 1.0, " wr/m"),
    ("epm", Scale::Short, 1.0, " evts/m"),
    ("mpm", Scale::Short, 1.0, " msgs/m"),
    ("recpm", Scale::Short, 1.0, " rec/m"),
    ("rowspm", Scale::Short, 1.0, " rows/m"),
    ("pixel", Scale::Plain, 1.0, " px"),
];

/// Grafana's units with special formatting, which are not supported. Any other unknown id is used as a suffix.
const UNSUPPORTED_UNITS: &str = "\
    EHs GHs Gibits Hs KHs Kibits MHs Mibits Mohm Nm3 PBs PHs Pbits PiBs Pibits TBs THs Tbits TiBs Tibits Wm2 \
    accFS2 accG accMS2 amph arcmin arcsec areaF2 areaM2 areaMI2 bool bool_on_off bool_yes_no clockms clocks \
    congNm3 congm3 conmgNm3 conmgdL conmgm3 conmmolL conngNm3 conngm3 conppb conμgNm3 conμgm3 currencyBRL \
    currencyBTC currencyCHF currencyCZK currencyDKK currencyEUR currencyGBP currencyIDR currencyINR currencyISK \
    currencyJPY currencyKRW currencyNOK currencyPHP currencyPLN currencyRUB currencySEK currencyUAH currencyUSD \
    currencyVND currencyZAR currencymBTC currencyμBTC dB dBm dateTimeAsIsoNoDateIfToday dateTimeAsLocal \
    dateTimeAsLocalNoDateIfToday dateTimeAsSystem dateTimeAsUS dateTimeAsUSNoDateIfToday dateTimeFromNow decpbytes \
    dectbytes degree dm3 dtdhms dtdurationms dtdurations dthms eflops ev farad farenheit ffarad flops flowcfm \
    flowcfs flowcms flowgpm flowlpm flowmlpm forceN forceNm forcekN forcekNm gallons gflops grad gwatt henry hex \
    hex0x kamp kamph kelvin kohm kvolt kvoltamp kvoltampreact kwatt kwatth kwattm lengthft lengthin lengthkm \
    lengthm lengthmi lengthmm litre litreh locale lumens lux m3 mamp mamph massg masskg masslb massmg masst \
    megwatt mflops mhenry mlitre mvolt mwatt nfarad ohm pbytes pfarad pflops ppm pressurebar pressurehg \
    pressurehpa pressurekbar pressurekpa pressurembar pressurepa pressurepsi radbq radci radexpckg radgy radian \
    radmsv radmsvh radr radrad radrem radsv radsvh radusv radusvh rotdegs rothz rotrads rotrpm sci tbytes tflops \
    timeticks velocitykmh velocityknot velocitymph velocityms voltamp voltampreact watth watthperkg yflops zflops \
    µfarad µhenry";

impl Unit {
    /// The unit `short`: a plain number, abbreviated.
    pub(crate) fn short() -> Self {
        Self { id: "short".into(), scale: Scale::Short, factor: 1.0, suffix: String::new() }
    }

    /// The unit with an id. `None` if it is not supported. An empty id means no unit.
    pub fn of(id: &str) -> Option<Self> {
        let unit = |scale, factor, suffix: &str| {
            Some(Self { id: id.to_owned(), scale, factor, suffix: suffix.to_owned() })
        };
        if id.is_empty() {
            return unit(Scale::Plain, 1.0, "");
        }
        if let Some((_, scale, factor, suffix)) = UNITS.iter().find(|unit| unit.0 == id) {
            return unit(*scale, *factor, suffix);
        }
        if UNSUPPORTED_UNITS.split_whitespace().any(|unsupported| unsupported == id) {
            return None;
        }
        match id.split_once(':') {
            Some(("suffix", name)) => unit(Scale::Plain, 1.0, &format!(" {name}")),
            Some(("count", name)) => unit(Scale::Short, 1.0, &format!(" {name}")),
            Some(("si", name)) => {
                let (factor, base) = split_si_prefix(name);
                unit(Scale::Si, factor, base)
            }
            Some(("prefix" | "time" | "currency" | "bool", _)) => None,
            _ => unit(Scale::Plain, 1.0, &format!(" {id}")),
        }
    }
}

/// Splits a unit into the factor of its SI prefix and the base unit.
fn split_si_prefix(unit: &str) -> (f64, &str) {
    const PREFIXES: [(char, f64); 13] = [
        ('f', 1e-15),
        ('p', 1e-12),
        ('n', 1e-9),
        ('µ', 1e-6),
        ('m', 1e-3),
        ('k', 1e3),
        ('M', 1e6),
        ('G', 1e9),
        ('T', 1e12),
        ('P', 1e15),
        ('E', 1e18),
        ('Z', 1e21),
        ('Y', 1e24),
    ];
    let found = unit.chars().next().and_then(|first| PREFIXES.iter().find(|(prefix, _)| *prefix == first));
    found.map_or((1.0, unit), |(prefix, factor)| (*factor, &unit[prefix.len_utf8()..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defines_units_by_scale_factor_and_suffix() {
        let of = |id| Unit::of(id).map(|unit| (unit.scale, unit.factor, unit.suffix));
        assert_eq!(of("reqps"), Some((Scale::Short, 1.0, " req/s".into())));
        assert_eq!(of("percentunit"), Some((Scale::Percent, 100.0, "%".into())));
        assert_eq!(of("ms"), Some((Scale::Duration, 0.001, String::new())));
        assert_eq!(of("bytes"), Some((Scale::Iec, 1.0, "B".into())));
        assert_eq!(of("count:points"), Some((Scale::Short, 1.0, " points".into())));
        assert_eq!(of(""), Some((Scale::Plain, 1.0, String::new())));
        assert_eq!(of("si:mF"), Some((Scale::Si, 0.001, "F".into())));
        assert_eq!(of("furlong"), Some((Scale::Plain, 1.0, " furlong".into())), "an unknown id is a suffix");
        assert_eq!((of("dthms"), of("currency:mol"), of("prefix:x")), (None, None, None));
    }
}
