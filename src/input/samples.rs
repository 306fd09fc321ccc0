//! What people paste: 39 bytes in every spelling, as the tools wrote them.

use super::Spelling;

/// The bytes of [`SAMPLES`]: a size and a request, but this room does not know that.
pub(super) const BYTES: &[u8; 39] =
    b"\x00\x00\x00\x23\x00\x12\x00\x04\x6f\x7f\xc6\x61\x00\x09kafka-cli\x00\x0akafka-cli\x040.1\x00";

/// Who wrote it, the text, and what it is to be taken for.
#[rustfmt::skip]
pub(super) const SAMPLES: &[(&str, &str, Spelling)] = &[
    ("xxd", "00000000: 0000 0023 0012 0004 6f7f c661 0009 6b61  ...#....o..a..ka
00000010: 666b 612d 636c 6900 0a6b 6166 6b61 2d63  fka-cli..kafka-c
00000020: 6c69 0430 2e31 00                        li.0.1.
", Spelling::Xxd),
    ("xxd -g1", "00000000: 00 00 00 23 00 12 00 04 6f 7f c6 61 00 09 6b 61  ...#....o..a..ka
00000010: 66 6b 61 2d 63 6c 69 00 0a 6b 61 66 6b 61 2d 63  fka-cli..kafka-c
00000020: 6c 69 04 30 2e 31 00                             li.0.1.
", Spelling::Xxd),
    ("xxd -c 8", "00000000: 0000 0023 0012 0004  ...#....
00000008: 6f7f c661 0009 6b61  o..a..ka
00000010: 666b 612d 636c 6900  fka-cli.
00000018: 0a6b 6166 6b61 2d63  .kafka-c
00000020: 6c69 0430 2e31 00    li.0.1.
", Spelling::Xxd),
    ("xxd -c 39 -g 1", "00000000: 00 00 00 23 00 12 00 04 6f 7f c6 61 00 09 6b 61 66 6b 61 2d 63 6c 69 00 0a 6b 61 66 6b 61 2d 63 6c 69 04 30 2e 31 00  ...#....o..a..kafka-cli..kafka-cli.0.1.
", Spelling::Xxd),
    ("xxd -g4", "00000000: 00000023 00120004 6f7fc661 00096b61  ...#....o..a..ka
00000010: 666b612d 636c6900 0a6b6166 6b612d63  fka-cli..kafka-c
00000020: 6c690430 2e3100                      li.0.1.
", Spelling::Xxd),
    ("xxd -g8", "00000000: 0000002300120004 6f7fc66100096b61  ...#....o..a..ka
00000010: 666b612d636c6900 0a6b61666b612d63  fka-cli..kafka-c
00000020: 6c6904302e3100                     li.0.1.
", Spelling::Xxd),
    ("xxd -u", "00000000: 0000 0023 0012 0004 6F7F C661 0009 6B61  ...#....o..a..ka
00000010: 666B 612D 636C 6900 0A6B 6166 6B61 2D63  fka-cli..kafka-c
00000020: 6C69 0430 2E31 00                        li.0.1.
", Spelling::Xxd),
    ("xxd -e", "00000000: 23000000 04001200 61c67f6f 616b0900  ...#....o..a..ka
00000010: 2d616b66 00696c63 66616b0a 632d616b  fka-cli..kafka-c
00000020: 3004696c   00312e                    li.0.1.
", Spelling::Xxd),
    ("xxd -p", "00000023001200046f7fc66100096b61666b612d636c69000a6b61666b61
2d636c6904302e3100
", Spelling::Hex),
    ("xxd -p -c0", "00000023001200046f7fc66100096b61666b612d636c69000a6b61666b612d636c6904302e3100
", Spelling::Hex),
    ("xxd -i", "unsigned char in39_bin[] = {
  0x00, 0x00, 0x00, 0x23, 0x00, 0x12, 0x00, 0x04, 0x6f, 0x7f, 0xc6, 0x61,
  0x00, 0x09, 0x6b, 0x61, 0x66, 0x6b, 0x61, 0x2d, 0x63, 0x6c, 0x69, 0x00,
  0x0a, 0x6b, 0x61, 0x66, 0x6b, 0x61, 0x2d, 0x63, 0x6c, 0x69, 0x04, 0x30,
  0x2e, 0x31, 0x00
};
unsigned int in39_bin_len = 39;
", Spelling::Array),
    ("xxd -d", "00000000: 0000 0023 0012 0004 6f7f c661 0009 6b61  ...#....o..a..ka
00000016: 666b 612d 636c 6900 0a6b 6166 6b61 2d63  fka-cli..kafka-c
00000032: 6c69 0430 2e31 00                        li.0.1.
", Spelling::Xxd),
    ("hexdump -C", "00000000  00 00 00 23 00 12 00 04  6f 7f c6 61 00 09 6b 61  |...#....o..a..ka|
00000010  66 6b 61 2d 63 6c 69 00  0a 6b 61 66 6b 61 2d 63  |fka-cli..kafka-c|
00000020  6c 69 04 30 2e 31 00                              |li.0.1.|
00000027
", Spelling::HexdumpC),
    ("hexdump", "0000000 0000 2300 1200 0400 7f6f 61c6 0900 616b
0000010 6b66 2d61 6c63 0069 6b0a 6661 616b 632d
0000020 696c 3004 312e 0000                    
0000027
", Spelling::HexdumpWords),
    (r#"hexdump -v -e '16/1 "%02x " "\n"'"#, "00 00 00 23 00 12 00 04 6f 7f c6 61 00 09 6b 61
66 6b 61 2d 63 6c 69 00 0a 6b 61 66 6b 61 2d 63
6c 69 04 30 2e 31 00                           
", Spelling::Hex),
    ("hexdump -b", "0000000 000 000 000 043 000 022 000 004 157 177 306 141 000 011 153 141
0000010 146 153 141 055 143 154 151 000 012 153 141 146 153 141 055 143
0000020 154 151 004 060 056 061 000                                    
0000027
", Spelling::Od),
    ("od", "0000000 000000 021400 011000 002000 077557 060706 004400 060553
0000020 065546 026541 066143 000151 065412 063141 060553 061455
0000040 064554 030004 030456 000000
0000047
", Spelling::OdWords),
    ("od -A x -t x1z -v", "000000 00 00 00 23 00 12 00 04 6f 7f c6 61 00 09 6b 61  >...#....o..a..ka<
000010 66 6b 61 2d 63 6c 69 00 0a 6b 61 66 6b 61 2d 63  >fka-cli..kafka-c<
000020 6c 69 04 30 2e 31 00                             >li.0.1.<
000027
", Spelling::Od),
    ("od -A d -t x1", "0000000 00 00 00 23 00 12 00 04 6f 7f c6 61 00 09 6b 61
0000016 66 6b 61 2d 63 6c 69 00 0a 6b 61 66 6b 61 2d 63
0000032 6c 69 04 30 2e 31 00
0000039
", Spelling::Od),
    ("od -tx1", "0000000 00 00 00 23 00 12 00 04 6f 7f c6 61 00 09 6b 61
0000020 66 6b 61 2d 63 6c 69 00 0a 6b 61 66 6b 61 2d 63
0000040 6c 69 04 30 2e 31 00
0000047
", Spelling::Od),
    ("od -tx2", "0000000 0000 2300 1200 0400 7f6f 61c6 0900 616b
0000020 6b66 2d61 6c63 0069 6b0a 6661 616b 632d
0000040 696c 3004 312e 0000
0000047
", Spelling::OdWords),
    ("od -tx4", "0000000 23000000 04001200 61c67f6f 616b0900
0000020 2d616b66 00696c63 66616b0a 632d616b
0000040 3004696c 0000312e
0000047
", Spelling::OdWords),
    ("od -tx8", "0000000 0400120023000000 616b090061c67f6f
0000020 00696c632d616b66 632d616b66616b0a
0000040 0000312e3004696c
0000047
", Spelling::OdWords),
    ("od -An -tx1", " 00 00 00 23 00 12 00 04 6f 7f c6 61 00 09 6b 61
 66 6b 61 2d 63 6c 69 00 0a 6b 61 66 6b 61 2d 63
 6c 69 04 30 2e 31 00
", Spelling::Hex),
    ("od -td1", "0000000    0    0    0   35    0   18    0    4  111  127  -58   97    0    9  107   97
0000020  102  107   97   45   99  108  105    0   10  107   97  102  107   97   45   99
0000040  108  105    4   48   46   49    0
0000047
", Spelling::Od),
    ("od -tu1", "0000000   0   0   0  35   0  18   0   4 111 127 198  97   0   9 107  97
0000020 102 107  97  45  99 108 105   0  10 107  97 102 107  97  45  99
0000040 108 105   4  48  46  49   0
0000047
", Spelling::Od),
    ("od -b", "0000000 000 000 000 043 000 022 000 004 157 177 306 141 000 011 153 141
0000020 146 153 141 055 143 154 151 000 012 153 141 146 153 141 055 143
0000040 154 151 004 060 056 061 000
0000047
", Spelling::Od),
    ("od -Ax -tx2", "000000 0000 2300 1200 0400 7f6f 61c6 0900 616b
000010 6b66 2d61 6c63 0069 6b0a 6661 616b 632d
000020 696c 3004 312e 0000
000027
", Spelling::HexdumpWords),
    ("contiguous", "00000023001200046f7fc66100096b61666b612d636c69000a6b61666b612d636c6904302e3100", Spelling::Hex),
    ("upper", "00000023001200046F7FC66100096B61666B612D636C69000A6B61666B612D636C6904302E3100
", Spelling::Hex),
    ("odd wrap", "0000002300120
0046f7fc66100
096b61666b612
d636c69000a6b
61666b612d636
c6904302e3100", Spelling::Hex),
    ("spaces", "00 00 00 23 00 12 00 04 6f 7f c6 61 00 09 6b 61 66 6b 61 2d 63 6c 69 00 0a 6b 61 66 6b 61 2d 63 6c 69 04 30 2e 31 00", Spelling::Hex),
    ("colons", "00:00:00:23:00:12:00:04:6f:7f:c6:61:00:09:6b:61:66:6b:61:2d:63:6c:69:00:0a:6b:61:66:6b:61:2d:63:6c:69:04:30:2e:31:00", Spelling::Hex),
    ("commas", "00,00,00,23,00,12,00,04,6f,7f,c6,61,00,09,6b,61,66,6b,61,2d,63,6c,69,00,0a,6b,61,66,6b,61,2d,63,6c,69,04,30,2e,31,00", Spelling::Hex),
    ("comma blank", "00, 00, 00, 23, 00, 12, 00, 04, 6f, 7f, c6, 61, 00, 09, 6b, 61, 66, 6b, 61, 2d, 63, 6c, 69, 00, 0a, 6b, 61, 66, 6b, 61, 2d, 63, 6c, 69, 04, 30, 2e, 31, 00", Spelling::Hex),
    ("semicolons", "00;00;00;23;00;12;00;04;6f;7f;c6;61;00;09;6b;61;66;6b;61;2d;63;6c;69;00;0a;6b;61;66;6b;61;2d;63;6c;69;04;30;2e;31;00", Spelling::Hex),
    ("dashes", "00-00-00-23-00-12-00-04-6f-7f-c6-61-00-09-6b-61-66-6b-61-2d-63-6c-69-00-0a-6b-61-66-6b-61-2d-63-6c-69-04-30-2e-31-00", Spelling::Hex),
    ("underscores", "00_00_00_23_00_12_00_04_6f_7f_c6_61_00_09_6b_61_66_6b_61_2d_63_6c_69_00_0a_6b_61_66_6b_61_2d_63_6c_69_04_30_2e_31_00", Spelling::Hex),
    ("tabs", "00\t00\t00\t23\t00\t12\t00\t04\t6f\t7f\tc6\t61\t00\t09\t6b\t61\t66\t6b\t61\t2d\t63\t6c\t69\t00\t0a\t6b\t61\t66\t6b\t61\t2d\t63\t6c\t69\t04\t30\t2e\t31\t00", Spelling::Hex),
    ("lines", "00
00
00
23
00
12
00
04
6f
7f
c6
61
00
09
6b
61
66
6b
61
2d
63
6c
69
00
0a
6b
61
66
6b
61
2d
63
6c
69
04
30
2e
31
00", Spelling::Hex),
    ("crlf", "00\r\n00\r\n00\r\n23\r\n00\r\n12\r\n00\r\n04\r\n6f\r\n7f\r\nc6\r\n61\r\n00\r\n09\r\n6b\r\n61\r\n66\r\n6b\r\n61\r\n2d\r\n63\r\n6c\r\n69\r\n00\r\n0a\r\n6b\r\n61\r\n66\r\n6b\r\n61\r\n2d\r\n63\r\n6c\r\n69\r\n04\r\n30\r\n2e\r\n31\r\n00", Spelling::Hex),
    ("0x whole", "0x00000023001200046f7fc66100096b61666b612d636c69000a6b61666b612d636c6904302e3100", Spelling::Hex),
    ("0x each", "0x00 0x00 0x00 0x23 0x00 0x12 0x00 0x04 0x6f 0x7f 0xc6 0x61 0x00 0x09 0x6b 0x61 0x66 0x6b 0x61 0x2d 0x63 0x6c 0x69 0x00 0x0a 0x6b 0x61 0x66 0x6b 0x61 0x2d 0x63 0x6c 0x69 0x04 0x30 0x2e 0x31 0x00", Spelling::Hex),
    ("0x each comma", "0x00, 0x00, 0x00, 0x23, 0x00, 0x12, 0x00, 0x04, 0x6f, 0x7f, 0xc6, 0x61, 0x00, 0x09, 0x6b, 0x61, 0x66, 0x6b, 0x61, 0x2d, 0x63, 0x6c, 0x69, 0x00, 0x0a, 0x6b, 0x61, 0x66, 0x6b, 0x61, 0x2d, 0x63, 0x6c, 0x69, 0x04, 0x30, 0x2e, 0x31, 0x00", Spelling::Hex),
    ("0x words", "0x00000023 0x00120004 0x6f7fc661 0x00096b61 0x666b612d 0x636c6900 0x0a6b6166 0x6b612d63 0x6c690430 0x2e31 0x0", Spelling::Hex),
    ("16-bit words", "0000 0023 0012 0004 6f7f c661 0009 6b61 666b 612d 636c 6900 0a6b 6166 6b61 2d63 6c69 0430 2e31 00", Spelling::Hex),
    ("double quotes", r#""00000023001200046f7fc66100096b61666b612d636c69000a6b61666b612d636c6904302e3100""#, Spelling::Hex),
    ("back quotes", "`00000023001200046f7fc66100096b61666b612d636c69000a6b61666b612d636c6904302e3100`", Spelling::Hex),
    ("typographic quotes", "“00000023001200046f7fc66100096b61666b612d636c69000a6b61666b612d636c6904302e3100”", Spelling::Hex),
    ("python hexlify", "b'00000023001200046f7fc66100096b61666b612d636c69000a6b61666b612d636c6904302e3100'", Spelling::Hex),
    ("sql", "x'00000023001200046f7fc66100096b61666b612d636c69000a6b61666b612d636c6904302e3100'", Spelling::Hex),
    ("postgres", r"\x00000023001200046f7fc66100096b61666b612d636c69000a6b61666b612d636c6904302e3100", Spelling::Hex),
    ("hash comment", "00000023001200046f7fc66100096b61666b612d636c69000a6b61666b612d636c6904302e3100 # ApiVersions", Spelling::Hex),
    ("slash comment", "00000023001200046f7fc66100096b61666b612d636c69000a6b61666b612d636c6904302e3100 // ApiVersions", Spelling::Hex),
    ("block comment", "/* an
 api */ 00000023 /* size */ 001200046f7fc66100096b61666b612d636c69000a6b61666b612d636c6904302e3100", Spelling::Hex),
    ("leading comment", "# from the broker's log: ff
00000023001200046f7fc66100096b61666b612d636c69000a6b61666b612d636c6904302e3100", Spelling::Hex),
    ("C", "unsigned char foo[] = {0x00, 0x00, 0x00, 0x23, 0x00, 0x12, 0x00, 0x04, 0x6f, 0x7f, 0xc6, 0x61, 0x00, 0x09, 0x6b, 0x61, 0x66, 0x6b, 0x61, 0x2d, 0x63, 0x6c, 0x69, 0x00, 0x0a, 0x6b, 0x61, 0x66, 0x6b, 0x61, 0x2d, 0x63, 0x6c, 0x69, 0x04, 0x30, 0x2e, 0x31, 0x00};", Spelling::Array),
    ("C sized", "static const uint8_t x[39] = {
  0x00, 0x00, 0x00, 0x23, 0x00, 0x12, 0x00, 0x04, 0x6f, 0x7f, 0xc6, 0x61, 0x00, 0x09, 0x6b, 0x61, 0x66, 0x6b, 0x61, 0x2d, 0x63, 0x6c, 0x69, 0x00, 0x0a, 0x6b, 0x61, 0x66, 0x6b, 0x61, 0x2d, 0x63, 0x6c, 0x69, 0x04, 0x30, 0x2e, 0x31, 0x00
};
", Spelling::Array),
    ("braces", "{ 0x00, 0x00, 0x00, 0x23, 0x00, 0x12, 0x00, 0x04, 0x6f, 0x7f, 0xc6, 0x61, 0x00, 0x09, 0x6b, 0x61, 0x66, 0x6b, 0x61, 0x2d, 0x63, 0x6c, 0x69, 0x00, 0x0a, 0x6b, 0x61, 0x66, 0x6b, 0x61, 0x2d, 0x63, 0x6c, 0x69, 0x04, 0x30, 0x2e, 0x31, 0x00 };", Spelling::Array),
    ("Go", "[]byte{0, 0x00, 0, 0x23, 0, 0x12, 0, 0x04, 111, 0x7f, 198, 0x61, 0, 0x09, 107, 0x61, 102, 0x6b, 97, 0x2d, 99, 0x6c, 105, 0x00, 10, 0x6b, 97, 0x66, 107, 0x61, 45, 0x63, 108, 0x69, 4, 0x30, 46, 0x31, 0}", Spelling::Array),
    ("Rust", "[0x00u8, 0x00, 0x00, 0x23, 0x00, 0x12, 0x00, 0x04, 0x6f, 0x7f, 0xc6, 0x61, 0x00, 0x09, 0x6b, 0x61, 0x66, 0x6b, 0x61, 0x2d, 0x63, 0x6c, 0x69, 0x00, 0x0a, 0x6b, 0x61, 0x66, 0x6b, 0x61, 0x2d, 0x63, 0x6c, 0x69, 0x04, 0x30, 0x2e, 0x31, 0x00]", Spelling::Array),
    ("Rust slice", "&[0x00, 0x00, 0x00, 0x23, 0x00, 0x12, 0x00, 0x04, 0x6f, 0x7f, 0xc6, 0x61, 0x00, 0x09, 0x6b, 0x61, 0x66, 0x6b, 0x61, 0x2d, 0x63, 0x6c, 0x69, 0x00, 0x0a, 0x6b, 0x61, 0x66, 0x6b, 0x61, 0x2d, 0x63, 0x6c, 0x69, 0x04, 0x30, 0x2e, 0x31, 0x00]", Spelling::Array),
    ("Rust vec", "vec![0x00, 0x00, 0x00, 0x23, 0x00, 0x12, 0x00, 0x04, 0x6f, 0x7f, 0xc6, 0x61, 0x00, 0x09, 0x6b, 0x61, 0x66, 0x6b, 0x61, 0x2d, 0x63, 0x6c, 0x69, 0x00, 0x0a, 0x6b, 0x61, 0x66, 0x6b, 0x61, 0x2d, 0x63, 0x6c, 0x69, 0x04, 0x30, 0x2e, 0x31, 0x00,]", Spelling::Array),
    ("Rust const", "const X: [u8; 39] = [0x00, 0x00, 0x00, 0x23, 0x00, 0x12, 0x00, 0x04, 0x6f, 0x7f, 0xc6, 0x61, 0x00, 0x09, 0x6b, 0x61, 0x66, 0x6b, 0x61, 0x2d, 0x63, 0x6c, 0x69, 0x00, 0x0a, 0x6b, 0x61, 0x66, 0x6b, 0x61, 0x2d, 0x63, 0x6c, 0x69, 0x04, 0x30, 0x2e, 0x31, 0x00];", Spelling::Array),
    ("Rust debug {:02x?}", "[00, 00, 00, 23, 00, 12, 00, 04, 6f, 7f, c6, 61, 00, 09, 6b, 61, 66, 6b, 61, 2d, 63, 6c, 69, 00, 0a, 6b, 61, 66, 6b, 61, 2d, 63, 6c, 69, 04, 30, 2e, 31, 00]", Spelling::Array),
    ("Java", "byte[] b = new byte[] { (byte)0x00, (byte)0x00, (byte)0x00, (byte)0x23, (byte)0x00, (byte)0x12, (byte)0x00, (byte)0x04, (byte)0x6f, (byte)0x7f, (byte)0xc6, (byte)0x61, (byte)0x00, (byte)0x09, (byte)0x6b, (byte)0x61, (byte)0x66, (byte)0x6b, (byte)0x61, (byte)0x2d, (byte)0x63, (byte)0x6c, (byte)0x69, (byte)0x00, (byte)0x0a, (byte)0x6b, (byte)0x61, (byte)0x66, (byte)0x6b, (byte)0x61, (byte)0x2d, (byte)0x63, (byte)0x6c, (byte)0x69, (byte)0x04, (byte)0x30, (byte)0x2e, (byte)0x31, (byte)0x00 };", Spelling::Array),
    ("Java blank", "new byte[]{(byte) 0x00, (byte) 0x00, (byte) 0x00, (byte) 0x23, (byte) 0x00, (byte) 0x12, (byte) 0x00, (byte) 0x04, (byte) 0x6f, (byte) 0x7f, (byte) 0xc6, (byte) 0x61, (byte) 0x00, (byte) 0x09, (byte) 0x6b, (byte) 0x61, (byte) 0x66, (byte) 0x6b, (byte) 0x61, (byte) 0x2d, (byte) 0x63, (byte) 0x6c, (byte) 0x69, (byte) 0x00, (byte) 0x0a, (byte) 0x6b, (byte) 0x61, (byte) 0x66, (byte) 0x6b, (byte) 0x61, (byte) 0x2d, (byte) 0x63, (byte) 0x6c, (byte) 0x69, (byte) 0x04, (byte) 0x30, (byte) 0x2e, (byte) 0x31, (byte) 0x00}", Spelling::Array),
    ("Java decimal", "[0, 0, 0, 35, 0, 18, 0, 4, 111, 127, -58, 97, 0, 9, 107, 97, 102, 107, 97, 45, 99, 108, 105, 0, 10, 107, 97, 102, 107, 97, 45, 99, 108, 105, 4, 48, 46, 49, 0]", Spelling::Decimal),
    ("JSON", "[0,0,0,35,0,18,0,4,111,127,198,97,0,9,107,97,102,107,97,45,99,108,105,0,10,107,97,102,107,97,45,99,108,105,4,48,46,49,0]", Spelling::Decimal),
    ("Go print", "[0 0 0 35 0 18 0 4 111 127 198 97 0 9 107 97 102 107 97 45 99 108 105 0 10 107 97 102 107 97 45 99 108 105 4 48 46 49 0]", Spelling::Decimal),
    ("bare decimals", "0, 0, 0, 35, 0, 18, 0, 4, 111, 127, 198, 97, 0, 9, 107, 97, 102, 107, 97, 45, 99, 108, 105, 0, 10, 107, 97, 102, 107, 97, 45, 99, 108, 105, 4, 48, 46, 49, 0", Spelling::Decimal),
    ("Python bytes list", "bytes([0, 0, 0, 35, 0, 18, 0, 4, 111, 127, 198, 97, 0, 9, 107, 97, 102, 107, 97, 45, 99, 108, 105, 0, 10, 107, 97, 102, 107, 97, 45, 99, 108, 105, 4, 48, 46, 49, 0])", Spelling::Decimal),
    ("escapes", r"\x00\x00\x00\x23\x00\x12\x00\x04\x6f\x7f\xc6\x61\x00\x09\x6b\x61\x66\x6b\x61\x2d\x63\x6c\x69\x00\x0a\x6b\x61\x66\x6b\x61\x2d\x63\x6c\x69\x04\x30\x2e\x31\x00", Spelling::Escaped),
    ("escapes spaced", r" \x00 \x00 \x00 \x23 \x00 \x12 \x00 \x04 \x6f \x7f \xc6 \x61 \x00 \x09 \x6b \x61 \x66 \x6b \x61 \x2d \x63 \x6c \x69 \x00 \x0a \x6b \x61 \x66 \x6b \x61 \x2d \x63 \x6c \x69 \x04 \x30 \x2e \x31 \x00", Spelling::Escaped),
    ("Python", r"b'\x00\x00\x00#\x00\x12\x00\x04o\x7f\xc6a\x00\tkafka-cli\x00\nkafka-cli\x040.1\x00'", Spelling::Escaped),
    ("Python named", r"data = b'\x00\x00\x00#\x00\x12\x00\x04o\x7f\xc6a\x00\tkafka-cli\x00\nkafka-cli\x040.1\x00'  # x", Spelling::Escaped),
    ("Rust literal", r#"b"\x00\x00\x00#\x00\x12\x00\x04o\x7f\xc6a\x00\tka" \
 "fka-cli\0\nkafka-cli\x040.1\0""#, Spelling::Escaped),
    ("bash", r"printf $'\x00\x00\x00\x23\x00\x12\x00\x04\x6f\x7f\xc6\x61\x00\x09\x6b\x61\x66\x6b\x61\x2d\x63\x6c\x69\x00\x0a\x6b\x61\x66\x6b\x61\x2d\x63\x6c\x69\x04\x30\x2e\x31\x00'", Spelling::Escaped),
    ("bare Python body", r"\x00\x00\x00#\x00\x12\x00\x04o\x7f\xc6a\x00\tkafka-cli\x00\nkafka-cli\x040.1\x00", Spelling::Escaped),
    ("JSON escapes", r#""\u0000\u0000\u0000#\u0000\u0012\u0000\u0004o\u007f\u00c6a\u0000\u0009kafka-cli\u0000\u000akafka-cli\u00040.1\u0000""#, Spelling::Escaped),
    ("Wireshark escaped string", r#""\x00\x00\x00\x23\x00\x12\x00\x04\x6f\x7f\xc6\x61\x00\x09\x6b\x61" \
"\x66\x6b\x61\x2d\x63\x6c\x69\x00\x0a\x6b\x61\x66\x6b\x61\x2d\x63" \
"\x6c\x69\x04\x30\x2e\x31\x00""#, Spelling::Escaped),
    ("Wireshark C array", "/* Frame (39 bytes) */
static const unsigned char pkt1[39] = {
0x00, 0x00, 0x00, 0x23, 0x00, 0x12, 0x00, 0x04, /* ...#.... */
0x6f, 0x7f, 0xc6, 0x61, 0x00, 0x09, 0x6b, 0x61, /* o..a..ka */
0x66, 0x6b, 0x61, 0x2d, 0x63, 0x6c, 0x69, 0x00, /* fka-cli. */
0x0a, 0x6b, 0x61, 0x66, 0x6b, 0x61, 0x2d, 0x63, /* .kafka-c */
0x6c, 0x69, 0x04, 0x30, 0x2e, 0x31, 0x00  /* li.0.1. */
};
", Spelling::Array),
    ("Wireshark hex dump", "0000  00 00 00 23 00 12 00 04 6f 7f c6 61 00 09 6b 61   ...#....o..a..ka
0010  66 6b 61 2d 63 6c 69 00 0a 6b 61 66 6b 61 2d 63   fka-cli..kafka-c
0020  6c 69 04 30 2e 31 00                              li.0.1.
", Spelling::Wireshark),
    ("Wireshark hex dump, old", "0000  00 00 00 23 00 12 00 04  6f 7f c6 61 00 09 6b 61   ...#....o..a..ka
0010  66 6b 61 2d 63 6c 69 00  0a 6b 61 66 6b 61 2d 63   fka-cli..kafka-c
0020  6c 69 04 30 2e 31 00                               li.0.1.
", Spelling::Wireshark),
    ("Wireshark without text", "0000   00 00 00 23 00 12 00 04 6f 7f c6 61 00 09 6b 61
0010   66 6b 61 2d 63 6c 69 00 0a 6b 61 66 6b 61 2d 63
0020   6c 69 04 30 2e 31 00
", Spelling::Wireshark),
    ("tshark -x", "Frame (39 bytes):
0000  00 00 00 23 00 12 00 04 6f 7f c6 61 00 09 6b 61   ...#....o..a..ka
0010  66 6b 61 2d 63 6c 69 00 0a 6b 61 66 6b 61 2d 63   fka-cli..kafka-c
0020  6c 69 04 30 2e 31 00                              li.0.1.

", Spelling::Wireshark),
    ("tcpdump -X", "\t0x0000:  0000 0023 0012 0004 6f7f c661 0009 6b61  ...#....o..a..ka\n\t0x0010:  666b 612d 636c 6900 0a6b 6166 6b61 2d63  fka-cli..kafka-c\n\t0x0020:  6c69 0430 2e31 00                        li.0.1.\n", Spelling::Tcpdump),
    ("macOS od -tx1", "0000000    00  00  00  23  00  12  00  04  6f  7f  c6  61  00  09  6b  61
0000020    66  6b  61  2d  63  6c  69  00  0a  6b  61  66  6b  61  2d  63
0000040    6c  69  04  30  2e  31  00
0000047
", Spelling::Od),
    ("base64", "AAAAIwASAARvf8ZhAAlrYWZrYS1jbGkACmthZmthLWNsaQQwLjEA", Spelling::Base64),
    ("base64 wrapped", "AAAAIwASAARvf8ZhAAlr\nYWZrYS1jbGkACmthZmth\r\nLWNsaQQwLjEA\n", Spelling::Base64),
    ("python base64", "b'AAAAIwASAARvf8ZhAAlrYWZrYS1jbGkACmthZmthLWNsaQQwLjEA'", Spelling::Base64),
    ("base64 quoted", r#""AAAAIwASAARvf8ZhAAlrYWZrYS1jbGkACmthZmthLWNsaQQwLjEA""#, Spelling::Base64),
    ("base64 commented", "AAAAIwASAARvf8ZhAAlrYWZrYS1jbGkACmthZmthLWNsaQQwLjEA # x", Spelling::Base64),
    ("xxd crlf", "00000000: 0000 0023 0012 0004 6f7f c661 0009 6b61  ...#....o..a..ka\r\n00000010: 666b 612d 636c 6900 0a6b 6166 6b61 2d63  fka-cli..kafka-c\r\n00000020: 6c69 0430 2e31 00                        li.0.1.\r\n", Spelling::Xxd),
    ("xxd indented", "    00000000: 0000 0023 0012 0004 6f7f c661 0009 6b61  ...#....o..a..ka
    00000010: 666b 612d 636c 6900 0a6b 6166 6b61 2d63  fka-cli..kafka-c
    00000020: 6c69 0430 2e31 00                        li.0.1.
", Spelling::Xxd),
    ("xxd with prompt", "$ xxd x.bin
00000000: 0000 0023 0012 0004 6f7f c661 0009 6b61  ...#....o..a..ka
00000010: 666b 612d 636c 6900 0a6b 6166 6b61 2d63  fka-cli..kafka-c
00000020: 6c69 0430 2e31 00                        li.0.1.
", Spelling::Xxd),
    ("xxd, blanks shrunk", "00000000: 0000 0023 0012 0004 6f7f c661 0009 6b61 ...#....o..a..ka
00000010: 666b 612d 636c 6900 0a6b 6166 6b61 2d63 fka-cli..kafka-c
00000020: 6c69 0430 2e31 00 li.0.1.
", Spelling::Xxd),
    ("hexdump -C without text", "00000000  00 00 00 23 00 12 00 04  6f 7f c6 61 00 09 6b 61
00000010  66 6b 61 2d 63 6c 69 00  0a 6b 61 66 6b 61 2d 63
00000020  6c 69 04 30 2e 31 00
00000027
", Spelling::HexdumpC),
    ("byte order mark", "\u{feff}00000023001200046f7fc66100096b61666b612d636c69000a6b61666b612d636c6904302e3100", Spelling::Hex),
    ("Netty", "         +-------------------------------------------------+
         |  0  1  2  3  4  5  6  7  8  9  a  b  c  d  e  f |
+--------+-------------------------------------------------+----------------+
|00000000| 00 00 00 23 00 12 00 04 6f 7f c6 61 00 09 6b 61 |...#....o..a..ka|
|00000010| 66 6b 61 2d 63 6c 69 00 0a 6b 61 66 6b 61 2d 63 |fka-cli..kafka-c|
|00000020| 6c 69 04 30 2e 31 00                            |li.0.1.         |
+--------+-------------------------------------------------+----------------+", Spelling::Netty),
    ("xxd -b", "00000000: 00000000 00000000 00000000 00100011 00000000 00010010  ...#..
00000006: 00000000 00000100 01101111 01111111 11000110 01100001  ..o..a
0000000c: 00000000 00001001 01101011 01100001 01100110 01101011  ..kafk
00000012: 01100001 00101101 01100011 01101100 01101001 00000000  a-cli.
00000018: 00001010 01101011 01100001 01100110 01101011 01100001  .kafka
0000001e: 00101101 01100011 01101100 01101001 00000100 00110000  -cli.0
00000024: 00101110 00110001 00000000                             .1.
", Spelling::Xxd),
    ("xxd -b -c 4", "00000000: 00000000 00000000 00000000 00100011  ...#
00000004: 00000000 00010010 00000000 00000100  ....
00000008: 01101111 01111111 11000110 01100001  o..a
0000000c: 00000000 00001001 01101011 01100001  ..ka
00000010: 01100110 01101011 01100001 00101101  fka-
00000014: 01100011 01101100 01101001 00000000  cli.
00000018: 00001010 01101011 01100001 01100110  .kaf
0000001c: 01101011 01100001 00101101 01100011  ka-c
00000020: 01101100 01101001 00000100 00110000  li.0
00000024: 00101110 00110001 00000000           .1.
", Spelling::Xxd),
];
