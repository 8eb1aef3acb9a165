//! Calls a command by its name with JSON arguments, for shells that speak JSON.

use crate::commands::types::*;
use crate::{Desk, IpcError};
use desk_core::Code;
use serde::Deserialize;
use serde_json::Value;

macro_rules! dispatch {
    ($($(#[doc = $doc:literal])* fn $name:ident($($arg:ident: $ty:ty),*) -> $ret:ty;)*) => {
        /// The names of all commands.
        pub const COMMANDS: &[&str] = &[$(stringify!($name)),*];

        /// Calls the command named.
        ///
        /// # Errors
        /// [`Code::NotFound`] for an unknown name, [`Code::BadRequest`] for arguments that do not
        /// fit, and whatever the command says.
        pub async fn dispatch(desk: &Desk, name: &str, args: Value) -> Result<Value, IpcError> {
            // During a visit to the demo, the demo answers.
            let guest = desk.guest();
            let desk = guest.as_deref().unwrap_or(desk);
            match name {
                $(stringify!($name) => {
                    #[derive(Deserialize)]
                    #[serde(rename_all = "camelCase")]
                    struct Args { $($arg: $ty),* }
                    let Args { $($arg),* } = arguments(args)?;
                    let result: $ret = desk.$name($($arg),*).await?;
                    serde_json::to_value(result)
                        .map_err(|e| IpcError::new(Code::Internal, format!("{name}: {e}")))
                })*
                _ => Err(IpcError::new(Code::NotFound, "no such command")),
            }
        }
    };
}
crate::commands!(dispatch);

/// Reads arguments. What serde says of a fault names a field, never a value of it.
fn arguments<T: for<'de> Deserialize<'de>>(args: Value) -> Result<T, IpcError> {
    let args = if args.is_null() {
        Value::Object(serde_json::Map::new())
    } else {
        args
    };
    serde_json::from_value(args).map_err(|e| {
        let category = match e.classify() {
            serde_json::error::Category::Data => missing_field(&e.to_string()),
            _ => "the arguments are no JSON object".to_owned(),
        };
        IpcError::new(Code::BadRequest, category)
    })
}

fn missing_field(text: &str) -> String {
    if text.starts_with("missing field") {
        text.to_owned()
    } else {
        "an argument has the wrong form".to_owned()
    }
}
