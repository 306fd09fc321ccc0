//! `.index`: each entry, and whether the batch that it points at ends with its offset.

use std::path::{Path, PathBuf};

use super::out::labelled;
use super::segment::{Next, Segment};
use super::{Dump, Failure, java, read};
use crate::codec::records::batch::Batch;
use crate::codec::records::batches::MAGIC_MAX;
use crate::log::entries::Entries;
use crate::log::offset_index::{ENTRY_BYTES, OffsetEntry};

/// The file beside another that has this suffix instead of what follows the first dot of its name.
pub(super) fn sibling(file: &str, suffix: &str) -> PathBuf {
    let name = java::file_name(file);
    let stem = name.split_once('.').map_or(name, |(stem, _)| stem);
    Path::new(file).with_file_name(format!("{stem}{suffix}"))
}

impl Dump<'_> {
    /// Prints an offset index.
    pub(super) fn index(&mut self, file: &str) -> Result<(), Failure> {
        let base = self.base_offset(file)?;
        let log_path = sibling(file, ".log");
        let mut log = match Segment::open(&log_path, u64::MAX) {
            Ok(log) => Some(log),
            Err(error) => {
                self.problem(&log_path.to_string_lossy(), error)?;
                None
            }
        };
        let mut entries: Entries<ENTRY_BYTES> = read(Entries::open(Path::new(file)))?;
        if entries.is_empty() {
            return Ok(self.line(format_args!("{file} is empty."))?);
        }
        if self.options.index_sanity_check {
            return self.check_index(file, &mut entries, base);
        }
        let absolute = java::absolute(file);
        let mut number = 0;
        while let Some(bytes) = read(entries.get(number))? {
            let entry = OffsetEntry::read(&bytes);
            let offset = entry.offset(base);
            // A crash leaves zeros behind the last entry: the first of them ends the index.
            if entry.relative_offset == 0 && number > 0 {
                break;
            }
            if let Some(log) = &mut log {
                match last_offset_at(log, entry.position, self.options.max_message_size)? {
                    Ok(last) if last != offset => self.mismatches.index(&absolute, offset, last),
                    Ok(_) => {}
                    Err(_) if log.length() == 0 && bytes == [0; ENTRY_BYTES] => {
                        self.problem(
                            file,
                            "nothing but zeros beside an empty segment: preallocated, and healthy",
                        )?;
                        break;
                    }
                    Err(what) => {
                        let at = number * ENTRY_BYTES as u64;
                        let what = format_args!(
                            "entry {number} for offset {offset} points at byte {} of the segment: {what}",
                            entry.position
                        );
                        self.problem_at(file, at, what)?;
                    }
                }
            }
            if !self.options.verify_index_only {
                let out = &mut self.out.text;
                labelled(out, "offset: ", offset);
                labelled(out, " position: ", entry.position);
                out.push(b'\n');
                self.out.drain()?;
            }
            number += 1;
        }
        Ok(())
    }

    /// What a broker checks of an index when it starts (`OffsetIndex.sanityCheck`).
    fn check_index(
        &mut self,
        file: &str,
        entries: &mut Entries<ENTRY_BYTES>,
        base: i64,
    ) -> Result<(), Failure> {
        let last = read(entries.get(entries.len() - 1))?.map_or(base, |e| OffsetEntry::read(&e).offset(base));
        if last < base {
            let what = format_args!("the last offset is {last}, which is less than the base offset {base}");
            return Ok(self.problem(file, what)?);
        }
        if entries.left_over() > 0 {
            let what = format_args!("{} bytes are no multiple of {ENTRY_BYTES}", entries.bytes());
            return Ok(self.problem(file, what)?);
        }
        Ok(self.line(format_args!("{file} passed sanity check."))?)
    }
}

/// The last offset of the batch at a place of a segment, or what is there instead. A batch of more than
/// `most` bytes is none.
fn last_offset_at(log: &mut Segment, position: i32, most: i32) -> Result<Result<i64, String>, Failure> {
    let Ok(most) = u64::try_from(most) else { return Ok(Err(format!("--max-message-size is {most}"))) };
    let Some(position) = u64::try_from(position).ok().filter(|&position| position <= log.length()) else {
        return Ok(Err(format!("the segment has {} bytes", log.length())));
    };
    log.set_limit(position + most);
    read(log.go_to(position))?;
    let what = match read(log.next())? {
        Next::Batch(frame) => {
            let last = if frame.magic < MAGIC_MAX {
                log.batch(&frame).first_chunk().map(|offset| i64::from_be_bytes(*offset))
            } else {
                Batch::new(log.header()).ok().map(|batch| batch.last_offset())
            };
            return Ok(last.ok_or_else(|| "the segment ends in a batch's header".to_owned()));
        }
        Next::End => "no whole batch is there".to_owned(),
        Next::Size(size) => format!("the size there is {size}, but no batch is smaller than 14 bytes"),
        Next::Shrunk => "the segment became shorter while it was read".to_owned(),
    };
    Ok(Err(what))
}
