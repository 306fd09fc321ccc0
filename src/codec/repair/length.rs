//! How a length or count is written, and what else its bytes could say.

use super::cut::Cut;
use super::places::{Kind, Place};

/// The length or count at a place: of compact ones, less one.
pub(super) fn value_at(bytes: &[u8], place: &Place) -> Option<i64> {
    let raw = bytes.get(place.at..place.head)?;
    Some(match (place.flexible, place.kind) {
        (true, kind) => {
            let mut value = 0i64;
            for (i, byte) in raw.iter().enumerate() {
                value |= i64::from(byte & 0x7f) << (7 * i.min(5));
            }
            value - i64::from(matches!(kind, Kind::Text | Kind::Bytes | Kind::Array))
        }
        (false, Kind::Text) => i64::from(i16::from_be_bytes(*raw.first_chunk()?)),
        (false, _) => i64::from(i32::from_be_bytes(*raw.first_chunk()?)),
    })
}

/// The bytes of a length or count at a place.
pub(super) fn length_bytes(place: &Place, value: i64) -> Option<([u8; 8], u8)> {
    let mut with = [0; 8];
    if place.flexible {
        let raw = value + i64::from(matches!(place.kind, Kind::Text | Kind::Bytes | Kind::Array));
        return uvarint(u32::try_from(raw).ok()?);
    }
    let len = match place.kind {
        Kind::Text => {
            *with.first_chunk_mut()? = i16::try_from(value).ok()?.to_be_bytes();
            2
        }
        _ => {
            *with.first_chunk_mut()? = i32::try_from(value).ok()?.to_be_bytes();
            4
        }
    };
    Some((with, len))
}

fn uvarint(mut value: u32) -> Option<([u8; 8], u8)> {
    let mut with = [0; 8];
    let mut len = 0u8;
    for to in &mut with {
        len += 1;
        if value < 0x80 {
            *to = value as u8;
            break;
        }
        *to = value as u8 | 0x80;
        value >>= 7;
    }
    Some((with, len))
}

/// The length at a place taken for the other form and written in the right one. `wide` takes the
/// other of the old widths: int32 before a string, int16 before bytes and arrays.
pub(super) fn other_form(bytes: &[u8], place: &Place, wide: bool) -> Option<Cut> {
    let rest = bytes.get(place.at..)?;
    let text = place.kind == Kind::Text;
    if !matches!(place.kind, Kind::Text | Kind::Bytes | Kind::Array) {
        return None;
    }
    let (value, count) = match (place.flexible, text != wide) {
        (true, true) | (false, true) if place.flexible => {
            (i64::from(i16::from_be_bytes(*rest.first_chunk()?)), 2)
        }
        (true, _) => (i64::from(i32::from_be_bytes(*rest.first_chunk()?)), 4),
        (false, _) if wide && text => (i64::from(i32::from_be_bytes(*rest.first_chunk()?)), 4),
        (false, _) if wide => (i64::from(i16::from_be_bytes(*rest.first_chunk()?)), 2),
        (false, _) => {
            let count = rest.iter().take(5).position(|&byte| byte < 0x80)? + 1;
            let mut value = 0i64;
            for (i, byte) in rest.iter().take(count).enumerate() {
                value |= i64::from(byte & 0x7f) << (7 * i);
            }
            (value - 1, count)
        }
    };
    let content = rest.get(count..)?;
    match usize::try_from(value) {
        Ok(length) => {
            if length > content.len() {
                return None;
            }
            // A text that was found by a wrong length has something in it that texts have not.
            if text && content.get(..length)?.iter().any(u8::is_ascii_control) {
                return None;
            }
        }
        Err(_) if value == -1 && place.nullable => {}
        Err(_) => return None,
    }
    let (with, len) = length_bytes(place, value)?;
    Some(Cut { at: place.at, count, with, len })
}
