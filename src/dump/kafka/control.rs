//! What a control record says, behind its line.

use std::io::Write;

use super::out::number;
use super::reading;
use crate::codec::messages::data;
use crate::codec::records::control::{self, ControlKey};
use crate::codec::records::error::RecordsError;
use crate::codec::tape::{Node, Tape};
use crate::codec::wire::Reader;

/// The types of the markers that end a transaction.
const ABORT: i16 = 0;
const COMMIT: i16 = 1;
/// Of every other type Kafka reads this version, whatever the record says.
const VERSION: i16 = 0;

/// Why nothing can be said of a control record; Kafka's tool throws.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum ControlError {
    #[error("a control record without a key, which would say what it is")]
    NoKey,
    #[error("a control record without a value")]
    NoValue,
    #[error(transparent)]
    Key(#[from] RecordsError),
    #[error("the value of the transaction marker is {0} bytes long, its version and epoch take 6")]
    MarkerShort(usize),
    #[error("the version of the transaction marker is {0}")]
    MarkerVersion(i16),
    #[error("the value of the {0} record cannot be read")]
    Value(&'static str),
}

/// Appends what a control record says.
pub(super) fn push(
    out: &mut Vec<u8>,
    tape: &mut Tape,
    key: Option<&[u8]>,
    value: Option<&[u8]>,
) -> Result<(), ControlError> {
    let id = control::key(key.ok_or(ControlError::NoKey)?)?;
    let Some(record_type) = id.record_type() else {
        // Vec never refuses a write.
        drop(write!(out, " controlType: UNKNOWN({})", id.id));
        return Ok(());
    };
    let value = value.ok_or(ControlError::NoValue)?;
    if matches!(id, ControlKey { id: ABORT | COMMIT, .. }) {
        let mut reader = Reader::new(value);
        let version = i16::from_be_bytes(reader.array());
        let epoch = i32::from_be_bytes(reader.array());
        if version < 0 && value.len() >= size_of_val(&version) {
            return Err(ControlError::MarkerVersion(version));
        }
        if !reader.ok() {
            return Err(ControlError::MarkerShort(value.len()));
        }
        drop(write!(out, " endTxnMarker: {} coordinatorEpoch: {epoch}", record_type.name));
        return Ok(());
    }
    let (label, message) = (label(record_type.name), record_type.value);
    reading::message(tape, &mut Reader::new(value), value, message, VERSION)
        .map_err(|_| ControlError::Value(record_type.name))?;
    out.extend_from_slice(label.as_bytes());
    // Read as version 0, and printed as what the record says: a later version has one field more.
    let later =
        tape.child(0, "version").and_then(|node| tape.nodes().get(node)).is_some_and(|node| node.value > 0);
    if later && std::ptr::eq(message, &data::leader_change_message::MESSAGE) {
        reading::push_replacing(out, tape, value, message, Some(&voter_id));
    } else {
        reading::push(out, tape, value, message);
    }
    Ok(())
}

/// A voter's id, and behind it the directory id that was not read.
fn voter_id(node: &Node, out: &mut Vec<u8>) -> bool {
    if node.field.name != "voter_id" {
        return false;
    }
    number(out, node.value);
    out.extend_from_slice(b",\"voterDirectoryId\":\"AAAAAAAAAAAAAAAAAAAAAA\"");
    true
}

fn label(name: &str) -> &'static str {
    match name {
        "LEADER_CHANGE" => " LeaderChange: ",
        "SNAPSHOT_HEADER" => " SnapshotHeader ",
        "SNAPSHOT_FOOTER" => " SnapshotFooter ",
        "KRAFT_VERSION" => " KRaftVersion ",
        _ => " KRaftVoters ",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_a_leader_change_is_the_one_it_is_printed_in() {
        let key = [0, 0, 0, 2];
        for (version, voter) in
            [(0, r#"{"voterId":1}"#), (1, r#"{"voterId":1,"voterDirectoryId":"AAAAAAAAAAAAAAAAAAAAAA"}"#)]
        {
            let value = [0, version, 0, 0, 0, 7, 2, 0, 0, 0, 1, 0, 1, 0];
            let mut out = Vec::new();
            push(&mut out, &mut Tape::default(), Some(&key), Some(&value)).unwrap();
            assert_eq!(
                String::from_utf8(out).unwrap(),
                format!(
                    r#" LeaderChange: {{"version":{version},"leaderId":7,"voters":[{voter}],"grantingVoters":[]}}"#
                )
            );
        }
    }
}
