//! Which segments are cleaned into one (`Cleaner.groupSegmentsBySize`).

use super::segment::SegmentFiles;

/// The most that a cleaned segment may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the `.log` (`segment.bytes`).
    pub segment_bytes: u64,
    /// Bytes of an index (`segment.index.bytes`).
    pub index_bytes: u64,
}

/// Neighbours that fit into one segment as they are; cleaning makes them no larger.
pub fn group(segments: &[SegmentFiles], limits: Limits, first_uncleanable: i64) -> Vec<&[SegmentFiles]> {
    let mut groups = Vec::new();
    let mut rest = segments;
    while let Some((first, mut behind)) = rest.split_first() {
        let (mut bytes, mut index, mut time) = (first.bytes, first.index_bytes, first.time_index_bytes);
        while let Some((next, after)) = behind.split_first() {
            let (with, with_index, with_time) =
                (bytes + next.bytes, index + next.index_bytes, time + next.time_index_bytes);
            let last_offset = after.first().map_or(first_uncleanable, |after| after.base_offset) - 1;
            // One without bytes has no offset in it, whatever its base.
            let in_range = next.bytes == 0 || i32::try_from(last_offset - first.base_offset).is_ok();
            if with > limits.segment_bytes
                || with_index > limits.index_bytes
                || with_time > limits.index_bytes
                || !in_range
            {
                break;
            }
            (bytes, index, time, behind) = (with, with_index, with_time, after);
        }
        let (group, others) = rest.split_at(rest.len() - behind.len());
        groups.push(group);
        rest = others;
    }
    groups
}
