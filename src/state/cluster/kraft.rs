//! The quorum of controllers that keeps the metadata log, from its control records.

use crate::codec::messages::data::{k_raft_version_record, leader_change_message, voters_record};
use crate::codec::record_types::Family;
use crate::codec::wire::Uuid;
use crate::state::{LogRecord, StateErrorKind, decode};

/// The quorum (`QuorumInfo`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Quorum {
    /// The leader that was elected last.
    pub leader: Option<Leader>,
    /// The level of `kraft.version`, where it was recorded (KIP-853).
    pub kraft_version: Option<i16>,
    /// The voters in the order recorded.
    pub voters: Vec<Voter>,
    /// The voters are recorded in the log and can change. Otherwise they stand in the controllers'
    /// configuration, and are those whom the leader named when it was elected.
    pub dynamic: bool,
}

/// The leader of the quorum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leader {
    /// The controller.
    pub id: i32,
    /// Its epoch.
    pub epoch: i32,
    /// Offset of the record with which its epoch began.
    pub offset: i64,
}

/// A controller that votes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voter {
    /// The controller.
    pub id: i32,
    /// Its log directory, which tells it from one that took its place; zero where it is not known.
    pub directory_id: Uuid,
    /// Where it listens: name of the listener, host, port.
    pub endpoints: Vec<(String, String, u16)>,
    /// The lowest and highest level of `kraft.version` that it can work with.
    pub kraft_versions: (i16, i16),
}

/// A control record that says where a snapshot begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bracket {
    /// It begins; the log's records that it stands for were appended until then.
    Header { last_contained_log_timestamp: i64 },
    /// It ends.
    Footer,
}

impl Quorum {
    /// Takes a control record of the metadata log.
    pub(super) fn apply(&mut self, record: &LogRecord<'_>) -> Result<Option<Bracket>, StateErrorKind> {
        match decode::control_type(record.key)? {
            2 => self.elect(&decode::control_value(record.value)?, record),
            3 => {
                use crate::codec::messages::data::snapshot_header_record::Root;
                let header: Root<'_> = decode::control_value(record.value)?;
                let last_contained_log_timestamp = header.last_contained_log_timestamp;
                return Ok(Some(Bracket::Header { last_contained_log_timestamp }));
            }
            4 => return Ok(Some(Bracket::Footer)),
            5 => {
                let record: k_raft_version_record::Root<'_> = decode::control_value(record.value)?;
                self.kraft_version = Some(record.k_raft_version);
            }
            6 => self.set_voters(&decode::control_value(record.value)?),
            id => {
                return Err(match Family::Control.record_type(id) {
                    Some(known) => StateErrorKind::Misplaced { name: known.name },
                    None => StateErrorKind::UnknownType { id: i64::from(id) },
                });
            }
        }
        Ok(None)
    }

    fn elect(&mut self, message: &leader_change_message::Root<'_>, record: &LogRecord<'_>) {
        let leader = Leader { id: message.leader_id, epoch: record.leader_epoch, offset: record.offset };
        self.leader = Some(leader);
        if !self.dynamic {
            let voter = |voter: &leader_change_message::Voter<'_>| Voter {
                id: voter.voter_id,
                directory_id: voter.voter_directory_id,
                endpoints: Vec::new(),
                kraft_versions: (0, 0),
            };
            self.voters = message.voters.iter().map(voter).collect();
        }
    }

    fn set_voters(&mut self, record: &voters_record::Root<'_>) {
        self.dynamic = true;
        let endpoint = |endpoint: &voters_record::Endpoint<'_>| {
            (decode::owned(&endpoint.name), decode::owned(&endpoint.host), endpoint.port)
        };
        let voter = |voter: &voters_record::Voter<'_>| Voter {
            id: voter.voter_id,
            directory_id: voter.voter_directory_id,
            endpoints: voter.endpoints.iter().map(endpoint).collect(),
            kraft_versions: (
                voter.k_raft_version_feature.min_supported_version,
                voter.k_raft_version_feature.max_supported_version,
            ),
        };
        self.voters = record.voters.iter().map(voter).collect();
    }
}
