#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on has failed.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

use super::*;
use crate::codec::messages::metadata::api_versions_request::ApiVersionsRequest;
use crate::codec::schema::Versions;

fn options() -> Options {
    Options {
        client_id: Some("test".into()),
        timeout: Duration::from_millis(500),
        response_bytes_max: 1 << 20,
        ids: Arc::default(),
        witness: None,
    }
}

/// A peer that reads what comes and answers each read with the next of the texts, then closes.
fn peer(answers: Vec<Vec<u8>>) -> Address {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        for answer in answers {
            read_frame(&mut stream);
            stream.write_all(&answer).unwrap();
        }
        let _ = stream.shutdown(Shutdown::Both);
    });
    Address { host: "127.0.0.1".into(), port }
}

fn read_frame(stream: &mut TcpStream) {
    let mut size = [0; 4];
    stream.read_exact(&mut size).unwrap();
    let mut rest = vec![0; u32::from_be_bytes(size) as usize];
    stream.read_exact(&mut rest).unwrap();
}

fn ask(answer: &[u8]) -> Result<Frame, Error> {
    let mut connection =
        Connection::open(&[peer(vec![answer.to_vec()])], &options()).map_err(|_| ()).unwrap();
    connection.ask(&ApiVersionsRequest::default(), 0)
}

#[test]
fn addresses() {
    let parsed = |text: &str| Address::parse(text).map(|address| address.to_string());
    for (text, address) in [
        ("localhost", "localhost:9092"),
        ("b:1", "b:1"),
        ("[::1]", "[::1]:9092"),
        ("[::1]:19092", "[::1]:19092"),
        ("fe80::1", "[fe80::1]:9092"),
        (" PLAINTEXT://kafka:29092", "kafka:29092"),
    ] {
        assert_eq!(parsed(text), Ok(address.into()));
    }
    for bad in ["", ":9092", "h:0", "h:70000", "h:x", "[::1", "[::1]9", "a b", "SASL_SSL://h:1", "h/x"] {
        assert!(parsed(bad).is_err(), "{bad}");
    }
    assert_eq!(Address::parse_list("a,b:1").unwrap().len(), 2);
    assert!(Address::parse_list("a,,b").is_err());
}

#[test]
fn best_version_is_the_newest_that_both_know() {
    let offer = |min, max| {
        let mut response =
            crate::codec::messages::metadata::api_versions_response::ApiVersionsResponse::default();
        response.api_keys.push(crate::codec::messages::metadata::api_versions_response::ApiVersion {
            api_key: 3,
            min_version: min,
            max_version: max,
            unknown_tags: Vec::new(),
        });
        Offer::of(&response).best(crate::codec::api::by_key(3).unwrap())
    };
    assert_eq!(offer(0, 5), Some(5));
    assert_eq!(offer(0, 99), Some(13));
    assert_eq!(offer(50, 99), None);
    assert_eq!(offer(5, 4), None);
    assert_eq!(Offer::default().versions(3), None::<Versions>);
}

#[test]
fn what_comes_is_told_apart() {
    let frame = ask(&[0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]).unwrap();
    assert_eq!((frame.bytes.len(), frame.correlation_id()), (14, Some(0)));
    let error = |answer: &[u8]| ask(answer).unwrap_err();
    let closed = error(&[0, 0, 0, 10, 0]);
    assert!(closed.is_closed() && closed.bytes.len() == 5 && closed.wanted == Some(14), "{closed}");
    assert!(matches!(error(&[0xff; 4]).problem, Problem::NegativeSize(-1)));
    let large = error(b"HTTP/1.1 400 Bad Request");
    assert!(
        matches!(large.problem, Problem::TooLarge { .. }) && large.bytes.starts_with(b"HTTP/1.1"),
        "{large}"
    );
    let other = error(&[0, 0, 0, 4, 0, 0, 0, 9]);
    assert!(matches!(other.problem, Problem::Correlation { wanted: 0, found: 9 }), "{other}");
}

#[test]
fn a_refused_version_is_asked_again_in_one_that_is_spoken() {
    // Version 0 with error 35 and ApiVersions 0-2, then the answer in version 2.
    let refusal = "000000100000000000230000000100120000000 2".replace(' ', "");
    let answer = "0000001400000001000000000001001200000002".to_owned() + "00000000";
    let bytes = |hex: &str| hex::decode(hex).unwrap();
    let address = peer(vec![bytes(&refusal), bytes(&answer)]);
    let mut connection = Connection::open_one(&address, &options()).unwrap();
    let offer = connection.negotiate().unwrap();
    assert_eq!(offer.versions(18), Some(Versions { min: 0, max: 2 }));
}

#[test]
fn silence_ends() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut options = options();
    options.timeout = Duration::from_millis(50);
    let mut connection = Connection::open_one(&Address { host: "127.0.0.1".into(), port }, &options).unwrap();
    let error = connection.receive().unwrap_err();
    assert!(matches!(error.problem, Problem::Silent) && error.after.is_some(), "{error}");
}
