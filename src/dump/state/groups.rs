//! Groups, their members and what they have committed.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::page::{Page, number, text};
use super::{Context, groups_json, words};
use crate::codec::meaning::Meaning;
use crate::state::groups::classic::{self, ClassicGroup, Subscription};
use crate::state::groups::consumer::{ConsumerGroup, ConsumerMember};
use crate::state::groups::offsets::{CommittedOffset, GroupOffsets};
use crate::state::groups::share::{ShareGroup, SharedTopic};
use crate::state::groups::streams::{StreamsGroup, Tasks};
use crate::state::groups::{Assignment, Epochs, Group, Groups, MemberProgress};

/// Appends the groups as text: a table of all, then each with its members and offsets.
pub fn render(groups: &Groups, context: &Context<'_>, out: &mut Vec<u8>) {
    let mut page = Page::new(out, context.style);
    page.title(&words::counted(groups.by_id().len(), "group"));
    let rows: Vec<_> = groups.by_id().iter().map(|(id, group)| summary(id, group, groups)).collect();
    page.table(
        &[text("group"), text("type"), text("state"), text("protocol"), number("members"), number("offsets")],
        &rows,
    );
    for (id, group) in groups.by_id() {
        one(&mut page, id, group, groups.offsets().of_group(id), context);
    }
    pending(&mut page, groups, context);
}

fn summary(id: &str, group: &Group, groups: &Groups) -> Vec<String> {
    let offsets = groups.offsets().of_group(id).map_or(0, BTreeMap::len);
    vec![
        words::clean(id),
        group.type_name().to_string(),
        group.state().to_string(),
        words::clean(group.protocol_type()),
        group.member_count().to_string(),
        offsets.to_string(),
    ]
}

fn one(page: &mut Page<'_>, id: &str, group: &Group, offsets: Option<&GroupOffsets>, context: &Context<'_>) {
    page.section(&format!("{}  {}, {}", words::clean(id), group.type_name(), group.state()));
    match group {
        Group::Classic(group) => classic(page, group),
        Group::Consumer(group) => consumer(page, group, context),
        Group::Share(group) => share(page, group, context),
        Group::Streams(group) => streams(page, group),
    }
    page.end_part();
    if let Some(offsets) = offsets {
        committed(page, offsets, context);
    }
}

fn committed(page: &mut Page<'_>, offsets: &GroupOffsets, context: &Context<'_>) {
    let row = |((topic, partition), offset): (&(String, i32), &CommittedOffset)| {
        let epoch = if offset.leader_epoch < 0 { String::new() } else { offset.leader_epoch.to_string() };
        let expires =
            if offset.expire_timestamp < 0 { String::new() } else { words::time(offset.expire_timestamp) };
        vec![
            format!("{}-{partition}", words::clean(topic)),
            offset.offset.to_string(),
            context.lag(topic, *partition, offset.offset).map(|lag| lag.to_string()).unwrap_or_default(),
            epoch,
            words::time(offset.commit_timestamp),
            expires,
            words::clean(&offset.metadata),
        ]
    };
    let rows: Vec<_> = offsets.iter().map(row).collect();
    let head = [
        text("partition"),
        number("offset"),
        number("lag"),
        number("leader epoch"),
        text("committed"),
        text("expires"),
        text("metadata"),
    ];
    page.table(&head, &rows);
}

/// Offsets of transactions that have not ended.
fn pending(page: &mut Page<'_>, groups: &Groups, context: &Context<'_>) {
    for (producer, pending) in groups.offsets().pending() {
        for (group, offsets) in pending {
            let group = words::clean(group);
            page.section(&format!("Not committed yet: transaction of producer {producer} for {group}"));
            committed(page, offsets, context);
        }
    }
}

/// The facts of a member that all protocols have.
fn client(
    id: &str,
    host: &str,
    instance: &Option<String>,
    rack: &Option<String>,
) -> Vec<(&'static str, String)> {
    vec![
        ("client", format!("{} at {}", words::clean(id), words::clean(host))),
        ("instance", words::clean_option(instance)),
        ("rack", words::clean_option(rack)),
    ]
}

fn subscribed(subscription: &Subscription) -> String {
    let mut shown = words::joined(subscription.topics.iter().map(|topic| words::clean(topic)));
    if !subscription.owned_partitions.is_empty() {
        shown.push_str(&format!(" (had {})", words::places(&subscription.owned_partitions)));
    }
    shown
}

fn classic(page: &mut Page<'_>, group: &ClassicGroup) {
    if group.is_simple() && group.generation == 0 {
        return page.line("It only commits offsets.");
    }
    page.facts(&[
        ("generation", group.generation.to_string()),
        ("assignor", words::clean_option(&group.protocol)),
        ("leader", words::clean_option(&group.leader)),
        ("since", if group.state_timestamp < 0 { String::new() } else { words::time(group.state_timestamp) }),
    ]);
    for (id, member) in &group.members {
        page.part(&format!("member {}", words::clean(id)));
        let mut facts = client(&member.client_id, &member.client_host, &member.group_instance_id, &None);
        let (wants, has) = (group.subscription(member), group.assignment(member));
        let raw = |bytes: &[u8]| words::counted(bytes.len(), "byte");
        let has = match has {
            Some(has) if has.is_empty() => "nothing".to_string(),
            Some(has) => words::places(&has),
            None => raw(&member.assignment),
        };
        facts.push(("wants", wants.as_ref().map_or_else(|| raw(&member.subscription), subscribed)));
        facts.push(("has", has));
        facts.push(("timeouts", timeouts(Some(member.session_timeout_ms), member.rebalance_timeout_ms)));
        page.facts(&facts);
    }
}

fn timeouts(session: Option<i32>, rebalance: i32) -> String {
    let mut parts = Vec::new();
    if let Some(session) = session {
        parts.push(format!("session {}", words::duration(session.into())));
    }
    if rebalance >= 0 {
        parts.push(format!("rebalance {}", words::duration(rebalance.into())));
    }
    parts.join(", ")
}

fn epochs(epochs: &Epochs) -> Vec<(&'static str, String)> {
    let when = match epochs.assignment_timestamp {
        0 => String::new(),
        time => format!(", made {}", words::time(time)),
    };
    vec![
        ("epoch", epochs.group.to_string()),
        ("assignment", format!("for epoch {}{when}", epochs.assignment)),
    ]
}

fn progress(progress: &MemberProgress, meaning: Meaning) -> (&'static str, String) {
    let state = words::word(meaning, progress.state.into());
    ("epoch", format!("{} (before {}), {state}", progress.epoch, progress.previous_epoch))
}

/// `nothing`, or partitions by topic with its name where that is known.
fn assigned(assignment: &Assignment, context: &Context<'_>) -> String {
    if assignment.is_empty() {
        return "nothing".to_string();
    }
    let named = assignment.iter().map(|(id, partitions)| (context.topic(*id), partitions.clone())).collect();
    words::places(&named)
}

/// What a member is to have, where that is not what it has.
fn target(target: Option<&Assignment>, has: &Assignment, context: &Context<'_>) -> String {
    match target {
        Some(target) if target != has => assigned(target, context),
        _ => String::new(),
    }
}

fn consumer(page: &mut Page<'_>, group: &ConsumerGroup, context: &Context<'_>) {
    page.facts(&epochs(&group.epochs));
    for (expression, resolved) in &group.regular_expressions {
        let topics = words::joined(resolved.topics.iter().map(|topic| words::clean(topic)));
        let expression = words::clean(expression);
        let when = words::time(resolved.timestamp);
        page.line(&format!("/{expression}/ matched {topics} at {when}"));
    }
    for (id, member) in &group.members {
        page.part(&format!("member {}", words::clean(id)));
        let mut facts = client(&member.client_id, &member.client_host, &member.instance_id, &member.rack_id);
        facts.push(progress(&member.progress, Meaning::ConsumerMemberState));
        facts.push(("assignor", words::clean_option(&member.server_assignor)));
        facts.push(("wants", wants(member)));
        facts.push(("has", assigned(&member.assigned, context)));
        facts.push(("is to have", target(group.target.get(id), &member.assigned, context)));
        if !member.pending_revocation.is_empty() {
            facts.push(("gives up", assigned(&member.pending_revocation, context)));
        }
        let session = member.classic.as_ref().map(|classic| classic.session_timeout_ms);
        facts.push(("timeouts", timeouts(session, member.rebalance_timeout_ms)));
        for (name, bytes) in member.classic.iter().flat_map(|classic| &classic.protocols) {
            let read = classic::subscription(bytes);
            let read = read.as_ref().map_or_else(|| words::counted(bytes.len(), "byte"), subscribed);
            facts.push(("classic protocol", format!("{}: {read}", words::clean(name))));
        }
        page.facts(&facts);
    }
}

fn wants(member: &ConsumerMember) -> String {
    let names = words::joined(member.subscribed_topic_names.iter().map(|topic| words::clean(topic)));
    match member.subscribed_topic_regex.as_deref().filter(|regex| !regex.is_empty()) {
        Some(regex) if names.is_empty() => format!("/{}/", words::clean(regex)),
        Some(regex) => format!("{names} /{}/", words::clean(regex)),
        None => names,
    }
}

fn share(page: &mut Page<'_>, group: &ShareGroup, context: &Context<'_>) {
    page.facts(&epochs(&group.epochs));
    let named = |topics: &BTreeMap<_, SharedTopic>| {
        words::places(&topics.values().map(|topic| (topic.name.clone(), topic.partitions.clone())).collect())
    };
    let deleting = words::joined(group.partitions.deleting.values().map(|name| words::clean(name)));
    page.facts(&[
        ("shares", named(&group.partitions.initialized)),
        ("about to share", named(&group.partitions.initializing)),
        ("being deleted", deleting),
    ]);
    for (id, member) in &group.members {
        page.part(&format!("member {}", words::clean(id)));
        let mut facts = client(&member.client_id, &member.client_host, &None, &member.rack_id);
        facts.push(progress(&member.progress, Meaning::ShareMemberState));
        facts.push((
            "wants",
            words::joined(member.subscribed_topic_names.iter().map(|one| words::clean(one))),
        ));
        facts.push(("has", assigned(&member.assigned, context)));
        facts.push(("is to have", target(group.target.get(id), &member.assigned, context)));
        page.facts(&facts);
    }
}

fn tasks(tasks: &Tasks) -> String {
    let kinds = [("", &tasks.active), ("standby ", &tasks.standby), ("warmup ", &tasks.warmup)];
    let shown: Vec<String> = kinds
        .iter()
        .filter(|(_, tasks)| !tasks.is_empty())
        .map(|(kind, tasks)| format!("{kind}{}", words::places(tasks)))
        .collect();
    shown.join(", ")
}

fn streams(page: &mut Page<'_>, group: &StreamsGroup) {
    let mut facts = epochs(&group.epochs);
    if let Some(topology) = &group.topology {
        let valid = if topology.epoch == group.validated_topology_epoch {
            "its topics are there"
        } else {
            "not checked"
        };
        facts.push(("topology", format!("epoch {}, {valid}", topology.epoch)));
    }
    page.facts(&facts);
    for (id, part) in group.topology.iter().flat_map(|topology| &topology.subtopologies) {
        let names = |names: &[String]| words::joined(names.iter().map(|name| words::clean(name)));
        page.part(&format!("subtopology {}", words::clean(id)));
        page.facts(&[
            ("reads", names(&part.source_topics)),
            ("reads by expression", names(&part.source_topic_regex)),
            ("reads from other parts", names(&part.repartition_source_topics)),
            ("writes to other parts", names(&part.repartition_sink_topics)),
            ("state in", names(&part.state_changelog_topics)),
        ]);
    }
    for (id, member) in &group.members {
        page.part(&format!("member {}", words::clean(id)));
        let mut facts = client(&member.client_id, &member.client_host, &member.instance_id, &member.rack_id);
        let to_have = group.target.get(id).filter(|target| **target != member.tasks).map(tasks);
        facts.push(progress(&member.progress, Meaning::StreamsMemberState));
        facts.push(("process", words::clean(&member.process_id)));
        facts.push(("topology", format!("epoch {}", member.topology_epoch)));
        facts.push(("has", tasks(&member.tasks)));
        facts.push(("is to have", to_have.unwrap_or_default()));
        facts.push(("gives up", tasks(&member.pending_revocation)));
        facts.push(("timeouts", timeouts(None, member.rebalance_timeout_ms)));
        page.facts(&facts);
    }
}

/// The groups as JSON, with the names of Kafka's records.
pub fn json(groups: &Groups, context: &Context<'_>) -> Value {
    let all = groups.by_id().iter().map(|(id, group)| {
        let mut shown = groups_json::group(id, group, context);
        let offsets = groups.offsets().of_group(id);
        let offsets = offsets.map_or_else(|| json!([]), |offsets| groups_json::offsets(offsets, context));
        shown.insert("offsets".into(), offsets);
        Value::Object(shown)
    });
    let mut pending = Vec::new();
    for (producer, groups) in groups.offsets().pending() {
        for (group, offsets) in groups {
            let offsets = groups_json::offsets(offsets, context);
            pending.push(json!({"producerId": producer, "groupId": group, "offsets": offsets}));
        }
    }
    json!({"groups": all.collect::<Vec<_>>(), "pendingTransactionalOffsets": pending})
}
