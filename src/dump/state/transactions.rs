//! Transactions as their coordinator has them.

use serde_json::{Value, json};

use super::page::{Page, number, text};
use super::{Context, words};
use crate::codec::meaning::Meaning;
use crate::state::transactions::{Transaction, Transactions};

/// Appends the transactions as text, the open ones first.
pub fn render(transactions: &Transactions, context: &Context<'_>, out: &mut Vec<u8>) {
    let mut page = Page::new(out, context.style);
    let all = transactions.by_id();
    page.title(&words::counted(all.len(), "transactional id"));
    let open: Vec<_> = all.iter().filter(|(_, transaction)| transaction.is_open()).collect();
    if !open.is_empty() {
        page.section(&format!("Open ({})", open.len()));
        for (id, transaction) in &open {
            page.part(&words::clean(id));
            page.facts(&facts(transaction, context.now_ms));
        }
    }
    let rows: Vec<_> = all
        .iter()
        .filter(|(_, transaction)| !transaction.is_open())
        .map(|(id, transaction)| {
            vec![
                words::clean(id),
                words::word(Meaning::TransactionState, transaction.status.into()),
                transaction.producer_id.to_string(),
                transaction.producer_epoch.to_string(),
                words::time(transaction.last_update_timestamp),
            ]
        })
        .collect();
    if !rows.is_empty() {
        page.section(&format!("Ended ({})", rows.len()));
        let head =
            [text("transactional id"), text("state"), number("producer"), number("epoch"), text("since")];
        page.table(&head, &rows);
    }
}

fn facts(transaction: &Transaction, now_ms: i64) -> Vec<(&'static str, String)> {
    let began = match transaction.start_timestamp {
        since @ 0.. => format!("{} ({})", words::time(since), words::ago(since, now_ms)),
        never => words::time(never),
    };
    let overdue = transaction
        .start_timestamp
        .checked_add(i64::from(transaction.timeout_ms))
        .is_some_and(|end| transaction.start_timestamp >= 0 && end < now_ms);
    let due = if overdue { ", which is over" } else { "" };
    vec![
        ("state", words::word(Meaning::TransactionState, transaction.status.into())),
        ("producer", format!("{} (epoch {})", transaction.producer_id, transaction.producer_epoch)),
        ("began", began),
        ("timeout", format!("{}{due}", words::duration(transaction.timeout_ms.into()))),
        ("changed", words::time(transaction.last_update_timestamp)),
        ("partitions", words::places(&transaction.partitions)),
    ]
}

/// The transactions as JSON, with the names of `TransactionLogValue`.
pub fn json(transactions: &Transactions) -> Value {
    let one = |(id, transaction): (&String, &Transaction)| {
        let partitions: Vec<Value> = transaction
            .partitions
            .iter()
            .map(|(topic, ids)| json!({"topic": topic, "partitionIds": ids}))
            .collect();
        json!({
            "transactionalId": id,
            "producerId": transaction.producer_id,
            "previousProducerId": transaction.previous_producer_id,
            "nextProducerId": transaction.next_producer_id,
            "producerEpoch": transaction.producer_epoch,
            "nextProducerEpoch": transaction.next_producer_epoch,
            "clientTransactionVersion": transaction.client_transaction_version,
            "transactionTimeoutMs": transaction.timeout_ms,
            "transactionStatus": words::word(Meaning::TransactionState, transaction.status.into()),
            "transactionPartitions": partitions,
            "transactionLastUpdateTimestampMs": transaction.last_update_timestamp,
            "transactionStartTimestampMs": transaction.start_timestamp,
            "offset": transaction.offset,
        })
    };
    json!({"transactions": transactions.by_id().iter().map(one).collect::<Vec<_>>()})
}
