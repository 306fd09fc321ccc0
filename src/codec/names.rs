//! How the tables of this room are searched by name: whatever a person types (`ApiVersions`,
//! `api-versions`, `API_VERSIONS`) finds the entry, and a typing error finds its neighbours.

/// Most names that are offered for one that is not known.
const SUGGESTIONS_MAX: usize = 5;
/// Longest text that is compared with the names; none of them is half as long.
const TEXT_BYTES_MAX: usize = 128;

/// The letters and digits of a name, in lower case: what is left to compare when separators and
/// case do not count.
fn letters(text: &str) -> impl Iterator<Item = u8> + Clone {
    text.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase())
}

/// Whether two spellings are of the same name. A text without letters or digits is of none.
pub(super) fn same(a: &str, b: &str) -> bool {
    letters(a).next().is_some() && letters(a).eq(letters(b))
}

/// The entries whose names come nearest to `text`, the nearest first; empty where none is near.
pub(crate) fn nearest<'t, T>(
    entries: impl IntoIterator<Item = &'t T>,
    text: &str,
    name: impl Fn(&T) -> &str,
) -> Vec<&'t T> {
    let wanted: Vec<u8> = letters(text).take(TEXT_BYTES_MAX).collect();
    if wanted.is_empty() {
        return Vec::new();
    }
    // A third of the letters may be wrong. The beginning of a name counts as one wrong letter, any
    // other part of it as three.
    let allowed = wanted.len().div_ceil(3);
    let mut found: Vec<(usize, &T)> = entries
        .into_iter()
        .filter_map(|entry| {
            let letters: Vec<u8> = letters(name(entry)).collect();
            let distance = if letters.starts_with(&wanted) {
                1
            } else if wanted.len() >= 3 && letters.windows(wanted.len()).any(|part| part == wanted) {
                3
            } else {
                edit_distance(&wanted, &letters)
            };
            (distance <= allowed.max(3) && distance < wanted.len()).then_some((distance, entry))
        })
        .collect();
    found.sort_by_key(|(distance, _)| *distance);
    found.truncate(SUGGESTIONS_MAX);
    found.into_iter().map(|(_, entry)| entry).collect()
}

/// Letters to put in, leave out, change or swap with their neighbour to get from `a` to `b`
/// (optimal string alignment).
fn edit_distance(a: &[u8], b: &[u8]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    let mut previous = None;
    for (row, &x) in a.iter().enumerate() {
        let mut current = Vec::with_capacity(above.len());
        current.push(row + 1);
        let mut left = row + 1;
        let mut diagonals = above.windows(2);
        for (column, &y) in b.iter().enumerate() {
            let [diagonal, up] =
                diagonals.next().and_then(|pair| <[usize; 2]>::try_from(pair).ok()).unwrap_or_default();
            let mut best = (diagonal + usize::from(x != y)).min(up + 1).min(left + 1);
            let swapped = column > 0 && previous == Some(y) && b.get(column - 1) == Some(&x);
            if swapped && let Some(cost) = before.get(column - 1) {
                best = best.min(cost + 1);
            }
            current.push(best);
            left = best;
        }
        before = std::mem::replace(&mut above, current);
        previous = Some(x);
    }
    above.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_and_neighbours() {
        assert!(same("api-versions", "ApiVersions") && same("API_VERSIONS", "ApiVersions"));
        assert!(!same("", "") && !same("-", "_") && !same("ApiVersion", "ApiVersions"));
        assert_eq!(edit_distance(b"fetch", b"fecth"), 1);
        assert_eq!(edit_distance(b"", b"abc"), 3);
        assert_eq!(edit_distance(b"kitten", b"sitting"), 3);
        let names = ["Fetch", "FetchSnapshot", "Produce", "Heartbeat"];
        assert_eq!(nearest(&names, "fecth", |name| name), [&"Fetch"]);
        assert_eq!(nearest(&names, "beat", |name| name), [&"Heartbeat"]);
        assert!(nearest(&names, "zzzzzz", |name| name).is_empty());
        assert!(nearest(&names, "", |name| name).is_empty());
    }
}
