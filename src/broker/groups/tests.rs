//! Which groups are coordinated here.
#![allow(clippy::unwrap_used)]

use crate::broker::config::Settings;
use crate::broker::config::settings::Source;
use crate::broker::exchange::Exchange;
use crate::broker::groups::topic;
use crate::broker::loggers::Loggers;
use crate::broker::partitions::Fsync;
use crate::broker::start::{self, Plan};
use crate::codec::error_codes::codes;
use crate::codec::messages::metadata_records::{partition_record, topic_record};
use crate::codec::wire::{Array, Str, Uuid};

const TOPIC_ID: Uuid = Uuid([7; 16]);
const HERE: i32 = 1;
const ELSEWHERE: i32 = 9;

/// As in a directory of a node that had others beside it: they have the rest of the groups.
#[test]
fn groups_of_partitions_elsewhere_are_not_taken() {
    let data = tempfile::tempdir().unwrap();
    let broker = start::start(Plan {
        settings: Settings::read(&[Source::File("server.properties", "node.id=1\n")]).unwrap(),
        data: data.path().to_owned(),
        cluster_id: None,
        fsync: Fsync::Never,
        advertised: Vec::new(),
        trace: None,
        loggers: Loggers::new("ERROR", Box::new(|_| {})),
    })
    .unwrap();
    let made = broker.metadata.change(|_, change| {
        let name = Str::from(topic::NAME);
        change.push(&topic_record::Root { name, topic_id: TOPIC_ID, ..Default::default() }, 0);
        for (partition_id, node) in [(0, HERE), (1, HERE), (2, ELSEWHERE)] {
            let replicas = || Array::from(vec![node]);
            let record = partition_record::Root {
                partition_id,
                topic_id: TOPIC_ID,
                replicas: replicas(),
                isr: replicas(),
                leader: node,
                leader_epoch: 0,
                partition_epoch: 0,
                ..Default::default()
            };
            change.push(&record, 0);
        }
    });
    made.unwrap();
    let exchange = Exchange::new(&broker, 0, 0);
    let mut taken = 0;
    for group in ["a", "b", "c", "d", "e", "f"] {
        let at = topic::partition_of(group, 3);
        let found = broker.groups.with(&exchange, group, |_, _| ()).map(|((), replica)| replica.partition);
        assert_eq!(found, if at == 2 { Err(codes::NOT_COORDINATOR) } else { Ok(at) }, "{group}");
        taken += usize::from(at != 2);
    }
    assert_eq!(taken, 4);
}
