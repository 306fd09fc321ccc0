//! `--offset`: ranges of offsets.

use super::Verdict;
use crate::dump::records::BatchInfo;

/// Offsets from `start` to before `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OffsetRange {
    /// The first.
    pub start: i64,
    /// Behind the last; `i64::MAX` where there is no end.
    pub end: i64,
}

impl OffsetRange {
    /// Reads `A` (that offset), `A..B` (to before B), `A..=B` (B too), `A..` and `..B`.
    ///
    /// # Errors
    ///
    /// What is wrong, in words for who typed it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let Some((from, to)) = text.split_once("..") else {
            let start = number(text)?;
            return Ok(Self { start, end: start.saturating_add(1) });
        };
        let start = if from.is_empty() { 0 } else { number(from)? };
        let end = match (to, to.strip_prefix('=')) {
            ("", _) => i64::MAX,
            (_, Some(last)) => number(last)?.saturating_add(1),
            (_, None) => number(to)?,
        };
        if start >= end {
            return Err(format!("no offset is from {start} to before {end}; A..=B has B too"));
        }
        Ok(Self { start, end })
    }

    /// The offset is in it.
    #[inline]
    pub fn contains(self, offset: i64) -> bool {
        self.start <= offset && offset < self.end
    }

    pub(super) fn batch(self, batch: &BatchInfo) -> Verdict {
        // The messages inside of a compressed one are none more than its last offset.
        let base = batch.base_offset.unwrap_or(i64::MIN);
        if batch.last_offset < self.start || base >= self.end {
            Verdict::Skip
        } else if base >= self.start && batch.last_offset < self.end {
            Verdict::Take
        } else {
            Verdict::Check
        }
    }
}

fn number(text: &str) -> Result<i64, String> {
    let digits = text.replace([',', '_'], "");
    digits.parse().ok().filter(|&offset| offset >= 0).ok_or_else(|| {
        format!(
            "`{text}` is no offset; expected a number, or a range: A..B (B not included), A..=B, A.., ..B"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        for (text, start, end) in [
            ("7", 7, 8),
            ("7..9", 7, 9),
            ("7..=9", 7, 10),
            ("7..", 7, i64::MAX),
            ("..9", 0, 9),
            ("..=9", 0, 10),
            ("..", 0, i64::MAX),
            ("1,000..2_000", 1000, 2000),
        ] {
            assert_eq!(OffsetRange::parse(text), Ok(OffsetRange { start, end }), "{text}");
        }
        for wrong in ["", "x", "-1", "9..7", "7..7", "7..x", "7...9", "1.5"] {
            assert!(OffsetRange::parse(wrong).is_err(), "{wrong}");
        }
        assert!(OffsetRange::parse("9..9").unwrap_err().contains("..="));
    }
}
