//! What is plainly not Kafka: the first bytes of protocols and files that end up where Kafka bytes
//! were expected, because a port was mixed up or TLS was on at one end only.

/// Something else that was recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Foreign {
    /// What it is, to stand after "this is".
    pub what: &'static str,
    /// What probably happened and what to do.
    pub hint: &'static str,
}

const TLS_HINT: &str =
    "One end speaks TLS and the other does not: look at security.protocol and at the listener's protocol.";
const PORT_HINT: &str = "The port belongs to another service, or a client of one talks to Kafka's port.";
const FILE_HINT: &str = "Unpack or convert it first, then give kafkit the Kafka bytes in it.";

/// Recognises bytes by how they begin.
pub fn recognise(bytes: &[u8]) -> Option<Foreign> {
    let found = |what, hint| Some(Foreign { what, hint });
    match bytes {
        // TLS records: type, version 3.x, length, then the handshake's type.
        [0x16, 3, 0..=4, _, _, 1, ..] => found("a TLS ClientHello", TLS_HINT),
        [0x16, 3, 0..=4, _, _, 2, ..] => found("a TLS ServerHello", TLS_HINT),
        [0x15, 3, 0..=4, 0, 2, _, _, ..] => found("a TLS alert", TLS_HINT),
        [0x17, 3, 0..=4, _, _, ..] => found("encrypted TLS data", TLS_HINT),
        [0x16, 3, 0..=4, ..] => found("a TLS handshake record", TLS_HINT),
        // PostgreSQL: length, then a protocol number.
        [0, 0, 0, _, 0, 3, 0, 0..=2, ..] if bytes.ends_with(&[0]) => {
            found("a PostgreSQL startup message", PORT_HINT)
        }
        [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2e..=0x30, ..] => {
            found("a PostgreSQL SSL, cancel or GSS request", PORT_HINT)
        }
        [_, 0, 0, 0, 10, b'5'..=b'9', b'.', ..] => found("a MySQL server greeting", PORT_HINT),
        [0x10, _, 0, 4, b'M', b'Q', b'T', b'T', ..] => found("an MQTT CONNECT", PORT_HINT),
        [0xd4, 0xc3, 0xb2, 0xa1, ..] | [0xa1, 0xb2, 0xc3, 0xd4, ..] | [0x4d, 0x3c, 0xb2, 0xa1, ..] => found(
            "a pcap capture",
            "Give kafkit the TCP payload in it: Wireshark's \"Copy as Hex Stream\" of the Kafka layer.",
        ),
        [0x0a, 0x0d, 0x0d, 0x0a, ..] => found(
            "a pcapng capture",
            "Give kafkit the TCP payload in it: Wireshark's \"Copy as Hex Stream\" of the Kafka layer.",
        ),
        [0x1f, 0x8b, 8, ..] => found("gzip-packed data", FILE_HINT),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => found("zstd-packed data", FILE_HINT),
        [0x04, 0x22, 0x4d, 0x18, ..] => found("lz4-packed data", FILE_HINT),
        [0x7f, b'E', b'L', b'F', ..] => found("an ELF program", FILE_HINT),
        [b'P', b'K', 3, 4, ..] => found("a ZIP or JAR archive", FILE_HINT),
        [0xca, 0xfe, 0xba, 0xbe, ..] => found("a Java class file", FILE_HINT),
        _ => by_text(bytes),
    }
}

fn by_text(bytes: &[u8]) -> Option<Foreign> {
    const REQUESTS: [&[u8]; 9] =
        [b"GET ", b"POST ", b"PUT ", b"HEAD ", b"DELETE ", b"OPTIONS ", b"PATCH ", b"CONNECT ", b"TRACE "];
    const OTHERS: [(&[u8], &str); 10] = [
        (b"HTTP/", "an HTTP response"),
        (b"PRI * HTTP/2", "an HTTP/2 connection preface (gRPC?)"),
        (b"SSH-", "an SSH greeting"),
        (b"AMQP", "an AMQP header (RabbitMQ?)"),
        (b"220 ", "an SMTP or FTP greeting"),
        (b"EHLO ", "an SMTP command"),
        (b"PING\r\n", "a Redis command"),
        (b"-ERR ", "a Redis error"),
        (b"+PONG", "a Redis reply"),
        (b"+OK\r\n", "a Redis or POP3 reply"),
    ];
    if REQUESTS.iter().any(|word| bytes.starts_with(word)) {
        return Some(Foreign { what: "an HTTP request", hint: PORT_HINT });
    }
    if let [b'*', b'0'..=b'9', ..] = bytes
        && bytes.windows(2).take(8).any(|pair| pair == b"\r\n")
    {
        return Some(Foreign { what: "a Redis command", hint: PORT_HINT });
    }
    OTHERS
        .iter()
        .find(|(word, _)| bytes.starts_with(word))
        .map(|&(_, what)| Foreign { what, hint: PORT_HINT })
}
