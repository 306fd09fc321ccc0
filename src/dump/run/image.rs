//! `--image` and `--diff`: what logs add up to, printed.

use std::io::{self, Write};
use std::path::Path;

use super::{Input, Request};
use crate::codec::explain::grouped;
use crate::codec::meaning::time::duration;
use crate::codec::record_types::Family;
use crate::dump::image::{At, State, Surroundings};
use crate::dump::state::{Context, diff as diff_view};
use crate::dump::{Format, heading as heading_line};
use crate::log::name::{DirFate, PartitionName};
use crate::log::partition::Partition;
use crate::render::push::harmless;

/// The last stable offset of a partition that has an open transaction, and who holds it back.
pub(super) fn held_back(partition: &Partition, request: &Request) -> io::Result<Option<(i64, String)>> {
    // A segment may vanish or be unreadable; what is wrong with it is told where it is printed.
    let Ok(producers) = State::producers_now(partition, request.unpacked_max) else { return Ok(None) };
    let Some((first_offset, producer_id)) = producers.open_transactions().next() else { return Ok(None) };
    let around = Surroundings::of(&partition.path, request.metadata.as_deref(), request.unpacked_max);
    let producer = producers.producer(producer_id);
    let epoch = producer.map_or(String::new(), |producer| format!("/{}", producer.epoch));
    let named = around.transactional_id(producer_id, request.unpacked_max);
    let named = named.map_or(String::new(), |id| format!(" (transactional id {id:?})"));
    let mut why = format!(
        "held back by transactional producer {producer_id}{epoch}{named}, open since offset {}",
        grouped(first_offset)
    );
    if let Some(producer) = producer {
        // Nobody wants to know the age of what is stuck to the millisecond.
        let seconds = request.now_ms.saturating_sub(producer.last_timestamp).max(0).unsigned_abs() / 1000;
        why.push_str(&format!(", last wrote {} ago", duration(seconds * 1000)));
    }
    Ok(Some((first_offset, why)))
}

fn family_of(partition: &Partition, request: &Request) -> Option<Family> {
    let by_name = || partition.name.as_ref().and_then(|name| Family::of_topic(&name.topic));
    request.family.or_else(by_name)
}

/// Prints what logs add up to.
pub(super) fn run(
    inputs: &[Input],
    at: At,
    request: &Request,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<bool> {
    let mut problem = false;
    for (number, input) in inputs.iter().enumerate() {
        if number > 0 && request.format == Format::Table {
            writeln!(out)?;
        }
        match input {
            Input::File(target) => {
                let state = State::of_file(&target.path, target.family, at, request.unpacked_max)
                    .map_err(|error| of_path(error, &target.path))?;
                problem |= print_state(&state, &target.path, target.partition.as_ref(), request, out, err)?;
            }
            Input::Partition(partition) => problem |= partition_image(partition, at, request, out, err)?,
            Input::DataDir(dir) => {
                // Topics of applications have a line each in the table of the directory.
                let internal = |partition: &&Partition| {
                    partition.fate == DirFate::Live && family_of(partition, request).is_some()
                };
                for (number, partition) in dir.partitions.iter().filter(internal).enumerate() {
                    if number > 0 && request.format == Format::Table {
                        writeln!(out)?;
                    }
                    problem |= partition_image(partition, at, request, out, err)?;
                }
            }
        }
    }
    Ok(problem)
}

fn partition_image(
    partition: &Partition,
    at: At,
    request: &Request,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<bool> {
    let state = State::of_partition(partition, family_of(partition, request), at, request.unpacked_max)
        .map_err(|error| of_path(error, &partition.path))?;
    print_state(&state, &partition.path, partition.name.as_ref(), request, out, err)
}

fn of_path(error: io::Error, path: &Path) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

fn print_state(
    state: &State,
    path: &Path,
    name: Option<&PartitionName>,
    request: &Request,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<bool> {
    let around = Surroundings::of(path, request.metadata.as_deref(), request.unpacked_max);
    let context = Context {
        image: around.image(),
        end_offset: &|topic, partition| around.end_offset(topic, partition),
        now_ms: request.now_ms,
        style: request.style,
    };
    let shown = name.map_or_else(|| path.display().to_string(), PartitionName::to_string);
    if request.format == Format::Table {
        heading_line(&shown, &request.style, out)?;
        let mut text = Vec::new();
        state.render(&context, &mut text);
        out.write_all(&text)?;
    } else {
        let mut object = state.to_json(&context);
        if let Some(members) = object.as_object_mut() {
            members.insert("log".to_owned(), shown.into());
        }
        print_json(&object, request, out)?;
    }
    for found in &state.problems {
        writeln!(err, "error: {}", harmless(found))?;
    }
    Ok(!state.problems.is_empty())
}

pub(super) fn print_json(
    value: &serde_json::Value,
    request: &Request,
    out: &mut dyn Write,
) -> io::Result<()> {
    if request.format == Format::Json { writeln!(out, "{value:#}") } else { writeln!(out, "{value}") }
}

/// Why a log is not compared: its name, or who is said to write it, is not the cluster's. Read as metadata each of
/// its records would be an error and nothing would seem to be different.
fn not_the_clusters(input: &Input, request: &Request) -> Option<String> {
    let (family, name, path) = match input {
        Input::File(target) => (target.family, target.partition.as_ref(), &target.path),
        Input::Partition(partition) => {
            (family_of(partition, request), partition.name.as_ref(), &partition.path)
        }
        Input::DataDir(_) => return None,
    };
    let is_known = family.is_some() || name.is_some();
    if !is_known || family == Some(Family::Metadata) {
        return None;
    }
    let shown = name.map_or_else(|| path.display().to_string(), PartitionName::to_string);
    // A directory of backups may be called as a partition is.
    let unless = if family.is_none() { " (--log metadata says that this is one)" } else { "" };
    Some(format!(
        "{shown}: --diff compares logs of __cluster_metadata{unless}; of others, set the output of --image --at A \
         beside that of --image --at B"
    ))
}

/// Prints what changed in a cluster.
pub(super) fn diff(
    inputs: &[Input],
    ends: Option<(At, At)>,
    request: &Request,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<bool> {
    if let Some(why) = inputs.iter().find_map(|input| not_the_clusters(input, request)) {
        writeln!(err, "error: {}", harmless(&why))?;
        return Ok(true);
    }
    let state = |input: &Input, at: At| match input {
        Input::File(target) => State::of_file(&target.path, Some(Family::Metadata), at, request.unpacked_max),
        Input::Partition(partition) => {
            State::of_partition(partition, Some(Family::Metadata), at, request.unpacked_max)
        }
        Input::DataDir(dir) => match dir.metadata() {
            Some(partition) => {
                State::of_partition(partition, Some(Family::Metadata), at, request.unpacked_max)
            }
            None => Err(io::Error::other(format!("{} holds no __cluster_metadata-0", dir.path.display()))),
        },
    };
    let (before, after) = match (inputs, ends) {
        ([input], Some((from, to))) => (state(input, from)?, state(input, to)?),
        ([a, b], None) => (state(a, At::End)?, state(b, At::End)?),
        _ => {
            writeln!(err, "error: --diff compares one metadata log at two places, or two metadata logs")?;
            return Ok(true);
        }
    };
    for found in before.problems.iter().chain(&after.problems) {
        writeln!(err, "error: {}", harmless(found))?;
    }
    if let (Some(a), Some(b)) = (before.cluster(), after.cluster()) {
        if request.format == Format::Table {
            let mut text = Vec::new();
            diff_view::render(a, b, request.style, &mut text);
            out.write_all(&text)?;
        } else {
            print_json(&diff_view::json(a, b), request, out)?;
        }
    }
    Ok(!before.problems.is_empty() || !after.problems.is_empty())
}
