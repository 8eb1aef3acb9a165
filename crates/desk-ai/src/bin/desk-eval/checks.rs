//! Measures.
use serde_json::Value;
/// Measures a set.
pub fn measure(_text: &str) -> Result<Value, String> { Ok(Value::Null) }
