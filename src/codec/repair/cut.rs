//! A small splice without an allocation: what is tried, thousands of times.

/// Bytes in place of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cut {
    pub at: usize,
    pub count: usize,
    pub with: [u8; 8],
    pub len: u8,
}

impl Cut {
    pub fn new(at: usize, count: usize, bytes: &[u8]) -> Self {
        let mut with = [0; 8];
        let len = bytes.len().min(with.len());
        for (to, from) in with.iter_mut().zip(bytes) {
            *to = *from;
        }
        Self { at, count, with, len: len as u8 }
    }

    pub fn with(&self) -> &[u8] {
        self.with.get(..usize::from(self.len)).unwrap_or_default()
    }

    pub fn grows(&self) -> i64 {
        i64::from(self.len) - self.count as i64
    }

    pub fn apply(&self, bytes: &mut Vec<u8>) {
        let at = self.at.min(bytes.len());
        let end = (at + self.count).min(bytes.len());
        if end - at == usize::from(self.len) {
            if let Some(to) = bytes.get_mut(at..end) {
                to.copy_from_slice(self.with());
            }
        } else {
            bytes.splice(at..end, self.with().iter().copied());
        }
    }
}
