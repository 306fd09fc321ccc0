//! Points in time and lengths of time, sizes too, as people read them.

use super::push_number;

/// 0001-01-01 00:00:00.000Z in milliseconds since 1970.
const FIRST_MILLIS: i64 = -62_135_596_800_000;
/// 9999-12-31 23:59:59.999Z in milliseconds since 1970.
const LAST_MILLIS: i64 = 253_402_300_799_999;
const DAY_MILLIS: u64 = 86_400_000;

/// Appends milliseconds since 1970 as `2026-11-20 10:00:00.123Z`. Returns false, having appended
/// nothing, where that is not in the years 1 to 9999.
#[inline]
pub fn push_timestamp(millis: i64, out: &mut Vec<u8>) -> bool {
    if !(FIRST_MILLIS..=LAST_MILLIS).contains(&millis) {
        return false;
    }
    let since_first = (millis - FIRST_MILLIS) as u64;
    let (year, month, day) = civil((since_first / DAY_MILLIS) as u32);
    let of_day = (since_first % DAY_MILLIS) as u32;
    let (seconds, millis) = (of_day / 1000, of_day % 1000);
    let [y0, y1, y2, y3, mo0, mo1, d0, d1] = pairs([year / 100, year % 100, month, day]);
    let [h0, h1, mi0, mi1, s0, s1, ms0, ms1] =
        pairs([seconds / 3600, seconds / 60 % 60, seconds % 60, millis / 10]);
    let ms2 = b'0' + (millis % 10) as u8;
    out.extend_from_slice(&[
        y0, y1, y2, y3, b'-', mo0, mo1, b'-', d0, d1, b' ', h0, h1, b':', mi0, mi1, b':', s0, s1, b'.', ms0,
        ms1, ms2, b'Z',
    ]);
    true
}

/// Year, month and day, from days since 0001-01-01. Cassio Neri and Lorenz Schneider, "Euclidean
/// affine functions and their application to calendar algorithms" (2022): years begin in March, so
/// that the leap day is the last, and the divisions become multiplications.
#[inline]
fn civil(days: u32) -> (u32, u32, u32) {
    let quarters = 4 * (days + 306) + 3;
    let century = quarters / 146_097;
    let product = 2_939_745 * u64::from((quarters % 146_097) | 3);
    let year = 100 * century + (product >> 32) as u32;
    let day_of_year = (product as u32) / 2_939_745 / 4;
    let month_and_day = 2141 * day_of_year + 197_913;
    let (month, day) = (month_and_day >> 16, (month_and_day & 0xffff) / 2141 + 1);
    if day_of_year >= 306 { (year + 1, month - 12, day) } else { (year, month, day) }
}

/// Two digits of each of four numbers below 100, all in one go: the numbers stand in lanes of 16
/// bits, which no product here overflows, and 103 / 1024 is a tenth, closely enough up to 99.
#[inline]
fn pairs([a, b, c, d]: [u32; 4]) -> [u8; 8] {
    let lanes = u64::from(a) | (u64::from(b) << 16) | (u64::from(c) << 32) | (u64::from(d) << 48);
    let tens = ((lanes * 103) >> 10) & 0x000f_000f_000f_000f;
    let ones = lanes - tens * 10;
    (tens | (ones << 8) | 0x3030_3030_3030_3030).to_le_bytes()
}

/// Appends a length of time, exactly: `250 ms`, `1.5 s`, `30 s`, `5 min`, `1 h 30 min`, `7 d`.
pub fn push_duration(millis: u64, out: &mut Vec<u8>) {
    if millis < 1000 {
        push_number(millis, out);
        out.extend_from_slice(b" ms");
        return;
    }
    let start = out.len();
    let parts =
        [(millis / DAY_MILLIS, " d"), (millis / 3_600_000 % 24, " h"), (millis / 60_000 % 60, " min")];
    for (count, unit) in parts {
        if count > 0 {
            push_space_after(start, out);
            push_number(count, out);
            out.extend_from_slice(unit.as_bytes());
        }
    }
    let (seconds, rest) = (millis / 1000 % 60, (millis % 1000) as u32);
    if seconds > 0 || rest > 0 {
        push_space_after(start, out);
        push_number(seconds, out);
        if rest > 0 {
            let [.., hundreds, tens, ones] = pairs([0, 0, rest / 100, rest % 100]);
            out.extend_from_slice(&[b'.', hundreds, tens, ones]);
            while out.last() == Some(&b'0') {
                out.pop();
            }
        }
        out.extend_from_slice(b" s");
    }
}

fn push_space_after(start: usize, out: &mut Vec<u8>) {
    if out.len() > start {
        out.push(b' ');
    }
}

/// Appends a number of bytes in the unit that suits it: `512 B`, `1 MiB`, `1.4 GiB`. What does not
/// come out even is cut off after one digit.
pub fn push_size(bytes: u64, out: &mut Vec<u8>) {
    let mut shift = 0;
    let mut name = "B";
    for unit in ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"] {
        if bytes >> shift < 1024 {
            break;
        }
        shift += 10;
        name = unit;
    }
    let rest = bytes & ((1 << shift) - 1);
    push_number(bytes >> shift, out);
    if rest > 0 {
        // The rest has up to 60 bits; what is left of it after 10 of the shift cannot overflow.
        let tenth = if shift > 10 { ((rest >> 10) * 10) >> (shift - 10) } else { (rest * 10) >> shift };
        out.extend_from_slice(&[b'.', b'0' + tenth as u8]);
    }
    out.push(b' ');
    out.extend_from_slice(name.as_bytes());
}

/// What [`push_timestamp`] appends; of what is in none of its years, the number.
pub fn timestamp(millis: i64) -> String {
    let mut out = Vec::new();
    if !push_timestamp(millis, &mut out) {
        push_number_signed(millis, &mut out);
    }
    text(out)
}

fn push_number_signed(number: i64, out: &mut Vec<u8>) {
    if number < 0 {
        out.push(b'-');
    }
    push_number(number.unsigned_abs(), out);
}

/// What [`push_duration`] appends.
pub fn duration(millis: u64) -> String {
    let mut out = Vec::new();
    push_duration(millis, &mut out);
    text(out)
}

/// What [`push_size`] appends.
pub fn size(bytes: u64) -> String {
    let mut out = Vec::new();
    push_size(bytes, &mut out);
    text(out)
}

fn text(ascii: Vec<u8>) -> String {
    String::from_utf8(ascii).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(push: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        push(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_day_of_the_calendar() {
        let mut days = 0;
        for year in 1..=9999 {
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let february = if leap { 29 } else { 28 };
            for (month, length) in (1..).zip([31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]) {
                for day in 1..=length {
                    assert_eq!(civil(days), (year, month, day));
                    days += 1;
                }
            }
        }
        assert_eq!(u64::from(days), ((LAST_MILLIS - FIRST_MILLIS) as u64).div_ceil(DAY_MILLIS));
    }

    #[test]
    fn timestamps() {
        let shown = |millis| text(|out| assert!(push_timestamp(millis, out)));
        assert_eq!(shown(0), "1970-01-01 00:00:00.000Z");
        assert_eq!(shown(1_795_168_800_123), "2026-11-20 10:00:00.123Z");
        assert_eq!(shown(-1), "1969-12-31 23:59:59.999Z");
        assert_eq!(shown(951_782_400_000), "2000-02-29 00:00:00.000Z");
        assert_eq!(shown(FIRST_MILLIS), "0001-01-01 00:00:00.000Z");
        assert_eq!(shown(LAST_MILLIS), "9999-12-31 23:59:59.999Z");
        for millis in [i64::MIN, FIRST_MILLIS - 1, LAST_MILLIS + 1, i64::MAX] {
            assert_eq!(text(|out| assert!(!push_timestamp(millis, out))), "");
        }
    }

    #[test]
    fn durations() {
        for (millis, expected) in [
            (0, "0 ms"),
            (999, "999 ms"),
            (1000, "1 s"),
            (1500, "1.5 s"),
            (1005, "1.005 s"),
            (60_000, "1 min"),
            (60_001, "1 min 0.001 s"),
            (300_000, "5 min"),
            (5_400_000, "1 h 30 min"),
            (86_400_000, "1 d"),
            (604_800_000, "7 d"),
            (2_147_483_647, "24 d 20 h 31 min 23.647 s"),
            (u64::MAX, "213503982334 d 14 h 25 min 51.615 s"),
        ] {
            assert_eq!(text(|out| push_duration(millis, out)), expected);
        }
    }

    #[test]
    fn sizes() {
        for (bytes, expected) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1 KiB"),
            (1025, "1.0 KiB"),
            (1_048_575, "1023.9 KiB"),
            (52_428_800, "50 MiB"),
            (1_500_000_000, "1.3 GiB"),
            (u64::MAX, "15.9 EiB"),
        ] {
            assert_eq!(text(|out| push_size(bytes, out)), expected);
        }
    }
}
