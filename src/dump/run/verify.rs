//! `--verify` over everything that was named: partitions side by side, findings in order.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use super::{Input, Request};
use crate::dump::{Format, parallel, verify};
use crate::log::finding::Finding;
use crate::log::verify::{self as check, Directory, Extent, Options, Summary};
use crate::render::headline;
use crate::render::push::harmless;

/// Checks and prints. Returns whether something is wrong.
pub(super) fn run(
    inputs: &[Input],
    request: &Request,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<bool> {
    let started = Instant::now();
    let options = Options { unpack_limit: request.unpacked_max, kind: request.kind, directory: None };
    let mut summary = Summary::default();
    let mut problem = false;
    if request.format == Format::Csv {
        writeln!(out, "{}", verify::CSV_HEADING)?;
    }
    for input in inputs {
        let checked = match input {
            Input::File(target) => one(request, &target.path, None, out, |sink| {
                check::file(&target.path, &Options { kind: Some(target.kind), ..options.clone() }, sink)
            }),
            Input::Partition(partition) => one(request, &partition.path, None, out, |sink| {
                check::partition(&partition.path, &options, sink)
            }),
            Input::DataDir(dir) => data_dir(&dir.path, request, &options, out),
        };
        match checked {
            Ok(checked) => summary.merge(checked),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Err(error),
            Err(error) => {
                writeln!(err, "error: {}", harmless(&error.to_string()))?;
                problem = true;
            }
        }
    }
    match request.format {
        Format::Table => {
            let mut text = Vec::new();
            verify::render_summary(&summary, request.style.color, &mut text);
            let seconds = started.elapsed().as_secs_f64();
            if seconds >= 1.0 {
                text.pop();
                text.extend_from_slice(format!(", in {seconds:.1} s\n").as_bytes());
            }
            headline::wrap_last_line(&mut text, 0, request.style.width);
            out.write_all(&text)?;
        }
        Format::Json | Format::Ndjson => {
            writeln!(out, "{}", serde_json::json!({ "summary": verify::summary_to_json(&summary) }))?;
        }
        Format::Csv | Format::Kafka => {}
    }
    Ok(problem || !summary.is_clean())
}

/// Checks one thing and prints what is found in it.
fn one(
    request: &Request,
    path: &Path,
    base: Option<&Path>,
    out: &mut dyn Write,
    check: impl FnOnce(&mut dyn FnMut(Finding)) -> io::Result<Summary>,
) -> io::Result<Summary> {
    let mut text = Vec::new();
    let checked = check(&mut |finding| print(&finding, base, request, &mut text));
    out.write_all(&text)?;
    checked.map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
}

fn print(finding: &Finding, base: Option<&Path>, request: &Request, text: &mut Vec<u8>) {
    if request.format == Format::Table {
        verify::render(finding, base, request.style.color, request.style.width, text);
    } else if request.format == Format::Csv {
        verify::csv(finding, text);
    } else {
        text.extend_from_slice(
            serde_json::json!({ "finding": verify::to_json(finding) }).to_string().as_bytes(),
        );
        text.push(b'\n');
    }
}

fn data_dir(path: &Path, request: &Request, options: &Options, out: &mut dyn Write) -> io::Result<Summary> {
    let options = Options { directory: Some(Arc::new(Directory::read(path))), ..options.clone() };
    let partitions = check::partitions(path)?;
    let summaries = parallel::in_order(&partitions, out, |partition, out| {
        if let Some(extent) = Extent::if_deleted(partition) {
            return Ok(Summary { extents: vec![extent], ..Summary::default() });
        }
        match one(request, partition, Some(path), out, |sink| check::partition(partition, &options, sink)) {
            // It was deleted since the directory was listed.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Summary::default()),
            checked => checked,
        }
    })?;
    let mut summary = Summary::default();
    summaries.into_iter().for_each(|checked| summary.merge(checked));
    let own = one(request, path, Some(path), out, |sink| Ok(check::directory(path, &summary.extents, sink)))?;
    summary.merge(own);
    Ok(summary)
}
