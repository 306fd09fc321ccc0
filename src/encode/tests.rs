use serde_json::json;

use super::*;
use crate::codec::messages::MESSAGES;

fn bytes(json: Json, options: &Options) -> String {
    let mut out = Vec::new();
    match encode(&json, options, &mut out) {
        Ok(()) => hex::encode(out),
        Err(error) => error.to_string(),
    }
}

fn plain(json: Json) -> String {
    bytes(json, &Options::default())
}

#[test]
fn a_request_gets_what_its_json_leaves_out() {
    let request = |header: Json| json!({"kind": "request", "api": "ApiVersions", "version": 0, "size": 1, "header": header, "body": {}});
    assert_eq!(plain(request(json!({}))), "00000010001200000000000000066b61666b6974");
    assert_eq!(plain(request(json!({"correlationId": 7, "clientId": null}))), "0000000a0012000000000007ffff");
    // Without a header or its version, it is the body alone.
    assert_eq!(plain(json!({"kind": "request", "apiKey": 18, "version": 0, "body": {}})), "");
}

#[test]
fn flags_go_before_the_json() {
    let json = json!({"kind": "request", "api": "ApiVersions", "version": 4, "headerVersion": 2, "size": 1,
        "header": {"requestApiKey": 18, "requestApiVersion": 4, "correlationId": 1, "clientId": "a"},
        "body": {"clientSoftwareName": "b", "clientSoftwareVersion": "c"}});
    assert_eq!(plain(json.clone()), "000000110012000400000001000161000262026300");
    let options = Options { size: Some(false), header: Some(HeaderChoice::None), ..Options::default() };
    assert_eq!(bytes(json.clone(), &options), "0262026300");
    let options = Options { version: Some(3), ..Options::default() };
    assert_eq!(bytes(json, &options), "000000110012000300000001000161000262026300");
}

#[test]
fn records_of_kafka_itself_have_their_frames() {
    let topic = json!({"kind": "record-value", "family": "metadata", "message": "TopicRecord", "version": 0,
        "body": {"name": "a", "topicId": "AAAAAAAAAAAAAAAAAAAAAQ"}});
    assert_eq!(plain(topic), "01020002610000000000000000000000000000000100");
    let key = json!({"kind": "record-key", "family": "group", "message": "GroupMetadataKey", "version": 2,
        "body": {"group": "g"}});
    assert_eq!(plain(key), "0002000167");
    let prefixed = json!({"kind": "message", "message": "ConsumerProtocolSubscription", "version": 0,
        "versionPrefix": true, "body": {"topics": ["t"], "userData": null}});
    assert_eq!(plain(prefixed), "000000000001000174ffffffff");
}

#[test]
fn fields_may_be_spelled_as_in_tables() {
    let heartbeat = |body: Json| json!({"kind": "request", "api": "Heartbeat", "version": 0, "headerVersion": null, "body": body});
    let kafka = plain(heartbeat(json!({"groupId": "g", "generationId": 1, "memberId": "m"})));
    assert!(kafka.ends_with("0001670000000100016d"), "{kafka}");
    assert_eq!(plain(heartbeat(json!({"group_id": "g", "generation_id": 1, "memberId": "m"}))), kafka);
    let both = plain(heartbeat(json!({"group_id": "g", "groupId": "g", "generationId": 1, "memberId": "m"})));
    assert_eq!(both, ".body.groupId: given twice, also as group_id");
}

#[test]
fn mistakes_are_named_by_their_place() {
    for (json, expected) in [
        (json!(5), ".: expected an object, found 5"),
        (
            json!({"kind": "reqest"}),
            ".kind: expected request, response, record-key, record-value or message, found \"reqest\"",
        ),
        (json!({"kind": "request", "version": 0}), ".api: missing; expected the name of an API"),
        (json!({"kind": "request", "api": "Fech"}), ".api: no API is called \"Fech\"; did you mean Fetch?"),
        (json!({"kind": "request", "api": "Fetch", "apiKey": 3}), ".api: Fetch has the key 1, not 3"),
        (
            json!({"kind": "request", "api": "Fetch", "api_version": 3}),
            ".version: missing; expected a number under this name, not under \"api_version\"",
        ),
        (
            json!({"kind": "request", "api": "Fetch", "version": 99}),
            ".version: Fetch has versions 0-18, not 99",
        ),
        (
            json!({"kind": "request", "api": "Heartbeat", "version": 0}),
            ".body: missing; expected an object (HeartbeatRequest)",
        ),
        (
            json!({"kind": "request", "api": "Metadata", "version": 1, "body": {"topics": [{"name": "a"}, {"name": 5}]}}),
            ".body.topics[1].name: expected a string, found 5",
        ),
        (
            json!({"kind": "request", "api": "ApiVersions", "version": 0, "header": {"requestApiVersion": 1}, "body": {}}),
            ".header.requestApiVersion: 1 contradicts the 0 beside the header",
        ),
        (
            json!({"kind": "request", "api": "SaslAuthenticate", "version": 0, "body": {"authBytes": "(redacted)"}}),
            ".body.authBytes: decode has hidden this value; with --show-secrets it does not",
        ),
        (
            json!({"kind": "request", "api": "ApiVersions", "version": 3, "body": {}, "unknownTags": [{"path": "body.topics[0]", "tag": 1, "hex": ""}]}),
            ".unknownTags[0].path: expected the place of an object in the header or body, as body.topics[0]",
        ),
    ] {
        assert_eq!(plain(json.clone()), expected, "{json}");
    }
}

#[test]
fn no_message_has_a_field_that_would_make_it_an_envelope() {
    for message in MESSAGES {
        assert!(message.shape.fields.iter().all(|field| field.name != "kind"), "{}", message.name);
    }
}
