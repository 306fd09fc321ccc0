//! `--extract DIR` and `--out FILE`: what is selected, written elsewhere.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::{Input, Request, Rests, reader, targets_of};
use crate::codec::explain::counted;
use crate::dump::extract::records::{RecordWriter, Shape, Written};
use crate::dump::extract::segment::{Extracted, SegmentWriter};
use crate::dump::extract::{ExtractError, place};
use crate::dump::open::{self, Target};
use crate::dump::records::Unpacker;
use crate::dump::select::plan::Bounds;
use crate::dump::select::{Matcher, Window};
use crate::dump::walk::{Sink, walk};
use crate::log::data_dir::topic_id;
use crate::log::partition::Partition;
use crate::render::push::harmless;

/// What selected records become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Become {
    /// Segments with their indexes.
    Segments,
    /// JSON, an object a line.
    Ndjson,
    /// The bytes of their values, a line each.
    Values,
}

/// Where to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// A directory, new or empty.
    Directory(PathBuf),
    /// A file that does not exist.
    File(PathBuf),
}

/// Extracts, and says what was written. Returns whether something could not be.
pub(super) fn run(
    inputs: &[Input],
    request: &Request,
    to: &Destination,
    become_: Become,
    rests: &Rests,
    err: &mut dyn Write,
) -> io::Result<bool> {
    let targets = targets_of(inputs, request);
    let directory_of = |target: &Target| target.path.parent().map(Path::to_owned);
    let sources: Vec<PathBuf> = targets
        .iter()
        .filter(|target| !open::is_stream(&target.path))
        .filter_map(directory_of)
        .map(|directory| if directory.as_os_str().is_empty() { PathBuf::from(".") } else { directory })
        .collect();
    match write(&targets, request, to, become_, &sources, rests, err) {
        Ok(problem) => Ok(problem),
        Err(error) => {
            writeln!(err, "error: {}", harmless(&error.to_string()))?;
            Ok(true)
        }
    }
}

fn write(
    targets: &[Target],
    request: &Request,
    to: &Destination,
    become_: Become,
    sources: &[PathBuf],
    rests: &Rests,
    err: &mut dyn Write,
) -> Result<bool, ExtractError> {
    let shape = match become_ {
        Become::Values => Some(Shape::Values),
        Become::Ndjson => Some(Shape::Ndjson { key: request.key_format, value: request.value_format }),
        Become::Segments => None,
    };
    // Where one directory's files are, they are one partition's.
    let mut partitions: BTreeMap<PathBuf, Vec<&Target>> = BTreeMap::new();
    for target in targets {
        partitions
            .entry(target.path.parent().map(Path::to_owned).unwrap_or_default())
            .or_default()
            .push(target);
    }
    let mut window = Window::new(0, request.selection.limit);
    let mut problem = false;
    if let (Destination::File(path), Some(shape)) = (to, shape) {
        let mut writer = RecordWriter::new(BufWriter::new(place::file(path, sources)?), shape);
        for (directory, targets) in &partitions {
            name(targets, directory).into_iter().for_each(|name| writer.partition(&name));
            feed(targets, request, rests, &mut window, &mut writer)
                .map_err(|error| failed(directory, error))?;
        }
        let written = writer.finish().map_err(|error| failed(path, error))?;
        return Ok(tell_records(&written, path, err));
    }
    let (Destination::Directory(path) | Destination::File(path)) = to;
    place::directory(path, sources)?;
    let several = partitions.len() > 1;
    for (directory, targets) in &partitions {
        let here = match name(targets, directory).filter(|_| several || shape.is_some()) {
            Some(name) => path.join(name),
            None => path.clone(),
        };
        match shape {
            Some(shape) => {
                let extension = if matches!(shape, Shape::Values) { "values" } else { "ndjson" };
                let file = if here == *path { path.join("records") } else { here };
                let file = PathBuf::from(format!("{}.{extension}", file.display()));
                let mut writer = RecordWriter::new(BufWriter::new(place::file(&file, sources)?), shape);
                feed(targets, request, rests, &mut window, &mut writer)
                    .map_err(|error| failed(directory, error))?;
                let written = writer.finish().map_err(|error| failed(&file, error))?;
                problem |= tell_records(&written, &file, err);
            }
            None => {
                place::directory(&here, sources)?;
                let id = Partition::list(directory).ok().and_then(|partition| topic_id(&partition));
                let mut writer = SegmentWriter::new(&here, id);
                feed(targets, request, rests, &mut window, &mut writer)
                    .map_err(|error| failed(directory, error))?;
                problem |= tell_segments(&writer.finish()?, &here, err);
            }
        }
    }
    Ok(problem)
}

fn failed(path: &Path, error: io::Error) -> ExtractError {
    ExtractError::Io { path: path.to_owned(), error }
}

fn name(targets: &[&Target], directory: &Path) -> Option<String> {
    let partition = targets.first()?.partition.as_ref().map(ToString::to_string);
    partition.or_else(|| Some(directory.file_name()?.to_string_lossy().into_owned()))
}

fn feed(
    targets: &[&Target],
    request: &Request,
    rests: &Rests,
    window: &mut Window,
    sink: &mut impl Sink,
) -> io::Result<()> {
    let bounds = Bounds::of(&request.selection);
    let mut unpacker = Unpacker::new(request.unpacked_max);
    for target in targets {
        let topic = target.partition.as_ref().map(|partition| partition.topic.as_str());
        let mut matcher = Matcher::new(&request.selection, target.family, topic);
        if let Some(mut reader) = reader(target, &bounds, 0)? {
            walk(&mut reader, &mut matcher, &mut unpacker, window, sink)?;
            rests.note(&reader);
        }
    }
    Ok(())
}

fn tell_records(written: &Written, path: &Path, err: &mut dyn Write) -> bool {
    let mut line = format!("{}: {}", path.display(), counted(written.records as usize, "record"));
    if written.without_value > 0 {
        line.push_str(&format!(", {} without a value left out", written.without_value));
    }
    if written.damaged > 0 {
        line.push_str(&format!(", {} damaged batches left out, or in part", written.damaged));
    }
    // What was written is there, whether or not somebody reads this.
    let _ = writeln!(err, "{}", harmless(&line));
    written.damaged > 0
}

fn tell_segments(extracted: &Extracted, path: &Path, err: &mut dyn Write) -> bool {
    let mut line = format!(
        "{}: {} in {}, {} batches copied, {} written anew",
        path.display(),
        counted(extracted.records as usize, "record"),
        counted(extracted.logs.len(), "segment"),
        extracted.copied,
        extracted.rewritten
    );
    if extracted.damaged > 0 {
        line.push_str(&format!(", {} damaged ones left out, or in part", extracted.damaged));
    }
    // What was written is there, whether or not somebody reads this.
    let _ = writeln!(err, "{}", harmless(&line));
    extracted.damaged > 0
}
