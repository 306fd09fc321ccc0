//! `--trace`: exchanges in the words of decode, on standard output.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use tokio::sync::mpsc::UnboundedReceiver;

use super::{Args, TraceForm};
use crate::broker::trace::{Exchange, Trace};
use crate::cli::ColorChoice;
use crate::cli::colour;
use crate::codec::api;
use crate::codec::dissect::Depth;
use crate::codec::frame::Layout;
use crate::codec::meaning::Meaning;
use crate::codec::reading::{self, ReadAs};
use crate::codec::tape::{Shape, Tape};
use crate::render::{self, Format, Shown, Style, headline};
use crate::state::cluster::Image;

/// Whoever shows what passes has so long to show what is left, when the broker has stopped.
const LAST_WORDS: Duration = Duration::from_millis(300);

/// Prints what passes.
struct Watcher {
    form: TraceForm,
    style: Style,
    apis: Vec<i16>,
    client: Option<String>,
    topic: Option<String>,
    tape: Tape,
}

/// The thread that shows exchanges: standard output may take its time, and connections must not.
pub struct Watching(JoinHandle<()>);

/// Begins to show exchanges, with the filters of the arguments.
pub fn watch(form: TraceForm, args: &Args, color: ColorChoice) -> anyhow::Result<(Arc<Trace>, Watching)> {
    let apis = args.trace_api.iter().map(|name| {
        api::by_name(name).map(|api| api.key).ok_or_else(|| {
            let near: Vec<String> = api::nearest(name).iter().map(|api| api.kebab_name()).collect();
            anyhow!("--trace-api {name}: no such API; did you mean {}?", near.join(" or "))
        })
    });
    let watcher = Watcher {
        form,
        style: Style { color: color.on_stdout(), width: colour::width(), show_secrets: false },
        apis: apis.collect::<anyhow::Result<_>>()?,
        client: args.trace_client.clone(),
        topic: args.trace_topic.clone(),
        tape: Tape::default(),
    };
    let (trace, exchanges) = Trace::new();
    let thread = std::thread::Builder::new().name("trace".to_owned());
    let thread = thread.spawn(|| watcher.run(exchanges)).context("a thread for --trace")?;
    Ok((trace, Watching(thread)))
}

impl Watching {
    /// Waits until all is shown, once nobody puts in more; not for a reader that takes nothing.
    pub fn end(self) {
        let begun = Instant::now();
        while !self.0.is_finished() && begun.elapsed() < LAST_WORDS {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Watcher {
    fn run(mut self, mut exchanges: UnboundedReceiver<Exchange>) {
        while let Some(exchange) = exchanges.blocking_recv() {
            let mut out = Vec::new();
            if exchange.lost > 0 {
                let _ =
                    writeln!(out, "   {} exchanges are not shown: this is read too slowly", exchange.lost);
            }
            self.exchange(&exchange, &mut out);
            if io::stdout().lock().write_all(&out).is_err() {
                // Who reads no more has seen enough; the broker goes on.
                return;
            }
        }
    }

    fn exchange(&mut self, exchange: &Exchange, out: &mut Vec<u8>) {
        let Exchange { peer, request, response, .. } = exchange;
        let read_as = ReadAs::Request { layout: Layout::default(), api: None };
        self.tape = Tape::default();
        let reading = reading::read(&mut self.tape, request, 0, read_as, Depth::ALL);
        let Some(frame) = reading.frame else {
            // What is no request has nothing that a filter could ask for.
            if self.apis.is_empty() && self.client.is_none() && self.topic.is_none() {
                self.show(*peer, "->", request, read_as, out);
                closed(exchange, out);
            }
            return;
        };
        if !self.apis.is_empty() && !self.apis.contains(&frame.key) {
            return;
        }
        if let Some(client) = &self.client {
            let body = frame.body.and_then(|node| self.tape.nodes().get(node));
            let header = request.get(..body.map_or(request.len(), |body| body.start as usize));
            if memchr::memmem::find(header.unwrap_or(request), client.as_bytes()).is_none() {
                return;
            }
        }
        // An ApiVersions request of an unknown version is answered in version 0.
        let version =
            if api::by_key(frame.key).is_some_and(|api| api.response.versions.contain(frame.version)) {
                frame.version
            } else {
                0
            };
        let layout = Layout { size: true, ..Layout::default() };
        let answer_as = ReadAs::Response { layout, api: (frame.key, version) };
        if let Some(topic) = &self.topic {
            let mut found = names(&self.tape, request, topic, &exchange.image);
            if !found && !response.is_empty() {
                self.tape = Tape::default();
                reading::read(&mut self.tape, response, 0, answer_as, Depth::ALL);
                found = names(&self.tape, response, topic, &exchange.image);
            }
            if !found {
                return;
            }
        }
        self.show(*peer, "->", request, read_as, out);
        if !response.is_empty() {
            self.show(*peer, "<-", response, answer_as, out);
        }
        closed(exchange, out);
    }

    fn show(&mut self, peer: SocketAddr, arrow: &str, bytes: &[u8], read_as: ReadAs, out: &mut Vec<u8>) {
        self.tape = Tape::default();
        let reading = reading::read(&mut self.tape, bytes, 0, read_as, Depth::ALL);
        let shown =
            Shown { tape: &self.tape, input: bytes, reading: &reading, repairs: &[], origin: None, base: 0 };
        out.extend_from_slice(format!("{arrow} {peer} ").as_bytes());
        match self.form {
            // One line each, however narrow the terminal: it is for following, and for grep.
            TraceForm::Line if self.style.color => headline::line::<true>(&shown, None, out),
            TraceForm::Line => headline::line::<false>(&shown, None, out),
            TraceForm::Full => render::render(Format::Tree, &shown, &self.style, out),
            TraceForm::Hex => render::render(Format::Hex, &shown, &self.style, out),
        }
    }
}

fn closed(exchange: &Exchange, out: &mut Vec<u8>) {
    let took = exchange.took.as_micros();
    let _ = match &exchange.closed {
        Some(why) => writeln!(out, "   {took} us, closed: {why}"),
        None => writeln!(out, "   {took} us"),
    };
}

/// Whether a message names a topic, by its name or its id.
fn names(tape: &Tape, bytes: &[u8], topic: &str, image: &Image) -> bool {
    let id = image.topics.by_name(topic).map(|topic| topic.id);
    tape.nodes().iter().any(|node| match node.shape {
        Shape::Text => tape.content(bytes, node) == topic.as_bytes(),
        Shape::Uuid if node.field.meaning == Meaning::TopicId => {
            id.is_some_and(|id| tape.bytes(bytes, node.buffer, node.start..node.end) == id.0)
        }
        _ => false,
    })
}
