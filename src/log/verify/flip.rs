//! Which byte was changed, from a checksum that does not fit.
//!
//! A CRC is linear: what the stored checksum differs from the computed one by depends on the changed
//! bits alone, and on how far they are from the end. Running it backwards from there leaves one byte at
//! the place where that was changed. No byte has to be tried.

/// The polynomials, reflected: of CRC-32C (magic 2) and of CRC-32 (magic 0 and 1).
const CASTAGNOLI: u32 = 0x82f6_3b78;
const IEEE: u32 = 0xedb8_8320;
/// How far back a byte with several changed bits is looked for: further on, one would be found by chance.
const BYTE_REACH: usize = 64 << 10;

/// A change that makes a checksum fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flip {
    /// Of the checksum itself: these bits of it.
    Checksum(u32),
    /// Of a byte that it covers: offset in the covered bytes, and the bits of it.
    Byte { at: usize, bits: u8 },
}

/// The one byte, or the one bit of a byte where there are many bytes, that was changed among `length`
/// bytes, if that is what happened.
pub(super) fn locate(stored: u32, computed: u32, length: usize, magic: u8) -> Option<Flip> {
    let polynomial = if magic == 2 { CASTAGNOLI } else { IEEE };
    let mut difference = stored ^ computed;
    if difference == 0 {
        return None;
    }
    let in_one_byte = (0..4).any(|byte| difference & !(0xff_u32 << (8 * byte)) == 0);
    if difference.count_ones() == 1 {
        return Some(Flip::Checksum(difference));
    }
    let mut several = in_one_byte.then_some(Flip::Checksum(difference));
    for back in 1..=length {
        for _ in 0..8 {
            // The register's top bit tells whether the polynomial was added in this step.
            difference =
                if difference >> 31 == 1 { (difference ^ polynomial) << 1 | 1 } else { difference << 1 };
        }
        if let Ok(bits) = u8::try_from(difference) {
            let flip = Flip::Byte { at: length - back, bits };
            if bits.is_power_of_two() {
                return Some(flip);
            }
            several = several.or(Some(flip)).filter(|_| back <= BYTE_REACH);
        }
    }
    several.filter(|_| length <= BYTE_REACH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_changed() {
        let bytes: Vec<u8> = (0..1000_u32).map(|i| (i * 7 + i / 13) as u8).collect();
        for (at, bits) in [(0, 1), (1, 0x80), (500, 0x11), (999, 4), (999, 0xff)] {
            let mut changed = bytes.clone();
            changed[at] ^= bits;
            let found = locate(crc32c::crc32c(&bytes), crc32c::crc32c(&changed), bytes.len(), 2);
            assert_eq!(found, Some(Flip::Byte { at, bits }));
            let found = locate(crc32fast::hash(&bytes), crc32fast::hash(&changed), bytes.len(), 1);
            assert_eq!(found, Some(Flip::Byte { at, bits }));
        }
        let crc = crc32c::crc32c(&bytes);
        assert_eq!(locate(crc ^ 0x400, crc, bytes.len(), 2), Some(Flip::Checksum(0x400)));
        assert_eq!(locate(crc, crc, bytes.len(), 2), None);
    }
}
