//! Control records: what they are by their keys (KIP-98, `ControlRecordType`).
//!
//! ```text
//!  key    version int16   type int16
//!  value  COMMIT and ABORT: version int16, then EndTxnMarker; all others begin with their version
//! ```

use super::error::RecordsError;
use crate::codec::messages::data::end_txn_marker;
use crate::codec::record_types::{Family, RecordType};

/// Bytes of the key that are read; there may be more.
pub const KEY_BYTES: usize = 4;

/// The version and type in a control record's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ControlKey {
    /// 0 until now; others are read the same way.
    pub version: i16,
    /// What kind of control record it is.
    pub id: i16,
}

/// Reads the key of a control record.
pub fn key(key: &[u8]) -> Result<ControlKey, RecordsError> {
    let Some(&[a, b, c, d]) = key.first_chunk::<KEY_BYTES>() else {
        return Err(RecordsError::ControlKeyShort { have: key.len() });
    };
    let (version, id) = (i16::from_be_bytes([a, b]), i16::from_be_bytes([c, d]));
    if version < 0 {
        return Err(RecordsError::ControlKeyVersion { version });
    }
    Ok(ControlKey { version, id })
}

impl ControlKey {
    /// The type, with its name and the message that its value is.
    pub fn record_type(&self) -> Option<&'static RecordType> {
        Family::Control.record_type(self.id)
    }

    /// The value has a version before the message, which has none of its own.
    pub fn is_version_prefixed(&self) -> bool {
        self.record_type()
            .is_some_and(|record_type| std::ptr::eq(record_type.value, &end_txn_marker::MESSAGE))
    }
}
