//! The file: backups, restoring, exports, erasing, and what the owner is told of recoveries.

use crate::dto::RestoreReady;
use crate::dto::{
    BackupFile, EraseReport, ExportFile, ExportFormat, FileCheck, Recovery, RecoveryEvent,
    RecoveryState,
};
use crate::{Desk, IpcError};
use desk_core::{AccountId, Change, Code, ConversationId, Entity, Source};
use desk_secrets::SecretName;
use desk_store::StoreError;
use desk_store::file::export::Format;
use desk_store::file::recovery::{self, Event};
use desk_store::file::{backup, erase};
use desk_store::table::{account, login};
use std::path::PathBuf;
use std::sync::PoisonError;

/// What the owner types to erase everything. The screen shows it beside the field, so it needs no
/// translation.
pub const ERASE_WORD: &str = "ERASE";
/// No path is longer.
const MAX_PATH_BYTES: usize = 4096;

#[expect(
    clippy::cast_precision_loss,
    reason = "JavaScript's numbers; exact up to nine petabytes"
)]
pub(crate) const fn number(count: u64) -> f64 {
    count as f64
}

pub(crate) fn text(path: &std::path::Path) -> String {
    path.to_string_lossy().into_owned()
}

/// A path that the owner chose: a whole one, so that it means the same wherever the program began.
fn path(text: &str) -> Result<PathBuf, IpcError> {
    let path = PathBuf::from(text.trim());
    if text.len() > MAX_PATH_BYTES || text.contains('\0') || !path.is_absolute() {
        return Err(IpcError::new(
            Code::BadRequest,
            "the path is not a whole one",
        ));
    }
    Ok(path)
}

fn backup_file(file: backup::BackupFile) -> BackupFile {
    BackupFile {
        path: text(&file.path),
        made_at: file.made_at,
        bytes: number(file.bytes),
    }
}

fn recovery_dto(found: recovery::Recovery) -> Recovery {
    Recovery {
        event: match found.event {
            Event::Restored => RecoveryEvent::Restored,
            Event::DamagedRestored => RecoveryEvent::DamagedRestored,
            Event::DamagedNew => RecoveryEvent::DamagedNew,
            Event::Older => RecoveryEvent::Older,
            Event::Other => RecoveryEvent::Other,
        },
        at: found.at,
        backup_made_at: found.backup_made_at,
        set_aside: found.set_aside.as_deref().map(text),
        unconfirmed: found.unconfirmed,
        stopped: found.stopped,
    }
}

fn erase_report(erased: erase::Erased) -> EraseReport {
    EraseReport {
        messages: number(erased.messages),
        copies: erased.copies,
        untouched: erased.untouched.iter().map(|p| text(p)).collect(),
    }
}

impl Desk {
    /// Command `backup_create`.
    ///
    /// # Errors
    /// [`Code::FileExists`], [`Code::PlaceUnwritable`], [`Code::DiskFull`].
    pub async fn backup_create(&self, path: Option<String>) -> Result<BackupFile, IpcError> {
        let target = path.as_deref().map(self::path).transpose()?;
        let made = self.store.back_up(target, self.clock.now()).await?;
        Ok(backup_file(made))
    }

    /// Command `backup_list`.
    ///
    /// # Errors
    /// None; the signature is that of every command.
    #[expect(clippy::unused_async, reason = "a command is called like every other")]
    pub async fn backup_list(&self) -> Result<Vec<BackupFile>, IpcError> {
        Ok(self.store.backups().into_iter().map(backup_file).collect())
    }

    /// Command `backup_restore`: checks the backup and lays it ready for the next start.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::BackupUnusable`], [`Code::DataTooNew`].
    pub async fn backup_restore(&self, path: String) -> Result<RestoreReady, IpcError> {
        let found = self.store.stage_restore(self::path(&path)?).await?;
        self.announce(Change::upserted(Entity::Settings, "", Source::Owner));
        Ok(RestoreReady {
            made_at: found.made_at,
            messages: found.messages,
        })
    }

    /// Command `export_create`.
    ///
    /// # Errors
    /// [`Code::FileExists`], [`Code::PlaceUnwritable`], [`Code::DiskFull`].
    pub async fn export_create(
        &self,
        path: Option<String>,
        format: ExportFormat,
    ) -> Result<ExportFile, IpcError> {
        let target = path.as_deref().map(self::path).transpose()?;
        let format = match format {
            ExportFormat::Json => Format::Json,
            ExportFormat::Csv => Format::Csv,
        };
        let made = self.store.export(target, format, self.clock.now()).await?;
        Ok(ExportFile {
            path: text(&made.path),
            conversations: number(made.conversations),
            messages: number(made.messages),
            bytes: number(made.bytes),
        })
    }

    /// Command `person_erase`.
    ///
    /// # Errors
    /// [`Code::NotFound`] when there is no such conversation.
    pub async fn person_erase(
        &self,
        conversation_id: ConversationId,
    ) -> Result<EraseReport, IpcError> {
        let now = self.clock.now();
        let mut erased = self.store.erase_person(conversation_id, now).await?;
        // What other programs were shown lies in copies that nothing names.
        self.forget_opened().await;
        erased.untouched.extend(self.engine.sweep_media().await?);
        tracing::info!(
            copies = erased.copies,
            untouched = erased.untouched.len(),
            "a customer was erased"
        );
        Ok(erase_report(erased))
    }

    /// Command `all_erase`: every row, every backup in the data folder, every picture, every
    /// secret. ReplyDesk has
    /// to be started again afterwards.
    ///
    /// # Errors
    /// [`Code::ConfirmMismatch`] unless the owner typed the word that is asked for;
    /// [`Code::PlaceUnwritable`] when pictures could not be removed.
    pub async fn all_erase(&self, confirm: String) -> Result<(), IpcError> {
        if confirm.trim() != ERASE_WORD {
            return Err(IpcError::new(
                Code::ConfirmMismatch,
                "the word was not typed",
            ));
        }
        self.halt().await;
        for name in self.all_secrets().await? {
            self.secrets.delete(&name).await?;
        }
        self.store.erase_all().await?;
        let unwritable = |e: std::io::Error| IpcError::new(Code::PlaceUnwritable, e.to_string());
        self.engine.erase_media().await.map_err(unwritable)?;
        self.file_watch.set_erased();
        tracing::info!("everything was erased");
        self.announce(Desk::everything_changed());
        Ok(())
    }

    /// The name of every secret that was ever kept for what stands in the file.
    async fn all_secrets(&self) -> Result<Vec<SecretName>, IpcError> {
        let read: Result<(Vec<account::Account>, Vec<String>), StoreError> = self
            .store
            .read(|db| Ok((account::all(db)?, login::app_ids(db)?)))
            .await;
        let (accounts, mut apps) = read?;
        let mut names = vec![crate::settings::key_name()?];
        for account in &accounts {
            let id = account.user_id.as_str();
            names.push(SecretName::account_token(id)?);
            names.push(SecretName::webhook_secret(id)?);
            names.push(SecretName::webhook_verify_token(id)?);
            let AccountId(number) = account.id;
            names.push(SecretName::webhook_secret(&number.to_string())?);
            names.push(SecretName::webhook_verify_token(&number.to_string())?);
            apps.extend(account.app_id.clone());
        }
        for app in apps {
            names.push(SecretName::app_secret(&app)?);
        }
        Ok(names)
    }

    /// Command `recovery_get`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn recovery_get(&self) -> Result<RecoveryState, IpcError> {
        let found: Result<Option<recovery::Recovery>, StoreError> =
            self.store.read(recovery::last).await;
        let check = self.file_watch.check();
        Ok(RecoveryState {
            unclean_stop: self.store.ended_uncleanly(),
            check,
            recovery: found?.map(recovery_dto),
            restart_needed: self.store.restore_is_staged()
                || self.file_watch.is_erased()
                || matches!(check, FileCheck::Damaged),
        })
    }

    /// Command `recovery_dismiss`.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn recovery_dismiss(&self) -> Result<(), IpcError> {
        Ok(self.store.write(recovery::dismiss).await?)
    }
}

/// What is known of the file beside what stands in it.
#[derive(Debug, Default)]
pub(crate) struct FileWatch {
    state: std::sync::Mutex<WatchState>,
}

#[derive(Debug, Clone, Copy, Default)]
struct WatchState {
    check: Option<FileCheck>,
    erased: bool,
}

impl FileWatch {
    fn with<T>(&self, change: impl FnOnce(&mut WatchState) -> T) -> T {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn set_check(&self, check: FileCheck) {
        self.with(|state| state.check = Some(check));
    }

    fn check(&self) -> FileCheck {
        self.with(|state| state.check.unwrap_or(FileCheck::NotNeeded))
    }

    fn set_erased(&self) {
        self.with(|state| state.erased = true);
    }

    pub(crate) fn is_erased(&self) -> bool {
        self.with(|state| state.erased)
    }
}
