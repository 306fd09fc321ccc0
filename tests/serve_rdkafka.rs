//! `kafkit serve` with the `rdkafka` crate: librdkafka's producer, and its consumer, assigned and in a group.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on has failed.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rdkafka::client::ClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{BorrowedMessage, DeliveryResult, Header, Headers, Message, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer, ProducerContext};
use rdkafka::{Offset, TopicPartitionList};

const PATIENCE: Duration = Duration::from_secs(30);

/// A broker on a directory of its own; gone with the test.
struct Broker {
    process: Child,
    address: String,
}

impl Broker {
    fn start(options: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_kafkit"))
            .args(["serve", "--temp", "--port", "0"])
            .args(options)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut address = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut address).unwrap();
        Self { process, address: address.trim().to_owned() }
    }

    fn config(&self, settings: &[(&str, &str)]) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", &self.address);
        for (key, value) in settings {
            config.set(*key, *value);
        }
        config
    }

    fn producer(&self, settings: &[(&str, &str)]) -> BaseProducer<Reports> {
        self.config(settings).create_with_context(Reports::default()).unwrap()
    }

    fn consumer(&self, topic: &str, offset: Offset, settings: &[(&str, &str)]) -> BaseConsumer {
        let mut config = self.config(&[("group.id", "assigned"), ("enable.auto.commit", "false")]);
        config.set("auto.offset.reset", "error");
        for (key, value) in settings {
            config.set(*key, *value);
        }
        let consumer: BaseConsumer = config.create().unwrap();
        let mut assignment = TopicPartitionList::new();
        assignment.add_partition_offset(topic, 0, offset).unwrap();
        consumer.assign(&assignment).unwrap();
        consumer
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        // Whether it stops well is for other tests; here it must not outlive a failed one.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What became of each message: its offset, or why it is refused.
#[derive(Clone, Default)]
struct Reports(Arc<Mutex<Vec<Result<i64, RDKafkaErrorCode>>>>);

impl ClientContext for Reports {}

impl ProducerContext for Reports {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        let report = match result {
            Ok(message) => Ok(message.offset()),
            Err((error, _)) => Err(error.rdkafka_error_code().unwrap()),
        };
        self.0.lock().unwrap().push(report);
    }
}

/// Sends all of them, waits, and tells what became of them.
fn produce(
    producer: &BaseProducer<Reports>,
    topic: &str,
    values: &[Vec<u8>],
) -> Vec<Result<i64, RDKafkaErrorCode>> {
    for value in values {
        let mut record = BaseRecord::<(), Vec<u8>>::to(topic).partition(0).payload(value);
        while let Err((error, back)) = producer.send(record) {
            assert_eq!(error, KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull));
            producer.poll(Duration::from_millis(5));
            record = back;
        }
    }
    producer.flush(PATIENCE).unwrap();
    std::mem::take(&mut producer.context().0.lock().unwrap())
}

fn next(consumer: &BaseConsumer) -> BorrowedMessage<'_> {
    consumer.poll(PATIENCE).unwrap().unwrap()
}

fn values(count: usize) -> Vec<Vec<u8>> {
    (0..count).map(|i| format!("{i} {}", "again ".repeat(20)).into_bytes()).collect()
}

/// Sends, and reads the same back in order.
fn round_trip(broker: &Broker, topic: &str, count: usize, settings: &[(&str, &str)]) {
    let values = values(count);
    let offsets: Vec<_> = (0..i64::try_from(count).unwrap()).map(Ok).collect();
    assert_eq!(produce(&broker.producer(settings), topic, &values), offsets, "{topic}");
    let consumer = broker.consumer(topic, Offset::Beginning, &[]);
    for (i, value) in values.iter().enumerate() {
        let message = next(&consumer);
        assert_eq!(
            (message.offset(), message.payload()),
            (i64::try_from(i).unwrap(), Some(&value[..])),
            "{topic}"
        );
    }
}

#[test]
fn compressions_both_ways() {
    let broker = Broker::start(&[
        "--topic",
        "to-snappy,compression.type=snappy",
        "--topic",
        "to-lz4,compression.type=lz4",
        "--topic",
        "to-none,compression.type=uncompressed",
    ]);
    for codec in ["none", "snappy", "lz4"] {
        round_trip(&broker, codec, 1000, &[("compression.type", codec), ("linger.ms", "20")]);
        round_trip(
            &broker,
            &format!("to-{codec}"),
            1000,
            &[("compression.type", "none"), ("linger.ms", "20")],
        );
    }
    round_trip(&broker, "lz4-to-none", 1000, &[("compression.type", "lz4"), ("linger.ms", "20")]);
}

#[test]
fn idempotent_and_pipelined() {
    let broker = Broker::start(&[]);
    let small: [(&str, &str); 2] = [("batch.num.messages", "10"), ("linger.ms", "0")];
    round_trip(&broker, "idempotent", 2000, &[small[0], small[1], ("enable.idempotence", "true")]);
    let many = ("max.in.flight.requests.per.connection", "200");
    round_trip(&broker, "pipelined", 2000, &[small[0], small[1], many, ("retries", "0")]);
}

#[test]
fn keys_headers_tombstones_timestamps() {
    let broker = Broker::start(&[]);
    let producer = broker.producer(&[]);
    let headers = OwnedHeaders::new()
        .insert(Header { key: "größe", value: Some("ß") })
        .insert(Header { key: "null", value: None::<&str> });
    let record: BaseRecord<'_, str, [u8]> = BaseRecord::to("t").partition(0).key("k").headers(headers);
    producer.send(record.timestamp(1_700_000_000_000)).unwrap();
    let record: BaseRecord<'_, str, [u8]> = BaseRecord::to("t").partition(0).key("k").payload(&[]);
    producer.send(record.timestamp(1_700_000_001_000)).unwrap();
    producer.flush(PATIENCE).unwrap();

    let consumer = broker.consumer("t", Offset::Beginning, &[]);
    let first = next(&consumer);
    assert_eq!((first.key(), first.payload()), (Some(&b"k"[..]), None));
    assert_eq!(first.timestamp().to_millis(), Some(1_700_000_000_000));
    let headers = first.headers().unwrap();
    let found: Vec<_> = headers.iter().map(|header| (header.key, header.value)).collect();
    assert_eq!(found, [("größe", Some("ß".as_bytes())), ("null", None)]);
    assert_eq!(next(&consumer).payload(), Some(&[][..]));

    let mut wanted = TopicPartitionList::new();
    wanted.add_partition_offset("t", 0, Offset::Offset(1_700_000_000_500)).unwrap();
    let found = consumer.offsets_for_times(wanted, PATIENCE).unwrap();
    assert_eq!(found.find_partition("t", 0).unwrap().offset(), Offset::Offset(1));
    assert_eq!(consumer.fetch_watermarks("t", 0, PATIENCE).unwrap(), (0, 2));
}

#[test]
fn large_messages_and_limits() {
    let broker = Broker::start(&["--topic", "large,max.message.bytes=10500000"]);
    let producer = broker.producer(&[("message.max.bytes", "10600000")]);
    let value = vec![b'x'; 10_000_000];
    assert_eq!(produce(&producer, "large", std::slice::from_ref(&value)), [Ok(0)]);
    let limits = [("fetch.message.max.bytes", "1000"), ("receive.message.max.bytes", "60000000")];
    let consumer = broker.consumer("large", Offset::Beginning, &limits);
    assert!(next(&consumer).payload() == Some(&value[..]));

    assert_eq!(produce(&producer, "t", &[vec![b'x'; 1_000_000]]), [Ok(0)]);
    assert_eq!(
        produce(&producer, "t", &[vec![b'x'; 1_100_000]]),
        [Err(RDKafkaErrorCode::MessageSizeTooLarge)]
    );
    assert_eq!(produce(&producer, "t", &values(1)), [Ok(1)]);
    assert_eq!(produce(&producer, "grün", &values(1)), [Err(RDKafkaErrorCode::InvalidTopic)]);
}

#[test]
fn a_waiting_fetch_is_woken() {
    let broker = Broker::start(&["--topic", "t"]);
    let producer = broker.producer(&[("linger.ms", "0")]);
    let consumer = broker.consumer("t", Offset::Beginning, &[("fetch.wait.max.ms", "25000")]);
    assert!(consumer.poll(Duration::from_secs(1)).is_none());
    let start = Instant::now();
    assert_eq!(produce(&producer, "t", &values(1)), [Ok(0)]);
    assert_eq!(next(&consumer).offset(), 0);
    assert!(start.elapsed() < Duration::from_secs(10), "woken after {:?}", start.elapsed());
}

#[test]
fn a_group_shares_and_goes_on_where_it_was() {
    let broker = Broker::start(&["--topic", "t:4"]);
    let producer = broker.producer(&[]);
    let reports = produce(&producer, "t", &values(10));
    assert_eq!(reports.len(), 10);
    let settings = [
        ("group.id", "g"),
        ("auto.offset.reset", "earliest"),
        ("session.timeout.ms", "6000"),
        ("heartbeat.interval.ms", "200"),
        ("enable.auto.commit", "false"),
    ];
    let member = || {
        let consumer: BaseConsumer = broker.config(&settings).create().unwrap();
        consumer.subscribe(&["t"]).unwrap();
        consumer
    };
    // Polling ends early when there is a rebalance.
    let read = |consumer: &BaseConsumer| {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(message) = consumer.poll(Duration::from_millis(100)) {
                return message.unwrap().offset();
            }
            assert!(Instant::now() < deadline, "nothing to read");
        }
    };
    let first = member();
    assert_eq!(read(&first), 0);
    let mut committed = TopicPartitionList::new();
    committed.add_partition_offset("t", 0, Offset::Offset(2)).unwrap();
    first.commit(&committed, CommitMode::Sync).unwrap();
    let second = member();
    let deadline = Instant::now() + Duration::from_secs(30);
    let has = |consumer: &BaseConsumer| consumer.assignment().unwrap().count();
    while (has(&first), has(&second)) != (2, 2) {
        assert!(Instant::now() < deadline, "{} and {}", has(&first), has(&second));
        // What is read here is not committed, so the next one reads it once more.
        first.poll(Duration::from_millis(50));
        second.poll(Duration::from_millis(50));
    }
    drop(first);
    drop(second);
    assert_eq!(read(&member()), 2);
}

/// There are no transactions, which a producer learns at once instead of asking again and again.
#[test]
fn a_transactional_producer_is_told_so() {
    let broker = Broker::start(&[]);
    let producer = broker.producer(&[("transactional.id", "x")]);
    let begin = Instant::now();
    let error = producer.init_transactions(PATIENCE).unwrap_err();
    assert!(matches!(&error, KafkaError::Transaction(cause) if cause.is_fatal()), "{error:?}");
    assert!(begin.elapsed() < PATIENCE / 2, "{:?}", begin.elapsed());
}
