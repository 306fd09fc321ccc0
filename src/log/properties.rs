//! `partition.metadata` (`PartitionMetadataFile`), `meta.properties` (`MetaProperties`) and other small
//! texts of a log directory.

use crate::codec::meaning::uuid::parse_uuid;

/// What `partition.metadata` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionMetadata {
    /// The topic's id.
    pub topic_id: [u8; 16],
}

/// Reads `partition.metadata`: `version: 0` and `topic_id: <uuid>`.
///
/// # Errors
///
/// The line, what belongs there, and what stands there.
pub fn partition_metadata(content: &str) -> Result<PartitionMetadata, (usize, &'static str, String)> {
    let mut lines = content.lines();
    let mut value = |line: usize, key: &'static str| {
        let text = lines.next().unwrap_or_default();
        text.split_once(':').filter(|(name, _)| name.trim() == key).map(|(_, value)| value.trim()).ok_or((
            line,
            if line == 1 { "version: 0" } else { "topic_id: and an id" },
            text.to_owned(),
        ))
    };
    let version = value(1, "version")?;
    if version != "0" {
        return Err((1, "version: 0", format!("version: {version}")));
    }
    let id = value(2, "topic_id")?;
    let topic_id = parse_uuid(id).ok_or((2, "an id of 22 letters of URL-safe base64", id.to_owned()))?;
    if topic_id == [0; 16] {
        return Err((2, "another id than that of nothing but zeros", id.to_owned()));
    }
    Ok(PartitionMetadata { topic_id })
}

/// The keys and values of a Java properties file without its rarer escapes.
pub fn properties(content: &str) -> Vec<(String, String)> {
    content
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with(['#', '!']))
        .map(|line| {
            let (key, value) = line.split_once(['=', ':']).unwrap_or((line, ""));
            (key.trim().replace('\\', ""), value.trim().replace('\\', ""))
        })
        .collect()
}
