//! Records onto the tape.
use super::Family;
use crate::codec::dissect::Depth;
use crate::codec::tape::Tape;
/// Adds batches.
pub fn batches(_tape: &mut Tape, _content: &[u8], _offset: usize, _family: Family, _depth: Depth) {}
