//! A map that keeps the order in which a model names things.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Values by name, in the order of the model; an object in JSON. Beside them, where each
/// name stands first.
#[derive(Clone, PartialEq, Debug)]
pub struct Named<T>(Vec<(String, T)>, BTreeMap<String, usize>);

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self(Vec::new(), BTreeMap::new())
    }
}

impl<T> Named<T> {
    /// Whether it holds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The value of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&T> {
        self.1.get(name).map(|at| &self.0[*at].1)
    }

    /// Adds a name and its value.
    pub(super) fn push(&mut self, name: String, value: T) {
        self.1.entry(name.clone()).or_insert(self.0.len());
        self.0.push((name, value));
    }

    /// The value of a name, made by `new` where there is none yet.
    pub fn entry(&mut self, name: &str, new: impl FnOnce() -> T) -> &mut T {
        let at = self.1.get(name).copied().unwrap_or_else(|| {
            self.push(name.to_owned(), new());
            self.0.len() - 1
        });
        &mut self.0[at].1
    }

    /// Names and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

impl<T> IntoIterator for Named<T> {
    type Item = (String, T);
    type IntoIter = std::vec::IntoIter<(String, T)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<T> FromIterator<(String, T)> for Named<T> {
    fn from_iter<I: IntoIterator<Item = (String, T)>>(items: I) -> Self {
        let mut all = Self::default();
        items.into_iter().for_each(|(name, value)| all.push(name, value));
        all
    }
}

impl<T: Serialize> Serialize for Named<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<T: JsonSchema> JsonSchema for Named<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("Named_{}", T::schema_name()).into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let value = generator.subschema_for::<T>();
        json_schema!({ "type": "object", "additionalProperties": value })
    }
}
