//! The same mistake in several places.

use super::cut::Cut;
use super::faulty;
use super::length::other_form;
use super::places::{self, Kind};
use super::search::{ONE, Search};
use super::words::What;
use crate::codec::dissect::Depth;
use crate::codec::finding::{FindingKind, Severity};
use crate::codec::reading::read;
use crate::codec::tape::{NODES_MAX, Tape};

/// The most places with the same mistake that are corrected together.
const CHAIN_MAX: usize = 256;

impl Search<'_> {
    /// The same mistake in several places: lengths in the wrong form, tag buffers left out or put in.
    /// Each step takes the change that gets furthest.
    pub(super) fn chain(&mut self) {
        let mut tape = Tape::new(NODES_MAX, 0);
        let mut bytes = self.bytes.to_vec();
        let mut cuts: Vec<Cut> = Vec::new();
        let mut places = Vec::new();
        if !self.fits {
            return;
        }
        while cuts.len() < CHAIN_MAX {
            tape.clear();
            let reading = read(&mut tape, &bytes, 0, self.read_as, Depth::FIELDS);
            if !faulty(&tape) {
                break;
            }
            let reached = progress(&tape, bytes.len());
            places::places(&tape, &reading, &bytes, &mut places);
            let mut best: Option<(usize, Cut)> = None;
            for place in places.iter().rev().take(16).rev() {
                let mut options = [None; 4];
                let [form, wide, put_in, left_out] = &mut options;
                *form = other_form(&bytes, place, false);
                *wide = other_form(&bytes, place, true);
                if place.kind == Kind::Tags {
                    *put_in = Some(Cut::new(place.at, 0, &[0]));
                } else if !place.flexible && bytes.get(place.at) == Some(&0) {
                    *left_out = Some(Cut::new(place.at, 1, &[]));
                }
                for cut in options.into_iter().flatten() {
                    if !self.budget.take() {
                        return;
                    }
                    self.buffer.clear();
                    self.buffer.extend_from_slice(&bytes);
                    cut.apply(&mut self.buffer);
                    self.follow_size(cut.grows());
                    self.tape.clear();
                    read(&mut self.tape, &self.buffer, 0, self.read_as, Depth::FIELDS);
                    // Compared as distance from the end, which an edit does not move.
                    let reached = progress(&self.tape, self.buffer.len()) as i64 - cut.grows();
                    let reached = usize::try_from(reached).unwrap_or(0);
                    if best.is_none_or(|(before, _)| reached > before) {
                        best = Some((reached, cut));
                    }
                }
            }
            let Some((_, cut)) = best.filter(|(best, _)| *best > reached) else { return };
            cut.apply(&mut bytes);
            std::mem::swap(&mut self.buffer, &mut bytes);
            self.follow_size(cut.grows());
            std::mem::swap(&mut self.buffer, &mut bytes);
            cuts.push(cut);
        }
        if cuts.len() > 1 {
            let halves = ONE + 1 + cuts.len() as u32;
            let what = What::Chain { count: cuts.len() };
            // However many places, it is one mistake.
            self.attempt(&cuts, what, halves.min(ONE * 3), 0);
        }
    }

    /// Corrects the size prefix of the buffer by what an edit has added.
    fn follow_size(&mut self, grows: i64) {
        if self.claimed.is_none() {
            return;
        }
        if let Some(size) = self.buffer.first_chunk_mut::<4>() {
            let now = i64::from(i32::from_be_bytes(*size));
            *size = ((now + grows) as i32).to_be_bytes();
        }
    }
}

/// How far a reading got; the whole length and more if nothing is wrong.
fn progress(tape: &Tape, length: usize) -> usize {
    tape.findings()
        .iter()
        .filter(|finding| {
            finding.severity == Severity::Error || matches!(finding.kind, FindingKind::Trailing { .. })
        })
        .map(|finding| finding.at as usize)
        .min()
        .unwrap_or(length + 1)
}
