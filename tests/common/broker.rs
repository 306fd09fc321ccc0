//! A `kafkit serve` as a process of its own, and a client that says exactly what a test wants said.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use kafkit::codec::api;
use kafkit::codec::messages::fetch::fetch_request::{FetchPartition, FetchRequest, FetchTopic};
use kafkit::codec::messages::fetch::fetch_response::FetchResponse;
use kafkit::codec::messages::produce::produce_request::{
    PartitionProduceData, ProduceRequest, TopicProduceData,
};
use kafkit::codec::messages::produce::produce_response::ProduceResponse;
use kafkit::codec::records::batches::{AnyBatch, Batches};
use kafkit::codec::records::write::{BatchHeader, BatchWriter, NewRecord};
use kafkit::codec::wire::{Body, Reader, Records, Str, Writer};
use tempfile::NamedTempFile;

/// The program.
pub const KAFKIT: &str = env!("CARGO_BIN_EXE_kafkit");
/// Versions whose headers are the simple ones.
pub const PRODUCE_VERSION: i16 = 8;
pub const FETCH_VERSION: i16 = 11;
/// Longer than anything may take on a machine that has much else to do.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A broker that runs.
pub struct Broker {
    pub child: Child,
    pub address: SocketAddr,
    /// Its standard error: a file and no pipe, so that what it said before something else that a test sees is there.
    errors: NamedTempFile,
}

impl Broker {
    pub fn start(arguments: &[&str]) -> Self {
        Self::of(Command::new(KAFKIT).arg("serve").args(["--port", "0"]).args(arguments))
            .unwrap_or_else(|errors| panic!("does not start: {errors}"))
    }

    pub fn on(data: &Path, arguments: &[&str]) -> Self {
        let data = data.to_str().unwrap();
        Self::start(&[&["--data", data], arguments].concat())
    }

    /// Starts, and waits for the first line.
    pub fn of(command: &mut Command) -> Result<Self, String> {
        let errors = NamedTempFile::new().unwrap();
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(errors.reopen().unwrap());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        match line.trim().parse() {
            Ok(address) => Ok(Self { child, address, errors }),
            Err(_) => {
                child.wait().unwrap();
                Err(text(&errors))
            }
        }
    }

    pub fn pid(&self) -> rustix::process::Pid {
        rustix::process::Pid::from_child(&self.child)
    }

    /// Sends a signal and waits for the end.
    pub fn stop(mut self, signal: rustix::process::Signal) -> (ExitStatus, Duration, String) {
        let begin = Instant::now();
        rustix::process::kill_process(self.pid(), signal).unwrap();
        let status = self.child.wait().unwrap();
        let took = begin.elapsed();
        (status, took, self.said())
    }

    /// Ends it in order.
    pub fn end(self) -> String {
        let (status, _, said) = self.stop(rustix::process::Signal::TERM);
        assert!(status.success(), "{status}: {said}");
        said
    }

    /// What it has written to standard error.
    pub fn said(&self) -> String {
        text(&self.errors)
    }

    /// Waits until it has said something.
    pub fn says(&self, text: &str) {
        wait_until(text, || self.said().contains(text));
    }

    /// Bytes of memory that it has.
    pub fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
    }

    /// Its processor time.
    pub fn busy(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
        let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
        Duration::from_millis(ticks * 10)
    }

    pub fn connect(&self) -> Client {
        Client::new(self.address).unwrap()
    }

    /// Whether it answers as it should.
    pub fn is_well(&self) {
        let mut client = self.connect();
        client.send(&api_versions(77)).unwrap();
        let answer = client.receive().unwrap();
        assert_eq!(answer[..6], [0, 0, 0, 77, 0, 0]);
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn text(file: &NamedTempFile) -> String {
    String::from_utf8_lossy(&std::fs::read(file.path()).unwrap()).into_owned()
}

pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < PATIENCE, "waited in vain: {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// A connection.
pub struct Client {
    pub stream: TcpStream,
}

impl Client {
    pub fn new(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream })
    }

    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)
    }

    /// The next frame without its size.
    pub fn receive(&mut self) -> io::Result<Vec<u8>> {
        let mut size = [0; 4];
        self.stream.read_exact(&mut size)?;
        let mut frame = vec![0; u32::from_be_bytes(size) as usize];
        self.stream.read_exact(&mut frame)?;
        Ok(frame)
    }

    /// Sends a request and waits for the answer to it.
    pub fn ask<'a, B: Body<'a>>(&mut self, version: i16, body: &B) -> io::Result<Vec<u8>> {
        self.send(&frame(1, version, body))?;
        self.receive()
    }

    /// Whether the broker ends this, and what comes before it does.
    pub fn is_closed(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        match self.stream.read_to_end(&mut rest) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => {}
            Err(error) => panic!("not closed: {error}"),
        }
        rest
    }

    /// Produces to one partition; the error code and the base offset.
    pub fn produce(&mut self, topic: &str, partition: i32, records: &[u8]) -> io::Result<(i16, i64)> {
        self.send(&produce(1, 1, topic, partition, records))?;
        Ok(produced(&self.receive()?))
    }

    /// What a fetch of one partition finds at once: the error code and the batches.
    pub fn fetch(&mut self, topic: &str, partition: i32, offset: i64) -> io::Result<(i16, Vec<u8>)> {
        self.send(&fetch(2, topic, partition, offset, 0))?;
        let answer = self.receive()?;
        let response: FetchResponse<'_> = read(&answer, FETCH_VERSION);
        let data = &response.responses[0].partitions[0];
        let records = data.records.as_ref().map(|records| records.bytes.to_vec());
        Ok((data.error_code, records.unwrap_or_default()))
    }
}

/// A frame, its size included.
pub fn frame<'a, B: Body<'a>>(correlation_id: i32, version: i16, body: &B) -> Vec<u8> {
    let key = B::MESSAGE.key;
    let mut frame = vec![0; 4];
    frame.extend(key.to_be_bytes());
    frame.extend(version.to_be_bytes());
    frame.extend(correlation_id.to_be_bytes());
    frame.extend(4_i16.to_be_bytes());
    frame.extend(b"test");
    if api::by_key(key).unwrap().request_header_version(version) > 1 {
        frame.push(0);
    }
    let mut writer = Writer::new(frame);
    body.encode(&mut writer, version);
    let mut frame = writer.finish().unwrap();
    let size = (frame.len() - 4) as u32;
    frame[..4].copy_from_slice(&size.to_be_bytes());
    frame
}

/// What an answer of a version with the simple header says.
pub fn read<'a, B: Body<'a>>(answer: &'a [u8], version: i16) -> B {
    B::decode(&mut Reader::new(&answer[4..]), version).unwrap()
}

/// ApiVersions version 0.
pub fn api_versions(correlation_id: i32) -> Vec<u8> {
    raw(18, 0, correlation_id, &[])
}

/// A frame of anything.
pub fn raw(key: i16, version: i16, correlation_id: i32, body: &[u8]) -> Vec<u8> {
    let mut frame = (10 + body.len() as u32).to_be_bytes().to_vec();
    frame.extend(key.to_be_bytes());
    frame.extend(version.to_be_bytes());
    frame.extend(correlation_id.to_be_bytes());
    frame.extend((-1_i16).to_be_bytes());
    frame.extend(body);
    frame
}

pub fn produce(correlation_id: i32, acks: i16, topic: &str, partition: i32, records: &[u8]) -> Vec<u8> {
    let records = Some(Records { bytes: records.into(), elsewhere: 0 });
    let body = ProduceRequest {
        acks,
        timeout_ms: 30_000,
        topic_data: vec![TopicProduceData {
            name: Str::from(topic),
            partition_data: vec![PartitionProduceData { index: partition, records, ..Default::default() }],
            ..Default::default()
        }],
        ..Default::default()
    };
    frame(correlation_id, PRODUCE_VERSION, &body)
}

/// The error code and the base offset.
pub fn produced(answer: &[u8]) -> (i16, i64) {
    let response: ProduceResponse<'_> = read(answer, PRODUCE_VERSION);
    let partition = &response.responses[0].partition_responses[0];
    (partition.error_code, partition.base_offset)
}

/// With a wait it is for a byte more than there is.
pub fn fetch(correlation_id: i32, topic: &str, partition: i32, offset: i64, max_wait_ms: i32) -> Vec<u8> {
    let body = FetchRequest {
        max_wait_ms,
        min_bytes: 1,
        max_bytes: 50 << 20,
        topics: vec![FetchTopic {
            topic: Str::from(topic),
            partitions: vec![FetchPartition {
                partition,
                fetch_offset: offset,
                partition_max_bytes: 10 << 20,
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    };
    frame(correlation_id, FETCH_VERSION, &body)
}

/// A batch of records with these values.
pub fn batch(producer: (i64, i16, i32), values: &[Vec<u8>]) -> Vec<u8> {
    let now_ms = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
    let mut writer = BatchWriter::new(BatchHeader {
        base_timestamp: now_ms as i64,
        producer_id: producer.0,
        producer_epoch: producer.1,
        base_sequence: producer.2,
        ..Default::default()
    });
    for (at, value) in values.iter().enumerate() {
        let record = NewRecord { offset_delta: at as i32, value: Some(value), ..Default::default() };
        writer.push(&record);
    }
    let mut out = Vec::new();
    writer.finish(&mut out).unwrap();
    out
}

/// Whose records are nobody's in particular.
pub const ANYBODY: (i64, i16, i32) = (-1, -1, -1);

/// One record of so many bytes.
pub fn record(bytes: usize) -> Vec<u8> {
    batch(ANYBODY, &[vec![b'v'; bytes]])
}

/// All values of a partition, by offset, from one on.
pub fn values(client: &mut Client, topic: &str, partition: i32, from: i64) -> Vec<(i64, Vec<u8>)> {
    let mut all = Vec::new();
    let mut next = from;
    loop {
        let (code, bytes) = client.fetch(topic, partition, next).unwrap();
        assert_eq!(code, 0, "{topic}-{partition} at {next}");
        if bytes.is_empty() {
            return all;
        }
        let before = next;
        for raw in Batches::new(&bytes).map_while(Result::ok) {
            let AnyBatch::Batch(batch) = raw.view().unwrap() else { panic!("an old message") };
            batch.check_crc().unwrap();
            let mut scratch = Vec::new();
            for record in batch.records(1 << 20, &mut scratch).unwrap() {
                let record = record.unwrap();
                let offset = batch.base_offset() + i64::from(record.offset_delta);
                if offset >= next {
                    all.push((offset, record.value.unwrap_or_default().to_vec()));
                }
            }
            next = batch.last_offset() + 1;
        }
        assert!(next > before, "no whole batch of {topic}-{partition} at {before}");
    }
}

/// Every file and directory below one, with what is in it.
pub fn tree(path: &Path) -> Vec<(String, Option<Vec<u8>>)> {
    let mut all = Vec::new();
    let mut open = vec![path.to_owned()];
    while let Some(next) = open.pop() {
        let name = next.display().to_string();
        if next.is_dir() {
            all.push((name, None));
            open.extend(std::fs::read_dir(&next).unwrap().map(|entry| entry.unwrap().path()));
        } else if next.exists() {
            all.push((name, Some(std::fs::read(&next).unwrap())));
        }
    }
    all.sort();
    all
}
