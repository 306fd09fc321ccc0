//! A member as a client library has it: joins, assigns if it leads, syncs, commits; and loses its way as they do.

use super::super::requests::{Answer, Join, Sync};
use super::dice::Dice;
use super::kit::{Node, Ticket};
use crate::codec::error_codes::codes;

pub const SESSION_MS: i32 = 10_000;
pub const REBALANCE_MS: i32 = 20_000;
/// What nobody means, and the wire allows.
const ODD_MS: [i32; 4] = [0, -1, i32::MIN, i32::MAX];
/// How many partitions a group shares out.
pub const PARTITIONS: usize = 8;

/// Where a client is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// Not running.
    Off,
    /// Wants to join.
    Outside,
    /// Waits for its answer.
    Joining(Ticket),
    /// Has joined, and as the leader has the members.
    Joined(Vec<(String, Option<String>)>),
    /// Waits for its assignment.
    Syncing(Ticket),
    /// Has it.
    Stable(Vec<usize>),
}

#[derive(Debug)]
pub struct Client {
    pub group: String,
    pub member_id: String,
    pub instance: Option<String>,
    pub generation: i32,
    pub phase: Phase,
    /// Clients that are from before KIP-394 do not come back with the id that they are told.
    pub modern: bool,
    /// What it says of itself; changes make a rebalance.
    pub mood: u8,
    /// How often, of a hundred times, it names a timeout that makes no sense.
    pub odd: u64,
}

/// An assignment as these clients write it: generation, leader, partitions.
pub fn assignment(generation: i32, leader: &str, partitions: &[usize]) -> Vec<u8> {
    let partitions: Vec<String> = partitions.iter().map(ToString::to_string).collect();
    format!("{generation}/{leader}/{}", partitions.join(",")).into_bytes()
}

pub fn read_assignment(bytes: &[u8]) -> (i32, String, Vec<usize>) {
    let text = std::str::from_utf8(bytes).unwrap();
    let mut parts = text.split('/');
    let generation = parts.next().unwrap().parse().unwrap();
    let leader = parts.next().unwrap().to_owned();
    let partitions = parts.next().unwrap().split(',').filter(|part| !part.is_empty());
    (generation, leader, partitions.map(|part| part.parse().unwrap()).collect())
}

fn timeout_ms(odd: u64, usual_ms: i32, dice: &mut Dice) -> i32 {
    if dice.percent(odd) { ODD_MS[dice.below(ODD_MS.len())] } else { usual_ms }
}

impl Client {
    pub fn join(&mut self, node: &mut Node, dice: &mut Dice) {
        let mut protocols =
            vec![("range".to_owned(), vec![self.mood]), ("sticky".to_owned(), vec![self.mood])];
        if dice.percent(30) {
            protocols.reverse();
        }
        let join = Join {
            group_id: self.group.clone(),
            member_id: self.member_id.clone(),
            group_instance_id: self.instance.clone(),
            client_id: "client".to_owned(),
            client_host: "/10.0.0.1".to_owned(),
            rebalance_timeout_ms: timeout_ms(self.odd, REBALANCE_MS, dice),
            session_timeout_ms: timeout_ms(self.odd, SESSION_MS, dice),
            protocol_type: "test".to_owned(),
            protocols,
            requires_member_id: self.modern,
            can_skip_assignment: self.modern,
        };
        let ticket = node.ask(|coordinator, world, ticket| coordinator.join(world, ticket, join));
        self.phase = Phase::Joining(ticket);
    }

    pub fn sync(&mut self, node: &mut Node) {
        let Phase::Joined(members) = &self.phase else { return };
        let mut assignments = Vec::new();
        for (at, (id, _)) in members.iter().enumerate() {
            let own: Vec<usize> = (0..PARTITIONS).filter(|part| part % members.len() == at).collect();
            assignments.push((id.clone(), assignment(self.generation, &self.member_id, &own)));
        }
        let sync = Sync {
            group_id: self.group.clone(),
            generation: self.generation,
            member_id: self.member_id.clone(),
            group_instance_id: self.instance.clone(),
            protocol_type: None,
            protocol_name: None,
            assignments,
        };
        let ticket = node.ask(|coordinator, world, ticket| coordinator.sync(world, ticket, sync));
        self.phase = Phase::Syncing(ticket);
    }

    /// Takes an answer, as a client does.
    pub fn hear(&mut self, answer: &Answer) {
        match answer {
            Answer::Join(joined) => match joined.error_code {
                codes::NONE => {
                    self.member_id.clone_from(&joined.member_id);
                    self.generation = joined.generation;
                    // Who is told that the assignment stays asks for it without bringing one.
                    let of = |member: &super::super::requests::JoinedMember| {
                        (member.member_id.clone(), member.group_instance_id.clone())
                    };
                    let leads = joined.leader == joined.member_id && !joined.skip_assignment;
                    let members = if leads { joined.members.iter().map(of).collect() } else { Vec::new() };
                    self.phase = Phase::Joined(members);
                }
                codes::MEMBER_ID_REQUIRED => {
                    self.member_id.clone_from(&joined.member_id);
                    self.phase = Phase::Outside;
                }
                code => self.failed(code),
            },
            Answer::Sync(synced) => match synced.error_code {
                codes::NONE => self.phase = Phase::Stable(read_assignment(&synced.assignment).2),
                code => self.failed(code),
            },
        }
    }

    /// An error sends it to join again; under another id where its own is not known.
    pub fn failed(&mut self, code: i16) {
        match code {
            codes::UNKNOWN_MEMBER_ID | codes::ILLEGAL_GENERATION => self.member_id.clear(),
            // Another one has its place: it ends.
            codes::FENCED_INSTANCE_ID => {
                self.phase = Phase::Off;
                self.member_id.clear();
                return;
            }
            _ => {}
        }
        self.phase = Phase::Outside;
    }

    pub fn waits_for(&self) -> Option<Ticket> {
        match self.phase {
            Phase::Joining(ticket) | Phase::Syncing(ticket) => Some(ticket),
            _ => None,
        }
    }
}
