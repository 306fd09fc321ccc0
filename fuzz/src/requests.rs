//! Frames to a broker in this process, each over a connection of its own: whatever comes, it answers what our own
//! codec can read, or closes, and goes on.
#![no_main]

use std::cell::RefCell;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use kafkit::broker::Broker;
use kafkit::broker::config::{Settings, settings::Source};
use kafkit::broker::connection::{Connection, Context, Pool, Queued};
use kafkit::broker::loggers::Loggers;
use kafkit::broker::node::Advertised;
use kafkit::broker::partitions::Fsync;
use kafkit::broker::start::{self, Plan};
use kafkit::codec::dissect::Depth;
use kafkit::codec::finding::Severity;
use kafkit::codec::frame::Layout;
use kafkit::codec::reading::{ReadAs, read};
use kafkit::codec::tape::Tape;
use libfuzzer_sys::fuzz_target;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// With so many partitions a broker is replaced by a new one.
const PARTITIONS_MAX: usize = 200;
/// So many requests a broker is asked: what is changed and what is written must not go on for ever.
const REQUESTS_MAX: usize = 20_000;
/// Large enough for the longest answer.
const NODES_MAX: usize = 1 << 22;
/// ApiVersions of a version that nobody knows is answered in version 0.
const API_VERSIONS: i16 = 18;
const LISTENER: &str = "PLAINTEXT";
const CONFIGURED: [(&str, &str); 4] = [
    ("node.id", "1"),
    ("process.roles", "broker,controller"),
    ("listeners", "PLAINTEXT://127.0.0.1:9092"),
    ("socket.request.max.bytes", "1000000"),
];

struct Running {
    broker: Arc<Broker>,
    asked: usize,
    _directory: tempfile::TempDir,
}

impl Running {
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let sources: Vec<_> = CONFIGURED.iter().map(|(key, value)| Source::Implied(key, value)).collect();
        let plan = Plan {
            settings: Settings::read(&sources).expect("settings"),
            data: directory.path().join("data"),
            cluster_id: None,
            fsync: Fsync::Never,
            advertised: vec![Advertised { listener: LISTENER.into(), host: "localhost".into(), port: 9092 }],
            trace: None,
            loggers: Loggers::new("INFO", Box::new(|_| {})),
        };
        let broker = start::start(plan).expect("a broker");
        Self { broker, asked: 0, _directory: directory }
    }

    fn is_used_up(&self) -> bool {
        self.asked > REQUESTS_MAX || self.broker.partitions.replicas().len() > PARTITIONS_MAX
    }
}

struct State {
    runtime: tokio::runtime::Runtime,
    listener: TcpListener,
    running: Running,
    pool: Arc<Pool>,
}

impl State {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).expect("a port");
        let mut state = Self { runtime, listener, running: Running::new(), pool: Arc::default() };
        state.begin();
        state
    }

    /// A topic whose id is in no seed, with a name that is.
    fn begin(&mut self) {
        // CreateTopics version 4: one topic `t`, two partitions, one replica.
        let create =
            b"\0\x13\0\x04\0\0\0\x01\xff\xff\0\0\0\x01\0\x01t\0\0\0\x02\0\x01\0\0\0\0\0\0\0\0\0\0\x03\xe8\0";
        let answer = self.ask(create);
        assert!(!answer.is_empty() && self.running.broker.partitions.named(b"t", 1).is_some());
    }

    /// What comes back until the broker closes, which it does since this side has.
    fn ask(&mut self, frame: &[u8]) -> Vec<u8> {
        let (_stop, stopping) = watch::channel(false);
        let Self { runtime, listener, running, pool } = self;
        running.asked += 1;
        runtime.block_on(async {
            let address = listener.local_addr().expect("an address");
            let (client, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
            let (mut client, (stream, peer)) = (client.expect("a client"), accepted.expect("accepted"));
            let context = Context {
                broker: running.broker.clone(),
                pool: pool.clone(),
                queued: Arc::new(Queued::default()),
                listener: LISTENER.into(),
                peer,
                active_ms: Arc::new(AtomicI64::new(0)),
                stopping,
            };
            let asking = async {
                let sized = [&(frame.len() as u32).to_be_bytes(), frame].concat();
                // It may close before all is sent.
                let _ = client.write_all(&sized).await;
                let _ = client.shutdown().await;
                let mut answer = Vec::new();
                let _ = client.read_to_end(&mut answer).await;
                answer
            };
            let serving = async {
                let closed = Connection::new(context, stream).serve().await;
                assert!(!closed.to_string().is_empty());
            };
            let (answer, ()) = tokio::join!(asking, serving);
            answer
        })
    }
}

/// Whatever is answered is one frame with the request's correlation id, and can be read in its version.
fn check(frame: &[u8], answer: &[u8]) {
    if answer.is_empty() {
        return;
    }
    let number = |at: usize| i16::from_be_bytes([frame[at], frame[at + 1]]);
    let (key, mut version) = (number(0), number(2));
    let size = u32::from_be_bytes(*answer.first_chunk().expect("a size")) as usize;
    assert_eq!(answer.len(), 4 + size, "one whole frame");
    assert_eq!(answer[4..8], frame[4..8], "the correlation id");
    if key == API_VERSIONS && !(0..=4).contains(&version) {
        version = 0;
    }
    let mut tape = Tape::new(NODES_MAX, 1 << 20);
    let layout = Layout { size: true, ..Layout::default() };
    let read_as = ReadAs::Response { layout, api: (key, version) };
    let reading = read(&mut tape, answer, 0, read_as, Depth::FIELDS);
    let wrong = tape.findings().iter().find(|finding| finding.severity == Severity::Error);
    assert!(wrong.is_none(), "API {key} version {version}: {wrong:?}");
    assert_eq!(reading.end, answer.len(), "API {key} version {version}");
}

thread_local! {
    static STATE: RefCell<State> = RefCell::new(State::new());
}

fuzz_target!(|frame: &[u8]| {
    STATE.with_borrow_mut(|state| {
        let answer = state.ask(frame);
        check(frame, &answer);
        if state.running.is_used_up() {
            state.running = Running::new();
            state.begin();
        }
    });
});
