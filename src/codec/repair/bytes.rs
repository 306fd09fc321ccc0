//! A byte too many or too few, wherever.

use super::cut::Cut;
use super::search::{ONE, Search};
use super::words::What;
use crate::codec::finding::FindingKind;
use crate::codec::tape::Shape;

impl Search<'_> {
    /// One byte left out.
    pub(super) fn too_many(&mut self) {
        let trailing = self.base.findings().iter().find_map(|finding| match finding.kind {
            FindingKind::Trailing { bytes } => Some((finding.at as usize, bytes)),
            _ => None,
        });
        if let Some((at, count)) = trailing {
            // What is left out is not told, and that must not speak for it.
            let prior = (count as u32).saturating_sub(1).saturating_mul(4);
            self.attempt(&[Cut::new(at, count, &[])], What::Trailing { at, count }, ONE, prior);
        }
        let mut last = None;
        for i in (0..self.base.nodes().len()).rev() {
            let Some(node) = self.base.nodes().get(i).copied() else { continue };
            if self.budget.spent() {
                return;
            }
            let (start, head, end) = (node.start as usize, node.head as usize, node.end as usize);
            let prefix_end = match node.shape {
                Shape::Null => end,
                Shape::Broken if head == start => start + 1,
                _ => head,
            };
            for at in (start..prefix_end).rev() {
                // Of equal neighbours either can go.
                if last != Some(at) && self.byte(at) != self.byte(at + 1) {
                    self.attempt(&[Cut::new(at, 1, &[])], What::Byte { at, node: i }, ONE, 2);
                }
                last = Some(at);
            }
            let leaf = node.next as usize == i + 1;
            if !leaf || head >= self.bytes.len() || prefix_end > head {
                continue;
            }
            let content = self.bytes.get(head..end.max(head + 1).min(self.bytes.len())).unwrap_or_default();
            let at = match node.shape {
                // In a text, the byte that does not belong there.
                Shape::Text | Shape::Broken | Shape::Bytes if end > head || node.shape == Shape::Broken => {
                    head + content.iter().position(|byte| byte.is_ascii_control()).unwrap_or(0)
                }
                Shape::Int | Shape::Float | Shape::Uuid | Shape::Bool => head,
                _ => continue,
            };
            let what = What::Extra { from: head, to: end.max(head + 1), node: i };
            self.attempt(&[Cut::new(at, 1, &[])], what, ONE, 2);
            if let (Shape::Text | Shape::Broken, Err(error)) = (node.shape, std::str::from_utf8(content)) {
                for more in 0..4 {
                    let at = head + error.valid_up_to() + more;
                    self.attempt(&[Cut::new(at, 1, &[])], what, ONE, 2);
                }
            }
            if node.shape == Shape::Int && end > head + 1 {
                let what = What::Extra { from: head, to: end, node: i };
                self.attempt(&[Cut::new(end - 1, 1, &[])], what, ONE, 2);
            }
        }
    }

    /// One byte put in.
    pub(super) fn missing(&mut self) {
        for i in (0..self.base.nodes().len()).rev() {
            let Some(node) = self.base.nodes().get(i).copied() else { continue };
            if self.budget.spent() {
                return;
            }
            let (start, head, end) = (node.start as usize, node.head as usize, node.end as usize);
            if node.next as usize != i + 1 && node.shape != Shape::Array {
                continue;
            }
            match node.shape {
                Shape::Int | Shape::Float | Shape::Uuid | Shape::Bool => {
                    let what = What::Lost { from: start, to: end, node: i };
                    self.attempt(&[Cut::new(start, 0, &[0])], what, ONE, 2);
                }
                Shape::Text | Shape::Bytes | Shape::Broken if end > head || node.shape == Shape::Broken => {
                    let to = if node.shape == Shape::Broken { self.bytes.len() } else { end };
                    let what = What::Lost { from: head, to, node: i };
                    let filler = if node.shape == Shape::Bytes { 0 } else { b'?' };
                    self.attempt(&[Cut::new(head, 0, &[filler])], what, ONE, 2);
                    self.attempt(
                        &[Cut::new(head, 0, &[0])],
                        What::PutIn { at: head, byte: 0, node: i },
                        ONE,
                        3,
                    );
                }
                _ => {}
            }
            if !matches!(node.shape, Shape::Int | Shape::Float | Shape::Uuid | Shape::Bool | Shape::Tags) {
                self.attempt(
                    &[Cut::new(start, 0, &[0])],
                    What::PutIn { at: start, byte: 0, node: i },
                    ONE,
                    2,
                );
            }
        }
    }
}
