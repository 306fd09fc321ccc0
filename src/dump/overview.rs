//! What lies in a directory, without reading every record: names, sizes, small files, and the last
//! batches of each partition.

use std::io::{self, Write};

use super::table::{Cell, Column, Look, Rows, column};
use super::{Format, parallel};
use crate::codec::explain::grouped;
use crate::codec::meaning::time::size;
use crate::codec::meaning::uuid::uuid;
use crate::log::data_dir::{DataDir, topic_id};
use crate::log::end::{self, LogEnd};
use crate::log::name::{DirFate, FileFate, PartitionName};
use crate::log::partition::{Partition, PartitionFile};
use crate::log::scan::GapKind;
use crate::render::paint::Ink;
use crate::render::{Style, headline, push};

/// What is known of a partition without reading it.
#[derive(Debug, Clone)]
pub struct PartitionFacts {
    /// Its topic's id, by `partition.metadata`.
    pub topic_id: Option<[u8; 16]>,
    /// The first offset that is there: of the first segment.
    pub first_offset: Option<i64>,
    /// Where its last segment ends.
    pub end: Option<LogEnd>,
    /// What catches the eye.
    pub problems: Vec<String>,
}

/// Looks at a partition: its small files, and the end of its last segment.
pub fn facts(partition: &Partition) -> PartitionFacts {
    let mut problems = Vec::new();
    let topic_id = topic_id(partition);
    let is_metadata = partition.name.as_ref().is_some_and(|name| name.topic == "__cluster_metadata");
    if topic_id.is_none() && !is_metadata && !partition.is_bare() {
        problems.push("partition.metadata has no topic id that can be read".to_owned());
    }
    for segment in &partition.segments {
        let Some(log) = &segment.log else {
            problems.push(format!("segment {} has indexes and no log", segment.base_offset));
            continue;
        };
        if log.size > 0 && segment.offset_index.is_none() {
            problems.push(format!("segment {} has no offset index", segment.base_offset));
        }
        if log.size > 0 && segment.time_index.is_none() {
            problems.push(format!("segment {} has no time index", segment.base_offset));
        }
    }
    let unfinished = |file: &&PartitionFile| matches!(file.name.fate, FileFate::Cleaned | FileFate::Swap);
    let left = partition.leftovers.iter().filter(unfinished).count();
    if left > 0 {
        problems.push(format!("{left} files of a compaction that did not finish"));
    }
    let last = partition.segments.iter().rev().find_map(|segment| Some((segment, segment.log.as_ref()?)));
    let end = last.and_then(|(segment, log)| {
        let index = segment.offset_index.as_ref().map(|file| file.path.as_path());
        match end::of_segment(&log.path, index, segment.base_offset) {
            Ok(end) => Some(end),
            Err(error) => {
                problems.push(format!("{}: {error}", log.path.display()));
                None
            }
        }
    });
    match end.and_then(|end| end.gap).map(|gap| gap.kind) {
        Some(GapKind::TornTail { .. }) => problems.push("the last batch is cut off".to_owned()),
        Some(GapKind::ZeroTail) => problems.push("zeros behind the last batch".to_owned()),
        Some(GapKind::Damage(_) | GapKind::Zeros) => problems.push("damage in the last segment".to_owned()),
        Some(GapKind::Shrunk { .. }) | None => {}
    }
    let first_offset = partition.segments.iter().find(|segment| segment.log.is_some()).map(|s| s.base_offset);
    PartitionFacts { topic_id, first_offset, end, problems }
}

const COLUMNS: &[Column] = &[
    column("topic", "topic ", 0),
    column("topicId", "topic id ", 0),
    column("partition", "partition", 9),
    column("logStartOffset", "log start", 12),
    column("logEndOffset", "log end", 12),
    column("highWatermark", "high wm", 12),
    column("segments", "segments", 8),
    column("bytes", "bytes", 12),
    column("state", "state ", 7),
    column("problems", "problems ", 0),
];

/// Prints the table of a data directory. Returns how many partitions have a problem.
///
/// # Errors
///
/// Where `out` cannot be written.
pub fn data_dir(
    dir: &DataDir,
    format: Format,
    style: &Style,
    keep: &dyn Fn(&Partition) -> bool,
    out: &mut dyn Write,
) -> io::Result<u64> {
    let partitions: Vec<&Partition> = dir.partitions.iter().filter(|partition| keep(partition)).collect();
    let facts = parallel::in_order(&partitions, &mut io::sink(), |partition, _| Ok(facts(partition)))?;
    let troubled = facts.iter().filter(|facts| !facts.problems.is_empty()).count() as u64;
    match format {
        Format::Table => for_person(dir, &partitions, &facts, style, out)?,
        _ => for_program(dir, &partitions, &facts, format, out)?,
    }
    Ok(troubled)
}

fn state(partition: &Partition) -> &'static str {
    match partition.fate {
        DirFate::Live => "live",
        DirFate::Delete => "delete",
        DirFate::Future => "future",
        DirFate::Stray => "stray",
    }
}

/// Log start offset, log end offset, high watermark.
fn offsets(dir: &DataDir, partition: &Partition, facts: &PartitionFacts) -> [Option<i64>; 3] {
    let of = |map: &std::collections::BTreeMap<PartitionName, i64>| {
        partition
            .name
            .as_ref()
            .and_then(|name| map.get(name))
            .copied()
            .filter(|_| partition.fate == DirFate::Live)
    };
    let start = facts.first_offset.map(|first| of(&dir.log_starts).unwrap_or(first).max(first));
    [start, facts.end.map(|end| end.next_offset), of(&dir.high_watermarks)]
}

fn for_program(
    dir: &DataDir,
    partitions: &[&Partition],
    facts: &[PartitionFacts],
    format: Format,
    out: &mut dyn Write,
) -> io::Result<()> {
    if format == Format::Json {
        let name = serde_json::Value::from(dir.path.to_string_lossy().into_owned());
        write!(out, "{{\"directory\":{name},\"stoppedCleanly\":{},\"properties\":{{", dir.stopped_cleanly)?;
        for (number, (key, value)) in dir.properties.iter().enumerate() {
            let comma = if number > 0 { "," } else { "" };
            write!(out, "{comma}{}:{}", serde_json::json!(key), serde_json::json!(value))?;
        }
        write!(out, "}}")?;
    }
    let mut rows = Rows::begin(Look { format, style: Style::default(), file: None }, COLUMNS, out)?;
    for (partition, facts) in partitions.iter().zip(facts) {
        let [start, end, high_watermark] =
            offsets(dir, partition, facts).map(|offset| offset.map_or(Cell::None, Cell::Int));
        let problems = facts.problems.join("; ");
        rows.row(
            &[
                partition.name.as_ref().map_or(Cell::None, |name| Cell::Text(&name.topic)),
                facts.topic_id.as_ref().map_or(Cell::None, Cell::Uuid),
                partition.name.as_ref().map_or(Cell::None, |name| Cell::Int(i64::from(name.partition))),
                start,
                end,
                high_watermark,
                Cell::Int(partition.segments.len() as i64),
                Cell::Int(partition.log_bytes() as i64),
                Cell::Text(state(partition)),
                Cell::Text(&problems),
            ],
            out,
        )?;
    }
    rows.end(out)?;
    if format == Format::Json { writeln!(out, "}}") } else { Ok(()) }
}

fn for_person(
    dir: &DataDir,
    partitions: &[&Partition],
    facts: &[PartitionFacts],
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let color = style.color;
    let bytes = partitions.iter().map(|partition| partition.log_bytes()).sum();
    let mut topics: Vec<&str> =
        partitions.iter().filter_map(|p| Some(p.name.as_ref()?.topic.as_str())).collect();
    topics.dedup();
    let mut line = format!("{} · data directory", dir.path.display());
    if let Some(node) = dir.property("node.id").or_else(|| dir.property("broker.id")) {
        line.push_str(&format!(" of node {node}"));
    }
    line.push_str(&format!(
        " · {} of {}, {}",
        crate::codec::explain::counted(partitions.len(), "partition"),
        crate::codec::explain::counted(topics.len(), "topic"),
        size(bytes)
    ));
    super::heading(&line, style, out)?;
    let mut second = Vec::new();
    for (key, title) in [("cluster.id", "cluster"), ("directory.id", "directory")] {
        second.extend(dir.property(key).map(|value| format!("{title} {value}")));
    }
    second.push(if dir.stopped_cleanly {
        "stopped in an orderly way".to_owned()
    } else {
        "not stopped in an orderly way, or still running".to_owned()
    });
    let mut second = format!("{}\n", push::harmless(&second.join(" · "))).into_bytes();
    headline::hang_last_line(&mut second, 0, style.width, 2);
    second.push(b'\n');
    out.write_all(&second)?;
    let mut width = 2 + topics.iter().map(|topic| topic.chars().count()).max().unwrap_or(0).max(15);
    let mut offset = 12;
    if style.width.is_some_and(|columns| columns < width + 3 * (offset + 1) + 20) {
        // No more than the heading and the numbers of partitions need.
        (width, offset) = (17, 10);
    }
    super::dim(
        &format!(
            "{:width$} {:>offset$} {:>offset$} {:>offset$} {:>8} {:>10}",
            "  topic partition", "log start", "log end", "high wm", "segments", "size"
        ),
        color,
        out,
    )?;
    let mut topic = None;
    for (partition, facts) in partitions.iter().zip(facts) {
        let name = partition.name.as_ref();
        let here = name.map(|name| name.topic.as_str());
        if here != topic || topic.is_none() {
            let id = facts.topic_id.map_or("no topic id".to_owned(), |id| uuid(&id));
            let shown = here.map_or_else(|| partition.path.display().to_string(), str::to_owned);
            let mut line = Vec::from(b"  ".as_slice());
            super::ink(Ink::Name, &shown, color, &mut line)?;
            writeln!(line, "  {id}")?;
            headline::hang_last_line(&mut line, 0, style.width, 4);
            out.write_all(&line)?;
            topic = here;
        }
        let [start, end, high_watermark] =
            offsets(dir, partition, facts).map(|offset| offset.map_or("-".to_owned(), grouped));
        let number = name.map_or(String::new(), |name| name.partition.to_string());
        let fate =
            if partition.fate == DirFate::Live { String::new() } else { format!("  ({})", state(partition)) };
        writeln!(
            out,
            "{:width$} {start:>offset$} {end:>offset$} {high_watermark:>offset$} {:>8} {:>10}{fate}",
            format!("    {number}"),
            partition.segments.len(),
            size(partition.log_bytes()),
        )?;
        for problem in &facts.problems {
            super::line(Ink::Error, &format!("      ! {problem}"), style, out)?;
        }
    }
    Ok(())
}
