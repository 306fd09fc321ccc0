//! One call of `dump-log`: paths to files, files to jobs, jobs to output.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

mod extract;
mod follow;
mod image;
mod stats;
mod verify;

pub use extract::{Become, Destination};

use super::format::BytesFormat;
use super::image::At;
use super::list::{self, Listing, Printer, Totals};
use super::names::TopicNames;
use super::open::{self, OpenError, Target};
use super::overview;
use super::progress::Progress;
use super::records::Unpacker;
use super::select::lookup::SegmentFiles;
use super::select::plan::{self, Bounds, SegmentReader};
use super::select::{Matcher, Selection, Window, tail};
use super::small;
use super::table::Look;
use super::walk::walk;
use super::{Format, heading as heading_line, parallel};
use crate::codec::explain::{counted, grouped};
use crate::codec::meaning::time::{size, timestamp};
use crate::codec::meaning::uuid::uuid;
use crate::codec::record_types::Family;
use crate::log::data_dir::DataDir;
use crate::log::finding::{Finding, Place, Severity};
use crate::log::name::{FileKind, PartitionName};
use crate::log::partition::Partition;
use crate::log::scan::Scanner;
use crate::render::paint::Ink;
use crate::render::push::harmless;
use crate::render::{Style, headline};

/// What to dump, and how.
#[derive(Debug, Clone)]
pub struct Request {
    /// Files and directories; `-` is standard input.
    pub paths: Vec<PathBuf>,
    /// The format.
    pub format: Format,
    /// Colours, width, secrets.
    pub style: Style,
    /// Print each record.
    pub records: bool,
    /// Print every byte.
    pub deep: bool,
    /// What the files are, where the caller knows better.
    pub kind: Option<FileKind>,
    /// Whose records they hold, where the caller knows better.
    pub family: Option<Family>,
    /// Where the names of topic ids are.
    pub metadata: Option<PathBuf>,
    /// Which records.
    pub selection: Selection,
    /// What to show instead of batches.
    pub view: View,
    /// Write what is selected elsewhere, and as what.
    pub extract: Option<(Destination, Become)>,
    /// Whether a bar may be drawn on standard error.
    pub progress: bool,
    /// What the clock says, in milliseconds since 1970.
    pub now_ms: i64,
    /// How keys are shown.
    pub key_format: BytesFormat,
    /// How values are shown.
    pub value_format: BytesFormat,
    /// The most that one batch may unpack to, in bytes.
    pub unpacked_max: usize,
}

/// What is shown of the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// Batches, records, entries.
    Content,
    /// What the records add up to.
    Image(At),
    /// What is wrong with them.
    Verify,
    /// Counts, sizes, rates.
    Stats,
    /// Batches and records, and those that come.
    Follow,
    /// What changed in a cluster: between two offsets or times of one log, or between two logs.
    Diff(Option<(At, At)>),
}

/// A path, looked at.
pub(super) enum Input {
    File(Target),
    Partition(Partition),
    DataDir(DataDir),
}

/// Dumps. Returns whether something is wrong with what was read.
///
/// # Errors
///
/// Where `out` cannot be written. What cannot be read is told on `err`.
pub fn run(request: &Request, out: &mut dyn Write, err: &mut dyn Write) -> io::Result<bool> {
    let mut problem = false;
    let mut inputs = Vec::new();
    for path in &request.paths {
        match look_at(path, request) {
            Ok(input) => inputs.push(input),
            Err(error) => {
                writeln!(err, "error: {}", harmless(&error.to_string()))?;
                problem = true;
            }
        }
    }
    if inputs.is_empty() {
        return Ok(problem);
    }
    let rests = Rests::default();
    if let Some((to, become_)) = &request.extract {
        problem |= extract::run(&inputs, request, to, *become_, &rests, err)?;
        rests.tell(err)?;
        return Ok(problem);
    }
    match request.view {
        View::Content => {}
        View::Follow => {
            let names = names(request);
            let around = Around { names: &names, progress: None, rests: &rests };
            return Ok(follow::run(&inputs, request, around, out, err)? || problem);
        }
        View::Stats => {
            problem |= stats::run(&inputs, request, &rests, out, err)?;
            rests.tell(err)?;
            return Ok(problem);
        }
        View::Verify => return Ok(verify::run(&inputs, request, out, err)? || problem),
        View::Image(at) => return Ok(image::run(&inputs, at, request, out, err)? || problem),
        View::Diff(ends) => return Ok(image::diff(&inputs, ends, request, out, err)? || problem),
    }
    let names = names(request);
    let progress = request.progress.then(|| Progress::new(bytes(&inputs)));
    let around = Around { names: &names, progress: progress.as_ref(), rests: &rests };
    let files: usize = inputs
        .iter()
        .map(|input| match input {
            Input::File(_) => 1,
            Input::Partition(partition) => partition.logs().count(),
            Input::DataDir(_) => 0,
        })
        .sum();
    if request.format == Format::Csv {
        csv_heading(request, &inputs, files > 1, around, out)?;
    }
    for (number, input) in inputs.iter().enumerate() {
        let before = number.checked_sub(1).and_then(|before| inputs.get(before));
        let goes_on = matches!((before, input), (Some(Input::File(_)), Input::File(_)));
        if number > 0 && !goes_on && request.format == Format::Table {
            writeln!(out)?;
        }
        problem |= match input {
            Input::DataDir(dir) => {
                overview::data_dir(
                    dir,
                    request.format,
                    &request.style,
                    &|partition| is_wanted(partition, request),
                    out,
                )? > 0
            }
            Input::Partition(partition) => dump_partition(partition, request, around, files > 1, out)?,
            Input::File(_) if goes_on => false,
            Input::File(_) => {
                // Files that stand one behind the other are read side by side.
                let run = inputs.iter().skip(number).map_while(|input| match input {
                    Input::File(target) => Some(target),
                    _ => None,
                });
                let targets: Vec<&Target> = run.collect();
                dump_files(&targets, request, around, files > 1, out)?
            }
        };
    }
    rests.tell(err)?;
    Ok(problem)
}

/// Ends of segments that were not read, as timestamps seem to have passed the end of `--time` there.
#[derive(Default)]
struct Rests {
    segments: AtomicU64,
    batches: AtomicU64,
}

impl Rests {
    /// Counts the rest of a segment that was walked.
    fn note(&self, reader: &SegmentReader) {
        if let Some(stopped) = reader.stopped().filter(|stopped| stopped.samples > 0) {
            self.segments.fetch_add(1, Ordering::Relaxed);
            self.batches.fetch_add(stopped.samples, Ordering::Relaxed);
        }
    }

    /// Says that what was printed may not be all.
    fn tell(&self, err: &mut dyn Write) -> io::Result<()> {
        let segments = self.segments.load(Ordering::Relaxed);
        if segments == 0 {
            return Ok(());
        }
        writeln!(
            err,
            "note: {} not read to the end: {} spread over what is left are all later than --time ends. \
             --thorough reads everything",
            if segments == 1 { "1 segment was".to_owned() } else { format!("{segments} segments were") },
            counted(self.batches.load(Ordering::Relaxed) as usize, "batch").replace("batchs", "batches")
        )
    }
}

/// The segments of everything that was named, as far as what is wanted can be in them.
fn targets_of(inputs: &[Input], request: &Request) -> Vec<Target> {
    let mut targets = Vec::new();
    for input in inputs {
        match input {
            Input::File(target) if target.kind.has_batches() => targets.push(target.clone()),
            Input::File(_) => {}
            Input::Partition(partition) => targets.extend(targets_in(partition, request)),
            Input::DataDir(dir) => {
                for partition in dir.partitions.iter().filter(|partition| is_wanted(partition, request)) {
                    targets.extend(targets_in(partition, request));
                }
            }
        }
    }
    targets
}

/// In a data directory `--topic` chooses the partitions.
fn is_wanted(partition: &Partition, request: &Request) -> bool {
    let topics = &request.selection.topics;
    let name = partition.name.as_ref().map(|name| name.topic.as_str());
    topics.is_empty() || name.is_some_and(|name| topics.iter().any(|topic| topic.name == name))
}

/// The segments of a partition. Those whose names put them outside of what is wanted are not opened.
fn targets_in(partition: &Partition, request: &Request) -> Vec<Target> {
    let files: Vec<SegmentFiles> = partition.segments.iter().filter_map(SegmentFiles::of).collect();
    let wanted = plan::segments(&files, &Bounds::of(&request.selection));
    let logs = partition.logs().skip(wanted.start).take(wanted.len());
    let kind = request.kind.or(Some(FileKind::Log));
    // What has vanished since is left out.
    logs.filter_map(|log| open::target(&log.path, kind, request.family).ok()).collect()
}

/// Bytes of the segments that are to be read.
fn bytes(inputs: &[Input]) -> u64 {
    let of = |input: &Input| match input {
        Input::File(target) => std::fs::metadata(&target.path).map_or(0, |metadata| metadata.len()),
        Input::Partition(partition) => partition.log_bytes(),
        Input::DataDir(_) => 0,
    };
    inputs.iter().map(of).sum()
}

fn look_at(path: &Path, request: &Request) -> Result<Input, OpenError> {
    if open::is_stdin(path) || !path.is_dir() {
        return open::target(path, request.kind, request.family).map(Input::File);
    }
    let failed = |error| OpenError::Io { path: path.to_owned(), error };
    if DataDir::is_one(path) {
        return DataDir::list(path).map(Input::DataDir).map_err(failed);
    }
    let partition = Partition::list(path).map_err(failed)?;
    if partition.is_foreign() {
        return Err(OpenError::Foreign { path: path.to_owned() });
    }
    Ok(Input::Partition(partition))
}

/// Names of topics are looked for where ids may be shown.
fn names(request: &Request) -> TopicNames {
    let beside = || request.paths.iter().find_map(|path| TopicNames::beside(path));
    let directory = request.metadata.clone().or_else(|| request.records.then(beside).flatten());
    // Without names ids are shown as they are.
    directory.and_then(|directory| TopicNames::read(&directory).ok()).unwrap_or_default()
}

/// What all files of a call share.
#[derive(Clone, Copy)]
struct Around<'a> {
    names: &'a TopicNames,
    progress: Option<&'a Progress>,
    rests: &'a Rests,
}

fn options<'a>(
    request: &Request,
    target: &Target,
    Around { names, progress, .. }: Around<'a>,
    file: Option<&'a str>,
) -> list::Options<'a> {
    list::Options {
        format: request.format,
        color: request.style.color,
        width: request.style.width,
        records: request.records,
        deep: request.deep,
        key_format: request.key_format,
        value_format: request.value_format,
        family: target.family,
        names,
        show_secrets: request.style.show_secrets,
        unpacked_max: request.unpacked_max,
        file,
        progress,
    }
}

fn csv_heading(
    request: &Request,
    inputs: &[Input],
    several: bool,
    around: Around<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let has_batches = inputs.iter().any(|input| match input {
        Input::File(target) => target.kind.has_batches(),
        Input::Partition(_) => true,
        Input::DataDir(_) => false,
    });
    let target = inputs.iter().find_map(|input| match input {
        Input::File(target) => Some(target.clone()),
        _ => None,
    });
    let target = target.or_else(|| open::target(Path::new("-"), Some(FileKind::Log), None).ok());
    let Some(target) = target.filter(|_| has_batches) else { return Ok(()) };
    let mut printer = Printer::new(options(request, &target, around, several.then_some("")), &target.path);
    printer.csv_heading();
    printer.flush(out)
}

/// Dumps files. Where records are counted (`--limit`, `--tail`) one comes after the other.
fn dump_files(
    targets: &[&Target],
    request: &Request,
    around: Around<'_>,
    several: bool,
    out: &mut dyn Write,
) -> io::Result<bool> {
    let first = targets.first().map(|target| target.path.clone());
    let one = |target: &Target, window: &mut Window, from: u64, out: &mut dyn Write| {
        if request.format == Format::Table && Some(&target.path) != first.as_ref() {
            writeln!(out)?;
        }
        let name = target.path.to_string_lossy();
        heading(target, request, out)?;
        let file = several.then_some(&*name);
        let (totals, findings) = dump_file(target, request, around, file, window, from, out)?;
        ending(request, totals.as_ref(), &findings, out)
    };
    let selection = &request.selection;
    let Some(count) = selection.tail else {
        let mut window = Window::new(0, selection.limit);
        if selection.limit.is_some() {
            let mut problem = false;
            for target in targets {
                if window.is_done() {
                    break;
                }
                problem |= one(target, &mut window, 0, out)?;
            }
            return Ok(problem);
        }
        let problems =
            parallel::in_order(targets, out, |target, out| one(target, &mut Window::new(0, None), 0, out))?;
        return Ok(problems.contains(&true));
    };
    let files: Vec<SegmentFiles> = targets.iter().map(|target| SegmentFiles::beside(&target.path)).collect();
    let family = targets.first().and_then(|target| target.family);
    let topic = targets.first().and_then(|target| target.partition.as_ref()).map(|name| name.topic.as_str());
    let mut unpacker = Unpacker::new(request.unpacked_max);
    let start = tail::start(&files, count, selection, family, topic, &mut unpacker)?;
    let mut window = Window::new(start.skip, selection.limit);
    let mut problem = false;
    for (number, target) in targets.iter().enumerate().skip(start.segment) {
        let from = if number == start.segment { start.position } else { 0 };
        problem |= one(target, &mut window, from, out)?;
    }
    Ok(problem)
}

/// The part of a file that can hold what is wanted.
fn reader(target: &Target, bounds: &Bounds, from: u64) -> io::Result<Option<SegmentReader>> {
    if open::is_stream(&target.path) {
        return Ok(Some(SegmentReader::over(Scanner::new(open::source(&target.path)?), bounds)));
    }
    SegmentReader::open(&SegmentFiles::beside(&target.path), bounds, from, |scanner| scanner)
}

fn heading(target: &Target, request: &Request, out: &mut dyn Write) -> io::Result<()> {
    let is_stream = open::is_stream(&target.path);
    let bytes = std::fs::metadata(&target.path).ok().filter(|_| !is_stream).map(|metadata| metadata.len());
    match request.format {
        Format::Table => {
            let shown = if open::is_stdin(&target.path) {
                "standard input".into()
            } else {
                target.path.to_string_lossy()
            };
            let mut line = format!("{shown} · {}", target.kind.name());
            if let Some(partition) = &target.partition {
                line.push_str(&format!(" of {partition}"));
            }
            line.extend(bytes.map(|bytes| format!(" · {}", size(bytes))));
            line.extend(target.reason.map(|reason| format!(" · {reason}")));
            heading_line(&line, &request.style, out)
        }
        Format::Json => {
            let file = serde_json::Value::from(target.path.to_string_lossy().into_owned());
            write!(out, "{{\"file\":{file},\"kind\":\"{}\"", target.kind.name())?;
            if let Some(partition) = &target.partition {
                let topic = serde_json::Value::from(partition.topic.as_str());
                write!(out, ",\"topic\":{topic},\"partition\":{}", partition.partition)?;
            }
            bytes.map_or(Ok(()), |bytes| write!(out, ",\"bytes\":{bytes}"))
        }
        Format::Ndjson | Format::Csv | Format::Kafka => Ok(()),
    }
}

type Dumped = (Option<Totals>, Vec<Finding>);

fn dump_file(
    target: &Target,
    request: &Request,
    around: Around<'_>,
    file: Option<&str>,
    window: &mut Window,
    from: u64,
    out: &mut dyn Write,
) -> io::Result<Dumped> {
    let mut findings = Vec::new();
    if !target.kind.has_batches() {
        let look = Look { format: request.format, style: request.style, file };
        small::print(target, look, out, &mut |finding| findings.push(finding))?;
        return Ok((None, findings));
    }
    let topic = target.partition.as_ref().map(|partition| partition.topic.as_str());
    let mut matcher = Matcher::new(&request.selection, target.family, topic);
    let bounds = Bounds::of(&request.selection);
    let mut printer = Printer::new(options(request, target, around, file), &target.path);
    if request.format == Format::Json {
        write!(out, ",\"batches\":[")?;
    }
    let mut totals = Totals::default();
    let mut watched = Watched { out, failed: false };
    let walked = reader(target, &bounds, from).and_then(|reader| {
        let Some(mut reader) = reader else { return Ok(()) };
        let mut unpacker = Unpacker::new(request.unpacked_max);
        let mut listing = Listing::new(&mut printer, &mut watched);
        let walked = walk(&mut reader, &mut matcher, &mut unpacker, window, &mut listing);
        around.rests.note(&reader);
        totals = listing.totals();
        walked.and_then(|()| listing.flush())
    });
    match walked {
        // Other files are read all the same.
        Err(error) if !watched.failed => findings.push(unreadable(target, &error)),
        walked => walked?,
    }
    printer.flush(out)?;
    if request.format == Format::Json {
        write!(out, "]")?;
    }
    findings.append(&mut printer.findings);
    Ok((Some(totals), findings))
}

/// Tells errors of writing from those of reading.
struct Watched<'o> {
    out: &'o mut dyn Write,
    failed: bool,
}

impl Write for Watched<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes).inspect_err(|_| self.failed = true)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush().inspect_err(|_| self.failed = true)
    }
}

fn unreadable(target: &Target, error: &io::Error) -> Finding {
    Finding {
        severity: Severity::Error,
        code: "unreadable",
        file: target.path.clone().into(),
        place: Place::default(),
        expected: "a file that can be read to its end".to_owned(),
        found: error.to_string(),
        meaning: "What was read before that is shown; nothing is known of the rest.".to_owned(),
        remedy: String::new(),
    }
}

/// Prints what a file added up to and what was found. Returns whether something is wrong.
fn ending(
    request: &Request,
    totals: Option<&Totals>,
    findings: &[Finding],
    out: &mut dyn Write,
) -> io::Result<bool> {
    match request.format {
        Format::Table => {
            if let Some(totals) = totals {
                let mut line = format!("  {}\n", summary(totals)).into_bytes();
                headline::hang_last_line(&mut line, 0, request.style.width, 4);
                out.write_all(&line)?;
            }
            print_findings(findings, request, out)?;
        }
        Format::Json => {
            if let Some(totals) = totals {
                write!(out, ",\"totals\":{}", totals_json(totals))?;
            }
            let findings: Vec<_> = findings.iter().map(crate::dump::verify::to_json).collect();
            writeln!(out, ",\"findings\":{}}}", serde_json::Value::from(findings))?;
        }
        Format::Ndjson => {
            for finding in findings {
                writeln!(out, "{}", serde_json::json!({ "finding": crate::dump::verify::to_json(finding) }))?;
            }
        }
        Format::Csv | Format::Kafka => print_findings(findings, request, &mut io::stderr())?,
    }
    Ok(findings.iter().any(|finding| finding.severity != Severity::Note))
}

fn print_findings(findings: &[Finding], request: &Request, out: &mut dyn Write) -> io::Result<()> {
    let mut text = Vec::new();
    for finding in findings {
        text.push(b'\n');
        crate::dump::verify::render(finding, None, request.style.color, request.style.width, &mut text);
    }
    out.write_all(&text)
}

fn summary(totals: &Totals) -> String {
    if totals.batches == 0 && totals.problems == 0 {
        return "no batches".to_owned();
    }
    let mut parts = vec![
        counted(totals.batches as usize, "batch").replace("batchs", "batches"),
        counted(totals.records as usize, "record"),
        size(totals.bytes),
    ];
    parts.extend(totals.offsets.map(|(low, high)| format!("offsets {} to {}", grouped(low), grouped(high))));
    parts.extend(totals.times.map(|(low, high)| match low == high {
        true => timestamp(low),
        false => format!("{} to {}", timestamp(low), timestamp(high)),
    }));
    parts.push(match totals.problems {
        0 => "every checksum fits".to_owned(),
        problems => counted(problems as usize, "problem"),
    });
    parts.join(" · ")
}

fn totals_json(totals: &Totals) -> serde_json::Value {
    serde_json::json!({
        "batches": totals.batches,
        "records": totals.records,
        "bytes": totals.bytes,
        "firstOffset": totals.offsets.map(|(low, _)| low),
        "lastOffset": totals.offsets.map(|(_, high)| high),
        "problems": totals.problems,
    })
}

fn dump_partition(
    partition: &Partition,
    request: &Request,
    around: Around<'_>,
    several: bool,
    out: &mut dyn Write,
) -> io::Result<bool> {
    let facts = overview::facts(partition);
    let mut problem = !facts.problems.is_empty();
    if request.format == Format::Table {
        let shown = partition
            .name
            .as_ref()
            .map_or_else(|| partition.path.display().to_string(), PartitionName::to_string);
        let mut line = shown;
        line.extend(facts.topic_id.map(|id| format!(" · topic id {}", uuid(&id))));
        let segments = counted(partition.segments.len(), "segment");
        line.push_str(&format!(" · {segments}, {}", size(partition.log_bytes())));
        if let (Some(first), Some(end)) = (facts.first_offset, facts.end) {
            line.push_str(&format!(
                " · offsets {} to {}",
                grouped(first),
                grouped(end.next_offset.saturating_sub(1))
            ));
        }
        let held = image::held_back(partition, request)?;
        if let Some((last_stable_offset, _)) = &held {
            line.push_str(&format!(" · last stable offset {}", grouped(*last_stable_offset)));
        }
        heading_line(&line, &request.style, out)?;
        if let Some((_, why)) = &held {
            let mut line = format!("{why}\n").into_bytes();
            headline::wrap_last_line(&mut line, 0, request.style.width);
            out.write_all(&line)?;
        }
        for found in &facts.problems {
            super::line(Ink::Error, &format!("! {found}"), &request.style, out)?;
        }
    }
    let targets = targets_in(partition, request);
    let targets: Vec<&Target> = targets.iter().collect();
    problem |= dump_files(&targets, request, around, several, out)?;
    Ok(problem)
}
