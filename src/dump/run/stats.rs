//! `--stats`: one summary of everything that is selected.

use std::io::{self, Write};

use super::{Input, Request, Rests, reader, targets_of};
use crate::dump::Format;
use crate::dump::parallel;
use crate::dump::records::Unpacker;
use crate::dump::select::plan::Bounds;
use crate::dump::select::{Matcher, Window};
use crate::dump::stats::Stats;
use crate::dump::walk::walk;
use crate::render::push::harmless;

/// Counts and prints. Returns whether something is damaged.
pub(super) fn run(
    inputs: &[Input],
    request: &Request,
    rests: &Rests,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<bool> {
    let targets = targets_of(inputs, request);
    let bounds = Bounds::of(&request.selection);
    let all = parallel::in_order(&targets, &mut io::sink(), |target, _| {
        let mut stats = Stats::default();
        stats.add_file();
        let topic = target.partition.as_ref().map(|partition| partition.topic.as_str());
        let mut matcher = Matcher::new(&request.selection, target.family, topic);
        let mut unpacker = Unpacker::new(request.unpacked_max);
        let mut window = Window::new(0, request.selection.limit);
        let walked = reader(target, &bounds, 0).and_then(|reader| {
            let Some(mut reader) = reader else { return Ok(()) };
            let walked = walk(&mut reader, &mut matcher, &mut unpacker, &mut window, &mut stats);
            rests.note(&reader);
            walked
        });
        // What was counted until then counts.
        Ok((stats, walked.err()))
    })?;
    let mut total = Stats::default();
    let mut damaged = false;
    for ((stats, error), target) in all.iter().zip(&targets) {
        total.merge(stats);
        if let Some(error) = error {
            let text = format!("{}: {error}", target.path.display());
            writeln!(err, "error: {}", harmless(&text))?;
            damaged = true;
        }
    }
    damaged |= total.is_damaged();
    if request.format == Format::Table {
        let mut text = Vec::new();
        total.push_text(request.key_format, &mut text);
        out.write_all(&text)?;
    } else {
        super::image::print_json(&total.to_json(request.key_format), request, out)?;
    }
    Ok(damaged)
}
