//! `--follow`: what is there, then what comes.

use std::io::{self, Write};
use std::ops::ControlFlow;

use super::{Around, Input, Request, options};
use crate::dump::follow::{Event, Follow, INTERVAL};
use crate::dump::list::{Listing, Printer};
use crate::dump::open::{self, Target};
use crate::dump::records::Unpacker;
use crate::dump::select::lookup::SegmentFiles;
use crate::dump::select::{Matcher, Window, tail};
use crate::dump::{Format, walk};
use crate::log::name::FileKind;
use crate::log::scan::Piece;
use crate::render::push::harmless;

/// Prints until the partition is gone, enough was printed, or nobody reads any more.
pub(super) fn run(
    inputs: &[Input],
    request: &Request,
    around: Around<'_>,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<bool> {
    let [input] = inputs else {
        writeln!(err, "error: --follow takes one partition directory or segment")?;
        return Ok(true);
    };
    let targets: Vec<Target> = match input {
        Input::File(target) if target.kind.has_batches() && !open::is_stdin(&target.path) => {
            vec![target.clone()]
        }
        Input::Partition(partition) => partition
            .logs()
            .filter_map(|log| open::target(&log.path, Some(FileKind::Log), request.family).ok())
            .collect(),
        Input::File(_) | Input::DataDir(_) => Vec::new(),
    };
    let Some(first) = targets.first() else {
        writeln!(err, "error: --follow takes a partition directory or a segment, which grow")?;
        return Ok(true);
    };
    let topic = first.partition.as_ref().map(|partition| partition.topic.as_str());
    let mut matcher = Matcher::new(&request.selection, first.family, topic);
    let mut unpacker = Unpacker::new(request.unpacked_max);
    let files: Vec<SegmentFiles> = targets.iter().map(|target| SegmentFiles::beside(&target.path)).collect();
    let (mut segment, mut position, mut skip) = (0, 0, 0);
    if let Some(count) = request.selection.tail {
        let start = tail::start(&files, count, &request.selection, first.family, topic, &mut unpacker)?;
        (segment, position, skip) = (start.segment, start.position, start.skip);
    }
    let mut window = Window::new(skip, request.selection.limit);
    let Some(from) = targets.get(segment) else { return Ok(false) };
    let mut printer = Printer::new(options(request, from, around, None), &from.path);
    if request.format == Format::Csv {
        printer.csv_heading();
    }
    let person = request.format == Format::Table;
    let mut told = 0;
    Follow::new(&from.path, position, INTERVAL)?.run(
        |event| {
            match event {
                Event::Piece(Piece::Batch(found)) => {
                    let mut listing = Listing::new(&mut printer, out);
                    walk::batch(&found, &mut matcher, &mut unpacker, &mut window, &mut listing)?;
                }
                Event::Piece(Piece::Gap(gap)) => printer.gap(&gap),
                Event::Segment { path } if person => printer.remark(&harmless(&path.to_string_lossy())),
                Event::Segment { .. } => {}
                Event::Idle => {
                    for finding in printer.findings.iter().skip(told) {
                        tell(finding, request, err)?;
                    }
                    told = printer.findings.len();
                    printer.flush(out)?;
                    out.flush()?;
                }
                Event::Truncated { from, to } => {
                    writeln!(err, "note: the log was cut from {from} to {to} bytes; reading goes on there")?;
                }
                Event::Gone => writeln!(err, "note: the partition is gone")?,
            }
            Ok(if window.is_done() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        },
        |interval| {
            std::thread::sleep(interval);
            true
        },
    )?;
    printer.flush(out)?;
    for finding in printer.findings.iter().skip(told) {
        tell(finding, request, err)?;
    }
    Ok(!printer.findings.is_empty())
}

fn tell(finding: &crate::log::finding::Finding, request: &Request, err: &mut dyn Write) -> io::Result<()> {
    let mut text = Vec::new();
    crate::dump::verify::render(finding, None, false, request.style.width, &mut text);
    err.write_all(&text)
}
