//! `kill -9` while idempotent producers write as fast as they can: after every restart each acknowledged record is
//! there exactly once and in order. `KAFKIT_CRASH_ROUNDS=50 cargo test --test crash -- --nocapture` does it longer.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on has failed.

#[path = "common/broker.rs"]
#[allow(dead_code)]
mod broker;
#[path = "common/topics.rs"]
#[allow(dead_code)]
mod topics;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use broker::{ANYBODY, Broker, Client, KAFKIT, batch, produce, produced, read, values};
use kafkit::codec::messages::transactions::init_producer_id_request::InitProducerIdRequest;
use kafkit::codec::messages::transactions::init_producer_id_response::InitProducerIdResponse;

const TOPIC: &str = "t";
const PARTITIONS: i32 = 3;
/// What Kafka's producers have at most unanswered, and brokers remember of each.
const IN_FLIGHT: usize = 5;
const VALUE_BYTES: usize = 300;
const ROUNDS: u64 = 4;
/// So often it is stopped in order, and all files are looked at.
const STOP_EVERY: u64 = 10;
/// Far more than a recovery of what these producers can write.
const RECOVERY: Duration = Duration::from_secs(10);
const ACKS_ALL: i16 = -1;

/// A producer of one partition, which outlives connections and brokers.
struct Producer {
    partition: i32,
    id: i64,
    next_value: u64,
    /// Not acknowledged: the value after the last, and the batch.
    unacknowledged: VecDeque<(u64, Vec<u8>)>,
    acknowledged: u64,
    /// Looked at already: so many values, and the offset behind them.
    seen: u64,
}

/// A number that is different each time, and the same in each run.
fn scattered(seed: u64) -> u64 {
    let mut x = seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x ^= x >> 29;
    x = x.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x ^ (x >> 32)
}

impl Producer {
    fn new(partition: i32, client: &mut Client) -> Self {
        const VERSION: i16 = 1;
        let request = InitProducerIdRequest { transactional_id: None, ..Default::default() };
        let answer = client.ask(VERSION, &request).unwrap();
        let response: InitProducerIdResponse<'_> = read(&answer, VERSION);
        assert_eq!(response.error_code, 0);
        let id = response.producer_id;
        Self { partition, id, next_value: 0, unacknowledged: VecDeque::new(), acknowledged: 0, seen: 0 }
    }

    fn next(&mut self) {
        let count = 1 + scattered(self.next_value) % 20;
        let value = |number: u64| [&number.to_be_bytes()[..], &[7; VALUE_BYTES]].concat();
        let all: Vec<_> = (self.next_value..self.next_value + count).map(value).collect();
        // Sequences go round at 2^31, which is not reached here.
        let batch = batch((self.id, 0, self.next_value as i32), &all);
        self.next_value += count;
        self.unacknowledged.push_back((self.next_value, batch));
    }

    /// Sends what was not acknowledged again, and then more and more, until the broker is gone.
    fn run(&mut self, address: SocketAddr, refused: &AtomicUsize) {
        let _ = self.try_run(address, refused);
    }

    fn try_run(&mut self, address: SocketAddr, refused: &AtomicUsize) -> std::io::Result<()> {
        let mut client = Client::new(address)?;
        let mut sent = 0;
        loop {
            while sent < IN_FLIGHT {
                if sent == self.unacknowledged.len() {
                    self.next();
                }
                let batch = &self.unacknowledged[sent].1;
                client.send(&produce(9, ACKS_ALL, TOPIC, self.partition, batch))?;
                sent += 1;
            }
            let (code, _) = produced(&client.receive()?);
            if code != 0 {
                eprintln!("partition {}: error {code}", self.partition);
                refused.fetch_add(1, Ordering::Relaxed);
                return Ok(());
            }
            let (end, _) = self.unacknowledged.pop_front().unwrap();
            self.acknowledged = end;
            sent -= 1;
        }
    }

    /// Value `n` is at offset `n`, once; none that was acknowledged is missing; none is there that was not sent.
    fn check(&mut self, address: SocketAddr, from: u64) {
        let mut client = Client::new(address).unwrap();
        let mut next = from;
        for (offset, value) in values(&mut client, TOPIC, self.partition, from as i64) {
            let number = u64::from_be_bytes(*value.first_chunk().unwrap());
            assert_eq!((offset, number), (next as i64, next), "partition {}", self.partition);
            next += 1;
        }
        let (partition, acknowledged) = (self.partition, self.acknowledged);
        assert!(next >= acknowledged, "partition {partition}: ends at {next}, acknowledged {acknowledged}");
        assert!(next <= self.next_value, "partition {partition}: ends at {next}, sent {}", self.next_value);
        self.seen = next;
    }
}

fn rounds() -> u64 {
    std::env::var("KAFKIT_CRASH_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(ROUNDS)
}

fn command(data: &Path, fsync: &str) -> Command {
    let mut command = Command::new(KAFKIT);
    command.args(["serve", "--port", "0", "--fsync", fsync, "--data"]).arg(data);
    // So that there is something in the checkpoints.
    for often in
        ["log.flush.offset.checkpoint.interval.ms=0", "log.flush.start.offset.checkpoint.interval.ms=0"]
    {
        command.args(["--config", often]);
    }
    // The smallest segments that there may be, and indexes that fill up.
    command
        .args(["--topic", &format!("{TOPIC}:{PARTITIONS},segment.bytes=1048576,segment.index.bytes=2048")]);
    command
}

fn verified(data: &Path) {
    // What a kill has left of a topic is kept, and of no topic any more.
    for entry in std::fs::read_dir(data).unwrap().map(Result::unwrap) {
        if entry.file_name().to_string_lossy().ends_with("-stray") {
            std::fs::remove_dir_all(entry.path()).unwrap();
        }
    }
    let done = Command::new(KAFKIT).args(["dump-log", "--verify"]).arg(data).output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{said}{}", String::from_utf8_lossy(&done.stderr));
}

/// A topic that is deleted and made again all the time, while its records are produced and deleted.
struct Fleeting {
    /// A number for each time it was made.
    life: u64,
    /// It was made for sure, and is not being deleted.
    lives: bool,
    /// Acknowledged, and deleted from its beginning for sure.
    records: i64,
    deleted: i64,
    /// Sent behind those and not acknowledged: each may be there.
    unknown: i64,
}

const FLEETING: &str = "fleeting";

impl Fleeting {
    fn new() -> Self {
        Self { life: 0, lives: false, records: 0, deleted: 0, unknown: 0 }
    }

    /// Goes on until the broker is gone.
    fn run(&mut self, address: SocketAddr) {
        let _ = self.try_run(address);
    }

    fn try_run(&mut self, address: SocketAddr) -> std::io::Result<()> {
        let mut client = Client::new(address)?;
        loop {
            if !self.lives {
                // An earlier one may have been half way.
                topics::delete(&mut client, FLEETING)?;
                self.life += 1;
                (self.records, self.deleted, self.unknown) = (0, 0, 0);
                let small = [("segment.bytes", "1048576")];
                assert_eq!(topics::create(&mut client, FLEETING, 1, &small)?, 0);
                self.lives = true;
            }
            for at in 0..4 + scattered(self.life) % 8 {
                let value = [&self.life.to_be_bytes()[..], &[7; 200_000]].concat();
                let expected = self.records..=self.records + self.unknown;
                self.unknown += 1;
                let (code, offset) = client.produce(FLEETING, 0, &batch(ANYBODY, &[value]))?;
                assert!(code == 0 && expected.contains(&offset), "{code} {offset}, not {expected:?}");
                (self.records, self.unknown) = (offset + 1, 0);
                if at == 3 {
                    self.deleted = self.records - 2;
                    assert_eq!(topics::delete_records(&mut client, FLEETING, 0, self.deleted)?, 0);
                }
            }
            self.lives = false;
            assert_eq!(topics::delete(&mut client, FLEETING)?, 0);
        }
    }

    /// All that was acknowledged is there, and nothing of earlier ones.
    fn check(&self, address: SocketAddr) {
        if !self.lives {
            return;
        }
        let mut client = Client::new(address).unwrap();
        if self.records == 0 {
            return;
        }
        let there = values(&mut client, FLEETING, 0, self.deleted);
        let ours = there.iter().all(|(_, value)| value.starts_with(&self.life.to_be_bytes()));
        let next = there.last().map_or(self.deleted, |(offset, _)| offset + 1);
        let expected = self.records..=self.records + self.unknown;
        assert!(ours && expected.contains(&next), "{next}, not {expected:?}");
    }
}

fn crash(fsync: &str) {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let mut producers: Vec<Producer> = Vec::new();
    let mut fleeting = Fleeting::new();
    let refused = AtomicUsize::new(0);
    let (mut killed, mut slowest) = (0, Duration::ZERO);
    for round in 0..rounds() {
        if round % 5 == 3 {
            // Killed again while it recovers.
            let mut child = command(&data, fsync).stdout(std::process::Stdio::null()).spawn().unwrap();
            thread::sleep(Duration::from_millis(scattered(round) % 60));
            child.kill().unwrap();
            child.wait().unwrap();
            killed += 1;
        }
        let begin = Instant::now();
        let mut broker = Broker::of(&mut command(&data, fsync)).unwrap();
        slowest = slowest.max(begin.elapsed());
        assert!(begin.elapsed() < RECOVERY, "round {round}: started after {:?}", begin.elapsed());
        if producers.is_empty() {
            let mut client = broker.connect();
            producers = (0..PARTITIONS).map(|partition| Producer::new(partition, &mut client)).collect();
        }
        for producer in &mut producers {
            producer.check(broker.address, producer.seen);
        }
        fleeting.check(broker.address);
        let in_order = round % STOP_EVERY == STOP_EVERY - 1;
        thread::scope(|scope| {
            for producer in &mut producers {
                let (address, refused) = (broker.address, &refused);
                scope.spawn(move || producer.run(address, refused));
            }
            let (address, fleeting) = (broker.address, &mut fleeting);
            scope.spawn(move || fleeting.run(address));
            thread::sleep(Duration::from_millis(50 + scattered(round) % 350));
            if in_order {
                rustix::process::kill_process(broker.pid(), rustix::process::Signal::TERM).unwrap();
            } else {
                broker.child.kill().unwrap();
                killed += 1;
            }
            let status = broker.child.wait().unwrap();
            assert_eq!(status.success(), in_order, "{status}");
        });
        assert_eq!(refused.load(Ordering::Relaxed), 0, "round {round}: {}", broker.said());
        let said = broker.said();
        assert!(!said.contains("ERROR") && !said.contains("panicked"), "round {round}: {said}");
        if in_order {
            verified(&data);
        }
    }
    let broker = Broker::of(&mut command(&data, fsync)).unwrap();
    for producer in &mut producers {
        producer.check(broker.address, 0);
    }
    fleeting.check(broker.address);
    assert!(fleeting.life > 2, "{}", fleeting.life);
    broker.end();
    verified(&data);
    let total: u64 = producers.iter().map(|producer| producer.acknowledged).sum();
    assert!(total > 0);
    println!(
        "--fsync {fsync}: {} rounds, {killed} kills, {total} records acknowledged, none lost, twice or out of \
         order; slowest start {slowest:?}",
        rounds()
    );
}

#[test]
fn nothing_acknowledged_is_lost_without_fsync() {
    crash("never");
}

#[test]
fn nothing_acknowledged_is_lost_with_fsync() {
    crash("always");
}
