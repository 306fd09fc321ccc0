//! kafkit explains Apache Kafka's bytes: on the wire, in a hex dump, in its files.
//!
//! # The map
//!
//! | room | what it is for | what it must not do |
//! |---|---|---|
//! | [`codec`] | bytes to messages and back, for every message of Kafka 0.8 to 4.4; the tape that names every byte; what is wrong with bytes and what would mend them | any I/O; know any other room |
//! | [`input`] | what people paste or point at (hex in all its spellings, base64, files) to bytes | know Kafka |
//! | [`decode`] | a stream of bytes to messages: framing, which request a response answers | print |
//! | [`encode`] | JSON, as decode prints it, to bytes | print |
//! | [`log`] | Kafka's files on disk, read: segments, indexes, snapshots, checkpoints; what is wrong with them. Only [`log::write`] (a partition's log), [`log::validate`] (records on their way in) and [`log::clean`] (compaction) write, for the broker | write or lock anything where it reads; print |
//! | [`state`] | records to state, as pure state machines: the cluster, groups, transactions, producers; [`state::coordinator`], which answers the members of groups | do I/O; look at a clock; know who asks |
//! | [`dump`] | `dump-log`: which files, which records of them, in which form | write but to what it is given, and to where `--extract` says |
//! | [`render`] | a tape to text, hex, tables, JSON | decide anything about bytes; write to anything but the buffer it is given |
//! | [`client`] | a client's end of a connection: connect, negotiate, correlate; blocking sockets | print; know any room but `codec` |
//! | [`send`] | `send`: builds requests, finds leaders and coordinators, names to ids; sends, and has what comes shown | know clap |
//! | [`broker`] | `serve`: one node, broker and controller: connections, the table of APIs and their handlers, the metadata log, which logs are here | know `client`, `render` or `cli`: its trace is handed in |
//! | [`cli`] | arguments to options, outcomes to exit codes; the only room that knows clap | hold logic that another command could want |
//!
//! Arrows: `cli` sees all; `decode -> input, codec`; `encode, render, state -> codec`; `log -> state, codec`;
//! `dump -> log, state, render, codec`; `client -> codec`;
//! `send -> client, render, input, codec`; `broker -> log, state, codec`;
//! `codec` and `input` see nobody.
//!
//! # The way of a pasted dump
//!
//! `cli::decode -> input::Input -> decode::Decoder -> codec::detect -> codec::reading -> codec::tape ->
//! render`. If the tape holds an error, `codec::repair` tries what would mend it in between.
//!
//! # The way of a segment
//!
//! `cli::dump_log -> dump::run -> dump::open` (what is it?) `-> log::scan` (batches as byte ranges, and gaps) `->
//! dump::select` (by header, by record) `-> dump::walk -> dump::list` (printed), `dump::stats`, `dump::extract`.
//! `--verify` is `log::verify`, `--image` is `dump::image -> state -> dump::state`, `--format kafka` is `dump::kafka`.
//! Files run side by side and print in order (`dump::parallel`).
//!
//! # The ways through the broker
//!
//! `cli::serve -> broker::start` (directory, metadata, logs) `-> broker::server` (accepts) `-> broker::connection`
//! (frames in one buffer, in place) `-> broker::apis` (the one table) `-> broker::handlers`, [`broker::produce`] `->
//! log::validate -> log::write` (one write), or [`broker::fetch`] `-> log::write` (ranges of segments) `-> sendfile`.
//! A member of a group: `broker::handlers::groups -> ` [`broker::groups`] (a lock for each partition of `__consumer_offsets`)
//! `-> ` [`state::coordinator`] (time and requests in; answers and records out) `-> log::write`; who has to wait for
//! others waits on a channel, and one timer sleeps until the earliest deadline.
//! A change of metadata is records: `broker::metadata` appends them to `__cluster_metadata-0`, applies them to
//! [`state::cluster`], and `broker::hosting` makes the logs what the image says before anybody is answered.
//!
//! # Where this differs from the first design, and why
//!
//! - Records that a response carries may lie elsewhere ([`codec::wire::Records::elsewhere`]): the typed codec
//!   writes their length and tells where they belong, so that one declaration of Fetch serves sendfile, too.
//! - A broker's producer state is its own (`log::write`), beside [`state::producers`]: the one refuses, the other tells
//!   what is odd in a log that is there.
//!
//! - The dissector leaves a flat [`codec::tape::Tape`] and no tree of nodes: one allocation for a whole
//!   stream, where a tree costs one for each field. A node knows where its subtree ends.
//! - A field's declaration is one constant, from which the typed codec, the dissector, JSON and docs
//!   follow. The macro expands to one call for each field and direction, and the helpers in
//!   [`codec::wire`] do the rest: half the code to compile, and after inlining the same machine code.
//! - What a value stands for is part of its declaration (`means ErrorCode`), not a guess by its name.
//! - Arrays of numbers and ids borrow the input ([`codec::wire::Array`]); strings and bytes are
//!   borrowed or owned ([`std::borrow::Cow`]), so that one struct serves both directions.
//! - Files are read through a small window that slides, not by pread at will: a segment is read once from front to back,
//!   and what is packed or comes from a pipe is read by the same code. Where somebody must go back (an index, `--tail`)
//!   it seeks.
//! - `log` sees `state`: whether an index of aborted transactions or a producer snapshot is right is a question to the
//!   state machine that a broker would run over the same log.
//! - Printing is a room of its own (`dump`), since it knows files and their order, which `render` must not.
//! - Findings have three severities: what Kafka's parser refuses, what it would refuse inside of a
//!   field (records, embedded messages), and what it accepts but is odd.

pub mod broker;
pub mod cli;
pub mod client;
pub mod codec;
pub mod decode;
pub mod dump;
pub mod encode;
pub mod input;
pub mod log;
pub mod render;
pub mod send;
pub mod state;
