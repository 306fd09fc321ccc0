//! `kafkit serve` from outside: how it starts and stops, what it refuses without touching anything, and that no
//! client can hurt it or other clients.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on has failed.

#[path = "common/broker.rs"]
#[allow(dead_code)]
mod broker;

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;
use std::time::{Duration, Instant};

use broker::{
    ANYBODY, Broker, Client, KAFKIT, api_versions, batch, fetch, produce, produced, raw, record, tree,
    values, wait_until,
};
use kafkit::codec::error_codes::codes;
use rustix::process::{Signal, kill_process};

/// What a stop may take.
const STOP: Duration = Duration::from_secs(2);
/// More than an unoptimized broker needs for anything that is asked of it here.
const MEMORY: u64 = 60 << 20;
/// Longer than a test.
const LONG_MS: i32 = 600_000;

fn serve(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(KAFKIT).arg("serve").args(arguments).current_dir(directory).output().unwrap()
}

/// It says why in one line, ends with this code, and leaves everything as it was.
fn refuses(directory: &Path, arguments: &[&str], code: i32, why: &str) {
    let before = tree(directory);
    let output = serve(directory, arguments);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
    assert!(said.contains(why), "{arguments:?}: {why:?} is not in {said:?}");
    assert_eq!(said.trim_end().lines().count(), 1, "{arguments:?}: {said}");
    assert_eq!(said.matches(why).count(), 1, "said twice: {said}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "", "{arguments:?}");
    assert!(tree(directory) == before, "{arguments:?}: something was changed");
}

#[test]
fn needs_nothing_to_start() {
    let directory = tempfile::tempdir().unwrap();
    // The standard port may be taken, so only the directory is left out.
    let mut command = Command::new(KAFKIT);
    let broker = Broker::of(command.args(["serve", "--port", "0"]).current_dir(directory.path())).unwrap();
    assert!(broker.address.ip().is_loopback() && broker.address.port() > 0);
    broker.is_well();
    assert!(directory.path().join("kafkit-data/meta.properties").exists());
    assert!(!directory.path().join("kafkit-data/.kafka_cleanshutdown").exists());
    broker.end();
    assert!(directory.path().join("kafkit-data/.kafka_cleanshutdown").exists());
}

#[test]
fn a_temporary_directory_is_gone_at_the_end() {
    let directory = tempfile::tempdir().unwrap();
    for signal in [Signal::TERM, Signal::INT] {
        let mut command = Command::new(KAFKIT);
        let command = command.args(["serve", "--port", "0", "--temp", "--topic", "t"]);
        let broker = Broker::of(command.env("TMPDIR", directory.path())).unwrap();
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
        // At once, though what it says has just come.
        let (status, took, said) = broker.stop(signal);
        assert!(status.success() && took < STOP, "{status} after {took:?}: {said}");
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    }
}

#[test]
fn stops_in_time_whoever_is_connected() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let mut written = Vec::new();
    for signal in [Signal::TERM, Signal::INT] {
        let broker = Broker::on(&data, &["--topic", "t:4"]);
        let address = broker.address;
        // Waits for records that never come.
        let mut waiting = broker.connect();
        waiting.send(&fetch(1, "t", 3, 0, LONG_MS)).unwrap();
        // Never finishes its request.
        let mut half = broker.connect();
        half.send(&api_versions(1)[..9]).unwrap();
        let _idle = broker.connect();
        // Asks for much and takes nothing.
        let mut deaf = broker.connect();
        for _ in 0..20 {
            deaf.produce("t", 2, &record(900_000)).unwrap();
        }
        for _ in 0..10 {
            deaf.send(&fetch(1, "t", 2, 0, 0)).unwrap();
        }
        let producers: Vec<_> = (0..2)
            .map(|partition| {
                thread::spawn(move || {
                    let mut client = Client::new(address).unwrap();
                    let frame = produce(1, 1, "t", partition, &record(1000));
                    let mut acknowledged = 0;
                    // Never waits with an empty hand.
                    let sent = [&frame[..]; 20].concat();
                    'all: while client.send(&sent).is_ok() {
                        for _ in 0..20 {
                            let Ok(answer) = client.receive() else { break 'all };
                            assert_eq!(produced(&answer).0, 0);
                            acknowledged += 1;
                        }
                    }
                    acknowledged
                })
            })
            .collect();
        thread::sleep(Duration::from_millis(300));
        let (status, took, said) = broker.stop(signal);
        assert!(status.success() && took < STOP, "{status} after {took:?}: {said}");
        let acknowledged: Vec<usize> = producers.into_iter().map(|thread| thread.join().unwrap()).collect();
        assert!(acknowledged.iter().all(|count| *count > 0), "{acknowledged:?}");
        written.push(acknowledged);
    }
    let broker = Broker::on(&data, &[]);
    assert!(!broker.said().contains("WARN"), "{}", broker.said());
    let mut client = broker.connect();
    for partition in 0..2 {
        let there = values(&mut client, "t", partition, 0).len();
        let acknowledged: usize = written.iter().map(|counts| counts[partition as usize]).sum();
        assert!(there >= acknowledged, "partition {partition}: {there} of {acknowledged}");
    }
    broker.end();
}

#[test]
fn refuses_what_cannot_be_and_touches_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    std::fs::write(path("file"), "hello").unwrap();
    std::fs::create_dir(path("other")).unwrap();
    std::fs::write(path("other/precious"), "hello").unwrap();
    std::fs::write(path("bad.properties"), "node.id=1\nlog.segment.bytes=many\n").unwrap();
    std::fs::write(path("two.properties"), "log.dirs=a,b\n").unwrap();
    Broker::on(&path("good"), &["--topic", "t"]).end();

    let refuses = |arguments: &[&str], code, why| refuses(directory.path(), arguments, code, why);
    refuses(&["--port", &port, "--data", "new"], 1, "another process listens there");
    refuses(&["--port", &port, "--data", "good"], 1, "another process listens there");
    refuses(&["--port", &port, "--temp"], 1, "another process listens there");
    refuses(&["--port", "0", "--data", "file"], 1, "file");
    refuses(&["--port", "0", "--data", "file/below"], 1, "file/below");
    refuses(&["--port", "0", "--data", "other"], 1, "precious");
    refuses(&["--port", "0", "--data", "good", "--config", "node.id=2"], 1, "node.id is 1 there, and 2 here");
    let other = "--cluster-id=AAAAAAAAQACAAAAAAAAAAw";
    refuses(&["--port", "0", "--data", "good", other], 1, "AAAAAAAAQACAAAAAAAAAAw is wanted");
    refuses(&["--data", "new", "--listen", "SSL://127.0.0.1:0"], 2, "--listen: the listener SSL");
    refuses(&["--port", "0", "--data", "new", "--config", "metadata.log.dir=/m"], 2, "metadata.log.dir");
    refuses(&["--port", "0", "--data", "new", "--config", "node.id=x"], 2, "node.id");
    refuses(&["--port", "0", "--data", "new", "--config", "nonsense"], 2, "nonsense");
    refuses(&["--port", "0", "--data", "new", "bad.properties"], 2, "log.segment.bytes");
    refuses(&["--port", "0", "two.properties"], 2, "log.dirs");
    refuses(&["--port", "0", "--data", "new", "missing.properties"], 2, "missing.properties");
    refuses(&["--data", "new", "--listen", "127.0.0.1:x"], 2, "127.0.0.1:x");
    refuses(&["--data", "new", "--listen", "203.0.113.1:0"], 1, "203.0.113.1:0");

    let meta = std::fs::read_to_string(path("good/meta.properties")).unwrap();
    for (from, to, why) in [
        ("directory.id=", "directory.id=?", "directory.id"),
        ("cluster.id=", "other=", "cluster.id is missing"),
        ("version=1", "version=7", "version 1 is expected"),
    ] {
        std::fs::create_dir_all(path("bad")).unwrap();
        std::fs::write(path("bad/meta.properties"), meta.replace(from, to)).unwrap();
        refuses(&["--port", "0", "--data", "bad"], 1, why);
    }

    let mut running = Broker::on(&path("good"), &[]);
    thread::sleep(Duration::from_millis(50));
    refuses(&["--port", "0", "--data", "good"], 1, "another process has locked it");
    running.is_well();
    running.child.kill().unwrap();
    running.child.wait().unwrap();
    // Nobody holds the lock of a dead process.
    Broker::on(&path("good"), &[]).end();
}

#[test]
fn refuses_a_directory_that_cannot_be_written() {
    // Root may write everywhere, but not on what is mounted to be read.
    let directory = tempfile::tempdir().unwrap();
    let Some(mount) = Mount::new(directory.path()) else { return };
    let script = format!(
        "{} && mount -o remount,ro {1} && exec {KAFKIT} serve --port 0 --data {1}/data",
        mount.script(1),
        mount.path()
    );
    let output = Command::new("unshare").args(["-rm", "sh", "-c", &script]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("Read-only file system") && said.trim().lines().count() == 1, "{said}");
}

#[test]
fn a_mount_point_of_its_own_is_taken() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::create_dir(directory.path().join("lost+found")).unwrap();
    Broker::on(directory.path(), &[]).end();
}

#[test]
fn an_unknown_version_of_api_versions_is_told_which_there_are() {
    let broker = Broker::start(&["--temp"]);
    let mut client = broker.connect();
    // No tagged fields in the header, as in all flexible versions, and a body that nobody knows.
    client.send(&raw(18, 99, 5, &[0, 1, 2, 3])).unwrap();
    let answer = client.receive().unwrap();
    // Correlation id, UNSUPPORTED_VERSION, one API, which is ApiVersions.
    assert_eq!(answer[..14], [0, 0, 0, 5, 0, 35, 0, 0, 0, 1, 0, 18, 0, 0]);
    client.send(&api_versions(6)).unwrap();
    assert_eq!(client.receive().unwrap()[..6], [0, 0, 0, 6, 0, 0]);
}

#[test]
fn bad_frames_end_their_connection_and_nothing_else() {
    let broker = Broker::start(&["--temp", "--topic", "t"]);
    let mut other = broker.connect();
    let good = api_versions(1);
    let mut cases: Vec<(&str, Vec<u8>)> = vec![
        ("size -1", vec![0xff; 4]),
        ("size 0", vec![0; 8]),
        ("size 2147483647", [&i32::MAX.to_be_bytes()[..], &[0; 100]].concat()),
        ("size 104857601", [&104_857_601_i32.to_be_bytes()[..], &[0; 100]].concat()),
        ("http", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec()),
        ("unknown api", raw(4321, 0, 1, &[])),
        ("negative api", raw(-3, 0, 1, &[])),
        ("unserved api", raw(4, 0, 1, &[])),
        ("unknown version", raw(3, 99, 1, &[])),
        ("negative version", raw(3, -1, 1, &[])),
        ("header cut", vec![0, 0, 0, 3, 0, 18, 0]),
        ("client id too long", vec![0, 0, 0, 12, 0, 18, 0, 0, 0, 0, 0, 1, 0x7f, 0xff, b'a', b'b']),
        ("body cut", raw(3, 1, 1, &[0, 0, 0, 1, 0, 9, b't'])),
        ("count too large", raw(3, 1, 1, &[0x7f, 0xff, 0xff, 0xff])),
        ("produce cut", raw(0, 8, 1, &[0xff, 0xff, 0, 1, 0, 0])),
        ("fetch cut", raw(1, 11, 1, &[0xff, 0xff, 0, 1, 0, 0])),
        ("acks=0, unknown topic", produce(1, 0, "nothing", 0, &record(10))),
        ("acks=0, broken batch", produce(1, 0, "t", 0, &[1; 80])),
    ];
    let mut seed = 1_u64;
    for _ in 0..40 {
        let mut noise = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) as u8
        };
        let key = noise() % 75;
        let body: Vec<u8> = (0..60).map(|_| noise()).collect();
        cases.push(("noise", raw(i16::from(key), i16::from(noise() % 4), 1, &body)));
    }
    for (what, bytes) in &cases {
        let mut client = broker.connect();
        // What came before is answered, and nothing of what is not to be read.
        client.send(&[&good[..], &good, bytes].concat()).unwrap();
        for _ in 0..2 {
            let answer = client.receive().unwrap_or_else(|error| panic!("{what}: {error}"));
            assert_eq!(answer[..6], [0, 0, 0, 1, 0, 0], "{what}");
        }
        // Noise may be a request by chance.
        let _ = client.stream.shutdown(std::net::Shutdown::Write);
        let rest = client.is_closed();
        if *what != "noise" {
            assert_eq!(rest, [0_u8; 0], "{what}");
        } else if let Some(size) = rest.first_chunk() {
            assert!(rest.len() >= 4 + u32::from_be_bytes(*size) as usize, "half an answer");
        }
        other.send(&good).unwrap();
        other.receive().unwrap();
    }
    // Closed by the client within a request.
    broker.connect().send(&good[..6]).unwrap();
    broker.says("within a request");
    let said = broker.end();
    for words in ["size -1", "size 2147483647", "version 99", "acks=0"] {
        assert!(said.contains(words), "{words:?} is not in {said}");
    }
    assert!(!said.contains("panicked"), "{said}");
}

#[test]
fn memory_is_for_what_has_come() {
    let broker = Broker::start(&["--temp", "--topic", "t"]);
    broker.is_well();
    let before = broker.memory();
    let claim = |size: u32| [&size.to_be_bytes()[..], &[0, 0, 0, 8, 0, 0, 0, 1]].concat();
    let mut open = Vec::new();
    for _ in 0..100 {
        let mut client = broker.connect();
        client.send(&claim(100 << 20)).unwrap();
        open.push(client);
    }
    for _ in 0..900 {
        let mut client = broker.connect();
        client.send(&api_versions(1)[..9]).unwrap();
        open.push(client);
    }
    broker.is_well();
    thread::sleep(Duration::from_millis(200));
    let grown = broker.memory().saturating_sub(before);
    // A few KB each.
    assert!(grown < 16 << 20, "{grown} bytes more with {} half requests", open.len());
    let busy = broker.busy();
    thread::sleep(Duration::from_millis(500));
    assert!(broker.busy() - busy < Duration::from_millis(200), "busy with nothing to do");
    // A request in small pieces is one all the same.
    let client = open.last_mut().unwrap();
    for byte in &api_versions(1)[9..] {
        client.send(&[*byte]).unwrap();
        thread::sleep(Duration::from_millis(2));
    }
    assert_eq!(client.receive().unwrap()[..6], [0, 0, 0, 1, 0, 0]);
    drop(open);
    broker.end();
}

#[test]
fn a_client_that_takes_nothing_costs_nothing() {
    let broker = Broker::start(&["--temp", "--topic", "t"]);
    let mut client = broker.connect();
    for _ in 0..20 {
        assert_eq!(client.produce("t", 0, &record(900_000)).unwrap().0, 0);
    }
    let deaf: Vec<Client> = (0..20)
        .map(|_| {
            let mut deaf = broker.connect();
            for _ in 0..50 {
                deaf.send(&fetch(1, "t", 0, 0, 0)).unwrap();
            }
            deaf
        })
        .collect();
    // Those who have many small answers to take, too.
    let chatty = broker.connect();
    chatty.stream.set_nonblocking(true).unwrap();
    let mut many = Client { stream: chatty.stream.try_clone().unwrap() };
    let small = api_versions(1).repeat(2000);
    for _ in 0..200 {
        if many.send(&small).is_err() {
            break;
        }
    }
    thread::sleep(Duration::from_millis(300));
    assert!(broker.memory() < MEMORY, "{} bytes", broker.memory());
    broker.is_well();
    assert_eq!(client.produce("t", 0, &record(10)).unwrap().0, 0);
    drop((deaf, chatty));
    broker.end();
}

#[test]
fn a_client_that_is_gone_is_not_waited_for() {
    let broker = Broker::start(&["--temp", "--topic", "t"]);
    let descriptors = || std::fs::read_dir(format!("/proc/{}/fd", broker.child.id())).unwrap().count();
    let mut client = broker.connect();
    client.send(&api_versions(1)).unwrap();
    client.receive().unwrap();
    let before = descriptors();
    for _ in 0..50 {
        broker.connect().send(&fetch(1, "t", 0, 0, LONG_MS)).unwrap();
    }
    wait_until("connections whose clients are gone end", || descriptors() <= before + 2);
    // Who says that it has asked for everything is answered.
    client.send(&fetch(1, "t", 0, 0, LONG_MS)).unwrap();
    client.stream.shutdown(std::net::Shutdown::Write).unwrap();
    assert_eq!(client.receive().unwrap()[..4], [0, 0, 0, 1]);
    broker.end();
}

#[test]
fn connections_are_bounded() {
    let broker = Broker::start(&["--temp", "--config", "max.connections=8"]);
    let mut open: Vec<Client> = (0..8).map(|_| broker.connect()).collect();
    for client in &mut open {
        client.send(&api_versions(1)).unwrap();
        client.receive().unwrap();
    }
    assert!(broker.connect().is_closed().is_empty());
    open.pop();
    wait_until("a place is free again", || {
        let mut client = broker.connect();
        client.send(&api_versions(1)).is_ok() && client.receive().is_ok()
    });
    broker.says("too many connections");

    let broker = Broker::start(&["--temp", "--config", "max.connections.per.ip=1"]);
    let mut first = broker.connect();
    first.send(&api_versions(1)).unwrap();
    first.receive().unwrap();
    assert!(broker.connect().is_closed().is_empty());
    first.send(&api_versions(1)).unwrap();
    first.receive().unwrap();
}

#[test]
fn who_says_nothing_is_closed() {
    let broker = Broker::start(&["--temp", "--config", "connections.max.idle.ms=300"]);
    let mut idle = broker.connect();
    let mut half = broker.connect();
    half.send(&api_versions(1)[..7]).unwrap();
    assert!(idle.is_closed().is_empty());
    assert!(half.is_closed().is_empty());
    broker.is_well();
}

#[test]
fn requests_are_bounded() {
    let broker = Broker::start(&["--temp", "--topic", "t", "--config", "socket.request.max.bytes=1000"]);
    let mut client = broker.connect();
    assert_eq!(client.produce("t", 0, &record(500)).unwrap().0, 0);
    client.send(&produce(1, 1, "t", 0, &record(1000))).unwrap();
    assert!(client.is_closed().is_empty());
    broker.says("socket.request.max.bytes");
    broker.is_well();
}

#[test]
fn requests_together_are_bounded() {
    const LARGE: usize = 900_000;
    let limits = ["queued.max.request.bytes=1500000", "socket.request.max.bytes=1000000"];
    let broker = Broker::start(&["--temp", "--topic", "t", "--config", limits[0], "--config", limits[1]]);
    let frame = produce(1, 1, "t", 0, &record(LARGE));
    let mut first = broker.connect();
    first.send(&frame[..LARGE / 2]).unwrap();
    thread::sleep(Duration::from_millis(200));
    // Nothing of the second is read while the first one holds what there is, and small ones go by.
    let mut second = broker.connect();
    second.send(&frame[..200_000]).unwrap();
    broker.is_well();
    let mut late = broker.connect();
    assert_eq!(late.produce("t", 0, &record(1000)).unwrap(), (0, 0));
    first.send(&frame[LARGE / 2..]).unwrap();
    assert_eq!(produced(&first.receive().unwrap()), (0, 1));
    second.send(&frame[200_000..]).unwrap();
    assert_eq!(produced(&second.receive().unwrap()), (0, 2));
    // One that is given up gives back what it held.
    first.send(&frame[..LARGE / 2]).unwrap();
    thread::sleep(Duration::from_millis(100));
    drop(first);
    assert_eq!(late.produce("t", 0, &record(LARGE)).unwrap(), (0, 3));
    // Who waits is no reason not to stop.
    let mut holds = broker.connect();
    holds.send(&frame[..LARGE / 2]).unwrap();
    thread::sleep(Duration::from_millis(100));
    let mut waits = broker.connect();
    waits.send(&frame[..LARGE / 2]).unwrap();
    thread::sleep(Duration::from_millis(100));
    let (status, took, _) = broker.stop(Signal::TERM);
    assert!(status.success() && took < STOP, "{status} after {took:?}");
}

#[test]
fn too_many_open_files_are_survived() {
    let directory = tempfile::tempdir().unwrap();
    let script = format!(
        "ulimit -n 64; exec {KAFKIT} serve --port 0 --data {}/data --topic t:20",
        directory.path().display()
    );
    let broker = Broker::of(Command::new("sh").args(["-c", &script])).unwrap();
    let mut client = broker.connect();
    let open: Vec<TcpStream> = (0..100).filter_map(|_| TcpStream::connect(broker.address).ok()).collect();
    broker.says("cannot accept");
    let busy = broker.busy();
    thread::sleep(Duration::from_secs(1));
    let used = broker.busy() - busy;
    assert!(used < Duration::from_millis(400), "a busy loop: {used:?} in a second");
    // Who is in is served, as far as files can be opened.
    client.send(&api_versions(1)).unwrap();
    client.receive().unwrap();
    let (code, _) = client.produce("t", 15, &record(10)).unwrap();
    assert!([0, codes::KAFKA_STORAGE_ERROR].contains(&code), "{code}");
    drop(open);
    broker.is_well();
    wait_until("it recovers", || broker.connect().produce("t", 0, &record(10)).unwrap().0 == 0);
    for partition in 0..20 {
        let (code, _) = client.produce("t", partition, &record(10)).unwrap();
        assert_eq!(code, 0, "partition {partition}: {}", broker.said());
    }
    for partition in 0..20 {
        assert!(!values(&mut client, "t", partition, 0).is_empty(), "partition {partition}");
    }
    let said = broker.end();
    assert!(!said.contains("panicked"), "{said}");
}

/// A small disk of its own, which only the broker sees: it is mounted in a namespace.
struct Mount {
    path: PathBuf,
}

impl Mount {
    /// None where the machine does not let us.
    fn new(directory: &Path) -> Option<Self> {
        let mount = Self { path: directory.to_owned() };
        let tried = Command::new("unshare").args(["-rm", "sh", "-c", &mount.script(1)]).output();
        let is = tried.is_ok_and(|output| output.status.success());
        if !is {
            eprintln!("passed over: no namespaces here");
        }
        is.then_some(mount)
    }

    fn path(&self) -> String {
        self.path.display().to_string()
    }

    fn script(&self, megabytes: u32) -> String {
        format!("mount -t tmpfs -o size={megabytes}m tmpfs {}", self.path())
    }
}

#[test]
fn a_full_disk_is_said_and_survived() {
    let directory = tempfile::tempdir().unwrap();
    let Some(mount) = Mount::new(directory.path()) else { return };
    for fsync in ["never", "always"] {
        let script = format!(
            "{} && exec {KAFKIT} serve --port 0 --fsync {fsync} --topic t:2,segment.bytes=1048576 --data {}/data",
            mount.script(12),
            mount.path()
        );
        let broker = Broker::of(Command::new("unshare").args(["-rm", "sh", "-c", &script])).unwrap();
        let inside = PathBuf::from(format!("/proc/{}/root{}", broker.child.id(), mount.path()));
        std::fs::write(inside.join("filler"), vec![1; 6 << 20]).unwrap();
        let mut client = broker.connect();
        let mut acknowledged = [0, 0];
        let mut refused = 0;
        let mut number = 0_u64;
        let mut send = |client: &mut Client, partition: usize, acknowledged: &mut [u64; 2]| {
            let value = [&number.to_be_bytes()[..], &[7; 20_000]].concat();
            number += 1;
            let (code, offset) = client.produce("t", partition as i32, &batch(ANYBODY, &[value])).unwrap();
            match code {
                0 => {
                    assert_eq!(offset as u64, acknowledged[partition], "a gap or twice");
                    acknowledged[partition] += 1;
                }
                code => assert_eq!(code, codes::KAFKA_STORAGE_ERROR),
            }
            code == 0
        };
        while refused < 50 {
            refused += usize::from(!send(&mut client, 0, &mut acknowledged));
            refused += usize::from(!send(&mut client, 1, &mut acknowledged));
        }
        assert!(acknowledged[0] > 20, "{acknowledged:?}");
        // What is there is still served, and other requests are answered.
        broker.is_well();
        for partition in [0, 1] {
            let there = values(&mut client, "t", partition, 0).len() as u64;
            assert_eq!(there, acknowledged[partition as usize]);
        }
        std::fs::remove_file(inside.join("filler")).unwrap();
        for _ in 0..60 {
            assert!(send(&mut client, 0, &mut acknowledged), "after space has come back");
            assert!(send(&mut client, 1, &mut acknowledged), "after space has come back");
        }
        for partition in [0, 1] {
            let there = values(&mut client, "t", partition, 0).len() as u64;
            assert_eq!(there, acknowledged[partition as usize]);
        }
        // And it stops in order, or says what it could not write, with the disk full again.
        let _ = std::fs::write(inside.join("filler"), vec![1; 12 << 20]);
        let copy = tempfile::tempdir().unwrap();
        let mut broker = broker;
        kill_process(broker.pid(), Signal::STOP).unwrap();
        let copied = Command::new("cp").arg("-r").arg(inside.join("data")).arg(copy.path()).status().unwrap();
        assert!(copied.success());
        kill_process(broker.pid(), Signal::CONT).unwrap();
        kill_process(broker.pid(), Signal::TERM).unwrap();
        let begin = Instant::now();
        broker.child.wait().unwrap();
        assert!(begin.elapsed() < STOP);
        // As after a crash in the midst of it.
        let broker = Broker::on(&copy.path().join("data"), &[]);
        let mut client = broker.connect();
        for partition in [0, 1] {
            let there = values(&mut client, "t", partition, 0).len() as u64;
            assert_eq!(there, acknowledged[partition as usize], "{}", broker.said());
        }
        broker.end();
    }
}

/// The files of a partition that end so, in order.
fn files(directory: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        entries.filter(|path| path.extension().is_some_and(|found| found == extension)).collect();
    files.sort();
    files
}

#[test]
fn a_damaged_partition_is_offline_and_others_are_not() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let broker = Broker::on(&data, &["--topic", "t:2,segment.bytes=1048576", "--topic", "other"]);
    let mut client = broker.connect();
    for _ in 0..30 {
        for partition in [0, 1] {
            assert_eq!(client.produce("t", partition, &record(100_000)).unwrap().0, 0);
        }
        assert_eq!(client.produce("other", 0, &record(10)).unwrap().0, 0);
    }
    broker.end();
    // All of it was said to be on the disk; then the broker did not stop in order.
    std::fs::remove_file(data.join(".kafka_cleanshutdown")).unwrap();
    let log = files(&data.join("t-0"), "log").pop().unwrap();
    let mut bytes = std::fs::read(&log).unwrap();
    bytes[5000] ^= 1;
    std::fs::write(&log, &bytes).unwrap();
    let before = tree(&data.join("t-0"));

    let broker = Broker::on(&data, &[]);
    let mut client = broker.connect();
    let said = broker.said();
    assert!(said.contains("t-0 is offline") && said.contains("damaged at byte"), "{said}");
    assert_eq!(client.produce("t", 0, &record(10)).unwrap().0, codes::KAFKA_STORAGE_ERROR);
    assert_eq!(client.fetch("t", 0, 0).unwrap().0, codes::KAFKA_STORAGE_ERROR);
    for (topic, partition) in [("t", 1), ("other", 0)] {
        assert_eq!(client.produce(topic, partition, &record(10)).unwrap(), (0, 30));
        assert_eq!(values(&mut client, topic, partition, 0).len(), 31);
    }
    broker.end();
    assert!(tree(&data.join("t-0")) == before, "the evidence was changed");

    // What is put right is served again.
    bytes[5000] ^= 1;
    std::fs::write(&log, &bytes).unwrap();
    let broker = Broker::on(&data, &[]);
    assert_eq!(values(&mut broker.connect(), "t", 0, 0).len(), 30);
    broker.end();
}

#[test]
fn a_damaged_metadata_log_is_said() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    Broker::on(&data, &["--topic", "t:2"]).end();
    let metadata = data.join("__cluster_metadata-0");
    for snapshot in files(&metadata, "checkpoint") {
        std::fs::remove_file(snapshot).unwrap();
    }
    let log = files(&metadata, "log").remove(0);
    let bytes = std::fs::read(&log).unwrap();
    for clean in [true, false] {
        if !clean {
            std::fs::remove_file(data.join(".kafka_cleanshutdown")).unwrap();
        }
        for at in [10, 70, bytes.len() / 2, bytes.len() - 5] {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x55;
            std::fs::write(&log, &damaged).unwrap();
            let output = serve(directory.path(), &["--port", "0", "--data", "data"]);
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(1), "byte {at}, clean {clean}: {said}");
            assert!(said.contains("__cluster_metadata-0"), "byte {at}, clean {clean}: {said}");
            assert!(!said.contains("panicked"), "{said}");
            assert!(std::fs::read(&log).unwrap() == damaged, "byte {at}: the evidence was changed");
        }
    }
}
