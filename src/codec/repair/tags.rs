//! Bytes that stand for something being there or not: empty tag buffers, markers of structs that may be null.

use super::cut::Cut;
use super::places::Kind;
use super::search::{ONE, Search};
use super::words::What;
use crate::codec::tape::Shape;

impl Search<'_> {
    /// A tag buffer's 00 put in, put in the place of another byte, or left out.
    pub(super) fn tag_buffers(&mut self) {
        for i in (0..self.places.len()).rev() {
            let Some(place) = self.places.get(i).copied().filter(|place| place.kind == Kind::Tags) else {
                continue;
            };
            let now = self.byte(place.at);
            if now != Some(0) {
                self.attempt(&[Cut::new(place.at, 1, &[0])], What::TagsZero(place.node), ONE, 0);
            }
            self.attempt(&[Cut::new(place.at, 0, &[0])], What::TagsMissing(place.node), ONE, 0);
            if now == Some(0) && self.byte(place.head) == Some(0) {
                self.attempt(&[Cut::new(place.head, 1, &[])], What::TagsTwice(place.node), ONE, 0);
            }
        }
        // A 00 behind a struct that has no tag buffer in this version.
        let flexible = self.places.iter().any(|place| place.kind == Kind::Tags);
        for i in (0..self.base.nodes().len()).rev() {
            let Some(node) = self.base.nodes().get(i).filter(|node| node.shape == Shape::Struct) else {
                continue;
            };
            let end = node.end as usize;
            let own = flexible
                && self
                    .base
                    .children(i)
                    .last()
                    .and_then(|last| self.base.nodes().get(last))
                    .is_some_and(|last| last.shape == Shape::Tags);
            if !own && self.byte(end) == Some(0) {
                self.attempt(&[Cut::new(end, 1, &[])], What::TagsUnknown(i), ONE, 0);
            }
            if self.budget.spent() {
                return;
            }
        }
    }

    /// The marker before a struct that may be null.
    pub(super) fn markers(&mut self) {
        for i in (0..self.places.len()).rev() {
            let Some(place) = self.places.get(i).copied().filter(|place| place.kind == Kind::Marker) else {
                continue;
            };
            for byte in [1, 0xff] {
                let what = What::Marker { node: place.node, byte };
                self.attempt(&[Cut::new(place.at, 0, &[byte])], what, ONE, 0);
                if self.byte(place.at) != Some(byte) {
                    self.attempt(&[Cut::new(place.at, 1, &[byte])], what, ONE, 0);
                }
            }
        }
    }
}
