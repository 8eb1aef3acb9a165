//! Media: shown, opened, kept or not.

use crate::dto::{Media, PrivacySettings};
use crate::{Desk, IpcError};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use desk_core::{AttachmentId, Change, Code, ConversationId, Entity, Source, text};
use desk_store::StoreError;
use desk_store::table::{attachment, setting};
use desk_sync::media::{COPY_DAYS, KEEP_MEDIA, MediaFault, Shown};
use std::path::PathBuf;

/// What crosses to the screen is written in base64, a third larger, and held twice on the way.
const MOST_SHOWN: usize = 26 * 1024 * 1024;
/// Names of files for the system's own programs.
const NAME_CHARS: usize = 60;

impl From<MediaFault> for IpcError {
    fn from(fault: MediaFault) -> Self {
        IpcError::new(fault.code(), fault.to_string())
    }
}

impl Desk {
    /// Command `media_read`.
    ///
    /// # Errors
    /// [`Code::MediaGone`], [`Code::MediaRefused`], [`Code::MediaTooLarge`], or that Instagram
    /// cannot be reached.
    pub async fn media_read(&self, attachment_id: AttachmentId) -> Result<Media, IpcError> {
        let shown = self.engine.media(attachment_id).await?;
        if shown.bytes.len() > MOST_SHOWN {
            return Err(IpcError::new(
                Code::MediaTooLarge,
                "too large for the screen; it can be opened by itself",
            ));
        }
        Ok(Media {
            mime: shown.kind.mime().to_owned(),
            base64: STANDARD.encode(&shown.bytes),
            width: shown.size.map(|s| s.0),
            height: shown.size.map(|s| s.1),
        })
    }

    /// Command `customer_picture`.
    ///
    /// # Errors
    /// [`Code::NotFound`] when there is no such conversation.
    pub async fn customer_picture(
        &self,
        conversation_id: ConversationId,
    ) -> Result<Option<Media>, IpcError> {
        let shown = self.engine.customer_picture(conversation_id).await?;
        Ok(shown.map(|shown| Media {
            mime: shown.kind.mime().to_owned(),
            base64: STANDARD.encode(&shown.bytes),
            width: None,
            height: None,
        }))
    }

    /// Command `media_open`.
    ///
    /// # Errors
    /// As [`Desk::media_read`], and [`Code::NotAllowed`] where nothing can be opened.
    pub async fn media_open(&self, attachment_id: AttachmentId) -> Result<(), IpcError> {
        let Some(open) = &self.links else {
            return Err(IpcError::new(
                Code::NotAllowed,
                "this ReplyDesk opens no programs",
            ));
        };
        let shown = self.engine.media(attachment_id).await?;
        let dir = self.opened_dir().join(uuid::Uuid::new_v4().to_string());
        let path = crate::desk::blocking(move || write_copy(&dir, &shown)).await?;
        let path = path.map_err(|e| IpcError::new(Code::DataFolderUnwritable, e.to_string()))?;
        open(&path.to_string_lossy()).map_err(|e| IpcError::new(Code::Internal, e))
    }

    /// Where copies for other programs lie; emptied at every start.
    fn opened_dir(&self) -> PathBuf {
        self.config.data_dir.join("media").join("opened")
    }

    /// Removes the copies that were made for other programs.
    pub(crate) async fn forget_opened(&self) {
        let dir = self.opened_dir();
        if let Err(error) = tokio::fs::remove_dir_all(dir).await
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(error = %error, "copies for other programs could not be removed");
        }
    }

    /// Command `privacy_settings_get`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn privacy_settings_get(&self) -> Result<PrivacySettings, IpcError> {
        let read: Result<(Option<bool>, (u32, u64)), StoreError> = self
            .store
            .read(|db| Ok((setting::get(db, KEEP_MEDIA)?, attachment::stored(db)?)))
            .await;
        let (keep, (files, bytes)) = read?;
        Ok(PrivacySettings {
            keep_media: keep.unwrap_or(false),
            media_days: COPY_DAYS,
            stored_files: files,
            stored_kilobytes: u32::try_from(bytes.div_ceil(1024)).unwrap_or(u32::MAX),
        })
    }

    /// Command `privacy_settings_set`.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn privacy_settings_set(
        &self,
        keep_media: bool,
    ) -> Result<PrivacySettings, IpcError> {
        let written: Result<(), StoreError> = self
            .store
            .write(move |w| {
                setting::set(w, KEEP_MEDIA, &Some(keep_media))?;
                w.note(Change::upserted(Entity::Settings, "", Source::Owner));
                Ok(())
            })
            .await;
        written?;
        self.engine.tidy_media();
        self.privacy_settings_get().await
    }
}

fn write_copy(dir: &std::path::Path, shown: &Shown) -> std::io::Result<PathBuf> {
    desk_sync::media::folder::private_dir(dir)?;
    let path = dir.join(file_name(shown.name.as_deref(), shown.kind.extension()));
    std::fs::write(&path, &shown.bytes)?;
    Ok(path)
}

/// A name for a file that no system can misread: plain letters, no path, no hidden file, no name
/// that Windows keeps for its devices, and the end that the bytes deserve.
fn file_name(told: Option<&str>, extension: &str) -> String {
    let told = text::display_name(told.unwrap_or_default());
    let stem = told
        .rsplit_once('.')
        .map_or(told.as_str(), |(stem, _)| stem);
    let plain: String = stem
        .chars()
        .map(|c| {
            if c.is_alphanumeric() || matches!(c, '-' | '_' | ' ') {
                c
            } else {
                '_'
            }
        })
        .take(NAME_CHARS)
        .collect();
    let plain = plain.trim_matches(|c: char| c == '_' || c.is_whitespace());
    let device = ["con", "prn", "aux", "nul", "com", "lpt"].iter().any(|d| {
        plain
            .to_ascii_lowercase()
            .trim_end_matches(|c: char| c.is_ascii_digit())
            == *d
    });
    let stem = if plain.is_empty() || device {
        "file"
    } else {
        plain
    };
    format!("{stem}.{extension}")
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn no_name_from_outside_leads_anywhere() {
        for (told, expected) in [
            ("receipt.pdf", "receipt.jpg"),
            ("../../.bashrc", "file.jpg"),
            ("..", "file.jpg"),
            ("/etc/passwd", "etc_passwd.jpg"),
            ("C:\\Windows\\x.exe", "C__Windows_x.jpg"),
            ("CON", "file.jpg"),
            ("com7.txt", "file.jpg"),
            ("", "file.jpg"),
            ("photo\u{202e}gpj.exe", "photogpj.jpg"),
            ("a\0b\n.pdf", "a b.jpg"),
            ("--flag", "--flag.jpg"),
            ("чек №5.pdf", "чек _5.jpg"),
        ] {
            assert_eq!(file_name(Some(told), "jpg"), expected, "{told:?}");
        }
        let long = file_name(Some(&"x".repeat(300)), "pdf");
        assert!(long.chars().count() <= 64, "{}", long.len());
        assert_eq!(file_name(None, "mp4"), "file.mp4");
    }
}
