//! Lengths and counts: in another form, of another value, not there.

use super::cut::Cut;
use super::length::{length_bytes, other_form, value_at};
use super::places::{Kind, Place};
use super::search::{FOLLOWS, ONE, Search};
use super::words::What;

impl Search<'_> {
    /// A length in its other form: compact where it is not, and the reverse.
    pub(super) fn forms(&mut self) {
        for i in (0..self.places.len()).rev() {
            let Some(place) = self.places.get(i).copied() else { continue };
            for wide in [false, true] {
                if let Some(cut) = other_form(self.bytes, &place, wide) {
                    self.attempt(&[cut], What::Form { place, to: cut.with, len: cut.len }, ONE, FOLLOWS);
                }
            }
        }
    }

    /// Lengths and counts near to what stands there, or as their bytes suggest.
    pub(super) fn lengths(&mut self) {
        for i in (0..self.places.len()).rev() {
            let Some(place) = self.places.get(i).copied() else { continue };
            if matches!(place.kind, Kind::Marker | Kind::TagNumber) || self.budget.spent() {
                continue;
            }
            let Some(now) = value_at(self.bytes, &place) else { continue };
            let rest = self.bytes.get(place.head..).unwrap_or_default();
            let text = rest.iter().take(256).take_while(|&&byte| (b' '..0x7f).contains(&byte)).count() as i64;
            let swapped =
                i64::from((now as i32).swap_bytes() >> if place.kind == Kind::Text { 16 } else { 0 });
            let mut tried = [i64::MIN; 8];
            let likely = [
                now - 1,
                now + 1,
                now - 2,
                now + 2,
                text,
                text - 1,
                if place.flexible { now } else { swapped },
                0,
            ];
            for (slot, value) in likely.into_iter().enumerate() {
                if value == now || value < 0 || tried.contains(&value) {
                    continue;
                }
                if let Some(slot) = tried.get_mut(slot) {
                    *slot = value;
                }
                let near = (value - now).abs() == 1;
                self.length(place, value, if near { 0 } else { 3 });
            }
        }
    }

    fn length(&mut self, place: Place, value: i64, prior: u32) {
        let cut = match length_bytes(&place, value) {
            Some((with, len)) => Cut { at: place.at, count: place.head - place.at, with, len },
            None => return,
        };
        // A mistaken length is nearly always wrong in its last byte only, or the other way round.
        let now = self.bytes.get(cut.at..place.head).unwrap_or_default();
        let differ = now.iter().zip(cut.with()).filter(|(now, with)| now != with).count();
        let reversed = now.iter().rev().eq(cut.with());
        let prior = prior + if differ > 1 && !reversed && now.len() == cut.with().len() { 6 } else { 0 };
        self.attempt(&[cut], What::Length { place, value }, ONE, prior);
    }

    /// Every value of the first or last byte of a length, count, marker, tag or size.
    pub(super) fn any_value(&mut self) {
        for i in (0..self.places.len()).rev() {
            let Some(place) = self.places.get(i).copied() else { continue };
            if self.budget.spent() {
                return;
            }
            let left = self.bytes.len().saturating_sub(place.head);
            let last = place.head.saturating_sub(1).max(place.at);
            let prior = if place.kind == Kind::TagNumber { 10 } else { 5 };
            let values = if place.kind == Kind::TagNumber { 127 } else { left.min(254) as u8 + 1 };
            for byte in (0..=values).chain([0xff]) {
                if place.flexible && byte >= 0x80 {
                    continue;
                }
                if self.byte(last) != Some(byte) {
                    self.attempt(
                        &[Cut::new(last, 1, &[byte])],
                        What::Value { place, byte, at: last },
                        ONE,
                        prior,
                    );
                }
            }
            // The other bytes of a wide length are nearly always 00.
            for at in place.at..last {
                if self.byte(at) != Some(0) {
                    self.attempt(&[Cut::new(at, 1, &[0])], What::Value { place, byte: 0, at }, ONE, 2);
                }
            }
            if place.flexible && last > place.at {
                // A varint of two bytes of which the first has one bit too many.
                let byte = self.byte(place.at).unwrap_or(0) & 0x7f;
                self.attempt(
                    &[Cut::new(place.at, 1, &[byte])],
                    What::Value { place, byte, at: place.at },
                    ONE,
                    3,
                );
            }
        }
    }

    /// The last byte of a length or count that is not there.
    pub(super) fn any_length_put_in(&mut self) {
        for i in (0..self.places.len()).rev() {
            let Some(place) = self.places.get(i).copied() else { continue };
            if self.budget.spent() {
                return;
            }
            if matches!(place.kind, Kind::Marker | Kind::TagNumber | Kind::TagSize) {
                continue;
            }
            let left = self.bytes.len().saturating_sub(place.at);
            let at = match (place.flexible, place.kind) {
                (true, _) => place.at,
                (false, Kind::Text) => place.at + 1,
                (false, _) => place.at + 3,
            };
            for byte in 1..=left.min(126) as u8 + 1 {
                let what = What::PutIn { at, byte, node: place.node };
                self.attempt(&[Cut::new(at, 0, &[byte])], what, ONE, 5);
            }
        }
    }
}
