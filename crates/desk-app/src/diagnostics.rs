//! How this ReplyDesk stands, for its owner and for whoever helps them. What is to be copied holds
//! numbers, codes and times: no words of anybody, no names, no tokens, and no path of a home folder.

use crate::dto::{Diagnostics, HealthLight};
use crate::file::{number, text};
use crate::{Desk, IpcError, logging};
use desk_core::Timestamp;
use desk_store::StoreError;
use desk_store::table::call_log::{self, CallEntry};
use desk_store::table::totals::{self, Totals};
use std::fmt::Write as _;
use std::path::Path;

/// The latest checks among which faults are looked for.
const LOOKED_THROUGH: u32 = 200;
/// Faults told.
const TOLD: usize = 10;

impl Desk {
    /// Command `diagnostics_get`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn diagnostics_get(&self) -> Result<Diagnostics, IpcError> {
        let read: Result<(Totals, Vec<CallEntry>), StoreError> = self
            .store
            .read(|db| {
                Ok((
                    totals::read(db)?,
                    call_log::newest(db, None, LOOKED_THROUGH)?,
                ))
            })
            .await;
        let (totals, calls) = read?;
        let file = self.store.path();
        let bytes = size(file);
        let log = logging::file();
        let mut found = Diagnostics {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            api_version: self.config.version.to_string(),
            secrets: self.secrets.backend().as_str().to_owned(),
            schema: totals.schema,
            data_dir: file.parent().map(text).unwrap_or_default(),
            file_bytes: number(bytes),
            log_file: log.as_deref().map(text),
            accounts: totals.accounts,
            conversations: totals.conversations,
            messages: totals.messages,
            entries: totals.entries,
            unsettled: totals.unsettled,
            support: String::new(),
        };
        let mut support = facts(&found, self.clock.now());
        for (i, account) in self.account_list().await?.iter().enumerate() {
            let _ = writeln!(support, "account {}: synced {}", i + 1, account.synced);
            light(&mut support, "receiving", &account.health.receiving);
            light(&mut support, "sending", &account.health.sending);
            light(&mut support, "profile", &account.health.profile);
        }
        faults(&mut support, &calls);
        found.support = support;
        Ok(found)
    }
}

/// The file, and what was written and is not in it yet.
fn size(file: &Path) -> u64 {
    let mut log = file.as_os_str().to_owned();
    log.push("-wal");
    [file, Path::new(&log)]
        .iter()
        .filter_map(|part| part.metadata().ok())
        .map(|m| m.len())
        .sum()
}

fn facts(found: &Diagnostics, now: Timestamp) -> String {
    let home = dirs::home_dir();
    let dir = tilde(&found.data_dir, home.as_deref());
    format!(
        "ReplyDesk {}, {now}\nsystem: {}\nGraph API: {}\nsecrets: {}\nschema: {}\ndata: {dir}, {} bytes\n\
         accounts {}, conversations {}, messages {}, entries {}, unsettled {}\n",
        found.version,
        found.system,
        found.api_version,
        found.secrets,
        found.schema,
        found.file_bytes,
        found.accounts,
        found.conversations,
        found.messages,
        found.entries,
        found.unsettled,
    )
}

/// The path without the name of its owner.
fn tilde(path: &str, home: Option<&Path>) -> String {
    let under = home.and_then(|home| Path::new(path).strip_prefix(home).ok());
    under.map_or_else(
        || "(not in the home folder)".to_owned(),
        |rest| format!("~/{}", rest.display()),
    )
}

fn light(support: &mut String, name: &str, light: &HealthLight) {
    let at = light.last_call_at.map(|at| at.to_string());
    let _ = writeln!(
        support,
        "  {name}: {:?}, last call {}, code {}, trace {}",
        light.state,
        at.as_deref().unwrap_or("none"),
        light.code.as_deref().unwrap_or("none"),
        light.trace_id.as_deref().unwrap_or("none"),
    );
}

fn faults(support: &mut String, calls: &[CallEntry]) {
    let failed = calls.iter().filter_map(|c| c.fault.map(|f| (c, f)));
    for (call, fault) in failed.take(TOLD) {
        let _ = writeln!(support, "{} {:?}: {}", call.at, call.reason, fault);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_in_the_file_yet_counts() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("desk.db");
        std::fs::write(&file, [0; 40]).unwrap();
        assert_eq!(size(&file), 40);
        std::fs::write(dir.path().join("desk.db-wal"), [0; 2]).unwrap();
        assert_eq!(size(&file), 42);
    }

    #[test]
    fn a_path_is_told_without_its_owner() {
        let cases = [
            (
                "/houses/ayse/.local/share/replydesk",
                "~/.local/share/replydesk",
            ),
            ("/houses/ayse2/data", "(not in the home folder)"),
            ("/srv/ayse", "(not in the home folder)"),
        ];
        for (path, told) in cases {
            assert_eq!(tilde(path, Some(Path::new("/houses/ayse"))), told);
        }
    }
}
