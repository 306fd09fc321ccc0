//! `--trace`: exchanges in the words of decode, on standard output.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::anyhow;

use super::{Args, TraceForm};
use crate::broker::trace::Trace;
use crate::cli::ColorChoice;
use crate::cli::colour;
use crate::codec::api;
use crate::codec::dissect::Depth;
use crate::codec::frame::Layout;
use crate::codec::reading::{self, ReadAs};
use crate::codec::tape::Tape;
use crate::render::{self, Format, Shown, Style, headline};

/// Prints what passes.
struct Watcher {
    form: TraceForm,
    style: Style,
    apis: Vec<i16>,
    client: Option<String>,
    topic: Option<String>,
    tape: Mutex<Tape>,
}

/// A watcher with the filters of the arguments.
pub fn watcher(form: TraceForm, args: &Args, color: ColorChoice) -> anyhow::Result<Arc<dyn Trace>> {
    let apis = args.trace_api.iter().map(|name| {
        api::by_name(name).map(|api| api.key).ok_or_else(|| {
            let near: Vec<String> = api::nearest(name).iter().map(|api| api.kebab_name()).collect();
            anyhow!("--trace-api {name}: no such API; did you mean {}?", near.join(" or "))
        })
    });
    Ok(Arc::new(Watcher {
        form,
        style: Style { color: color.on_stdout(), width: colour::width(), show_secrets: false },
        apis: apis.collect::<anyhow::Result<_>>()?,
        client: args.trace_client.clone(),
        topic: args.trace_topic.clone(),
        tape: Mutex::default(),
    }))
}

impl Trace for Watcher {
    fn exchange(&self, peer: SocketAddr, request: &[u8], response: &[u8], took: Duration) {
        let mut out = Vec::new();
        let mut tape = self.tape.lock().unwrap_or_else(PoisonError::into_inner);
        let read_as = ReadAs::Request { layout: Layout::default(), api: None };
        let reading = reading::read(&mut tape, request, 0, read_as, Depth::ALL);
        let Some(frame) = reading.frame else { return };
        if !self.apis.is_empty() && !self.apis.contains(&frame.key) {
            return;
        }
        if let Some(client) = &self.client
            && !contains(
                request
                    .get(
                        ..frame
                            .body
                            .and_then(|node| tape.nodes().get(node))
                            .map_or(0, |node| node.start as usize),
                    )
                    .unwrap_or(request),
                client,
            )
        {
            return;
        }
        if let Some(topic) = &self.topic
            && !contains(request, topic)
            && !contains(response, topic)
        {
            return;
        }
        self.show(&mut tape, peer, "->", request, read_as, &mut out);
        if !response.is_empty() {
            let layout = Layout { size: true, ..Layout::default() };
            let read_as = ReadAs::Response { layout, api: (frame.key, frame.version) };
            self.show(&mut tape, peer, "<-", response, read_as, &mut out);
        }
        let _ = writeln!(out, "   {} us", took.as_micros());
        // Who reads no more has seen enough; the broker goes on.
        let _ = io::stdout().lock().write_all(&out);
    }
}

impl Watcher {
    fn show(
        &self,
        tape: &mut Tape,
        peer: SocketAddr,
        arrow: &str,
        bytes: &[u8],
        read_as: ReadAs,
        out: &mut Vec<u8>,
    ) {
        *tape = Tape::default();
        let reading = reading::read(tape, bytes, 0, read_as, Depth::ALL);
        let shown = Shown { tape, input: bytes, reading: &reading, repairs: &[], origin: None, base: 0 };
        out.extend_from_slice(format!("{arrow} {peer} ").as_bytes());
        match self.form {
            TraceForm::Line => {
                headline::what(&shown, out);
                out.push(b'\n');
            }
            TraceForm::Full => render::render(Format::Tree, &shown, &self.style, out),
            TraceForm::Hex => render::render(Format::Hex, &shown, &self.style, out),
        }
    }
}

fn contains(bytes: &[u8], text: &str) -> bool {
    memchr::memmem::find(bytes, text.as_bytes()).is_some()
}
