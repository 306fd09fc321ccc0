//! Ids of sixteen bytes, in both spellings: Kafka's own, URL-safe base64 without padding (`Uuid`),
//! and hexadecimal with hyphens.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/// Letters of an id in base64: 128 bits by 6, rounded up.
const BASE64_LENGTH: usize = 22;

/// Appends the id as Kafka writes it: 22 letters.
#[inline]
pub fn push_uuid(id: &[u8; 16], out: &mut Vec<u8>) {
    let (triples, rest) = id.as_chunks::<3>();
    out.reserve(BASE64_LENGTH);
    for &[a, b, c] in triples {
        let bits = u32::from_be_bytes([0, a, b, c]);
        out.extend_from_slice(&[letter(bits >> 18), letter(bits >> 12), letter(bits >> 6), letter(bits)]);
    }
    for &last in rest {
        let bits = u32::from(last) << 4;
        out.extend_from_slice(&[letter(bits >> 6), letter(bits)]);
    }
}

#[inline]
fn letter(bits: u32) -> u8 {
    // Six bits are always in the alphabet, and the compiler knows; the default is never taken.
    ALPHABET.get((bits & 63) as usize).copied().unwrap_or_default()
}

/// The id as Kafka writes it.
pub fn uuid(id: &[u8; 16]) -> String {
    let mut out = Vec::new();
    push_uuid(id, &mut out);
    String::from_utf8(out).unwrap_or_default()
}

/// Appends the id in hexadecimal with hyphens: 36 characters.
#[inline]
pub fn push_uuid_hex(id: &[u8; 16], out: &mut Vec<u8>) {
    out.reserve(36);
    for (at, &byte) in id.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            out.push(b'-');
        }
        out.extend_from_slice(&[hex(byte >> 4), hex(byte & 15)]);
    }
}

#[inline]
fn hex(nibble: u8) -> u8 {
    nibble + if nibble < 10 { b'0' } else { b'a' - 10 }
}

/// Reads an id in either spelling: base64 with or without its padding, hexadecimal with or without
/// its hyphens.
pub fn parse_uuid(text: &str) -> Option<[u8; 16]> {
    let text = text.as_bytes();
    match text.len() {
        BASE64_LENGTH => parse_base64(text),
        24 => parse_base64(text.strip_suffix(b"==")?),
        32 => parse_hex(text.iter().copied()),
        36 => {
            let hyphens =
                text.iter().enumerate().all(|(at, &c)| matches!(at, 8 | 13 | 18 | 23) == (c == b'-'));
            if hyphens { parse_hex(text.iter().copied().filter(|&c| c != b'-')) } else { None }
        }
        _ => None,
    }
}

fn parse_base64(text: &[u8]) -> Option<[u8; 16]> {
    let mut bits = 0u128;
    for (at, &c) in text.iter().enumerate() {
        let six = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        // Only two bits of the last letter belong to the id. Java does not look at the others.
        bits = if at + 1 == BASE64_LENGTH {
            bits << 2 | u128::from(six >> 4)
        } else {
            bits << 6 | u128::from(six)
        };
    }
    Some(bits.to_be_bytes())
}

fn parse_hex(text: impl Iterator<Item = u8>) -> Option<[u8; 16]> {
    let mut bits = 0u128;
    for c in text {
        bits = bits << 4 | u128::from(char::from(c).to_digit(16)?);
    }
    Some(bits.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_both_ways() {
        let cases = [
            (0, "AAAAAAAAAAAAAAAAAAAAAA", "00000000-0000-0000-0000-000000000000"),
            (1, "AAAAAAAAAAAAAAAAAAAAAQ", "00000000-0000-0000-0000-000000000001"),
            (u128::MAX, "_____________________w", "ffffffff-ffff-ffff-ffff-ffffffffffff"),
            (
                0x0123_4567_89ab_cdef_0011_2233_4455_66fb,
                "ASNFZ4mrze8AESIzRFVm-w",
                "01234567-89ab-cdef-0011-2233445566fb",
            ),
        ];
        for (bits, base64, hex) in cases {
            let id = u128::to_be_bytes(bits);
            let (mut a, mut b) = (Vec::new(), Vec::new());
            push_uuid(&id, &mut a);
            push_uuid_hex(&id, &mut b);
            assert_eq!(String::from_utf8(a).unwrap(), base64);
            assert_eq!(String::from_utf8(b).unwrap(), hex);
            for spelling in [base64, hex, &hex.to_uppercase(), &hex.replace('-', ""), &format!("{base64}==")]
            {
                assert_eq!(parse_uuid(spelling), Some(id), "{spelling}");
            }
        }
        for wrong in ["", "AAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAA*", "AAAAAAAAAAAAAAAAAAAAAAAA"] {
            assert_eq!(parse_uuid(wrong), None, "{wrong}");
        }
        for wrong in ["0000000-00000-0000-0000-000000000000", "g0000000-0000-0000-0000-000000000000"] {
            assert_eq!(parse_uuid(wrong), None, "{wrong}");
        }
    }
}
