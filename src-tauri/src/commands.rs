//! The commands, all of them from the one list in desk-app.

use crate::opened::Opened;
use desk_app::IpcError;
use desk_app::commands::types::*;
use tauri::State;

macro_rules! handlers {
    ($($(#[doc = $doc:literal])* fn $name:ident($($arg:ident: $ty:ty),*) -> $ret:ty;)*) => {
        $(
            #[tauri::command]
            async fn $name(opened: State<'_, Opened>, $($arg: $ty),*) -> Result<$ret, IpcError> {
                opened.desk().await?.on_stage().$name($($arg),*).await
            }
        )*

        /// Answers every command.
        pub(crate) fn handler() -> impl Fn(tauri::ipc::Invoke<tauri::Wry>) -> bool + Send + Sync + 'static {
            tauri::generate_handler![$($name),*]
        }
    };
}
desk_app::commands!(handlers);
