//! `--time`: ranges of time.

use super::{Verdict, has_one_timestamp};
use crate::dump::records::BatchInfo;

/// Of a record that has no timestamp; no range has it.
const NO_TIMESTAMP: i64 = -1;
/// Numbers below this are seconds since 1970, up to the year 5138; others are milliseconds.
const SECONDS_MAX: u64 = 100_000_000_000;
const DAY_MILLIS: i64 = 86_400_000;

/// Timestamps from `from` to before `to`, in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeRange {
    /// The first; `i64::MIN` where there is no beginning.
    pub from: i64,
    /// Behind the last; `i64::MAX` where there is no end.
    pub to: i64,
}

/// A point in time as it was typed.
struct Typed {
    millis: i64,
    /// How much time it names: a date is a day, `10:15` a minute. `None` of what counts from now, which
    /// names an instant.
    length: Option<i64>,
}

impl TimeRange {
    /// Reads `FROM..TO` (to before TO), `FROM..=TO` (the day, minute, ... that TO names too), `FROM..`,
    /// `..TO`, and one time alone: the day, minute, second that it names, or from there on where it
    /// counts from now. `now` is what the clock says, in milliseconds since 1970.
    ///
    /// A time is `2026-11-20`, `2026-11-20T10:15`, `2026-11-20 10:15:30.5`, with `Z`, `+02:00` or `-0730`
    /// behind it (UTC without), seconds or milliseconds since 1970 (`1795168800`, `1795168800123`; `15s` and
    /// `15ms` where the size does not tell), `now`, and what counts from now: `-30m`, `-2h`, `-1d12h`, `+5m`.
    ///
    /// # Errors
    ///
    /// What is wrong, in words for who typed it.
    pub fn parse(text: &str, now: i64) -> Result<Self, String> {
        let Some((from, to)) = text.split_once("..") else {
            let typed = time(text, now)?;
            let to = typed.length.map_or(i64::MAX, |length| typed.millis.saturating_add(length));
            return Ok(Self { from: typed.millis, to });
        };
        let start = if from.is_empty() { i64::MIN } else { time(from, now)?.millis };
        let end = match (to, to.strip_prefix('=')) {
            ("", _) => i64::MAX,
            (_, Some(last)) => {
                let typed = time(last, now)?;
                typed.millis.saturating_add(typed.length.unwrap_or(1))
            }
            (_, None) => time(to, now)?.millis,
        };
        if start >= end {
            return Err(format!("`{from}` is not before `{to}`; ..=TO has the day, minute, ... of TO too"));
        }
        Ok(Self { from: start, to: end })
    }

    /// The timestamp is in it.
    #[inline]
    pub fn contains(self, timestamp: i64) -> bool {
        self.from <= timestamp && timestamp < self.to && timestamp != NO_TIMESTAMP
    }

    pub(super) fn batch(self, batch: &BatchInfo) -> Verdict {
        if has_one_timestamp(batch) {
            Verdict::of(self.contains(batch.max_timestamp))
        } else if batch.max_timestamp < self.from {
            Verdict::Skip
        } else {
            // The base timestamp is that of the first record, which need not be the least.
            Verdict::Check
        }
    }
}

/// Reads one point in time.
fn time(text: &str, now: i64) -> Result<Typed, String> {
    let text = text.trim();
    let typed = if text == "now" {
        Some(Typed { millis: now, length: None })
    } else if let Some(ago) = text.strip_prefix('-') {
        duration(ago).map(|millis| Typed { millis: now.saturating_sub(millis), length: None })
    } else if let Some(ahead) = text.strip_prefix('+') {
        duration(ahead).map(|millis| Typed { millis: now.saturating_add(millis), length: None })
    } else {
        epoch(text).or_else(|| calendar(text))
    };
    typed.ok_or_else(|| {
        format!(
            "`{text}` is no time; expected 2026-11-20, 2026-11-20T10:15:30Z, seconds or milliseconds since \
             1970, -2h, -30m, -7d, or now"
        )
    })
}

/// `2h`, `1d12h`, `90s`, in milliseconds.
fn duration(mut text: &str) -> Option<i64> {
    let mut sum: i64 = 0;
    while !text.is_empty() {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (count, rest) = text.split_at_checked(digits)?;
        let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (unit, rest) = rest.split_at_checked(letters)?;
        let unit = match unit {
            "ms" => 1,
            "s" => 1000,
            "m" | "min" => 60_000,
            "h" => 3_600_000,
            "d" => DAY_MILLIS,
            "w" => 7 * DAY_MILLIS,
            _ => return None,
        };
        sum = sum.checked_add(count.parse::<i64>().ok()?.checked_mul(unit)?)?;
        text = rest;
    }
    (sum > 0).then_some(sum)
}

fn epoch(text: &str) -> Option<Typed> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits)?;
    let number: u64 = number.parse().ok()?;
    let length = match unit {
        "" if number < SECONDS_MAX => 1000,
        "s" => 1000,
        "" | "ms" => 1,
        _ => return None,
    };
    let millis = i64::try_from(number).ok()?.checked_mul(length)?;
    Some(Typed { millis, length: Some(length) })
}

/// A date, perhaps with a time of day and a zone.
fn calendar(text: &str) -> Option<Typed> {
    let (date, rest) = text.split_at_checked(10)?;
    let days = date_days(date)?;
    let midnight = days.checked_mul(DAY_MILLIS)?;
    if rest.is_empty() || rest == "Z" {
        return Some(Typed { millis: midnight, length: Some(DAY_MILLIS) });
    }
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let zone_at = rest.find(['Z', 'z', '+', '-']).unwrap_or(rest.len());
    let (clock, zone) = rest.split_at_checked(zone_at)?;
    let (of_day, length) = clock_millis(clock)?;
    let zone = if zone.eq_ignore_ascii_case("z") || zone.is_empty() { 0 } else { zone_millis(zone)? };
    Some(Typed { millis: midnight + of_day - zone, length: Some(length) })
}

/// `2026-11-20` in days since 1970.
fn date_days(text: &str) -> Option<i64> {
    let mut parts = text.split('-');
    let year: i64 = parts.next().filter(|year| year.len() == 4)?.parse().ok()?;
    let month = two_digits(parts.next()?, 12)?;
    let day = two_digits(parts.next()?, 31)?;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let longest = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if parts.next().is_some() || year == 0 || month == 0 || day == 0 || day > longest {
        return None;
    }
    // Years that begin in March have their leap day last: Hinnant, "chrono-compatible low-level date algorithms".
    let year = if month <= 2 { year - 1 } else { year };
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// `10:15`, `10:15:30`, `10:15:30.123`: milliseconds since midnight, and how much time that names.
fn clock_millis(text: &str) -> Option<(i64, i64)> {
    let mut parts = text.splitn(3, ':');
    let hours = two_digits(parts.next()?, 23)?;
    let minutes = two_digits(parts.next()?, 59)?;
    let millis = (hours * 60 + minutes) * 60_000;
    let Some(seconds) = parts.next() else { return Some((millis, 60_000)) };
    let (seconds, fraction) = seconds.split_once(['.', ',']).unwrap_or((seconds, ""));
    let millis = millis + two_digits(seconds, 59)? * 1000;
    if fraction.is_empty() {
        return Some((millis, 1000));
    }
    if fraction.len() > 9 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let padded = format!("{fraction:0<3}");
    Some((millis + padded.get(..3)?.parse::<i64>().ok()?, 1))
}

/// `+02:00`, `-0730`, `+02` in milliseconds east of UTC.
fn zone_millis(text: &str) -> Option<i64> {
    let east = if text.starts_with('-') { -1 } else { 1 };
    let digits = text.get(1..)?.replace(':', "");
    let (hours, minutes) = digits.split_at_checked(2)?;
    let minutes = if minutes.is_empty() { 0 } else { two_digits(minutes, 59)? };
    Some(east * (two_digits(hours, 18)? * 60 + minutes) * 60_000)
}

fn two_digits(text: &str, most: i64) -> Option<i64> {
    let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|&number| digits && number <= most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::meaning::time::push_timestamp;

    const NOW: i64 = 1_795_168_800_123;

    fn shown(millis: i64) -> String {
        let mut out = Vec::new();
        push_timestamp(millis, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn times() {
        for (text, expected) in [
            ("2026-11-20", "2026-11-20 00:00:00.000Z"),
            ("2026-11-20T10:00", "2026-11-20 10:00:00.000Z"),
            ("2026-11-20 10:00:01", "2026-11-20 10:00:01.000Z"),
            ("2026-11-20T10:00:01.5Z", "2026-11-20 10:00:01.500Z"),
            ("2026-11-20T10:00:01.123456+02:00", "2026-11-20 08:00:01.123Z"),
            ("2026-11-20T10:00-0730", "2026-11-20 17:30:00.000Z"),
            ("2000-02-29", "2000-02-29 00:00:00.000Z"),
            ("1969-12-31T23:59:59.999", "1969-12-31 23:59:59.999Z"),
            ("0001-01-01", "0001-01-01 00:00:00.000Z"),
            ("9999-12-31", "9999-12-31 00:00:00.000Z"),
            ("1795168800", "2026-11-20 10:00:00.000Z"),
            ("1795168800123", "2026-11-20 10:00:00.123Z"),
            ("15ms", "1970-01-01 00:00:00.015Z"),
            ("now", "2026-11-20 10:00:00.123Z"),
            ("-2h", "2026-11-20 08:00:00.123Z"),
            ("-1d12h", "2026-11-18 22:00:00.123Z"),
            ("+5m", "2026-11-20 10:05:00.123Z"),
        ] {
            assert_eq!(time(text, NOW).map(|typed| shown(typed.millis)), Ok(expected.to_owned()), "{text}");
        }
        for wrong in [
            "",
            "x",
            "2026",
            "2026-13-01",
            "2026-02-29",
            "2026-11-20T25:00",
            "2026-11-20T10",
            "-2",
            "-h",
            "2h",
            "10:00",
            "2026-11-20T10:00:61",
            "2026-11-20T10:00 CET",
        ] {
            // A bare year is a number of seconds, and that is what it is taken for.
            assert_eq!(time(wrong, NOW).is_err(), wrong != "2026", "{wrong}");
        }
    }

    #[test]
    fn ranges() {
        let day = 1_795_132_800_000;
        for (text, from, to) in [
            ("2026-11-20", day, day + DAY_MILLIS),
            ("2026-11-20T00:01", day + 60_000, day + 120_000),
            ("2026-11-20..2026-11-21", day, day + DAY_MILLIS),
            ("2026-11-20..=2026-11-21", day, day + 2 * DAY_MILLIS),
            ("2026-11-20..", day, i64::MAX),
            ("..2026-11-20", i64::MIN, day),
            ("-2h", NOW - 7_200_000, i64::MAX),
            ("-2h..now", NOW - 7_200_000, NOW),
            ("-2h..-1h", NOW - 7_200_000, NOW - 3_600_000),
            ("5s..7s", 5000, 7000),
        ] {
            assert_eq!(TimeRange::parse(text, NOW), Ok(TimeRange { from, to }), "{text}");
        }
        assert!(TimeRange::parse("now..-2h", NOW).unwrap_err().contains("not before"));
        assert!(!TimeRange { from: i64::MIN, to: i64::MAX }.contains(NO_TIMESTAMP));
    }
}
