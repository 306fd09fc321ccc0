//! `--set PATH=VALUE`: one value on the tree of a request.

use serde_json::{Map, Value as Json};

use crate::codec::json::spelling;
use crate::codec::schema::{Field, Struct, Type};

/// A value and where it goes.
#[derive(Debug, Clone, PartialEq)]
pub struct Set {
    text: String,
    /// In the header instead of the body.
    pub in_header: bool,
    path: Vec<Step>,
    value: Json,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Member(String),
    Element(usize),
}

impl Set {
    /// Reads `topics[0].name=orders`, `header.clientId=null`. What is behind the = is JSON, or text where it
    /// is no JSON.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let Some((place, value)) = text.split_once('=') else {
            return Err("expected PATH=VALUE, such as topics[0].name=orders".into());
        };
        let value = serde_json::from_str(value).unwrap_or_else(|_| Json::String(value.to_owned()));
        let place = place.trim().trim_start_matches('.');
        let (in_header, place) = match place.split_once('.') {
            Some(("header", rest)) => (true, rest),
            Some(("body", rest)) => (false, rest),
            _ => (false, place),
        };
        let path = steps(place).ok_or("expected a path such as topics[0].partitions[1].index")?;
        Ok(Self { text: text.to_owned(), in_header, path, value })
    }

    /// Puts the value into the tree of a message of this shape, with what is missing around it.
    ///
    /// # Errors
    /// That something else is in the way.
    pub fn apply(&self, tree: &mut Json, shape: &'static Struct) -> Result<(), String> {
        let mut here = tree;
        let mut shape = Some(shape);
        let mut set = None;
        for step in &self.path {
            here = match step {
                Step::Member(name) => {
                    if here.is_null() {
                        *here = Json::Object(Map::new());
                    }
                    let field = shape.and_then(|shape| spelling::field_of(shape, name));
                    shape = field.and_then(|field| spelling::struct_of(&field.ty));
                    set = field;
                    let spelled = field.map_or_else(|| name.clone(), Field::json_name);
                    match here.as_object_mut() {
                        Some(object) => object.entry(spelled).or_insert(Json::Null),
                        None => {
                            return Err(format!(
                                "--set {}: what {name} is to go into is no object",
                                self.text
                            ));
                        }
                    }
                }
                Step::Element(index) => {
                    set = None;
                    if here.is_null() {
                        *here = Json::Array(Vec::new());
                    }
                    let Some(array) = here.as_array_mut() else {
                        return Err(format!("--set {}: what [{index}] is to go into is no array", self.text));
                    };
                    if *index == array.len() {
                        array.push(Json::Null);
                    }
                    let length = array.len();
                    match array.get_mut(*index) {
                        Some(element) => element,
                        None => {
                            return Err(format!(
                                "--set {}: [{index}] is too far: the array has {length} elements, the next one is [{length}]",
                                self.text
                            ));
                        }
                    }
                }
            };
        }
        if set.is_some_and(|field| matches!(field.ty, Type::Array(_)))
            && !self.value.is_array()
            && !self.value.is_null()
        {
            let (place, value) = self.text.split_once('=').unwrap_or((&self.text, ""));
            return Err(format!("--set {}: {place} is an array; write {place}[0]={value}", self.text));
        }
        *here = self.value.clone();
        Ok(())
    }
}

fn steps(path: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    for part in path.split('.') {
        let (name, mut rest) = part.split_at(part.find('[').unwrap_or(part.len()));
        if name.is_empty() {
            return None;
        }
        steps.push(Step::Member(name.to_owned()));
        while let Some(inner) = rest.strip_prefix('[') {
            let (index, behind) = inner.split_once(']')?;
            steps.push(Step::Element(index.parse().ok()?));
            rest = behind;
        }
        if !rest.is_empty() {
            return None;
        }
    }
    Some(steps)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // A test that cannot go on has failed.
mod tests {
    use super::*;
    use crate::codec::messages::groups::offset_fetch_request;
    use serde_json::json;

    const OFFSET_FETCH: &Struct = offset_fetch_request::MESSAGE.shape;

    fn with(sets: &[&str], mut tree: Json) -> Result<Json, String> {
        for set in sets {
            Set::parse(set)?.apply(&mut tree, OFFSET_FETCH)?;
        }
        Ok(tree)
    }

    #[test]
    fn values_go_where_they_belong() {
        assert_eq!(
            with(&["topics[0].name=a", "topics[0].p[0]=1", "topics[0].p[1]=2", "x=null"], json!({})),
            Ok(json!({"topics": [{"name": "a", "p": [1, 2]}], "x": null}))
        );
        assert_eq!(with(&["a.b=\"1\""], json!({"a": {"b": 2}})), Ok(json!({"a": {"b": "1"}})));
        assert!(Set::parse("header.clientId=x").unwrap().in_header);
        assert_eq!(
            with(
                &["group_id=b", "groups[0].member_epoch=1", "groups[0].memberEpoch=2"],
                json!({"groupId": "a"})
            ),
            Ok(json!({"groupId": "b", "groups": [{"memberEpoch": 2}]}))
        );
    }

    #[test]
    fn what_is_in_the_way_is_said() {
        assert!(with(&["a[1]=1"], json!({})).unwrap_err().contains("the next one is [0]"));
        assert!(with(&["a.b=1"], json!({"a": 1})).unwrap_err().contains("no object"));
        assert!(with(&["a[0]=1"], json!({"a": 1})).unwrap_err().contains("no array"));
        assert_eq!(
            with(&["groups=live"], json!({})),
            Err("--set groups=live: groups is an array; write groups[0]=live".into())
        );
        assert!(with(&["groups[0].topics[0].partition_indexes=1"], json!({})).is_err());
        assert!(with(&["groups=[]", "topics=null"], json!({})).is_ok());
        for bad in ["a", "=1", "a..b=1", "a[x]=1", "a[0=1", "a[0]b=1", "[0]=1"] {
            assert!(Set::parse(bad).is_err(), "{bad}");
        }
    }
}
