use std::io::Read;
fn lines(name: &str) -> Vec<serde_json::Value> {
    let dir = std::env::var("KAFKIT_VECTORS").unwrap_or("/work/shared/kafka/vectors".into());
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(format!("{dir}/{name}")).unwrap())
        .read_to_string(&mut text)
        .unwrap();
    text.lines().filter(|l| !l.is_empty()).map(|l| serde_json::from_str(l).unwrap()).collect()
}
#[test]
fn typed_round_trips() {
    use kafkit::codec::messages::*;
    let mut bad = 0;
    let mut n = 0;
    for file in ["messages.ndjson.gz", "messages-3.9.ndjson.gz"] {
        for v in lines(file) {
            let name = v["message"].as_str().unwrap();
            let i = MESSAGES.iter().position(|m| m.name == name).unwrap_or_else(|| panic!("{name}"));
            let bytes = hex::decode(v["hex"].as_str().unwrap()).unwrap();
            let r = ROUND_TRIPS[i](&bytes, v["version"].as_i64().unwrap() as i16);
            n += 1;
            if r.as_deref() != Ok(&bytes[..]) {
                bad += 1;
                if bad < 20 {
                    println!(
                        "{name} v{} {}: {:?}\n{}",
                        v["version"],
                        v["case"],
                        r.map(hex::encode),
                        v["hex"]
                    );
                }
            }
        }
    }
    println!("{n} {bad}");
    assert_eq!(bad, 0);
}
