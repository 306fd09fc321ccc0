//! Consumer groups: from the wire to their coordinators and back.
//!
//! Texts become Rust's here, as Kafka makes Java's of them: what is not UTF-8 turns into U+FFFD. Places for what is not
//! served yet: TxnOffsetCommit and AddOffsetsToTxn beside [`offset_commit`], the heartbeats of the newer
//! protocols (KIP-848, KIP-932, KIP-1071) beside [`membership`].

pub mod admin;
pub mod find_coordinator;
pub mod membership;
pub mod offset_commit;
pub mod offset_delete;
pub mod offset_fetch;

use std::net::IpAddr;

use crate::broker::exchange::Exchange;
use crate::codec::error_codes::codes;
use crate::codec::wire::Str;

/// Text to keep.
fn text(text: &Str<'_>) -> String {
    text.to_text().into_owned()
}

/// Text to keep, where there is one.
fn optional(given: &Option<Str<'_>>) -> Option<String> {
    given.as_ref().map(text)
}

/// Most requests have to name a group, which is looked at before a coordinator is looked for. Offsets may be those of the
/// group without a name, as clients once had it.
fn named(group_id: &str) -> Result<(), i16> {
    if group_id.is_empty() { Err(codes::INVALID_GROUP_ID) } else { Ok(()) }
}

/// The client's address as Java's `InetAddress.toString` has it, which goes into the log: `/10.0.0.7`.
fn client_host(exchange: &Exchange<'_>) -> String {
    match exchange.peer.map(|address| address.to_canonical()) {
        None => String::new(),
        Some(IpAddr::V4(address)) => format!("/{address}"),
        Some(IpAddr::V6(address)) => {
            // Java leaves no zeros out.
            let parts: Vec<String> = address.segments().iter().map(|part| format!("{part:x}")).collect();
            format!("/{}", parts.join(":"))
        }
    }
}
