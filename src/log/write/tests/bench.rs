//! What it costs; by hand, with `cargo test --release --lib log::write::tests::bench -- --ignored --nocapture`.

use std::path::PathBuf;
use std::time::Instant;

use super::kit::*;
use crate::log::write::*;

/// Processor seconds of this process, in user and system mode.
fn processor() -> (f64, f64) {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<f64> =
        stat.rsplit(')').next().unwrap().split_whitespace().map(|f| f.parse().unwrap_or(0.0)).collect();
    (fields[11] / 100.0, fields[12] / 100.0)
}

/// Bytes of memory in use.
fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 4096
}

#[test]
#[ignore = "a measurement"]
fn appends() {
    for (bytes, records, count, idempotent) in [
        (1000, 1000, 2000, false),
        (1000, 16, 100_000, false),
        (50, 1, 1_000_000, false),
        (50, 1, 1_000_000, true),
    ] {
        let (_folder, path) = directory();
        let (log, _) = open(&path, &LogConfig::default(), opening(false));
        let producer = idempotent.then_some((7, 0, 0));
        let mut batch = Make { records, bytes, producer, ..Make::default() }.batch();
        // One write by itself, to compare with.
        let file = std::fs::File::create(path.join("alone")).unwrap();
        let (user, system) = processor();
        let begun = Instant::now();
        for at in 0..count {
            std::os::unix::fs::FileExt::write_all_at(&file, &batch, (at * batch.len()) as u64).unwrap();
        }
        let (alone, alone_cpu) = (begun.elapsed(), processor());
        let (user_alone, system_alone) = (alone_cpu.0 - user, alone_cpu.1 - system);
        std::fs::remove_file(path.join("alone")).unwrap();
        drop(file);
        let (user, system) = processor();
        let begun = Instant::now();
        for at in 0..count {
            if idempotent {
                batch[53..57].copy_from_slice(&(at as i32).to_be_bytes());
            }
            log.append(&mut batch, APPEND).unwrap();
        }
        let elapsed = begun.elapsed();
        let now = processor();
        let each = |duration: std::time::Duration| duration.as_secs_f64() * 1e6 / count as f64;
        let gigabytes = (count * batch.len()) as f64 / 1e9;
        println!(
            "{count} x {} bytes, idempotent {idempotent}: {:.2} us each ({:.3} user + {:.3} system s/GB); \
             the write alone {:.2} us ({:.3} + {:.3} s/GB)",
            batch.len(),
            each(elapsed),
            (now.0 - user) / gigabytes,
            (now.1 - system) / gigabytes,
            each(alone),
            user_alone / gigabytes,
            system_alone / gigabytes,
        );
        let begun = Instant::now();
        let (mut offset, mut fetches) = (0, 0u32);
        while offset < log.log_end_offset() {
            let slice = log.read(offset, 1 << 20, UpTo::HighWatermark, true).unwrap();
            fetches += 1;
            offset += (slice.len.max(batch.len()) / batch.len()) as i64 * i64::from(records);
        }
        println!(
            "   {fetches} fetches of 1 MiB: {:.2} us each",
            begun.elapsed().as_secs_f64() * 1e6 / f64::from(fetches)
        );
        let begun = Instant::now();
        for _ in 0..100_000 {
            assert!(
                log.read(log.log_end_offset() - i64::from(records), 1 << 20, UpTo::HighWatermark, true)
                    .unwrap()
                    .len
                    > 0
            );
        }
        println!("   a fetch at the end: {:.2} us", begun.elapsed().as_secs_f64() * 1e6 / 1e5);
    }
}

#[test]
#[ignore = "a measurement"]
fn many_partitions() {
    let folder = tempfile::tempdir().unwrap();
    let paths: Vec<PathBuf> = (0..10_000).map(|at| folder.path().join(format!("orders-{at}"))).collect();
    let config = std::sync::Arc::new(LogConfig::default());
    let begun = Instant::now();
    let with = |clean| Opening { leader_epoch: Some(0), ..opening(clean) };
    for (at, path) in paths.iter().enumerate() {
        let (log, _) = PartitionLog::open(path, config.clone(), with(false)).unwrap();
        if at % 2 == 0 {
            log.append(
                &mut Make { producer: Some((1, 0, 0)), bytes: 1000, ..Make::default() }.batch(),
                APPEND,
            )
            .unwrap();
        }
        log.close(Closing { sync: false }).unwrap();
    }
    println!("made 10,000 partitions in {:?}", begun.elapsed());
    let (before, begun, cpu) = (resident(), Instant::now(), processor());
    let logs: Vec<_> =
        paths.iter().map(|path| PartitionLog::open(path, config.clone(), with(true)).unwrap().0).collect();
    let (after, now) = (resident(), processor());
    println!(
        "opened in {:?} ({:.2} user + {:.2} system s), {} bytes of memory each, {} files open",
        begun.elapsed(),
        now.0 - cpu.0,
        now.1 - cpu.1,
        (after.saturating_sub(before)) / 10_000,
        std::fs::read_dir("/proc/self/fd").unwrap().count()
    );
    let begun = Instant::now();
    logs.iter().for_each(|log| log.close(Closing { sync: true }).unwrap());
    println!("closed in {:?}", begun.elapsed());
}

/// Leaves a partition in `KAFKIT_LEAVE`, for Kafka's own tools.
#[test]
#[ignore = "for Kafka's tools"]
fn leave() {
    let path = PathBuf::from(std::env::var_os("KAFKIT_LEAVE").unwrap()).join("orders-0");
    let (log, _) = open(&path, &LogConfig { segment_bytes: 100_000, ..LogConfig::default() }, opening(false));
    for at in 0..300 {
        let make = Make { records: 5, bytes: 500, timestamp: NOW + at, ..Make::default() };
        let producer = Some((at % 3, 0, at as i32 / 3 * 5));
        log.append(&mut Make { producer, transactional: at % 3 > 0, ..make }.batch(), APPEND).unwrap();
        if at % 10 == 9 {
            for id in [1, 2] {
                let mut marker = Make { producer: Some((id, 0, -1)), ..make }.marker(id == 1);
                log.append(&mut marker, Append { origin: Origin::Coordinator, ..APPEND }).unwrap();
            }
        }
    }
    log.close(Closing { sync: true }).unwrap();
    assert_eq!(faults(&path), Vec::<String>::new());
}
