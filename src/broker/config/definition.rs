//! One configuration: its type, default, what it may be, and who may change it when.

use std::borrow::Cow;

use super::value::{Type, Value};
use crate::codec::records::compression::Codec;

/// When a configuration of the broker can change (`DynamicBrokerConfig`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// At the next start.
    ReadOnly,
    /// While the broker runs, for one broker at a time.
    PerBroker,
    /// While the broker runs, for one broker or for all.
    ClusterWide,
}

/// What a value has to fulfil beyond its type (`ConfigDef.Validator`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Check {
    /// Nothing.
    Any,
    /// A whole number from the one to the other.
    Between(i64, i64),
    /// A number from the one to the other.
    BetweenDoubles(f64, f64),
    /// One of these.
    OneOf(&'static [&'static str]),
    /// One of these, in any case.
    OneOfAnyCase(&'static [&'static str]),
    /// A list without duplicates; of these only, where there are some.
    ListOf(&'static [&'static str]),
    /// Nothing to check but that it is not empty.
    NotEmpty,
    /// 1 to 9, or -1.
    GzipLevel,
    /// The number of a codec.
    Codec,
    /// `partition:broker` each, or a single `*` (`ThrottledReplicaListValidator`).
    ThrottledReplicas,
    /// `latest`, `earliest` or `by_duration:` and a duration of ISO 8601 (`ShareGroupAutoOffsetResetStrategy`).
    OffsetReset,
    /// `id@host:port` each (`ControllerQuorumVotersValidator`).
    Voters,
    /// `host:port` each (`ControllerQuorumBootstrapServersValidator`).
    Addresses,
}

/// One configuration.
#[derive(Debug, Clone, Copy)]
pub struct Definition {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub kind: Type,
    /// Its default as text; `None` is null.
    pub default: Option<&'static str>,
    /// Kafka does not start without it.
    pub required: bool,
    /// What a value has to fulfil.
    pub check: Check,
    /// A list may not be empty.
    pub not_empty: bool,
    /// When it can change.
    pub mode: Mode,
    /// Kafka does not tell of it.
    pub internal: bool,
    /// It has an effect here.
    pub honoured: bool,
}

macro_rules! constructors {
    ($($name:ident $kind:ident)*) => { $(
        pub(super) const fn $name(name: &'static str) -> Definition {
            Definition::new(name, Type::$kind)
        }
    )* };
}
constructors!(boolean Boolean string String int Int short Short long Long double Double list List class Class password Password);

impl Definition {
    const fn new(name: &'static str, kind: Type) -> Self {
        Self {
            name,
            kind,
            default: None,
            required: false,
            check: Check::Any,
            not_empty: false,
            mode: Mode::ReadOnly,
            internal: false,
            honoured: false,
        }
    }

    pub(super) const fn or(self, default: &'static str) -> Self {
        Self { default: Some(default), ..self }
    }
    pub(super) const fn required(self) -> Self {
        Self { required: true, ..self }
    }
    pub(super) const fn at_least(self, min: i64) -> Self {
        self.between(min, i64::MAX)
    }
    pub(super) const fn between(self, min: i64, max: i64) -> Self {
        Self { check: Check::Between(min, max), ..self }
    }
    pub(super) const fn between_doubles(self, min: f64, max: f64) -> Self {
        Self { check: Check::BetweenDoubles(min, max), ..self }
    }
    pub(super) const fn one_of(self, values: &'static [&'static str]) -> Self {
        Self { check: Check::OneOf(values), ..self }
    }
    pub(super) const fn one_of_any_case(self, values: &'static [&'static str]) -> Self {
        Self { check: Check::OneOfAnyCase(values), ..self }
    }
    pub(super) const fn list_of(self, values: &'static [&'static str]) -> Self {
        Self { check: Check::ListOf(values), ..self }
    }
    pub(super) const fn distinct(self) -> Self {
        self.list_of(&[])
    }
    pub(super) const fn not_empty(self) -> Self {
        Self { not_empty: true, ..self }
    }
    pub(super) const fn gzip_level(self) -> Self {
        Self { check: Check::GzipLevel, ..self }
    }
    pub(super) const fn codec(self) -> Self {
        Self { check: Check::Codec, ..self }
    }
    pub(super) const fn throttled_replicas(self) -> Self {
        Self { check: Check::ThrottledReplicas, ..self }
    }
    pub(super) const fn offset_reset(self) -> Self {
        Self { check: Check::OffsetReset, ..self }
    }
    pub(super) const fn voters(self) -> Self {
        Self { check: Check::Voters, ..self }
    }
    pub(super) const fn addresses(self) -> Self {
        Self { check: Check::Addresses, ..self }
    }
    pub(super) const fn internal(self) -> Self {
        Self { internal: true, ..self }
    }
    pub(super) const fn cluster_wide(self) -> Self {
        Self { mode: Mode::ClusterWide, ..self }
    }
    pub(super) const fn per_broker(self) -> Self {
        Self { mode: Mode::PerBroker, ..self }
    }
    pub(super) const fn honoured(self) -> Self {
        Self { honoured: true, ..self }
    }

    /// Nobody is shown its value.
    pub const fn is_sensitive(&self) -> bool {
        matches!(self.kind, Type::Password)
    }

    /// Its default.
    pub fn default_value(&self) -> Value {
        self.default.and_then(|text| self.kind.parse(text)).unwrap_or(Value::Null)
    }

    /// Reads and checks a value.
    ///
    /// # Errors
    /// What was found and what belongs there.
    pub fn parse(&self, text: &str) -> Result<Value, Invalid> {
        let invalid = |expected: Cow<'static, str>| Invalid {
            name: self.name,
            found: if self.is_sensitive() { "[hidden]".to_owned() } else { text.to_owned() },
            expected,
        };
        let mut value = self.kind.parse(text).ok_or_else(|| invalid(self.kind.expected().into()))?;
        if let Value::List(items) = &mut value
            && matches!(self.check, Check::ListOf(_))
        {
            // Kafka drops what stands twice, and says so in its log.
            let mut seen = std::collections::HashSet::new();
            items.retain(|item| seen.insert(item.clone()));
        }
        match self.unmet(&value) {
            Some(expected) => Err(invalid(expected)),
            None => Ok(value),
        }
    }

    /// What the value would have to be, if it is not.
    fn unmet(&self, value: &Value) -> Option<Cow<'static, str>> {
        match value {
            Value::Text(text) if self.not_empty && text.is_empty() => {
                return Some("a text that is not empty".into());
            }
            Value::List(items) if self.not_empty && items.is_empty() => {
                return Some("at least one value".into());
            }
            _ => {}
        }
        let holds = match (self.check, value) {
            (Check::Between(min, max), value) => value.whole().is_some_and(|n| (min..=max).contains(&n)),
            (Check::BetweenDoubles(min, max), Value::Double(value)) => (min..=max).contains(value),
            (Check::OneOf(values), Value::Text(text)) => values.contains(&text.as_str()),
            (Check::OneOfAnyCase(values), Value::Text(text)) => {
                values.iter().any(|value| value.eq_ignore_ascii_case(text))
            }
            (Check::ListOf(values), Value::List(items)) => items
                .iter()
                .all(|item| !item.is_empty() && (values.is_empty() || values.contains(&item.as_str()))),
            (Check::GzipLevel, Value::Int(level)) => *level == -1 || (1..=9).contains(level),
            (Check::Codec, Value::Int(id)) => u8::try_from(*id).is_ok_and(|id| Codec::from_id(id).is_some()),
            (Check::ThrottledReplicas, Value::List(items)) => {
                matches!(items.as_slice(), [star] if star == "*")
                    || items.iter().all(|item| is_partition_and_broker(item))
            }
            (Check::OffsetReset, Value::Text(text)) => {
                matches!(text.as_str(), "latest" | "earliest")
                    || text.strip_prefix("by_duration:").is_some_and(is_duration)
            }
            (Check::Voters, Value::List(items)) => items.iter().all(|item| is_voter(item)),
            (Check::Addresses, Value::List(items)) => items.iter().all(|item| is_address(item)),
            _ => true,
        };
        (!holds).then(|| self.check.expected())
    }
}

impl Check {
    fn expected(self) -> Cow<'static, str> {
        match self {
            Check::Any => "anything".into(),
            Check::NotEmpty => "a text that is not empty".into(),
            Check::Between(min, i64::MAX) => format!("a value of at least {min}").into(),
            Check::Between(min, max) => format!("a value from {min} to {max}").into(),
            Check::BetweenDoubles(min, f64::INFINITY) => format!("a value of at least {min}").into(),
            Check::BetweenDoubles(min, max) => format!("a value from {min} to {max}").into(),
            Check::OneOf(values) => format!("one of {}", values.join(", ")).into(),
            Check::OneOfAnyCase(values) => format!("one of {}, in any case", values.join(", ")).into(),
            Check::ListOf([]) => "a list without empty parts".into(),
            Check::ListOf(values) => format!("a list of {}", values.join(", ")).into(),
            Check::GzipLevel => "1 to 9, or -1".into(),
            Check::Codec => {
                let codecs = Codec::ALL.map(|codec| format!("{} ({})", codec.id(), codec.name()));
                format!("one of {}", codecs.join(", ")).into()
            }
            Check::ThrottledReplicas => "* or a list of partition:broker".into(),
            Check::OffsetReset => "latest, earliest or by_duration: and a duration such as PT1H".into(),
            Check::Voters => "a list of id@host:port".into(),
            Check::Addresses => "a list of host:port".into(),
        }
    }
}

fn is_partition_and_broker(text: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once(':').is_some_and(|(partition, broker)| is_number(partition) && is_number(broker))
}

fn is_address(text: &str) -> bool {
    text.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
}

fn is_voter(text: &str) -> bool {
    text.split_once('@')
        .is_some_and(|(id, address)| id.parse::<i32>().is_ok_and(|id| id >= 0) && is_address(address))
}

/// Whether `Duration.parse` would take it and it is not negative: `PnDTnHnMn.nS`.
fn is_duration(text: &str) -> bool {
    let text = text.to_ascii_uppercase();
    let Some(rest) = text.strip_prefix('P') else { return false };
    let (days, time) = match rest.split_once('T') {
        Some((days, time)) if !time.is_empty() => (days, time),
        Some(_) => return false,
        None => (rest, ""),
    };
    if days.is_empty() && time.is_empty() {
        return false;
    }
    let part = |rest: &mut &str, unit: char| match rest.split_once(unit) {
        Some((number, after)) => {
            *rest = after;
            let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
            !whole.is_empty()
                && whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit())
                && (unit == 'S' || !number.contains('.'))
        }
        None => true,
    };
    let (mut days, mut time) = (days, time);
    part(&mut days, 'D')
        && ['H', 'M', 'S'].into_iter().all(|unit| part(&mut time, unit))
        && days.is_empty()
        && time.is_empty()
}

/// A value that a configuration does not take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Invalid value {found} for configuration {name}: {expected} is expected")]
pub struct Invalid {
    /// The configuration.
    pub name: &'static str,
    /// What was found; hidden for passwords.
    pub found: String,
    /// What belongs there.
    pub expected: Cow<'static, str>,
}

/// The definition of that name in a sorted table.
pub fn search(table: &'static [Definition], name: &str) -> Option<&'static Definition> {
    table.binary_search_by(|definition| definition.name.cmp(name)).ok().and_then(|at| table.get(at))
}
