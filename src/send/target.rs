//! `TOPIC[:PARTITION[:OFFSET]]`.

/// What of a topic is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The topic's name, or its id.
    pub topic: String,
    /// The partition; all of them where none is named.
    pub partition: Option<i32>,
    /// From which offset on.
    pub offset: Option<OffsetSpec>,
}

/// An offset, or what is to be asked for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OffsetSpec {
    /// The first that is there.
    Earliest,
    /// Behind the last.
    Latest,
    /// So many before the end.
    Last(i64),
    /// This one.
    At(i64),
}

impl Target {
    /// Reads `orders`, `orders:0`, `orders:0:42`, `orders:0:earliest`, `orders:0:-5` (the last five).
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = text.splitn(3, ':');
        let topic = parts.next().unwrap_or_default().to_owned();
        let partition = parts.next().filter(|part| !matches!(*part, "" | "*")).map(|part| {
            part.parse().map_err(|_| {
                format!("{text:?}: {part:?} is no partition; expected TOPIC[:PARTITION[:OFFSET]]")
            })
        });
        let offset = parts.next().filter(|part| !part.is_empty()).map(|part| match part {
            "earliest" => Ok(OffsetSpec::Earliest),
            "latest" => Ok(OffsetSpec::Latest),
            _ => match part.parse::<i64>() {
                Ok(offset) if part.starts_with('-') => Ok(OffsetSpec::Last(offset.saturating_neg())),
                Ok(offset) => Ok(OffsetSpec::At(offset)),
                Err(_) => Err(format!(
                    "{text:?}: {part:?} is no offset; expected a number, -N for the last N, earliest or latest"
                )),
            },
        });
        if topic.is_empty() {
            return Err(format!("{text:?} names no topic; expected TOPIC[:PARTITION[:OFFSET]]"));
        }
        Ok(Self { topic, partition: partition.transpose()?, offset: offset.transpose()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets() {
        let target = |topic: &str, partition, offset| Ok(Target { topic: topic.into(), partition, offset });
        assert_eq!(Target::parse("a"), target("a", None, None));
        assert_eq!(Target::parse("a:3"), target("a", Some(3), None));
        assert_eq!(Target::parse("a::7"), target("a", None, Some(OffsetSpec::At(7))));
        assert_eq!(Target::parse("a:0:-2"), target("a", Some(0), Some(OffsetSpec::Last(2))));
        assert_eq!(Target::parse("a:*:latest"), target("a", None, Some(OffsetSpec::Latest)));
        for bad in ["", ":1", "a:x", "a:1:soon", "a:99999999999"] {
            assert!(Target::parse(bad).is_err(), "{bad}");
        }
    }
}
