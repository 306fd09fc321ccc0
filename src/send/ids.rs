//! Topic names where a version wants ids, and ids where it wants names: found by the schema, so that
//! every API that carries them is served.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

use crate::codec::api::Api;
use crate::codec::meaning::Meaning;
use crate::codec::meaning::uuid::{parse_uuid, uuid};
use crate::codec::schema::{Struct, Type};

/// What the request names that must be looked up.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Topics whose ids are wanted.
    pub names: BTreeSet<String>,
    /// Topics whose names are wanted, by their ids.
    pub ids: BTreeSet<[u8; 16]>,
}

impl Wanted {
    /// What a body needs that it does not have.
    pub fn of(api: &Api, version: i16, body: &mut Json) -> Self {
        let mut wanted = Self::default();
        walk(api.request.shape, version, body, &mut |place| match place {
            Place::Id { name, .. } => drop(wanted.names.insert(name)),
            Place::Name { id, .. } => drop(wanted.ids.insert(id)),
        });
        wanted
    }
}

/// Puts what was found into the places where it is wanted.
pub fn fill(
    api: &Api,
    version: i16,
    body: &mut Json,
    id_of: &dyn Fn(&str) -> Option<[u8; 16]>,
    name_of: &dyn Fn(&[u8; 16]) -> Option<String>,
) {
    walk(api.request.shape, version, body, &mut |place| match place {
        Place::Id { object, field, name } => {
            if let Some(id) = id_of(&name) {
                object.insert(field, uuid(&id).into());
            }
        }
        Place::Name { object, field, id } => {
            if let Some(name) = name_of(&id) {
                object.insert(field, name.into());
            }
        }
    });
}

/// Somewhere that a topic is named in the way that the version does not want.
enum Place<'j> {
    /// An id is wanted, where there is a name.
    Id { object: &'j mut Map<String, Json>, field: String, name: String },
    /// A name is wanted, where there is an id.
    Name { object: &'j mut Map<String, Json>, field: String, id: [u8; 16] },
}

fn walk(shape: &'static Struct, version: i16, json: &mut Json, visit: &mut dyn FnMut(Place<'_>)) {
    let Some(object) = json.as_object_mut() else { return };
    let id_field = shape.fields.iter().find(|field| field.meaning == Meaning::TopicId);
    let name_field = shape.fields.iter().find(|field| {
        matches!(field.ty, Type::String) && matches!(field.name, "name" | "topic" | "topic_name")
    });
    if let Some(id_field) = id_field {
        let field = id_field.json_name();
        let given = object.get(&field).and_then(Json::as_str);
        let id = given.and_then(parse_uuid).filter(|id| *id != [0; 16]);
        // A name in the place of an id is meant as one.
        let misplaced = given.filter(|text| !text.is_empty() && parse_uuid(text).is_none());
        let named = name_field.and_then(|field| object.get(&field.json_name())).and_then(Json::as_str);
        let takes_name = name_field.is_some_and(|field| field.versions.contain(version));
        if id_field.versions.contain(version) {
            let name = misplaced.or(named.filter(|name| !takes_name && !name.is_empty() && id.is_none()));
            if let Some(name) = name.map(str::to_owned) {
                visit(Place::Id { object, field, name });
            }
        } else if let (Some(id), Some(name_field), true) = (id, name_field, takes_name && named.is_none()) {
            visit(Place::Name { object, field: name_field.json_name(), id });
        }
    }
    for field in shape.fields.iter().filter(|field| field.versions.contain(version)) {
        let Some(value) = object.get_mut(&field.json_name()) else { continue };
        match field.ty {
            Type::Struct(inner) => walk(inner, version, value, visit),
            Type::Array(Type::Struct(inner)) => {
                for element in value.as_array_mut().into_iter().flatten() {
                    walk(inner, version, element, visit);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // A test that cannot go on has failed.
mod tests {
    use super::*;
    use crate::codec::api;
    use serde_json::json;

    #[test]
    fn names_and_ids_change_places_by_version() {
        let fetch = api::by_name("fetch").unwrap();
        let id = [7; 16];
        let mut body =
            json!({"topics": [{"topic": "a", "partitions": []}, {"topic": "b", "topicId": uuid(&id)}]});
        let wanted = Wanted::of(fetch, 13, &mut body);
        assert_eq!(wanted.names.into_iter().collect::<Vec<_>>(), ["a"]);
        fill(fetch, 13, &mut body, &|_| Some(id), &|_| None);
        assert_eq!(body["topics"][0]["topicId"], json!(uuid(&id)));
        assert_eq!(Wanted::of(fetch, 12, &mut json!({"topics": [{"topic": "a"}]})), Wanted::default());
        let mut old = json!({"topics": [{"topicId": uuid(&id)}]});
        assert_eq!(Wanted::of(fetch, 12, &mut old).ids.len(), 1);
        fill(fetch, 12, &mut old, &|_| None, &|_| Some("x".into()));
        assert_eq!(old["topics"][0]["topic"], json!("x"));
    }

    #[test]
    fn a_version_with_both_is_left_alone() {
        let delete = api::by_name("delete-topics").unwrap();
        let mut body = json!({"topics": [{"name": "a"}]});
        assert_eq!(Wanted::of(delete, 6, &mut body), Wanted::default());
        let share = api::by_name("share-fetch").unwrap();
        let mut body = json!({"topics": [{"topicId": "orders"}]});
        assert_eq!(Wanted::of(share, 1, &mut body).names.len(), 1);
    }
}
