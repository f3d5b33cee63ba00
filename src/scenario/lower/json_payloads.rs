//! The payload `json`: any value of JSON, in which strings and keys may be templates.

use super::super::json::{ObjectProp, ObjectPropName, Value};
use super::super::{JsonText, Payload, PayloadBuilder, Piece};
use super::fields::Given;
use super::reader::Reader;

impl<'a> Reader<'a> {
    /// Adds a value as compact JSON.
    pub(super) fn add_json(
        &mut self,
        given: Given<'_, 'a>,
        builder: &mut PayloadBuilder,
    ) -> Option<()> {
        let mut json = JsonText::default();
        self.json_value(given.value, &mut json)?;
        match json.known() {
            Some(text) => builder.push_bytes(text.as_bytes()),
            None => builder.push_piece(Piece::Json(json)),
        }
        Some(())
    }

    /// A value as compact JSON, to be compared by what it means.
    pub(super) fn json(&mut self, given: Given<'_, 'a>) -> Option<Payload> {
        let mut builder = PayloadBuilder::default();
        self.add_json(given, &mut builder)?;
        Some(builder.finish(given.span()))
    }

    /// Adds a value; all its mistakes are reported.
    fn json_value(&mut self, value: &Value<'a>, json: &mut JsonText) -> Option<()> {
        match value {
            Value::NullKeyword(_) => json.push("null"),
            Value::BooleanLit(literal) => json.push(if literal.value { "true" } else { "false" }),
            Value::NumberLit(literal) => json.push(literal.value),
            Value::StringLit(literal) if literal.value.contains("{{") => {
                json.push_value(self.template(literal)?);
            }
            Value::StringLit(literal) => json.push_string(&literal.value),
            Value::Array(array) => {
                let mut all = Some(());
                json.push("[");
                for (n, element) in array.elements.iter().enumerate() {
                    json.push(if n > 0 { "," } else { "" });
                    all = self.json_value(element, json).and(all);
                }
                json.push("]");
                return all;
            }
            Value::Object(object) => {
                let mut all = Some(());
                json.push("{");
                for (n, property) in self.distinct(object).into_iter().enumerate() {
                    json.push(if n > 0 { "," } else { "" });
                    all = self.json_key(property, json).and(all);
                    json.push(":");
                    all = self.json_value(&property.value, json).and(all);
                }
                json.push("}");
                return all;
            }
        }
        Some(())
    }

    fn json_key(&mut self, property: &ObjectProp<'a>, json: &mut JsonText) -> Option<()> {
        match &property.name {
            ObjectPropName::String(literal) if literal.value.contains("{{") => {
                json.push_text(self.template(literal)?);
            }
            // Keys without quotes are refused where the text is parsed.
            name => json.push_string(name.as_str()),
        }
        Some(())
    }
}
