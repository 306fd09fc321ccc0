//! Bytes that were decoded in one step and are handed out in several.

/// A small buffer between a decoder that works in rows, words or blocks and a caller that wants exact amounts.
#[derive(Default)]
pub(super) struct Pending {
    bytes: Vec<u8>,
    sent: usize,
}

impl Pending {
    pub(super) fn is_empty(&self) -> bool {
        self.sent >= self.bytes.len()
    }

    /// Room for the next step; only to be asked for when empty.
    pub(super) fn refill(&mut self) -> &mut Vec<u8> {
        self.bytes.clear();
        self.sent = 0;
        &mut self.bytes
    }

    /// Moves up to `want` bytes to `out`.
    pub(super) fn drain(&mut self, out: &mut Vec<u8>, want: usize) -> usize {
        let unsent = self.bytes.get(self.sent..).unwrap_or_default();
        let moved = unsent.get(..want).unwrap_or(unsent);
        out.extend_from_slice(moved);
        self.sent += moved.len();
        moved.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_amounts() {
        let mut pending = Pending::default();
        pending.refill().extend_from_slice(b"abcde");
        let mut out = Vec::new();
        assert_eq!(
            [pending.drain(&mut out, 2), pending.drain(&mut out, 9), pending.drain(&mut out, 1)],
            [2, 3, 0]
        );
        assert_eq!(out, b"abcde");
        assert!(pending.is_empty());
    }
}
