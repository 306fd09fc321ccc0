//! The producers of a partition and what holds its last stable offset.

use serde_json::{Value, json};

use super::page::{Page, number, text};
use super::{Context, words};
use crate::codec::meaning::Meaning;
use crate::state::producers::{CompletedTransaction, Producer, Producers};

/// Appends the producers of a partition as text: what is open first, then who wrote, then what was
/// aborted.
pub fn render(producers: &Producers, context: &Context<'_>, out: &mut Vec<u8>) {
    let mut page = Page::new(out, context.style);
    let all = producers.producers();
    page.title(&words::counted(all.len(), "producer"));
    match (producers.first_unstable_offset(), producers.next_offset()) {
        (Some(held), end) => {
            let holder = producers.open_transactions().next().map(|(_, id)| id).unwrap_or(-1);
            let behind = end.map(|end| format!(", {} before the end", end.saturating_sub(held)));
            page.line(&format!(
                "The last stable offset is {held}{}: the transaction of producer {holder} holds it.",
                behind.unwrap_or_default()
            ));
        }
        (None, Some(end)) => page.line(&format!("No transaction is open: the last stable offset is {end}.")),
        (None, None) => page.line("No transaction is open."),
    }
    open(&mut page, producers, context.now_ms);
    if !all.is_empty() {
        page.section(&format!("Producers ({})", all.len()));
        let rows: Vec<_> = all.iter().map(|(id, producer)| row(*id, producer)).collect();
        let head = [
            number("producer"),
            number("epoch"),
            number("last sequence"),
            number("last offset"),
            number("coordinator"),
            text("last wrote"),
        ];
        page.table(&head, &rows);
    }
    if !producers.aborted().is_empty() {
        page.section(&format!("Aborted transactions ({})", producers.aborted().len()));
        let rows: Vec<_> = producers.aborted().iter().map(ended).collect();
        let head = [
            number("producer"),
            number("first offset"),
            number("marker at"),
            number("last stable offset then"),
        ];
        page.table(&head, &rows);
    }
}

fn open(page: &mut Page<'_>, producers: &Producers, now_ms: i64) {
    let rows: Vec<_> = producers
        .open_transactions()
        .map(|(first_offset, id)| {
            let producer = producers.producer(id);
            let began = producer.and_then(|one| one.transaction).and_then(|open| open.first_timestamp);
            let since = began.or(producer.map(|one| one.last_timestamp)).filter(|time| *time >= 0);
            vec![
                id.to_string(),
                producer.map(|one| one.epoch.to_string()).unwrap_or_default(),
                first_offset.to_string(),
                began.map(words::time).unwrap_or_else(|| "before the snapshot".to_string()),
                since.map(|since| words::age(since, now_ms)).unwrap_or_default(),
            ]
        })
        .collect();
    if !rows.is_empty() {
        page.section(&format!("Open transactions ({})", rows.len()));
        let head = [number("producer"), number("epoch"), number("first offset"), text("began"), text("age")];
        page.table(&head, &rows);
    }
}

fn row(id: i64, producer: &Producer) -> Vec<String> {
    let last = producer.batches().last();
    let coordinator = match producer.coordinator_epoch {
        -1 => String::new(),
        epoch => format!("epoch {epoch}"),
    };
    vec![
        id.to_string(),
        producer.epoch.to_string(),
        words::word(Meaning::Sequence, producer.last_sequence().into()),
        last.map(|batch| batch.last_offset.to_string()).unwrap_or_else(|| "none".to_string()),
        coordinator,
        words::time(producer.last_timestamp),
    ]
}

fn ended(transaction: &CompletedTransaction) -> Vec<String> {
    vec![
        transaction.producer_id.to_string(),
        transaction.first_offset.to_string(),
        transaction.last_offset.to_string(),
        transaction.last_stable_offset.to_string(),
    ]
}

/// The producers as JSON, with the names of Kafka's snapshots and indexes.
pub fn json(producers: &Producers) -> Value {
    let one = |(id, producer): (i64, &Producer)| {
        let batches: Vec<Value> = producer
            .batches()
            .iter()
            .map(|batch| {
                json!({
                    "lastSequence": batch.last_sequence, "lastOffset": batch.last_offset,
                    "offsetDelta": batch.offset_delta, "timestamp": batch.timestamp,
                })
            })
            .collect();
        let open = producer.transaction;
        json!({
            "producerId": id, "epoch": producer.epoch, "lastSequence": producer.last_sequence(),
            "coordinatorEpoch": producer.coordinator_epoch, "lastTimestamp": producer.last_timestamp,
            "currentTxnFirstOffset": open.map_or(-1, |open| open.first_offset),
            "currentTxnFirstTimestamp": open.and_then(|open| open.first_timestamp),
            "batches": batches,
        })
    };
    let aborted = |transaction: &CompletedTransaction| {
        json!({
            "producerId": transaction.producer_id, "firstOffset": transaction.first_offset,
            "lastOffset": transaction.last_offset, "lastStableOffset": transaction.last_stable_offset,
        })
    };
    json!({
        "producers": producers.producers().into_iter().map(one).collect::<Vec<_>>(),
        "firstUnstableOffset": producers.first_unstable_offset(),
        "lastStableOffset": producers.last_stable_offset(),
        "abortedTransactions": producers.aborted().iter().map(aborted).collect::<Vec<_>>(),
    })
}
