//! Numbers as people write them: `100MiB`, `64k`.

/// Parses a number of bytes with an optional unit; k, M and G count in 1024s, as Kafka's do.
///
/// # Errors
/// What is wrong with it, in words.
pub fn bytes(text: &str) -> Result<usize, String> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = text.get(digits.len()..).unwrap_or_default().to_ascii_lowercase();
    let shift = match unit.as_str() {
        "" | "b" => 0,
        "k" | "kb" | "kib" => 10,
        "m" | "mb" | "mib" => 20,
        "g" | "gb" | "gib" => 30,
        _ => return Err(format!("{unit:?} is no unit: use k, M or G")),
    };
    let number: usize =
        digits.replace('_', "").parse().map_err(|_| "expected a number of bytes, such as 100M".to_owned())?;
    // Offsets are kept in 32 bits.
    let max = u32::MAX as usize;
    number
        .checked_mul(1 << shift)
        .filter(|&bytes| bytes <= max)
        .ok_or_else(|| "too large: 4G less one at most".to_owned())
}
