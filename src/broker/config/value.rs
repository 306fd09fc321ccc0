//! Values of configurations, as Kafka's `ConfigDef` reads and prints them.

/// The type of a configuration (`ConfigDef.Type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// `true` or `false`, in any case.
    Boolean,
    /// Any text.
    String,
    /// 32 bits.
    Int,
    /// 16 bits.
    Short,
    /// 64 bits.
    Long,
    /// A floating point number.
    Double,
    /// Texts between commas.
    List,
    /// The name of a Java class.
    Class,
    /// A text that nobody is shown.
    Password,
}

impl Type {
    /// Its number in DescribeConfigs (`ConfigType`).
    pub const fn code(self) -> i8 {
        match self {
            Type::Boolean => 1,
            Type::String => 2,
            Type::Int => 3,
            Type::Short => 4,
            Type::Long => 5,
            Type::Double => 6,
            Type::List => 7,
            Type::Class => 8,
            Type::Password => 9,
        }
    }

    /// What belongs there, in words.
    pub const fn expected(self) -> &'static str {
        match self {
            Type::Boolean => "true or false",
            Type::String | Type::Password => "a text",
            Type::Int => "a whole number of 32 bits",
            Type::Short => "a whole number of 16 bits",
            Type::Long => "a whole number of 64 bits",
            Type::Double => "a number",
            Type::List => "a list with commas in between",
            Type::Class => "the name of a class",
        }
    }

    /// Reads a value; `None` where the text is not of this type.
    pub fn parse(self, text: &str) -> Option<Value> {
        let text = text.trim();
        Some(match self {
            Type::Boolean if text.eq_ignore_ascii_case("true") => Value::Boolean(true),
            Type::Boolean if text.eq_ignore_ascii_case("false") => Value::Boolean(false),
            Type::Boolean => return None,
            Type::String | Type::Class | Type::Password => Value::Text(text.to_owned()),
            Type::Int => Value::Int(text.parse().ok()?),
            Type::Short => Value::Short(text.parse().ok()?),
            Type::Long => Value::Long(text.parse().ok()?),
            Type::Double => Value::Double(text.parse().ok()?),
            Type::List if text.is_empty() => Value::List(Vec::new()),
            Type::List => Value::List(text.split(',').map(|item| item.trim().to_owned()).collect()),
        })
    }
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// There is none.
    Null,
    /// [`Type::Boolean`].
    Boolean(bool),
    /// [`Type::String`], [`Type::Class`], [`Type::Password`].
    Text(String),
    /// [`Type::Int`].
    Int(i32),
    /// [`Type::Short`].
    Short(i16),
    /// [`Type::Long`].
    Long(i64),
    /// [`Type::Double`].
    Double(f64),
    /// [`Type::List`].
    List(Vec<String>),
}

impl Value {
    /// As `ConfigDef.convertToString` prints it.
    pub fn to_text(&self) -> Option<String> {
        Some(match self {
            Value::Null => return None,
            Value::Boolean(value) => value.to_string(),
            Value::Text(value) => value.clone(),
            Value::Int(value) => value.to_string(),
            Value::Short(value) => value.to_string(),
            Value::Long(value) => value.to_string(),
            Value::Double(value) => java_double(*value),
            Value::List(values) => values.join(","),
        })
    }

    /// A whole number of any width.
    pub fn whole(&self) -> Option<i64> {
        match self {
            Value::Int(value) => Some(i64::from(*value)),
            Value::Short(value) => Some(i64::from(*value)),
            Value::Long(value) => Some(*value),
            _ => None,
        }
    }
}

/// A double as `Double.toString` writes it: with a decimal point, in scientific notation below 10^-3 and from 10^7 on.
fn java_double(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && size.is_finite() && !(1e-3..1e7).contains(&size) {
        let text = format!("{value:E}");
        return match text.split_once('E') {
            Some((digits, exponent)) if !digits.contains('.') => format!("{digits}.0E{exponent}"),
            _ => text,
        };
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    format!("{value:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_are_printed_as_java_prints_them() {
        for (value, text) in [
            (0.5, "0.5"),
            (1.0, "1.0"),
            (1.797_693_134_862_315_7E308, "1.7976931348623157E308"),
            (1e7, "1.0E7"),
            (0.0001, "1.0E-4"),
            (0.0, "0.0"),
        ] {
            assert_eq!(java_double(value), text);
        }
    }
}
