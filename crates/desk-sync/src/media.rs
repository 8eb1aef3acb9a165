//! Media: fetched when somebody looks at it, kept for a few days, gone when its sender takes it
//! back.
//!
//! Nothing is fetched before it is asked for, unless the owner keeps copies. What is fetched is
//! checked in `graph_api::media`; here it is stored under the digest of its bytes, so that no name
//! from outside ever reaches the disk. Media of story mentions is never stored (Meta's platform
//! policy): it is passed on and forgotten.

pub mod folder;

use crate::call::{CallError, Caller};
use crate::engine::{Engine, Inner};
use crate::reading;
use desk_core::sync::{CallReason, Lane};
use desk_core::{AttachmentId, Change, ChangeKind, Code, Entity, Timestamp};
use desk_store::StoreError;
use desk_store::table::attachment::{self, Attachment, Media, Place};
use desk_store::table::setting;
use graph_api::media::sniff::Kind;
use graph_api::media::{MediaClient, MediaError};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;

/// The setting: whether copies stay.
pub const KEEP_MEDIA: &str = "keep_media";
/// How long a copy lives when they do not.
pub const COPY_DAYS: u32 = 3;
/// Between two looks for copies that ran out.
const HOUSEKEEPING: Duration = Duration::from_secs(3600);
/// So many are fetched at the same time.
const FETCHES: usize = 3;
/// So many are fetched in one go for an owner who keeps copies.
const AT_ONCE: u32 = 20;

/// What the loops and the shells share about media.
#[derive(Debug)]
pub(crate) struct MediaShelf {
    pub(crate) folder: folder::Folder,
    pub(crate) client: MediaClient,
    /// Somebody changed what is to be kept.
    pub(crate) wake: Notify,
    fetching: Semaphore,
}

impl MediaShelf {
    pub(crate) fn at(dir: &std::path::Path, client: MediaClient) -> Self {
        MediaShelf {
            folder: folder::Folder::at(dir.to_owned()),
            client,
            wake: Notify::default(),
            fetching: Semaphore::new(FETCHES),
        }
    }
}

impl Engine {
    /// The media of an attachment, from the folder or from Instagram.
    ///
    /// # Errors
    /// Why it cannot be shown.
    pub async fn media(&self, id: AttachmentId) -> Result<Shown, MediaFault> {
        read(self.inner(), id).await
    }

    /// Removes the files that nothing names any more, now; gives those that could not be removed.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn sweep_media(&self) -> Result<Vec<PathBuf>, StoreError> {
        sweep(self.inner()).await
    }

    /// Removes the whole folder: everything was erased.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub async fn erase_media(&self) -> std::io::Result<()> {
        let folder = &self.inner().media.folder;
        let _alone = folder.alone().await;
        folder.erase().await
    }

    /// Brings the folder in order: the owner decided anew what is kept.
    pub fn tidy_media(&self) {
        self.inner().media.wake.notify_one();
    }
}

impl Inner {
    /// Notes that a host was contacted.
    pub(crate) fn note_egress(&self, host: &str, why: &'static str, bytes: usize) {
        tracing::debug!(host, why, bytes, "a host was contacted");
    }
}

/// Media that can be shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Shown {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// What they are.
    pub kind: Kind,
    /// Of a picture, in pixels.
    pub size: Option<(u32, u32)>,
    /// The name that the file is said to have.
    pub name: Option<String>,
}

impl std::fmt::Debug for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Shown({:?}, {} bytes)", self.kind, self.bytes.len())
    }
}

/// Why media cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum MediaFault {
    /// With a code that the owner is told.
    #[error("the media cannot be shown: {0}")]
    Code(Code),
    /// Our own file.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl MediaFault {
    /// The fault as the owner meets it.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            MediaFault::Code(code) => *code,
            MediaFault::Store(e) => e.code(),
        }
    }
}

/// What an attachment's media is, from the folder or from Instagram.
pub(crate) async fn read(inner: &Arc<Inner>, id: AttachmentId) -> Result<Shown, MediaFault> {
    let (row, place) = load(inner, id).await?;
    if let Some(shown) = stored(inner, &row).await {
        return Ok(shown);
    }
    match row.fault {
        // A link that ran out may have been renewed by a later poll; that has cleared the fault.
        Some(code) => return Err(MediaFault::Code(code)),
        None if row.shown.url.is_none() => return Err(MediaFault::Code(Code::MediaGone)),
        None => {}
    }
    let _permit = inner.media.fetching.acquire().await;
    // Whoever waited may find that somebody else has fetched it meanwhile.
    let (row, _) = load(inner, id).await?;
    if let Some(shown) = stored(inner, &row).await {
        return Ok(shown);
    }
    fetch(inner, &row, &place).await
}

async fn load(inner: &Inner, id: AttachmentId) -> Result<(Attachment, Place), StoreError> {
    inner
        .store
        .read(move |db| Ok((attachment::get(db, id)?, attachment::place(db, id)?)))
        .await
}

async fn stored(inner: &Inner, row: &Attachment) -> Option<Shown> {
    let media = row.media.as_ref()?;
    let bytes = inner.media.folder.read(&media.name).await?;
    Some(Shown {
        bytes,
        kind: Kind::from_mime(&media.mime)?,
        size: row.shown.width.zip(row.shown.height),
        name: row.shown.name.clone(),
    })
}

/// Fetches, once more with a new link when the old one ran out.
async fn fetch(inner: &Arc<Inner>, row: &Attachment, place: &Place) -> Result<Shown, MediaFault> {
    let mut url = row.shown.url.clone().unwrap_or_default();
    let mut renewed = false;
    loop {
        let fault = match inner.media.client.fetch(&url).await {
            Ok(fetched) => {
                inner.note_egress(&fetched.host, "media", fetched.bytes.len());
                return keep(inner, row, fetched).await;
            }
            Err(fault) => fault,
        };
        if matches!(fault, MediaError::Gone) && !renewed {
            renewed = true;
            // A message that cannot be read now may well tell a new link later.
            let new = new_link(inner, row, place).await?;
            if let Some(new) = new.filter(|new| *new != url) {
                url = new;
                continue;
            }
        }
        return Err(note_fault(inner, row.id, &fault).await?);
    }
}

/// What a fault means. One that stays is remembered, so that nobody asks again and again.
async fn note_fault(
    inner: &Inner,
    id: AttachmentId,
    fault: &MediaError,
) -> Result<MediaFault, StoreError> {
    let (code, stays) = match fault {
        MediaError::Gone => (Code::MediaGone, true),
        MediaError::TooLarge => (Code::MediaTooLarge, true),
        MediaError::Refused(_) => (Code::MediaRefused, true),
        MediaError::Forbidden(_) => (Code::MediaRefused, false),
        _ => (Code::InstagramUnreachable, false),
    };
    tracing::info!(attachment.id = %id, code = %code, error = %fault, "media could not be had");
    if stays {
        let written: Result<(), StoreError> = inner
            .store
            .write(move |w| attachment::set_fault(w, id, code))
            .await;
        written?;
    }
    Ok(MediaFault::Code(code))
}

async fn keep(
    inner: &Inner,
    row: &Attachment,
    fetched: graph_api::media::Fetched,
) -> Result<Shown, MediaFault> {
    // Nothing is swept away between the file and its row.
    let _settled = inner.media.folder.settle().await;
    let media = if row.shown.kind.may_be_kept() {
        inner
            .media
            .folder
            .put(&fetched.bytes)
            .await
            .map(|name| Media {
                name,
                mime: fetched.kind.mime().to_owned(),
                bytes: u32::try_from(fetched.bytes.len()).unwrap_or(u32::MAX),
            })
    } else {
        None
    };
    let (id, size, now) = (row.id, fetched.size, inner.clock.now());
    let written: Result<(), StoreError> = inner
        .store
        .write(move |w| attachment::fetched(w, id, media.as_ref(), size, now))
        .await;
    written?;
    Ok(Shown {
        bytes: fetched.bytes,
        kind: fetched.kind,
        size: fetched.size,
        name: row.shown.name.clone(),
    })
}

/// Reads the message of an attachment anew, for its link; once.
async fn new_link(
    inner: &Arc<Inner>,
    row: &Attachment,
    place: &Place,
) -> Result<Option<String>, MediaFault> {
    let Some(message) = &place.message else {
        return Ok(None);
    };
    let caller: Caller = inner.caller(place.account_id, Lane::FollowUp);
    let account = caller.account().await?;
    let anew = caller.message_anew(message.as_str()).await;
    caller.note(CallReason::Other, anew.as_ref().err().map(CallError::code));
    let shown = match anew {
        Ok(Some(shown)) => shown,
        Ok(None) => return Ok(None),
        Err(error) => {
            tracing::info!(code = %error.code(), "a message could not be read anew for its link");
            return Err(MediaFault::Code(error.code()));
        }
    };
    let extras = reading::parts::extras(&account, &shown, desk_core::Path::Poll);
    let position = usize::try_from(row.position).unwrap_or(usize::MAX);
    let found = extras
        .attachments
        .get(position)
        .filter(|a| a.kind == row.shown.kind);
    let url = found.and_then(|a| a.url.clone());
    if url.is_some() {
        let id = row.message_id;
        let written: Result<(), StoreError> = inner
            .store
            .write(move |w| attachment::put(w, id, &extras.attachments))
            .await;
        written?;
    }
    Ok(url)
}

/// Keeps the folder as the rows say, until told to stop: copies that ran out go, files that nothing
/// names go, and for an owner who keeps copies, new media is fetched.
pub(crate) async fn run(inner: Arc<Inner>, stop: CancellationToken) {
    let mut changes = inner.store.changes();
    let mut work = Work::ALL;
    loop {
        if let Err(error) = tidy(&inner, work).await {
            tracing::error!(error = %error, "the media folder could not be kept in order");
        }
        let next = inner.clock.now() + HOUSEKEEPING;
        work = loop {
            let heard = tokio::select! {
                () = stop.cancelled() => return,
                () = inner.clock.sleep_until(next) => break Work::ALL,
                () = inner.media.wake.notified() => break Work::ALL,
                heard = changes.recv() => heard,
            };
            match heard {
                Ok(batch) => {
                    let work = Work::of(&batch);
                    if work.sweep || work.fetch {
                        break work;
                    }
                }
                Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => break Work::ALL,
                Err(tokio::sync::broadcast::error::RecvError::Closed) => return,
            }
        };
    }
}

/// What there is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Work {
    sweep: bool,
    fetch: bool,
}

impl Work {
    const ALL: Work = Work {
        sweep: true,
        fetch: true,
    };

    fn of(changes: &[Change]) -> Work {
        let about = |kind| {
            changes
                .iter()
                .any(|c| c.entity == Entity::Message && c.change == kind)
        };
        Work {
            sweep: about(ChangeKind::Removed),
            fetch: about(ChangeKind::Upserted),
        }
    }
}

async fn tidy(inner: &Arc<Inner>, work: Work) -> Result<(), StoreError> {
    let now = inner.clock.now();
    let keeps: Result<bool, StoreError> = inner
        .store
        .read(|db| Ok(setting::get::<Option<bool>>(db, KEEP_MEDIA)?.unwrap_or(false)))
        .await;
    let keeps = keeps?;
    if work.sweep {
        if !keeps {
            let before = expiry(now);
            let expired: Result<u32, StoreError> = inner
                .store
                .write(move |w| attachment::expire(w, before))
                .await;
            expired?;
        }
        sweep(inner).await?;
    }
    if work.fetch && keeps {
        let due: Result<Vec<AttachmentId>, StoreError> = inner
            .store
            .read(|db| attachment::to_fetch(db, AT_ONCE))
            .await;
        for id in due? {
            // What fails is noted at the attachment; the next round takes the next ones.
            let _ = read(inner, id).await;
        }
    }
    Ok(())
}

/// Before when a copy must have been fetched to go now.
fn expiry(now: Timestamp) -> Timestamp {
    Timestamp(now.0 - i64::from(COPY_DAYS) * 24 * 3_600_000)
}

/// Removes the files that nothing names any more; gives those that could not be removed.
async fn sweep(inner: &Inner) -> Result<Vec<PathBuf>, StoreError> {
    let mut stayed = Vec::new();
    let _alone = inner.media.folder.alone().await;
    for name in inner.media.folder.names().await {
        let asked = name.clone();
        let used: Result<bool, StoreError> = inner
            .store
            .read(move |db| attachment::is_used(db, &asked))
            .await;
        if !used? {
            stayed.extend(inner.media.folder.remove(&name).await);
        }
    }
    Ok(stayed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use desk_core::{ConversationId, Source};

    #[test]
    fn a_copy_lives_for_three_days() {
        let now = Timestamp(1_000_000_000_000);
        assert_eq!(now.since(expiry(now)), Duration::from_secs(3 * 24 * 3600));
    }

    #[test]
    fn only_messages_make_work_and_only_their_removal_makes_a_sweep() {
        let id = ConversationId(1);
        let came = Change::upserted(Entity::Message, id, Source::Poll);
        let gone = Change::removed(Entity::Message, id, Source::Webhook);
        let other = Change::removed(Entity::Draft, id, Source::Ai);
        let work = |changes: &[Change]| {
            let work = Work::of(changes);
            (work.sweep, work.fetch)
        };
        assert_eq!(work(std::slice::from_ref(&other)), (false, false));
        assert_eq!(work(&[other, came.clone()]), (false, true));
        assert_eq!(work(&[came, gone]), (true, true));
    }
}
