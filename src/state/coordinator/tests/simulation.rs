//! Random schedules of everything that can happen to groups, and what must hold whatever comes. The seed is printed;
//! `KAFKIT_SIM_SEED` brings a run back, `KAFKIT_SIM_STEPS` says how long it is.

use std::collections::{BTreeMap, BTreeSet};

use super::super::requests::{Answer, Leaving, Offset, Speaker};
use super::super::{Config, State};
use super::client::{Client, PARTITIONS, Phase, REBALANCE_MS, SESSION_MS, read_assignment};
use super::dice::Dice;
use super::kit::{CONFIG, Node, Ticket};
use crate::codec::error_codes::codes;
use crate::state::groups::Group;

mod administrator;

const GROUPS: usize = 3;
const CLIENTS: usize = 15;
/// So many steps make a life; then the faults stop, and everything has to come right.
const STEPS_PER_LIFE: usize = 1000;
const STEPS: usize = 50_000;
/// Of the lives in which offsets expire.
const RETENTION_MS: i64 = 20_000;
/// After so many of a hundred steps somebody looks at a group.
const LOOKS: u64 = 10;

struct Simulation {
    node: Node,
    dice: Dice,
    clients: Vec<Client>,
    /// Answers on their way.
    mail: Vec<(Ticket, Answer)>,
    open: BTreeSet<Ticket>,
    /// Who has a partition in a generation: by group, generation, partition.
    owners: BTreeMap<(String, i32, usize), String>,
    /// Who led which generation.
    leaders: BTreeMap<(String, i32), BTreeSet<String>>,
    /// What was committed and acknowledged, and when.
    committed: BTreeMap<(String, i32), (i64, i64)>,
    offset: i64,
    synced: usize,
    commits: usize,
    crashes: usize,
    /// Commits, deletions and expiries from outside that came to something.
    outside: usize,
}

#[test]
fn whatever_happens_groups_stay_sound() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let seed = number("KAFKIT_SIM_SEED").unwrap_or_else(|| {
        use std::hash::{BuildHasher, RandomState};
        RandomState::new().hash_one(0)
    });
    let steps = number("KAFKIT_SIM_STEPS").map_or(STEPS, |steps| steps as usize);
    println!("KAFKIT_SIM_SEED={seed} KAFKIT_SIM_STEPS={steps}");
    let (mut synced, mut commits, mut crashes, mut outside) = (0, 0, 0, 0);
    let mut seeds = Dice::new(seed);
    for _ in 0..(steps / STEPS_PER_LIFE).max(1) {
        let mut simulation = Simulation::new(seeds.roll());
        for _ in 0..STEPS_PER_LIFE {
            simulation.step();
        }
        simulation.settle();
        synced += simulation.synced;
        commits += simulation.commits;
        crashes += simulation.crashes;
        outside += simulation.outside;
    }
    println!("{synced} assignments, {commits} commits, {crashes} crashes, {outside} changes from outside");
    let enough = synced > steps / 100 && commits > steps / 200 && outside > steps / 2000;
    assert!(enough, "hardly anything happened");
}

impl Simulation {
    fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        // In some lives any session is allowed, in the others odd ones are refused.
        let any = dice.percent(50);
        let config = Config {
            session_timeout_min_ms: if any { i32::MIN } else { CONFIG.session_timeout_min_ms },
            session_timeout_max_ms: if any { i32::MAX } else { CONFIG.session_timeout_max_ms },
            initial_rebalance_delay_ms: if dice.percent(30) { 3000 } else { 0 },
            members_max: if dice.percent(20) { 3 } else { usize::MAX },
            offsets_retention_ms: if dice.percent(50) { RETENTION_MS } else { CONFIG.offsets_retention_ms },
            ..CONFIG
        };
        let odd = if dice.percent(50) { 3 } else { 0 };
        let clients = (0..CLIENTS).map(|at| Client {
            odd,
            group: format!("group-{}", at % GROUPS),
            member_id: String::new(),
            instance: (at / GROUPS == 0 || at / GROUPS == 1).then(|| format!("instance-{at}")),
            generation: -1,
            phase: Phase::Off,
            modern: at % 4 != 3,
            mood: 0,
        });
        Self {
            node: Node::new(config),
            clients: clients.collect(),
            dice,
            mail: Vec::new(),
            open: BTreeSet::new(),
            owners: BTreeMap::new(),
            leaders: BTreeMap::new(),
            committed: BTreeMap::new(),
            offset: 0,
            synced: 0,
            commits: 0,
            crashes: 0,
            outside: 0,
        }
    }

    fn step(&mut self) {
        let at = self.dice.below(CLIENTS);
        match self.dice.below(100) {
            0..=44 => self.act(at),
            45..=84 => self.deliver(),
            85..=93 => {
                let ms = self.dice.below(1500) as i64;
                self.node.pass(ms);
            }
            94 => self.forget_answer(at),
            95 => self.impostor(at),
            _ => self.something_rare(at),
        }
        self.collect();
        self.node.keeps_places();
        if self.dice.percent(LOOKS) {
            self.look(at);
        }
    }

    /// Every member of a stable generation has what the leader gave it, and so says the log.
    fn look(&self, at: usize) {
        let group = &self.clients[at].group;
        let Ok(described) = self.node.coordinator.describe(group) else { return };
        if described.state != State::Stable.name() {
            return;
        }
        let Some(Group::Classic(logged)) = self.node.coordinator.logged().by_id().get(group) else {
            panic!("{group} is stable and not in the log")
        };
        let mut owners: BTreeMap<usize, &str> = BTreeMap::new();
        assert_eq!(described.members.len(), logged.members.len(), "{group}");
        for member in &described.members {
            let (generation, leader, partitions) = read_assignment(&member.assignment);
            assert_eq!(generation, logged.generation, "{group}: {member:?}");
            let leaders = self.leaders.get(&(group.clone(), generation));
            assert!(
                leaders.is_some_and(|leaders| leaders.contains(&leader)),
                "{group}: {member:?}, {leaders:?}"
            );
            let in_log = logged.members.get(&member.member_id).map(|member| &member.assignment);
            assert_eq!(in_log, Some(&member.assignment), "{group}: {member:?}");
            for partition in partitions {
                let other = owners.insert(partition, &member.member_id);
                assert_eq!(other, None, "two own partition {partition} of {group}");
            }
        }
        assert_eq!(owners.len(), PARTITIONS, "{group}: nobody owns some of its partitions");
    }

    fn something_rare(&mut self, at: usize) {
        match self.dice.below(14) {
            0 => {
                let ms = self.dice.below(2 * SESSION_MS as usize) as i64;
                self.node.pass(ms);
            }
            1..=3 => self.clients[at].mood = self.clients[at].mood.wrapping_add(1),
            4..=5 => self.leave(at),
            // It ends without a word.
            6 => self.end(at),
            7 => self.node.log.is_full = self.dice.percent(30),
            8 => self.node.log.fails_after = Some(self.dice.roll() % 4),
            9..=10 => self.crash(),
            11..=12 => self.administer(at),
            _ => self.remove_instance(at),
        }
    }

    /// A client does what it would do next.
    fn act(&mut self, at: usize) {
        let client = &mut self.clients[at];
        match client.phase {
            Phase::Off | Phase::Outside => {
                client.join(&mut self.node, &mut self.dice);
                self.open.extend(client.waits_for());
            }
            Phase::Joined(_) => {
                client.sync(&mut self.node);
                self.open.extend(client.waits_for());
            }
            Phase::Stable(_) if self.dice.percent(50) => self.commit(at),
            Phase::Stable(_) => {
                let speaker = speaker(client);
                let heard = self.node.step(|coordinator, world| coordinator.heartbeat(world, &speaker));
                if let Err(code) = heard {
                    client.failed(code);
                }
            }
            Phase::Joining(_) | Phase::Syncing(_) => {}
        }
    }

    /// Takes what the coordinator has answered, before the network can lose it: what must hold, must hold of all.
    fn collect(&mut self) {
        for (ticket, answer) in self.node.answers() {
            assert!(self.open.remove(&ticket), "ticket {ticket} was answered twice");
            let of = self.clients.iter().find(|client| client.waits_for() == Some(ticket));
            if let Some(client) = of {
                let group = client.group.clone();
                let name = client.instance.clone().unwrap_or_else(|| client.member_id.clone());
                match &answer {
                    Answer::Join(joined) if answer.is_ok() => {
                        let key = (group, joined.generation);
                        self.leaders.entry(key).or_default().insert(joined.leader.clone());
                    }
                    Answer::Sync(synced) if answer.is_ok() => {
                        let generation = client.generation;
                        self.check_assignment(group, generation, &name, &synced.assignment);
                    }
                    _ => {}
                }
            }
            self.mail.push((ticket, answer));
        }
    }

    fn check_assignment(&mut self, group: String, generation: i32, name: &str, bytes: &[u8]) {
        assert!(!bytes.is_empty(), "{name} of {group} has no assignment in generation {generation}");
        let (assigned_in, leader, partitions) = read_assignment(bytes);
        assert_eq!(assigned_in, generation, "{name} of {group} has the assignment of another generation");
        let leaders = self.leaders.get(&(group.clone(), generation));
        assert!(
            leaders.is_some_and(|leaders| leaders.contains(&leader)),
            "{leader} assigned in generation {generation} of {group}, led by {leaders:?}"
        );
        for partition in partitions {
            let owner = self.owners.entry((group.clone(), generation, partition)).or_insert(name.to_owned());
            assert_eq!(owner, name, "two own partition {partition} of {group} in generation {generation}");
        }
        self.synced += 1;
    }

    fn deliver(&mut self) {
        if self.mail.is_empty() {
            return;
        }
        let at = self.dice.below(self.mail.len());
        let (ticket, answer) = self.mail.swap_remove(at);
        if self.dice.percent(3) {
            return;
        }
        if let Some(client) = self.clients.iter_mut().find(|client| client.waits_for() == Some(ticket)) {
            client.hear(&answer);
        }
    }

    /// Its request or the answer was lost: it tries again, knowing as much as before.
    fn forget_answer(&mut self, at: usize) {
        let client = &mut self.clients[at];
        if client.waits_for().is_some() {
            client.phase = Phase::Outside;
        }
    }

    fn commit(&mut self, at: usize) {
        let client = &self.clients[at];
        let Phase::Stable(partitions) = &client.phase else { return };
        let places: Vec<i32> = partitions.iter().map(|part| *part as i32).collect();
        let (group, speaker) = (client.group.clone(), speaker(client));
        self.offset += 1;
        let offset = |partition: &i32| Offset { partition: *partition, ..offset_of(self.offset) };
        match self.node.commit_all(speaker, places.iter().map(offset)) {
            Err(code) => self.clients[at].failed(code),
            Ok(committed) => {
                assert!(committed.iter().all(|code| *code == codes::NONE));
                let now_ms = self.node.now_ms;
                places.into_iter().for_each(|place| self.keep(&group, place, now_ms));
            }
        }
    }

    fn keep(&mut self, group: &str, partition: i32, at_ms: i64) {
        self.committed.insert((group.to_owned(), partition), (self.offset, at_ms));
        self.commits += 1;
    }

    fn leave(&mut self, at: usize) {
        let client = &mut self.clients[at];
        if client.member_id.is_empty() || client.waits_for().is_some() {
            return;
        }
        let leaving =
            [Leaving { member_id: client.member_id.clone(), group_instance_id: client.instance.clone() }];
        let group = client.group.clone();
        // The answer matters to nobody: whoever leaves is gone.
        self.node.step(|coordinator, world| coordinator.leave(world, &group, &leaving));
        self.end(at);
    }

    fn end(&mut self, at: usize) {
        self.clients[at].member_id.clear();
        self.clients[at].phase = Phase::Off;
    }

    /// An administrator removes a static member.
    fn remove_instance(&mut self, at: usize) {
        let client = &self.clients[at];
        let group = client.group.clone();
        let leaving = [Leaving { member_id: String::new(), group_instance_id: client.instance.clone() }];
        let left = self.node.step(|coordinator, world| coordinator.leave(world, &group, &leaving));
        assert_eq!(left.len(), 1);
    }

    /// Somebody speaks who is no member: nothing may come of it.
    fn impostor(&mut self, at: usize) {
        let client = &self.clients[at];
        let speaker = Speaker { member_id: "nobody".to_owned(), generation: 1, ..speaker(client) };
        let heard = self.node.step(|coordinator, world| coordinator.heartbeat(world, &speaker));
        assert!(matches!(heard, Err(codes::UNKNOWN_MEMBER_ID | codes::FENCED_INSTANCE_ID)), "{heard:?}");
        let offset = Offset { topic: "t".to_owned(), offset: -7, ..Offset::default() };
        let committed = self.node.commit_all(speaker, [offset].into_iter());
        assert!(committed.is_err(), "{committed:?}");
    }

    /// kill -9, and up again: who waited waits in vain.
    fn crash(&mut self) {
        self.crashes += 1;
        self.collect();
        self.node.crash();
        self.check_offsets();
        self.open.clear();
        for client in &mut self.clients {
            if client.waits_for().is_some() {
                client.phase = Phase::Outside;
            }
        }
        // A generation whose assignment was not written down may come again, with another one.
        let logged = self.node.coordinator.logged().by_id().clone();
        let generation_of = |group: &str| match logged.get(group) {
            Some(Group::Classic(classic)) => classic.generation,
            _ => -1,
        };
        for (group, generation, _) in self.owners.keys() {
            assert!(*generation <= generation_of(group), "an assignment of {group} was lost");
        }
    }

    fn check_offsets(&self) {
        for at in 0..GROUPS {
            let group = format!("group-{at}");
            let held = self.node.coordinator.committed(&group);
            let held: BTreeMap<i32, i64> =
                held.into_iter().flatten().map(|((_, partition), held)| (*partition, held.offset)).collect();
            let of_group = self.committed.iter().filter(|((name, _), _)| *name == group);
            let expected: BTreeMap<i32, i64> =
                of_group.map(|((_, part), (offset, _))| (*part, *offset)).collect();
            assert_eq!(held, expected, "offsets of {group}");
        }
    }

    /// The faults stop: after the timeouts all who run share all partitions.
    fn settle(&mut self) {
        self.node.log.is_full = false;
        self.node.log.fails_after = None;
        self.clients.iter_mut().for_each(|client| client.odd = 0);
        // The longest that a session, a rebalance and a sync may take: who named that is gone, or still there.
        for _ in 0..3 {
            self.node.pass(i64::from(i32::MAX));
            self.collect();
        }
        // Whose answer was lost gives up waiting for it.
        let in_mail: BTreeSet<Ticket> = self.mail.iter().map(|(ticket, _)| *ticket).collect();
        for client in &mut self.clients {
            let lost = |ticket: &Ticket| !self.open.contains(ticket) && !in_mail.contains(ticket);
            if client.waits_for().as_ref().is_some_and(lost) {
                client.phase = Phase::Outside;
            }
        }
        let rounds = 2 * (SESSION_MS + REBALANCE_MS) / 500 + 40;
        for _ in 0..rounds {
            for at in 0..CLIENTS {
                if self.clients[at].phase != Phase::Off {
                    self.act(at);
                    self.collect();
                }
            }
            while !self.mail.is_empty() {
                for (ticket, answer) in std::mem::take(&mut self.mail) {
                    let mut clients = self.clients.iter_mut();
                    if let Some(client) = clients.find(|client| client.waits_for() == Some(ticket)) {
                        client.hear(&answer);
                    }
                }
                self.collect();
            }
            self.node.pass(500);
            self.collect();
        }
        let limited = self.node.config.members_max < CLIENTS;
        for at in 0..GROUPS {
            let group = format!("group-{at}");
            let running = self.clients.iter().filter(|one| one.group == group && one.phase != Phase::Off);
            let running: Vec<&Client> = running.collect();
            let stable: Vec<&&Client> =
                running.iter().filter(|client| matches!(client.phase, Phase::Stable(_))).collect();
            if running.is_empty() {
                continue;
            }
            assert!(limited || stable.len() == running.len(), "no progress in {group}: {running:?}");
            assert!(!stable.is_empty(), "nobody is stable in {group}: {running:?}");
            let generations: BTreeSet<i32> = stable.iter().map(|client| client.generation).collect();
            assert_eq!(generations.len(), 1, "{stable:?}");
            let mut owned: Vec<usize> = stable
                .iter()
                .flat_map(|client| match &client.phase {
                    Phase::Stable(partitions) => partitions.clone(),
                    _ => Vec::new(),
                })
                .collect();
            owned.sort_unstable();
            assert_eq!(owned, (0..PARTITIONS).collect::<Vec<_>>(), "{group}: {stable:?}");
        }
        let waiting: BTreeSet<Ticket> = self.clients.iter().filter_map(Client::waits_for).collect();
        let forgotten: Vec<&Ticket> = self.open.difference(&waiting).collect();
        assert!(forgotten.is_empty(), "never answered: {forgotten:?}");
        self.check_offsets();
        assert_eq!(*self.node.coordinator.logged(), self.node.log.replay());
    }
}

fn speaker(client: &Client) -> Speaker {
    Speaker {
        group_id: client.group.clone(),
        generation: client.generation,
        member_id: client.member_id.clone(),
        group_instance_id: client.instance.clone(),
    }
}

fn offset_of(offset: i64) -> Offset {
    Offset { topic: "t".to_owned(), offset, leader_epoch: -1, ..Offset::default() }
}
