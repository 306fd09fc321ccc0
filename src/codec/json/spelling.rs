//! Names of fields as kafkit's tables spell them, `group_id`, to those of Kafka's JSON, `groupId`.

use std::borrow::Cow;

use serde_json::{Map, Value as Json};

use super::JsonError;
use crate::codec::schema::{Field, Struct, Type};

/// The field that a name of either spelling stands for. No struct has two that one name could mean.
pub fn field_of(shape: &'static Struct, name: &str) -> Option<&'static Field> {
    shape.fields.iter().find(|field| field.name == name || field.json_name() == name)
}

/// The struct that the members of a field's value belong to, of an array's elements too.
pub fn struct_of(ty: &'static Type) -> Option<&'static Struct> {
    match ty {
        Type::Struct(shape) => Some(shape),
        Type::Array(element) => struct_of(element),
        _ => None,
    }
}

/// The JSON of a message with all names spelled as in Kafka's JSON. What does not belong there stays.
///
/// # Errors
/// A field is there in both spellings.
pub fn respell<'j>(json: &'j Json, shape: &'static Struct) -> Result<Cow<'j, Json>, JsonError> {
    if !is_spelled_otherwise(json, shape) {
        return Ok(Cow::Borrowed(json));
    }
    respelled(json, shape).map(Cow::Owned)
}

fn is_spelled_otherwise(json: &Json, shape: &'static Struct) -> bool {
    match json {
        Json::Array(elements) => elements.iter().any(|element| is_spelled_otherwise(element, shape)),
        Json::Object(members) => members.iter().any(|(name, value)| {
            let Some(field) = field_of(shape, name) else { return false };
            // Where the spellings differ, only the tables' has an underscore.
            name.contains('_') || struct_of(&field.ty).is_some_and(|inner| is_spelled_otherwise(value, inner))
        }),
        _ => false,
    }
}

fn respelled(json: &Json, shape: &'static Struct) -> Result<Json, JsonError> {
    match json {
        Json::Array(elements) => {
            let elements = elements.iter().enumerate();
            let respelled = elements.map(|(i, element)| {
                respelled(element, shape).map_err(|error| error.inside(&format!("[{i}]")))
            });
            respelled.collect::<Result<_, _>>().map(Json::Array)
        }
        Json::Object(members) => {
            let mut object = Map::new();
            for (name, value) in members {
                let field = field_of(shape, name);
                let spelled = field.map_or_else(|| name.clone(), Field::json_name);
                let place = format!(".{spelled}");
                let value = match field.and_then(|field| struct_of(&field.ty)) {
                    Some(inner) => respelled(value, inner).map_err(|error| error.inside(&place))?,
                    None => value.clone(),
                };
                if object.insert(spelled, value).is_some() {
                    let twice = field.map_or("", |field| field.name);
                    return Err(JsonError::new(format!("given twice, also as {twice}")).inside(&place));
                }
            }
            Ok(Json::Object(object))
        }
        _ => Ok(json.clone()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;
    use crate::codec::api;
    use crate::codec::messages::MESSAGES;

    fn shape(name: &str) -> &'static Struct {
        api::by_name(name).expect("an API").request.shape
    }

    #[test]
    fn both_spellings_are_read() {
        let tables = json!({"group_id": "g", "topics": [{"partition_indexes": [1], "name": "t"}], "x_y": 1});
        let kafka = json!({"groupId": "g", "topics": [{"partitionIndexes": [1], "name": "t"}], "x_y": 1});
        assert_eq!(respell(&tables, shape("OffsetFetch")).as_deref(), Ok(&kafka));
        assert!(matches!(respell(&kafka, shape("OffsetFetch")), Ok(Cow::Borrowed(_))));
        let both = json!({"topics": [{"partition_indexes": [1], "partitionIndexes": [2]}]});
        let error = respell(&both, shape("OffsetFetch")).map_err(|error| error.to_string());
        assert_eq!(
            error,
            Err(".topics[0].partitionIndexes: given twice, also as partition_indexes".to_owned())
        );
    }

    #[test]
    fn no_name_means_two_fields() {
        fn look(shape: &'static Struct) {
            let mut names = BTreeSet::new();
            for field in shape.fields {
                let own: BTreeSet<String> = [field.name.to_owned(), field.json_name()].into();
                assert_eq!(field.json_name() != field.name, field.name.contains('_'), "{}", field.name);
                assert!(own.into_iter().all(|name| names.insert(name)), "{}.{}", shape.name, field.name);
                if let Some(inner) = struct_of(&field.ty) {
                    look(inner);
                }
            }
        }
        MESSAGES.iter().for_each(|message| look(message.shape));
    }
}
