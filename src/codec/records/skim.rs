//! The records of a batch passed over: whether all of them are as they should be, without handing out one.
//!
//! [`Records`] reads each field and says which one is wrong. Where nothing is, which is nearly always,
//! this says so at a fraction of the cost; where it does not, [`Records`] has to tell why.

use super::batch::Batch;
use super::record::Records;

/// What the records of a healthy batch come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Skimmed {
    /// How many there are: as many as the header says.
    pub count: u32,
    /// The greatest timestamp of when they were created. `None` without records.
    pub max_timestamp: Option<i64>,
}

impl Records<'_> {
    /// Passes over the records that are left. `None` unless each has exactly the fields that its length
    /// has room for and no attributes, their offsets go up within those of `batch`, and they end where the
    /// batch does.
    pub fn skim(&self, batch: &Batch<'_>) -> Option<Skimmed> {
        let (mut rest, count) = self.left()?;
        let (last_delta, base_timestamp) = (batch.last_offset_delta(), batch.base_timestamp());
        let (mut before, mut max) = (-1, None);
        for _ in 0..count {
            let length = usize::try_from(varint(&mut rest)?).ok()?;
            let (record, behind) = rest.split_at_checked(length)?;
            rest = behind;
            let (timestamp, offset) = record_of(record)?;
            if offset <= before || offset > last_delta {
                return None;
            }
            before = offset;
            // As Kafka adds: the greatest delta may wrap round to the least timestamp.
            max = max.max(Some(base_timestamp.wrapping_add(timestamp)));
        }
        rest.is_empty().then_some(Skimmed { count, max_timestamp: max })
    }
}

/// The timestamp and offset deltas of a record without attributes whose fields fit its length.
#[inline]
fn record_of(record: &[u8]) -> Option<(i64, i32)> {
    let (&attributes, mut rest) = record.split_first()?;
    let timestamp = varlong(&mut rest)?;
    let offset = varint(&mut rest)?;
    skip(&mut rest)?;
    skip(&mut rest)?;
    let headers = varint(&mut rest)?;
    if headers != 0 {
        all_headers(&mut rest, headers)?;
    }
    (attributes == 0 && rest.is_empty()).then_some((timestamp, offset))
}

fn all_headers(rest: &mut &[u8], count: i32) -> Option<()> {
    for _ in 0..u32::try_from(count).ok()? {
        let key = usize::try_from(varint(rest)?).ok()?;
        *rest = rest.get(key..)?;
        skip(rest)?;
    }
    Some(())
}

/// Bytes behind their length, or null.
#[inline]
fn skip(rest: &mut &[u8]) -> Option<()> {
    let length = varint(rest)?;
    if length > 0 {
        *rest = rest.get(length as usize..)?;
    }
    (length >= -1).then_some(())
}

#[inline]
fn varint(rest: &mut &[u8]) -> Option<i32> {
    let value = match **rest {
        [a, ref behind @ ..] if a < 0x80 => {
            *rest = behind;
            u32::from(a)
        }
        [a, b, ref behind @ ..] if b < 0x80 => {
            *rest = behind;
            u32::from(a & 0x7f) | u32::from(b) << 7
        }
        _ => u32::try_from(long(rest, 5)?).ok()?,
    };
    Some((value >> 1) as i32 ^ -((value & 1) as i32))
}

#[inline]
fn varlong(rest: &mut &[u8]) -> Option<i64> {
    let value = match **rest {
        [a, ref behind @ ..] if a < 0x80 => {
            *rest = behind;
            u64::from(a)
        }
        _ => long(rest, 10)?,
    };
    Some((value >> 1) as i64 ^ -((value & 1) as i64))
}

/// A varint of at most `most` bytes.
fn long(rest: &mut &[u8], most: usize) -> Option<u64> {
    let mut value = 0;
    for (at, &byte) in rest.iter().take(most).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * at);
        if byte < 0x80 {
            *rest = rest.get(at + 1..)?;
            return Some(value);
        }
    }
    None
}
