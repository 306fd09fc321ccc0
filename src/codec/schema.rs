//! The tables that describe every message, and [`schema!`](crate::schema), the one declaration from
//! which a message's structs, decoder, encoder, table and docs follow.

use super::meaning::Meaning;
use super::wire::{Error, WriteError};

/// A range of message versions, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Versions {
    /// The first version.
    pub min: i16,
    /// The last version; [`i16::MAX`] where the range is open (`4+`).
    pub max: i16,
}

impl Versions {
    /// No version at all.
    pub const NONE: Self = Self { min: i16::MAX, max: i16::MIN };

    /// Whether `version` lies in the range.
    #[inline]
    pub const fn contain(self, version: i16) -> bool {
        self.min <= version && version <= self.max
    }

    /// Whether there is no version in the range.
    pub const fn is_empty(self) -> bool {
        self.min > self.max
    }
}

impl std::fmt::Display for Versions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.min, self.max) {
            _ if self.is_empty() => f.write_str("none"),
            (min, i16::MAX) => write!(f, "{min}+"),
            (min, max) if min == max => write!(f, "{min}"),
            (min, max) => write!(f, "{min}-{max}"),
        }
    }
}

/// A type of Kafka's protocol.
#[derive(Debug, Clone, Copy)]
pub enum Type {
    /// One byte; anything but 0 is true.
    Bool,
    /// A signed byte.
    Int8,
    /// Two bytes, big-endian, signed.
    Int16,
    /// Two bytes, big-endian, unsigned.
    Uint16,
    /// Four bytes, big-endian, signed.
    Int32,
    /// Four bytes, big-endian, unsigned.
    Uint32,
    /// Eight bytes, big-endian, signed.
    Int64,
    /// IEEE 754 binary64, big-endian.
    Float64,
    /// Sixteen bytes.
    Uuid,
    /// A length, then UTF-8.
    String,
    /// A length, then bytes.
    Bytes,
    /// A length in bytes, then record batches or message sets.
    Records,
    /// A count, then as many elements.
    Array(&'static Type),
    /// Fields one after the other; in flexible versions tagged fields behind them.
    Struct(&'static Struct),
}

impl std::fmt::Display for Type {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Type::Bool => f.write_str("bool"),
            Type::Int8 => f.write_str("int8"),
            Type::Int16 => f.write_str("int16"),
            Type::Uint16 => f.write_str("uint16"),
            Type::Int32 => f.write_str("int32"),
            Type::Uint32 => f.write_str("uint32"),
            Type::Int64 => f.write_str("int64"),
            Type::Float64 => f.write_str("float64"),
            Type::Uuid => f.write_str("uuid"),
            Type::String => f.write_str("string"),
            Type::Bytes => f.write_str("bytes"),
            Type::Records => f.write_str("records"),
            Type::Array(element) => write!(f, "[]{element}"),
            Type::Struct(shape) => f.write_str(shape.name),
        }
    }
}

/// The fields of a struct, in wire order (tagged ones stand where Kafka's schema has them).
#[derive(Debug)]
pub struct Struct {
    /// The name in Kafka's schema.
    pub name: &'static str,
    /// All fields of all versions.
    pub fields: &'static [Field],
    /// Some field is tagged, so that its JSON object may differ in order from the wire.
    pub tagged: bool,
}

/// The value of a field that a message does not carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Default {
    /// Zero, false, empty.
    Zero,
    /// Null.
    Null,
    /// A number; 1 for true.
    Int(i64),
}

/// One field of a struct.
#[derive(Debug)]
pub struct Field {
    /// The name as Rust spells it, `transactional_id`.
    pub name: &'static str,
    /// Its type.
    pub ty: Type,
    /// The versions that have it.
    pub versions: Versions,
    /// The versions in which it may be null.
    pub nullable: Versions,
    /// Its tag, where it is a tagged field.
    pub tag: Option<u32>,
    /// Its value where it is not there.
    pub default: Default,
    /// May be left out in silence when a version lacks it.
    pub ignorable: bool,
    /// Keeps its old-style length even in flexible versions (`flexibleVersions: none`).
    pub inflexible: bool,
    /// What its value stands for.
    pub meaning: Meaning,
}

impl Field {
    /// Appends the name as Kafka's schema and JSON spell it: `transactionalId`.
    #[inline]
    pub fn push_json_name(&self, out: &mut Vec<u8>) {
        let mut upper = false;
        for &byte in self.name.as_bytes() {
            if byte == b'_' {
                upper = true;
            } else {
                out.push(if upper { byte.to_ascii_uppercase() } else { byte });
                upper = false;
            }
        }
    }

    /// The name as Kafka's schema and JSON spell it.
    pub fn json_name(&self) -> String {
        let mut name = Vec::with_capacity(self.name.len());
        self.push_json_name(&mut name);
        String::from_utf8(name).unwrap_or_default()
    }
}

/// What a message is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A request to a broker or controller.
    Request,
    /// Its response.
    Response,
    /// The header of a request or response.
    Header,
    /// A record of the KRaft metadata log, in its frame.
    Metadata,
    /// The key of a record that a coordinator writes; its version is the record type.
    CoordinatorKey,
    /// The value of a record that a coordinator writes.
    CoordinatorValue,
    /// Everything else that has a schema: embedded protocols, control records, files.
    Data,
}

/// A message of Kafka's protocol or a record that Kafka itself writes.
#[derive(Debug)]
pub struct Message {
    /// The name in Kafka's schema, `FetchRequest`.
    pub name: &'static str,
    /// What it is for.
    pub kind: Kind,
    /// Its API key, record type or coordinator key version; -1 for [`Kind::Data`] and headers.
    pub key: i16,
    /// Every version that any release from 0.8 to 4.4 has known.
    pub versions: Versions,
    /// The versions that Kafka 4.4 knows; older ones were removed by Kafka 4.0 (KIP-896).
    pub current: Versions,
    /// The versions with compact lengths and tagged fields.
    pub flexible: Versions,
    /// The versions that are not final yet, and so not offered by default.
    pub unstable: Versions,
    /// Its outermost struct.
    pub shape: &'static Struct,
}

/// Why a message could not be decoded and encoded again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoundTripError {
    /// The bytes were refused.
    Read(Error),
    /// The struct could not be written.
    Write(WriteError),
}

/// The first of the tokens that are there.
#[doc(hidden)]
#[macro_export]
macro_rules! first {
    ($first:expr; $($rest:tt)*) => { $first };
    (; $($rest:tt)*) => { $($rest)* };
}

/// A [`Versions`] from `4+` or `0-2`.
#[doc(hidden)]
#[macro_export]
macro_rules! versions {
    () => {
        $crate::codec::schema::Versions::NONE
    };
    ($min:literal +) => {
        $crate::codec::schema::Versions { min: $min, max: i16::MAX }
    };
    ($min:literal - $max:literal) => {
        $crate::codec::schema::Versions { min: $min, max: $max }
    };
}

/// A [`Default`] from `null` or a number.
#[doc(hidden)]
#[macro_export]
macro_rules! default_entry {
    () => {
        $crate::codec::schema::Default::Zero
    };
    (null) => {
        $crate::codec::schema::Default::Null
    };
    ($value:literal) => {
        $crate::codec::schema::Default::Int($value as i64)
    };
}

/// The name of a field that Rust spells `r#type` because the word is taken.
#[doc(hidden)]
pub const fn unraw(name: &'static str) -> &'static str {
    match name.as_bytes() {
        [b'r', b'#', ..] => name.split_at(2).1,
        _ => name,
    }
}

/// Whether a keyword stands in a list of keywords.
#[doc(hidden)]
#[macro_export]
macro_rules! flagged {
    (ignorable; ignorable $($rest:ident)*) => { true };
    (inflexible; inflexible $($rest:ident)*) => { true };
    ($flag:ident; $other:ident $($rest:ident)*) => { $crate::flagged!($flag; $($rest)*) };
    ($flag:ident;) => { false };
}

/// `Some` of the token that is there.
#[doc(hidden)]
#[macro_export]
macro_rules! option {
    () => {
        None
    };
    ($value:expr) => {
        Some($value)
    };
}

/// True, whatever the token.
#[doc(hidden)]
#[macro_export]
macro_rules! always {
    ($tag:literal) => {
        true
    };
}

/// The meaning named, or none.
#[doc(hidden)]
#[macro_export]
macro_rules! meaning {
    () => {
        $crate::codec::meaning::Meaning::Plain
    };
    ($meaning:ident) => {
        $crate::codec::meaning::Meaning::$meaning
    };
}

/// Declares one message: its structs, how they are read and written, and their tables.
///
/// ```text
/// schema! {
///     mod fetch_request: Request 1, versions 0-18, current 4-18, flexible (12+), unstable ();
///     FetchRequest {
///         cluster_id: Option<Str<'a>> = 12+ tag 0 nullable (12+) default (null) [ignorable];
///         replica_id: i32 = 0-14 default (-1) means BrokerId;
///         topics: Vec<FetchTopic<'a>> = 0+;
///     }
///     FetchTopic { ... }
/// }
/// ```
///
/// The first struct is the message's outermost one. A field says in this order: its name and Rust
/// type, the versions that have it, and then, where it applies, its tag, the versions in which it
/// is nullable (its type is then an `Option`), its default where that is not zero or empty, whether
/// it is `ignorable` or `inflexible` ([`Field`]), and what its value means ([`Meaning`]).
#[macro_export]
macro_rules! schema {
    (
        mod $module:ident : $kind:ident $key:literal ,
        versions $min:literal - $max:literal ,
        current $cmin:literal - $cmax:literal ,
        flexible ($($flexible:tt)*) , unstable ($($unstable:tt)*) ;
        $root:ident { $($root_fields:tt)* }
        $( $name:ident { $($fields:tt)* } )*
    ) => {
        #[doc = concat!("`", stringify!($root), "`, versions ", stringify!($min), " to ", stringify!($max), ".")]
        pub mod $module {
            #[allow(unused_imports)]
            use $crate::codec::wire::*;
            #[allow(unused_imports)]
            use $crate::codec::schema::{Field, Kind, Message, Struct, Type, Versions};

            /// The message's table.
            pub static MESSAGE: Message = Message {
                name: stringify!($root),
                kind: Kind::$kind,
                key: $key,
                versions: Versions { min: $min, max: $max },
                current: Versions { min: $cmin, max: $cmax },
                flexible: $crate::versions!($($flexible)*),
                unstable: $crate::versions!($($unstable)*),
                shape: $root::SHAPE,
            };

            #[doc(hidden)]
            pub type Root<'a> = $root<'a>;

            impl<'a> Body<'a> for $root<'a> {
                const MESSAGE: &'static Message = &MESSAGE;
            }

            $crate::schema_struct! { $root { $($root_fields)* } }
            $( $crate::schema_struct! { $name { $($fields)* } } )*
        }
    };
}

/// One struct of [`schema!`].
#[doc(hidden)]
#[macro_export]
macro_rules! schema_struct {
    ($name:ident { $(
        $field:ident : $type:ty = $lo:literal $(- $hi:literal)? $(+)?
            $(tag $tag:literal)?
            $(nullable ($($nullable:tt)*))?
            $(default ($($default:tt)*))?
            $([$($flag:ident)*])?
            $(means $meaning:ident)? ;
    )* }) => {
        #[doc = concat!("`", stringify!($name), "` of Kafka's schema.")]
        #[derive(Debug)]
        pub struct $name<'a> {
            $(
                #[doc = concat!("Since version ", stringify!($lo) $(, " until ", stringify!($hi))? $(, ", tag ", stringify!($tag))?, ".")]
                pub $field: $type,
            )*
            /// Tagged fields that the version does not know.
            pub unknown_tags: UnknownTags<'a>,
        }

        #[allow(non_upper_case_globals)]
        impl<'a> $name<'a> {
            $( const $field: Field = Field {
                name: $crate::codec::schema::unraw(stringify!($field)),
                ty: <$type as Wire>::TYPE,
                versions: Versions { min: $lo, max: $crate::first!($($hi)?; i16::MAX) },
                nullable: $crate::versions!($($($nullable)*)?),
                tag: $crate::option!($($tag)?),
                default: $crate::default_entry!($($($default)*)?),
                ignorable: $crate::flagged!(ignorable; $($($flag)*)?),
                inflexible: $crate::flagged!(inflexible; $($($flag)*)?),
                meaning: $crate::meaning!($($meaning)?),
            }; )*
        }

        impl<'a> Default for $name<'a> {
            fn default() -> Self {
                Self { $( $field: Wire::from_default(Self::$field.default), )* unknown_tags: Vec::new() }
            }
        }

        impl<'a> WireStruct<'a> for $name<'a> {
            const SHAPE: &'static Struct = &Struct {
                name: stringify!($name),
                tagged: false $($(|| $crate::always!($tag))?)*,
                fields: &[$(Self::$field),*],
            };
        }

        impl<'a> Wire<'a> for $name<'a> {
            const TYPE: Type = Type::Struct(Self::SHAPE);

            #[allow(unused_mut)]
            fn read(reader: &mut Reader<'a>, context: Context) -> Self {
                $( let mut $field: $type = Wire::read_field(reader, context, &Self::$field); )*
                let mut unknown_tags = Vec::new();
                if context.flexible {
                    read_tags(reader, &mut unknown_tags, |tag, _reader| match tag {
                        $($( $tag => { $field = Wire::read_tagged(_reader, context, &Self::$field); true } )?)*
                        _ => false,
                    });
                }
                Self { $($field,)* unknown_tags }
            }

            fn write(&self, writer: &mut Writer, context: Context) {
                $( self.$field.write_field(writer, context, &Self::$field); )*
                let tagged = !self.unknown_tags.is_empty()
                    $($(|| $crate::always!($tag) && self.$field.is_worth_a_tag(context, &Self::$field))?)*;
                if context.flexible && !tagged {
                    writer.buffer.push(0);
                } else if context.flexible {
                    #[allow(unused_mut)]
                    let mut tags = TagWriter::new(writer, &self.unknown_tags);
                    $($( $crate::always!($tag); tags.field(&self.$field, context, &Self::$field); )?)*
                    tags.finish();
                }
            }

            fn from_default(_: $crate::codec::schema::Default) -> Self { Self::default() }

            fn is_default(&self, _: $crate::codec::schema::Default) -> bool {
                self.unknown_tags.is_empty() $(&& self.$field.is_default(Self::$field.default))*
            }
        }
    };
}
