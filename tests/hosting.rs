//! What `kafkit serve` does with the directories of its partitions: topics of the same name one after the other, what a
//! kill leaves, what cannot be opened, what is damaged.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on has failed.

#[path = "common/broker.rs"]
#[allow(dead_code)]
mod broker;
#[path = "common/topics.rs"]
mod topics;

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use broker::{ANYBODY, Broker, batch, record, values, wait_until};
use kafkit::codec::error_codes::codes;
use kafkit::codec::records::write::{BatchHeader, BatchWriter, NewRecord};

/// The smallest segment that there may be, and so many records that fill it.
const SMALL: (&str, &str) = ("segment.bytes", "1048576");
const RECORD: usize = 300_000;

fn kill(mut broker: Broker) {
    broker.child.kill().unwrap();
    broker.child.wait().unwrap();
}

fn names(directory: &Path, part: &str) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<_> = entries.map(|name| name.into_string().unwrap()).collect();
    names.retain(|name| name.contains(part));
    names.sort();
    names
}

/// The lines of all checkpoints that are of a topic.
fn checkpoints(data: &Path, topic: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for name in names(data, "-offset-checkpoint") {
        // One that is being written has another name in a moment.
        let Ok(text) = fs::read_to_string(data.join(&name)) else { continue };
        lines.extend(
            text.lines().filter(|line| line.starts_with(topic)).map(|line| format!("{name}: {line}")),
        );
    }
    lines
}

#[test]
fn a_topic_of_the_same_name_begins_anew() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let broker = Broker::on(&data, &["--topic", "t", "--topic", "other"]);
    let mut client = broker.connect();
    for _ in 0..10 {
        assert_eq!(client.produce("t", 0, &record(10)).unwrap().0, 0);
    }
    assert_eq!(client.produce("other", 0, &record(10)).unwrap().0, 0);
    assert_eq!(topics::delete_records(&mut client, "t", 0, 8).unwrap(), 0);
    broker.end();
    // How far it was compacted is remembered, too.
    fs::write(data.join("cleaner-offset-checkpoint"), "0\n1\nt 0 7\n").unwrap();
    assert_eq!(checkpoints(&data, "t ").len(), 4, "{:?}", checkpoints(&data, ""));

    let broker = Broker::on(&data, &[]);
    let mut client = broker.connect();
    assert_eq!(topics::delete(&mut client, "t").unwrap(), 0);
    assert_eq!(checkpoints(&data, "t "), Vec::<String>::new());
    assert_eq!(checkpoints(&data, "other ").len(), 2);
    assert_eq!(topics::create(&mut client, "t", 1, &[]).unwrap(), 0);
    for offset in 0..3 {
        assert_eq!(client.produce("t", 0, &record(10)).unwrap(), (0, offset));
    }
    kill(broker);
    let broker = Broker::on(&data, &[]);
    let mut client = broker.connect();
    assert_eq!(values(&mut client, "t", 0, 0).len(), 3, "{}", broker.said());
    assert_eq!(values(&mut client, "other", 0, 0).len(), 1);
    assert!(!broker.said().contains("WARN"), "{}", broker.said());
    broker.end();

    // What is said of a partition that has no directory is said of another one.
    for name in ["recovery-point-offset-checkpoint", "log-start-offset-checkpoint"] {
        fs::write(data.join(name), "0\n1\nnew 0 50\n").unwrap();
    }
    let broker = Broker::on(&data, &["--topic", "new"]);
    assert_eq!(broker.connect().produce("new", 0, &record(10)).unwrap(), (0, 0));
    kill(broker);
    let broker = Broker::on(&data, &[]);
    assert_eq!(values(&mut broker.connect(), "new", 0, 0).len(), 1, "{}", broker.said());
    broker.end();
}

#[test]
fn what_a_deleted_topic_has_left_is_set_aside() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let left = directory.path().join("left");
    let broker = Broker::on(&data, &["--topic", "t"]);
    let mut client = broker.connect();
    assert_eq!(client.produce("t", 0, &record(10)).unwrap(), (0, 0));
    assert_eq!(topics::delete(&mut client, "t").unwrap(), 0);
    broker.end();
    // As if it had been killed before it could rename the directory.
    let [deleted] = &names(&data, "-delete")[..] else { panic!("{:?}", names(&data, "")) };
    fs::rename(data.join(deleted), &left).unwrap();
    let put_back = || {
        fs::create_dir(data.join("t-0")).unwrap();
        for name in names(&left, "") {
            fs::copy(left.join(&name), data.join("t-0").join(&name)).unwrap();
        }
    };
    let strays = || names(&data, "t-0.").into_iter().filter(|name| name.ends_with("-stray")).count();
    put_back();
    fs::create_dir_all(data.join("mine-7")).unwrap();
    let broker = Broker::on(&data, &[]);
    assert!(broker.said().contains("t-0 belongs to no topic of this cluster"), "{}", broker.said());
    assert_eq!((strays(), data.join("mine-7").exists()), (1, true));
    let mut client = broker.connect();
    assert_eq!(topics::create(&mut client, "t", 1, &[]).unwrap(), 0);
    assert_eq!(client.produce("t", 0, &record(10)).unwrap(), (0, 0));
    assert_eq!(topics::delete(&mut client, "t").unwrap(), 0);
    // The same where nobody starts.
    put_back();
    assert_eq!(topics::create(&mut client, "t", 1, &[]).unwrap(), 0);
    assert_eq!(client.produce("t", 0, &record(10)).unwrap(), (0, 0));
    assert_eq!(strays(), 2);
    kill(broker);
    let broker = Broker::on(&data, &[]);
    assert_eq!(values(&mut broker.connect(), "t", 0, 0).len(), 1);
    let stray = data.join(&names(&data, "-stray")[0]);
    assert!(names(&stray, "").iter().any(|name| name.ends_with(".log")), "the evidence is gone");
    broker.end();
}

#[test]
fn what_cannot_be_opened_is_tried_again() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let broker = Broker::on(&data, &[]);
    let mut client = broker.connect();
    // As good as a full disk.
    fs::write(data.join("t-1"), "in the way").unwrap();
    assert_eq!(topics::create(&mut client, "t", 2, &[]).unwrap(), 0);
    assert_eq!(client.produce("t", 0, &record(10)).unwrap().0, 0);
    assert_eq!(client.produce("t", 1, &record(10)).unwrap().0, codes::KAFKA_STORAGE_ERROR);
    thread::sleep(Duration::from_millis(2500));
    assert_eq!(broker.said().matches("t-1 is offline").count(), 1, "{}", broker.said());
    fs::remove_file(data.join("t-1")).unwrap();
    wait_until("t-1 is online", || client.produce("t", 1, &record(10)).unwrap().0 == 0);
    broker.says("t-1 is online");
    broker.end();
    let broker = Broker::on(&data, &[]);
    assert_eq!(values(&mut broker.connect(), "t", 1, 0).len(), 1);
    broker.end();
}

#[test]
fn a_start_that_was_killed_early_is_no_obstacle() {
    let directory = tempfile::tempdir().unwrap();
    for name in ["meta.tmp", "meta.properties.tmp"] {
        let data = directory.path().join(name);
        fs::create_dir(&data).unwrap();
        fs::write(data.join(name), "version=1\nclus").unwrap();
        fs::write(data.join(".lock"), "").unwrap();
        Broker::on(&data, &["--topic", "t"]).end();
    }
    // Killed behind the first of the files that make a directory one of a broker.
    let data = directory.path().join("meta.tmp");
    fs::remove_dir_all(data.join("__cluster_metadata-0")).unwrap();
    Broker::on(&data, &["--topic", "t"]).end();
    assert!(data.join("__cluster_metadata-0/00000000000000000000-0000000000.checkpoint").exists());
}

fn logs(directory: &Path) -> Vec<PathBuf> {
    names(directory, ".log").iter().map(|name| directory.join(name)).collect()
}

fn damage(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 1;
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_kill_casts_no_doubt_on_full_segments() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let often = ["--config", "log.flush.offset.checkpoint.interval.ms=100"];
    let broker = Broker::on(&data, &[&often[..], &["--topic", "t,segment.bytes=1048576"]].concat());
    let mut client = broker.connect();
    for _ in 0..10 {
        assert_eq!(client.produce("t", 0, &record(RECORD)).unwrap().0, 0);
    }
    let base = |path: &Path| path.file_stem().unwrap().to_str().unwrap().parse::<i64>().unwrap();
    let all = logs(&data.join("t-0"));
    let (first, last) = (&all[0], base(all.last().unwrap()));
    let point = format!("recovery-point-offset-checkpoint: t 0 {last}");
    wait_until(&point, || checkpoints(&data, "t ").contains(&point));
    kill(broker);
    damage(first, 200_000);
    let broker = Broker::on(&data, &[]);
    let mut client = broker.connect();
    let said = broker.said();
    assert!(!said.contains("WARN") && !said.contains("ERROR"), "{said}");
    assert_eq!(client.produce("t", 0, &record(10)).unwrap(), (0, 10), "nothing was cut");
    assert_eq!(logs(&data.join("t-0")).len(), all.len());
    broker.end();
    assert!(checkpoints(&data, "t ").contains(&"recovery-point-offset-checkpoint: t 0 11".to_owned()));
}

/// A clean stop says nothing of what was not open.
#[test]
fn an_offline_partition_stays_suspicious() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let broker = Broker::on(&data, &["--topic", "t"]);
    let mut client = broker.connect();
    for _ in 0..9 {
        assert_eq!(client.produce("t", 0, &record(10_000)).unwrap().0, 0);
    }
    broker.end();
    fs::remove_file(data.join(".kafka_cleanshutdown")).unwrap();
    damage(&logs(&data.join("t-0"))[0], 5000);
    for _ in 0..2 {
        let broker = Broker::on(&data, &[]);
        assert_eq!(broker.connect().produce("t", 0, &record(10)).unwrap().0, codes::KAFKA_STORAGE_ERROR);
        assert!(broker.end().contains("t-0 is offline"));
    }
}

#[test]
fn a_log_that_cannot_be_compacted_is_told_once() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let broker = Broker::on(&data, &["--config", "log.cleaner.backoff.ms=300"]);
    let mut client = broker.connect();
    let configs = [("cleanup.policy", "compact"), ("min.cleanable.dirty.ratio", "0"), SMALL];
    for topic in ["good", "bad"] {
        assert_eq!(topics::create(&mut client, topic, 1, &configs).unwrap(), 0);
    }
    let keyed = |key: u8| {
        let mut writer =
            BatchWriter::new(BatchHeader { base_timestamp: 1_795_225_396_292, ..Default::default() });
        let value = vec![key; RECORD];
        writer.push(&NewRecord { key: Some(&[key]), value: Some(&value), ..Default::default() });
        let mut out = Vec::new();
        writer.finish(&mut out).unwrap();
        out
    };
    assert_ne!(client.produce("bad", 0, &batch(ANYBODY, &[vec![1]])).unwrap().0, 0, "without a key");
    assert_eq!(client.produce("bad", 0, &keyed(0)).unwrap().0, 0);
    damage(&logs(&data.join("bad-0"))[0], 5000);
    for at in 0..8 {
        for topic in ["good", "bad"] {
            assert_eq!(client.produce(topic, 0, &keyed(at % 2)).unwrap().0, 0);
        }
    }
    broker.says("bad-0: is not compacted any more");
    broker.says("good-0: compacted");
    thread::sleep(Duration::from_millis(2200));
    assert_eq!(broker.said().matches("ERROR").count(), 1, "{}", broker.said());
    assert_eq!(names(&data.join("bad-0"), ".cleaned"), Vec::<String>::new());
    // Its deletion waits for nobody.
    assert_eq!(topics::delete(&mut client, "bad").unwrap(), 0);
    assert_eq!(topics::create(&mut client, "bad", 1, &configs).unwrap(), 0);
    assert_eq!(client.produce("bad", 0, &keyed(0)).unwrap(), (0, 0));
    broker.end();
}
