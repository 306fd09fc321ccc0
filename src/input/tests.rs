//! The room from outside: every sample, cut, joined, mutated and read a byte at a time.

use std::io::Read;

use super::{
    ErrorKind, Form, Input, InputError, Spelling,
    samples::{BYTES, SAMPLES},
};

/// What the units of an input came to, up to a bound that no sample reaches.
#[derive(Debug, PartialEq)]
struct Seen {
    spelling: Spelling,
    units: Vec<Vec<u8>>,
    mistakes: Vec<String>,
}

fn read_all(reader: impl Read, forced: Option<Form>, lines: bool, want: usize) -> Result<Seen, InputError> {
    let mut input = Input::open(reader, forced)?;
    input.lines_are_messages(lines);
    let mut seen = Seen { spelling: input.spelling(), units: Vec::new(), mistakes: Vec::new() };
    while seen.units.len() < 1000 && input.next_unit()? {
        let mut unit = Vec::new();
        while unit.len() < 1 << 20 {
            let before = unit.len();
            match input.fill(&mut unit, want) {
                Ok(count) => {
                    assert_eq!(unit.len(), before + count);
                    assert!(count <= want);
                    if count == 0 {
                        break;
                    }
                }
                Err(error) => {
                    assert_eq!(unit.len(), before, "bytes come before the mistake");
                    seen.mistakes.push(error.to_string());
                    break;
                }
            }
        }
        seen.units.push(unit);
    }
    Ok(seen)
}

fn read_text(text: &str) -> Seen {
    read_all(text.as_bytes(), None, false, 4096).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// A reader that hands out one byte at a time.
struct Trickle<'a>(&'a [u8]);

impl Read for Trickle<'_> {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        match (self.0.split_first(), room.first_mut()) {
            (Some((first, rest)), Some(slot)) => {
                *slot = *first;
                self.0 = rest;
                Ok(1)
            }
            _ => Ok(0),
        }
    }
}

struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below.max(1)
    }
}

#[test]
fn every_spelling_gives_the_same_bytes() {
    let mut wrong = Vec::new();
    for (name, text, spelling) in SAMPLES {
        let seen = match read_all(text.as_bytes(), None, false, 4096) {
            Ok(seen) => seen,
            Err(error) => {
                wrong.push(format!("{name}: {error}\n{text}"));
                continue;
            }
        };
        if seen.spelling != *spelling || seen.units != [BYTES.to_vec()] || !seen.mistakes.is_empty() {
            wrong.push(format!("{name}: {seen:02x?}\n{text}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), SAMPLES.len(), wrong.join("\n\n"));
}

#[test]
fn a_trickling_reader_and_small_steps_change_nothing() {
    for (name, text, _) in SAMPLES {
        let whole = read_text(text);
        for want in [1, 2, 3, 7] {
            let trickled = read_all(Trickle(text.as_bytes()), None, false, want).expect("it opened before");
            assert_eq!(trickled, whole, "{name}, {want}");
        }
    }
}

#[test]
fn utf16_as_powershell_writes_it() {
    for (name, text, spelling) in SAMPLES.iter().filter(|(_, text, _)| text.is_ascii()) {
        for big_endian in [false, true] {
            let wide: Vec<u8> = std::iter::once(0xfeff)
                .chain(text.encode_utf16())
                .flat_map(|unit| if big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() })
                .collect();
            let seen = read_all(wide.as_slice(), None, false, 4096).expect("text");
            assert_eq!((seen.spelling, seen.units), (*spelling, vec![BYTES.to_vec()]), "{name}");
            assert_eq!(
                read_all(Trickle(&wide), None, false, 5).expect("text").units,
                [BYTES.to_vec()],
                "{name}"
            );
        }
    }
}

#[test]
fn a_cut_text_gives_the_bytes_that_were_there() {
    for (name, text, spelling) in SAMPLES {
        if matches!(spelling, Spelling::OdWords | Spelling::HexdumpWords) || name.contains("xxd -e") {
            // Half a word of these is the wrong half.
            continue;
        }
        let mut longest = 0;
        for cut in (text.len() / 2)..text.len() {
            let Some(text) = text.get(..cut) else { continue };
            let Ok(seen) = read_all(text.as_bytes(), None, false, 4096) else { panic!("{name}: {text}") };
            let decimal =
                matches!(spelling, Spelling::Decimal) || ["Go", "od -td1", "od -tu1"].contains(name);
            let bytes = seen.units.concat();
            // A number may be cut within its digits.
            let certain = bytes.len().saturating_sub(usize::from(decimal));
            if seen.spelling == *spelling && !name.starts_with("0x") && *name != "Rust" {
                assert_eq!(bytes.get(..certain), BYTES.get(..certain), "{name}: {text}");
            }
            longest = longest.max(certain);
        }
        assert!(longest >= 30, "{name}: {longest}");
    }
}

#[test]
fn gutters_are_no_hex() {
    for (name, text, bytes) in [
        ("xxd", "00000000: 6361 6665  cafe\n", "cafe"),
        ("xxd -g1", "00000000: 62 65 20 65 66                                   be ef\n", "be ef"),
        (
            "hexdump -C",
            "00000000  63 61 66 65 62 61 62 65                           |cafebabe|\n00000008\n",
            "cafebabe",
        ),
        (
            "hexdump -C, a bar",
            "00000000  7c 61 62 7c                                       ||ab||\n00000004\n",
            "|ab|",
        ),
        ("Wireshark", "0000  62 65 20 65 66                                    be ef\n", "be ef"),
        (
            "Wireshark, full row",
            "0000  61 61 20 62 62 20 63 63 20 64 64 20 65 65 20 66   aa bb cc dd ee f\n0010  66                                                f\n",
            "aa bb cc dd ee ff",
        ),
        (
            "Wireshark, half row",
            "0000  61 61 20 62 62 20 63 63                            aa bb cc\n",
            "aa bb cc",
        ),
        ("od z", "000000 63 61 66 65                                      >cafe<\n000004\n", "cafe"),
        ("tcpdump -X", "\t0x0000:  6361 6665                                cafe\n", "cafe"),
    ] {
        let seen = read_text(text);
        assert_eq!(seen.units, [bytes.as_bytes().to_vec()], "{name}: {seen:?}");
    }
}

#[test]
fn a_star_repeats_the_row_up_to_the_next_offset() {
    let mut bytes = vec![0; 0x40];
    bytes.extend(b"kafka");
    for text in [
        "00000000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|\n*\n00000040  6b 61 66 6b 61                                    |kafka|\n00000045\n",
        "0000000 0000 0000 0000 0000 0000 0000 0000 0000\n*\n0000040 616b 6b66 0061                         \n0000045\n",
        "0000000 000000 000000 000000 000000 000000 000000 000000 000000\n*\n0000100 060553 065546 000141\n0000105\n",
        "00000000: 0000 0000 0000 0000 0000 0000 0000 0000  ................\n*\n00000040: 6b61 666b 61                             kafka\n",
    ] {
        assert_eq!(read_text(text).units, std::slice::from_ref(&bytes), "{text}");
    }
    let cut =
        read_text("00000000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|\n*\n");
    assert_eq!(cut.units, [vec![0; 16]]);
    assert!(cut.mistakes.concat().contains("behind the `*`"), "{cut:?}");
}

#[test]
fn units_of_dumps_and_arrays() {
    for (name, text) in [
        ("offset zero", "0000  00 01\n0000  02 03\n"),
        ("blank line", "00000010  00 01  |..|\n\n00000040  02 03  |..|\n"),
        (
            "C arrays",
            "char peer0_0[] = { /* Packet 1 */\n0x00, 0x01 };\nchar peer1_0[] = { /* Packet 2 */\n0x02, 0x03 };\nint n = 2;\n",
        ),
        ("JSON", "[[0, 1], [2, 3]]"),
        ("literals", r#"b"\x00\x01", b"\x02\x03""#),
    ] {
        assert_eq!(read_text(text).units, [vec![0, 1], vec![2, 3]], "{name}");
    }
    let gap = read_text("0000  00 01\n0010  02 03\n");
    assert_eq!(gap.units, [vec![0, 1], vec![2, 3]]);
    assert_eq!(gap.mistakes.len(), 1);
    assert!(
        gap.mistakes.concat().starts_with("line 2, column 1: expected a row at offset 00000002"),
        "{gap:?}"
    );
}

#[test]
fn lines_as_messages() {
    let text = "# two requests\n0001\n\n0203 # the second\r\n  // none\n04 05\n0\n0607";
    let seen = read_all(text.as_bytes(), None, true, 4096).expect("hex");
    assert_eq!(seen.units, [vec![0, 1], vec![2, 3], vec![4, 5], vec![], vec![6, 7]]);
    assert_eq!(seen.mistakes.len(), 1);
    assert!(seen.mistakes.concat().starts_with("line 7, column 1: expected two hex digits"), "{seen:?}");

    let mut input = Input::open(text.as_bytes(), None).expect("hex");
    assert_eq!(input.line_preview(), [vec![0, 1], vec![2, 3], vec![4, 5], vec![], vec![6, 7]]);
    input.lines_are_messages(true);
    let (mut unit, mut lines) = (Vec::new(), Vec::new());
    loop {
        match input.next_line_into(&mut unit) {
            Ok(true) => lines.push((input.line(), unit.clone())),
            Ok(false) => break,
            Err(error) => assert_eq!(error.kind, ErrorKind::Incomplete),
        }
    }
    assert_eq!(lines, [(2, vec![0, 1]), (4, vec![2, 3]), (6, vec![4, 5]), (8, vec![6, 7])]);

    for (text, lines) in
        [("AAECAw==\nBAUGBw==\n", 2), ("\\x00\\x01\n\\x02\n\\x03", 3), ("0001\n", 0), ("0000  00 01\n", 0)]
    {
        let input = Input::open(text.as_bytes(), None).expect("text");
        assert_eq!(input.line_preview().len(), lines, "{text}");
    }
}

#[test]
fn mistakes_name_place_and_find() {
    for (text, units, sentence) in [
        ("00 01 0", vec![0, 1], "line 1, column 7: expected two hex digits for each byte, found a lone `0`"),
        (
            "0001\n02030",
            vec![0, 1, 2, 3],
            "line 2, column 5: expected two hex digits for each byte, found a lone `0`",
        ),
        (
            "00010203\n0405zz07",
            vec![0, 1, 2, 3, 4, 5],
            "line 2, column 5: expected two hex digits for each byte, found `zz07`",
        ),
        ("[0, 1, 256]", vec![0, 1], "line 1, column 8: expected a byte such as 0x1f, 31 or -1, found `256`"),
        ("[0, 1, 25", vec![0, 1], "line 1, column 8: expected a closing bracket, found `25`"),
        ("{0x00, 0x0", vec![0], "line 1, column 8: expected a closing bracket, found `0x0`"),
        ("00000000: 0001 02zz  ....\n", vec![0, 1, 2], "line 1, column 16: expected groups of 4 hex digits"),
        (r"\x00\x01\xz1\x02", vec![0, 1], r"line 1, column 9: expected an escape for one byte, found `\xz1`"),
        ("AAECAwQFBgcICQ", (0..10).collect(), ""),
        (
            "AAECAwQFBgcIC",
            (0..9).collect(),
            "line 1, column 14: expected groups of four base64 characters, found 13",
        ),
    ] {
        match read_all(text.as_bytes(), None, false, 4096) {
            Ok(seen) => {
                assert_eq!(seen.units, [units], "{text}");
                assert!(seen.mistakes.concat().starts_with(sentence), "{text}: {seen:?}");
            }
            Err(error) => assert!(error.to_string().starts_with(sentence), "{text}: {error}"),
        }
    }
    for (text, kind) in
        [("", ErrorKind::Empty), (" \n# x\n", ErrorKind::Empty), ("hello world", ErrorKind::Unrecognised)]
    {
        assert_eq!(read_all(text.as_bytes(), None, false, 1).expect_err(text).kind, kind, "{text}");
    }
}

#[test]
fn forms_may_be_forced() {
    for (text, form, bytes) in [
        ("0001", Form::Raw, b"0001".as_slice()),
        ("\u{feff}00", Form::Raw, "\u{feff}00".as_bytes()),
        ("00010203", Form::Base64, &[0xd3, 0x4d, 0x35, 0xd3, 0x6d, 0x37]),
        ("deadbeef", Form::Hex, &[0xde, 0xad, 0xbe, 0xef]),
        ("[1, -1]", Form::Hex, &[1, 255]),
    ] {
        assert_eq!(read_all(text.as_bytes(), Some(form), false, 3).expect("forced").units, [bytes], "{text}");
    }
    assert_eq!(read_all([0u8, 1, 2].as_slice(), None, false, 2).expect("raw").units, [[0, 1, 2]]);
}

#[test]
fn decimal_only_with_proof() {
    let input = Input::open("[0, 0, -1, 127]".as_bytes(), None).expect("decimal");
    assert_eq!(
        (input.spelling(), input.reason()),
        (Spelling::Decimal, "read as decimal bytes: `0` is no byte in hex")
    );
    assert_eq!(read_text("[10, 20, 30]").units, [[0x10, 0x20, 0x30]]);
    assert_eq!(read_text("[10, 20, 0x30]").units, [[10, 20, 0x30]]);
}

#[test]
fn long_inputs_stream() {
    for unit in [
        "00010203",
        "00 01 02 03 ",
        "00:01:02:03:\n",
        "00010203\n",
        "AAECAwAB",
        "\\x00\\x01\\x02\\x03",
        "0x00, 0x01, 3, ",
    ] {
        let text = unit.repeat(100_000);
        let text = text.as_bytes();
        let whole = read_all(text, None, false, usize::MAX).expect("text");
        let units: Vec<usize> = whole.units.iter().map(Vec::len).collect();
        assert_eq!(units.len(), 1, "{unit}");
        assert!(whole.mistakes.is_empty() && units.iter().sum::<usize>() >= 300_000, "{unit}: {units:?}");
        assert_eq!(read_all(text, None, false, 1000).expect("text"), whole, "{unit}");
    }
}

#[test]
fn no_mutation_panics_or_hangs() {
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    let alphabet =
        b"0123456789abcdefABCDEFxX \t\r\n:;,-_=+/\\\"'`{}[]()<>|*#.ugzn\x00\x7f\xc2\xa0\xe2\x80\xff";
    for round in 0..6000 {
        let (_, sample, _) = SAMPLES.get(random.next(SAMPLES.len())).expect("below the length");
        let mut text = if round % 10 == 0 { Vec::new() } else { sample.as_bytes().to_vec() };
        for _ in 0..random.next(12) {
            let at = random.next(text.len() + 1);
            let byte = *alphabet.get(random.next(alphabet.len())).expect("below the length");
            match random.next(6) {
                0 => text.truncate(at),
                1 => text.insert(at, byte),
                2 if at < text.len() => {
                    text.remove(at);
                }
                3 => {
                    let piece: Vec<u8> = text.iter().skip(at).take(random.next(80)).copied().collect();
                    text.splice(at..at, piece);
                }
                4 => text.extend(
                    (0..random.next(40)).map(|_| *alphabet.get(random.next(alphabet.len())).expect("in it")),
                ),
                _ => {
                    if let Some(slot) = text.get_mut(at) {
                        *slot = byte;
                    }
                }
            }
        }
        let forced = [None, None, Some(Form::Hex), Some(Form::Base64), Some(Form::Raw)]
            .into_iter()
            .nth(random.next(5))
            .flatten();
        let lines = random.next(2) == 0;
        let whole = read_all(text.as_slice(), forced, lines, 4096);
        let trickled = read_all(Trickle(&text), forced, lines, 1 + random.next(9));
        match (whole, trickled) {
            (Ok(whole), Ok(trickled)) => assert_eq!(whole, trickled, "{}", String::from_utf8_lossy(&text)),
            (Err(whole), Err(trickled)) => assert_eq!(whole.to_string(), trickled.to_string()),
            (whole, trickled) => panic!("{whole:?}\n{trickled:?}\n{}", String::from_utf8_lossy(&text)),
        }
    }
}
