//! What hangs on messages, and where its media lies.

use crate::word::{opt_word, word};
use crate::{StoreError, Write};
use desk_core::{
    AccountId, AttachmentId, AttachmentKind, Code, ConversationId, IgMessageId, MediaState,
    MessageId, Timestamp,
};
use rusqlite::{Connection, OptionalExtension, Row, params};

/// An attachment as Instagram shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAttachment {
    /// What it is.
    pub kind: AttachmentKind,
    /// Instagram's id of it, of the post or of the story.
    pub external_id: Option<String>,
    /// As Instagram says it; never trusted.
    pub mime: Option<String>,
    /// The name that the file is said to have.
    pub name: Option<String>,
    /// The words of a post or a card.
    pub title: Option<String>,
    /// In bytes.
    pub size: Option<u32>,
    /// In pixels.
    pub width: Option<u32>,
    /// In pixels.
    pub height: Option<u32>,
    /// Where the media is.
    pub url: Option<String>,
    /// Where the thing itself can be opened.
    pub link: Option<String>,
}

impl NewAttachment {
    /// One of which only the kind is known.
    #[must_use]
    pub fn of(kind: AttachmentKind) -> Self {
        NewAttachment {
            kind,
            external_id: None,
            mime: None,
            name: None,
            title: None,
            size: None,
            width: None,
            height: None,
            url: None,
            link: None,
        }
    }
}

/// A row of `attachment`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Ours.
    pub id: AttachmentId,
    /// What it hangs on.
    pub message_id: MessageId,
    /// Its place, from 0.
    pub position: u32,
    /// What Instagram showed.
    pub shown: NewAttachment,
    /// What lies in the media folder.
    pub media: Option<Media>,
    /// Why there is no media.
    pub fault: Option<Code>,
}

/// Media that lies in the media folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    /// The name of the file: the digest of its bytes.
    pub name: String,
    /// What the bytes really are.
    pub mime: String,
    /// How many they are.
    pub bytes: u32,
}

impl Attachment {
    /// What can be shown of its media.
    #[must_use]
    pub fn state(&self) -> MediaState {
        match self.fault {
            _ if self.media.is_some() => MediaState::Ready,
            Some(Code::MediaGone) => MediaState::Gone,
            Some(_) => MediaState::Refused,
            None if self.shown.url.is_some() => MediaState::Ready,
            None => MediaState::None,
        }
    }
}

const COLUMNS: &str = "a.id, a.message_id, a.position, a.external_id, a.kind, a.mime, a.name, a.title, \
     a.size, a.width, a.height, a.url, a.link, a.media, a.media_mime, a.media_bytes, a.fault";

fn from_row(row: &Row<'_>) -> rusqlite::Result<Attachment> {
    let name: Option<String> = row.get(13)?;
    let (mime, bytes): (Option<String>, Option<u32>) = (row.get(14)?, row.get(15)?);
    Ok(Attachment {
        id: AttachmentId(row.get(0)?),
        message_id: MessageId(row.get(1)?),
        position: row.get(2)?,
        shown: NewAttachment {
            external_id: row.get(3)?,
            kind: word!(row, 4, AttachmentKind),
            mime: row.get(5)?,
            name: row.get(6)?,
            title: row.get(7)?,
            size: row.get(8)?,
            width: row.get(9)?,
            height: row.get(10)?,
            url: row.get(11)?,
            link: row.get(12)?,
        },
        media: name.map(|name| Media {
            name,
            mime: mime.unwrap_or_default(),
            bytes: bytes.unwrap_or_default(),
        }),
        fault: opt_word!(row, 16, Code),
    })
}

/// Stores the attachments that a message is shown with. What was known of one of the same kind and
/// is not shown now stays; a new address takes away an old fault.
///
/// # Errors
/// When the file cannot be written.
pub fn put(
    w: &mut Write<'_>,
    message: MessageId,
    shown: &[NewAttachment],
) -> Result<(), StoreError> {
    for (position, a) in shown.iter().enumerate() {
        let values = params![
            message.0,
            u32::try_from(position).unwrap_or(u32::MAX),
            a.external_id,
            a.kind.as_str(),
            a.mime,
            a.name,
            a.title,
            a.size,
            a.width,
            a.height,
            a.url,
            a.link
        ];
        w.prepare_cached(
            "INSERT INTO attachment (message_id, position, external_id, kind, mime, name, title, size,
                                     width, height, url, link)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
             ON CONFLICT (message_id, position) DO UPDATE SET
                 external_id = coalesce(excluded.external_id, external_id), 
                 kind = CASE WHEN kind = 'reel' AND excluded.kind = 'post' THEN kind ELSE excluded.kind END,
                 mime = coalesce(excluded.mime, mime), name = coalesce(excluded.name, name),
                 title = coalesce(excluded.title, title), size = coalesce(excluded.size, size),
                 width = coalesce(excluded.width, width), height = coalesce(excluded.height, height),
                 fault = CASE WHEN excluded.url IS NULL THEN fault END,
                 url = coalesce(excluded.url, url), link = coalesce(excluded.link, link)",
        )?
        .execute(values)?;
    }
    Ok(())
}

/// The attachments of a conversation's messages from one id on, in order.
///
/// # Errors
/// When the file cannot be read.
pub fn of_messages(db: &Connection, messages: &[MessageId]) -> Result<Vec<Attachment>, StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM attachment a WHERE a.message_id = ?1 ORDER BY a.position");
    let mut query = db.prepare_cached(&sql)?;
    let mut found = Vec::new();
    for message in messages {
        let rows = query.query_map([message.0], from_row)?;
        for row in rows {
            found.push(row?);
        }
    }
    Ok(found)
}

/// One attachment.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none.
pub fn get(db: &Connection, id: AttachmentId) -> Result<Attachment, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM attachment a WHERE a.id = ?1");
    let found = db
        .prepare_cached(&sql)?
        .query_row([id.0], from_row)
        .optional()?;
    found.ok_or(StoreError::NotFound("attachment"))
}

/// Where an attachment belongs.
#[derive(Debug, Clone)]
pub struct Place {
    /// Whose.
    pub account_id: AccountId,
    /// Where.
    pub conversation_id: ConversationId,
    /// Instagram's id of the message.
    pub message: Option<IgMessageId>,
}

/// Where an attachment belongs.
///
/// # Errors
/// [`StoreError::NotFound`] when there is no such attachment.
pub fn place(db: &Connection, id: AttachmentId) -> Result<Place, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT m.account_id, m.conversation_id, m.external_id
         FROM attachment a JOIN message m ON m.id = a.message_id WHERE a.id = ?1",
    )?;
    let found = query
        .query_row([id.0], |r| {
            Ok(Place {
                account_id: AccountId(r.get(0)?),
                conversation_id: ConversationId(r.get(1)?),
                message: r.get::<_, Option<String>>(2)?.map(IgMessageId),
            })
        })
        .optional()?;
    found.ok_or(StoreError::NotFound("attachment"))
}

/// Notes that media was fetched; `media` is `None` when it may not lie on the disk.
///
/// # Errors
/// When the file cannot be written.
pub fn fetched(
    w: &mut Write<'_>,
    id: AttachmentId,
    media: Option<&Media>,
    size: Option<(u32, u32)>,
    now: Timestamp,
) -> Result<(), StoreError> {
    w.prepare_cached(
        "UPDATE attachment SET media = ?2, media_mime = ?3, media_bytes = ?4, media_at = ?5,
             width = coalesce(?6, width), height = coalesce(?7, height), fault = NULL WHERE id = ?1",
    )?
    .execute(params![
        id.0,
        media.map(|m| m.name.as_str()),
        media.map(|m| m.mime.as_str()),
        media.map(|m| m.bytes),
        media.map(|_| now.0),
        size.map(|s| s.0),
        size.map(|s| s.1),
    ])?;
    Ok(())
}

/// Notes why media cannot be had.
///
/// # Errors
/// When the file cannot be written.
pub fn set_fault(w: &mut Write<'_>, id: AttachmentId, fault: Code) -> Result<(), StoreError> {
    w.prepare_cached("UPDATE attachment SET fault = ?2 WHERE id = ?1")?
        .execute(params![id.0, fault.as_str()])?;
    Ok(())
}

/// Forgets the copies that were fetched before a moment; their files are swept away after.
///
/// # Errors
/// When the file cannot be written.
pub fn expire(w: &mut Write<'_>, before: Timestamp) -> Result<u32, StoreError> {
    let n = w
        .prepare_cached(
            "UPDATE attachment SET media = NULL, media_mime = NULL, media_bytes = NULL, media_at = NULL
             WHERE media IS NOT NULL AND media_at < ?1",
        )?
        .execute([before.0])?;
    Ok(u32::try_from(n).unwrap_or(u32::MAX))
}

/// Whether a file of the media folder still belongs to something.
///
/// # Errors
/// When the file cannot be read.
pub fn is_used(db: &Connection, name: &str) -> Result<bool, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM attachment WHERE media = ?1)
             OR EXISTS (SELECT 1 FROM conversation WHERE picture = ?1)",
    )?;
    Ok(query.query_row([name], |r| r.get(0))?)
}

/// How many copies lie in the media folder, and how many bytes they are.
///
/// # Errors
/// When the file cannot be read.
pub fn stored(db: &Connection) -> Result<(u32, u64), StoreError> {
    let mut query = db.prepare_cached(
        "SELECT count(*), coalesce(sum(media_bytes), 0) FROM
             (SELECT media, max(media_bytes) AS media_bytes FROM attachment WHERE media IS NOT NULL GROUP BY media)",
    )?;
    Ok(query.query_row([], |r| Ok((r.get(0)?, r.get::<_, i64>(1)?.unsigned_abs())))?)
}

/// Attachments whose media was never fetched and can be, the newest first: for owners who keep
/// copies.
///
/// # Errors
/// When the file cannot be read.
pub fn to_fetch(db: &Connection, limit: u32) -> Result<Vec<AttachmentId>, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT id FROM attachment INDEXED BY attachment_to_fetch
         WHERE media IS NULL AND url IS NOT NULL AND fault IS NULL AND kind <> 'story_mention'
         ORDER BY id DESC LIMIT ?1",
    )?;
    let rows = query.query_map([limit], |r| r.get(0).map(AttachmentId))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
