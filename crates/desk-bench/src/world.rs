//! A shop that was busy for three years: a store with as many conversations and messages as asked,
//! built once and kept between runs.

use crate::Outcome;
use crate::chance::Chance;
use crate::corpus::{self, Corpus};
use desk_core::Timestamp;
use desk_core::text::fold;
use desk_store::Store;
use rusqlite::{Connection, params};
use std::path::{Path, PathBuf};

/// Changes whenever what is built changes, so that an old file is not measured by mistake.
const VERSION: u32 = 1;
/// The end of the three years: 2026-11-01.
pub const NOW: Timestamp = Timestamp(1_793_491_200_000);
const THREE_YEARS: f64 = 3.0 * 365.0 * 86_400_000.0;
/// Messages in one transaction: small enough for the search index to grow as it does in life.
const ROWS: usize = 2000;

/// How large it is.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Conversations.
    pub conversations: usize,
    /// Messages in them.
    pub messages: usize,
}

impl Size {
    /// What the goals are about.
    pub const FULL: Size = Size {
        conversations: 100_000,
        messages: 1_000_000,
    };
    /// A twentieth of it, to see that everything runs.
    pub const QUICK: Size = Size {
        conversations: 5_000,
        messages: 50_000,
    };
}

/// A built world.
#[derive(Debug)]
pub struct World {
    /// The folder of its store.
    pub dir: PathBuf,
    /// How large it is.
    pub size: Size,
}

impl World {
    /// The world of this size, built when it is missing.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn of(size: Size, under: &Path, corpus: &Corpus) -> Outcome<World> {
        let schema = schema_fingerprint()?;
        let dir = under.join(format!("world-{VERSION}-{schema:08x}-{}", size.messages));
        let mark = dir.join("complete");
        if !mark.is_file() {
            eprintln!(
                "Building {} messages in {}: once, a few minutes.",
                size.messages,
                dir.display()
            );
            if dir.is_dir() {
                std::fs::remove_dir_all(&dir)?;
            }
            build(&dir, size, corpus)?;
            std::fs::write(&mark, "")?;
        }
        Ok(World { dir, size })
    }

    /// A connection of our own, as the store's readers are.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn raw(&self) -> Outcome<Connection> {
        let db = Connection::open(file_of(&self.dir))?;
        db.execute_batch("PRAGMA query_only = ON; PRAGMA mmap_size = 268435456;")?;
        Ok(db)
    }
}

/// The database of a store's folder.
pub fn file_of(dir: &Path) -> PathBuf {
    dir.join("replydesk.db")
}

/// Another schema is another world.
fn schema_fingerprint() -> Outcome<u32> {
    let dir = tempfile::tempdir()?;
    drop(Store::open(dir.path())?);
    let db = Connection::open(file_of(dir.path()))?;
    let mut query =
        db.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")?;
    let mut hash = 0x811c_9dc5_u32;
    for sql in query.query_map([], |row| row.get::<_, String>(0))? {
        for byte in sql?.bytes() {
            hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        }
    }
    Ok(hash)
}

/// How many messages each conversation has: most have a few, some have hundreds.
fn lengths(size: Size, chance: &mut Chance) -> Vec<u32> {
    let mut lengths: Vec<u32> = (0..size.conversations)
        .map(|_| {
            let n = match chance.below(100) {
                0..55 => chance.between(1, 4),
                55..86 => chance.between(5, 14),
                86..97 => chance.between(15, 49),
                _ => chance.between(50, 180),
            };
            u32::try_from(n).unwrap_or(1)
        })
        .collect();
    let mut sum: usize = lengths.iter().map(|n| *n as usize).sum();
    while sum != size.messages {
        let at = chance.below(lengths.len());
        let Some(n) = lengths.get_mut(at) else { break };
        if sum < size.messages {
            *n += 1;
            sum += 1;
        } else if *n > 1 {
            *n -= 1;
            sum -= 1;
        }
    }
    lengths
}

/// What a conversation came to.
#[derive(Debug, Clone, Default)]
struct Came {
    last_id: i64,
    last_at: i64,
    last_in: Option<i64>,
    is_in: bool,
}

fn build(dir: &Path, size: Size, corpus: &Corpus) -> Outcome {
    drop(Store::open(dir)?);
    let db = Connection::open(file_of(dir))?;
    db.execute_batch(
        "PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA cache_size = -262144;
         PRAGMA journal_size_limit = 67108864;
         INSERT INTO account (id, user_id, username, connected, token_obtained_at, synced_at)
         VALUES (1, '17841400000000001', 'benim.dukkanim', 0, 0, 0);",
    )?;
    let mut chance = Chance::seeded(2026);
    let lengths = lengths(size, &mut chance);
    let mut events: Vec<(i64, u32)> = Vec::with_capacity(size.messages);
    for (n, length) in lengths.iter().enumerate() {
        let mut at = NOW.0 as f64 - chance.share() * THREE_YEARS;
        for _ in 0..*length {
            events.push(((at as i64).min(NOW.0), u32::try_from(n)?));
            // Mostly an answer within the hour, now and then weeks later.
            let mean = if chance.percent(85) {
                1_800_000.0
            } else {
                1_200_000_000.0
            };
            at += 1000.0 + chance.wait(mean);
        }
    }
    events.sort_unstable();

    let mut people = Vec::with_capacity(size.conversations);
    db.execute_batch("BEGIN")?;
    {
        let mut insert = db.prepare(
            "INSERT INTO conversation (id, account_id, customer_id, external_id, username, name, folded_name, last_at)
             VALUES (?1, 1, ?2, ?3, ?4, ?5, ?6, 0)",
        )?;
        for n in 0..size.conversations {
            let (username, name) = corpus.customer(n, &mut chance);
            let folded = fold(&format!("{username} {}", name.as_deref().unwrap_or("")));
            let customer = customer_id(n);
            insert.execute(params![
                i64::try_from(n + 1)?,
                customer,
                format!("aWdfZAG06{n:012}"),
                username,
                name,
                folded
            ])?;
            people.push((customer, username));
        }
    }
    db.execute_batch("COMMIT")?;

    let mut came = vec![Came::default(); size.conversations];
    let languages: Vec<_> = (0..size.conversations)
        .map(|_| corpus.language_of(&mut chance))
        .collect();
    for (chunk, rows) in events.chunks(ROWS).enumerate() {
        db.execute_batch("BEGIN")?;
        let mut insert = db.prepare_cached(
            "INSERT INTO message (id, account_id, conversation_id, external_id, direction, author, kind, text, folded, sent_at, state, raw)
             VALUES (?1, 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?;
        for (row, (at, n)) in rows.iter().enumerate() {
            let id = i64::try_from(chunk * ROWS + row + 1)?;
            let index = usize::try_from(*n)?;
            let (Some(language), Some((customer, username)), Some(came)) =
                (languages.get(index), people.get(index), came.get_mut(index))
            else {
                continue;
            };
            let is_in = !came.is_in || chance.percent(35);
            let has_words = chance.percent(93);
            let text = if has_words {
                corpus.message(language, &mut chance)
            } else {
                String::new()
            };
            let external = format!("aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlEOjE3{id:020}");
            let raw = corpus::raw(
                &external,
                customer,
                username,
                &text,
                &Timestamp(*at).to_string(),
            );
            insert.execute(params![
                id,
                *n + 1,
                external,
                if is_in { "in" } else { "out" },
                if is_in { "customer" } else { "owner_phone" },
                if has_words { "text" } else { "image" },
                text,
                fold(&text),
                at,
                if is_in { "received" } else { "sent" },
                raw
            ])?;
            came.last_id = id;
            came.last_at = *at;
            came.is_in = is_in;
            if is_in {
                came.last_in = Some(*at);
            }
        }
        drop(insert);
        db.execute_batch("COMMIT")?;
        if chunk % 50 == 49 {
            eprintln!("  {} messages", (chunk + 1) * ROWS);
        }
    }
    finish(&db, &came, &mut chance)?;
    drop(db);
    // Opened and closed once as the program does, which tidies up.
    drop(Store::open(dir)?);
    Ok(())
}

/// The rows of the list, and what the AI and the outbox have left behind.
fn finish(db: &Connection, came: &[Came], chance: &mut Chance) -> Outcome {
    db.execute_batch("BEGIN")?;
    {
        let mut update = db.prepare(
            "UPDATE conversation SET last_message_id = ?2, last_at = ?3, last_inbound_at = ?4, row_state = ?5,
                                     updated_time = ?3, unread = ?6 WHERE id = ?1",
        )?;
        let mut draft = db.prepare(
            "INSERT INTO draft (conversation_id, trigger_id, outcome, reasons, text, lang, engine, created_at)
             VALUES (?1, ?2, ?3, '[]', 'Merhaba, kargo ücretsizdir.', 'tr', 'embedded', ?4)",
        )?;
        let mut sent = db.prepare(
            "INSERT INTO outbox (account_id, conversation_id, message_id, client_id, approval, text, state, attempts, created_at)
             VALUES (1, ?1, ?2, ?3, ?4, 'Merhaba, kargo ücretsizdir.', 'sent', 1, ?5)",
        )?;
        for (n, came) in came.iter().enumerate() {
            let id = i64::try_from(n + 1)?;
            // Whoever was not answered lately: some wait, some of them with a draft.
            let state = match (came.is_in, chance.below(10)) {
                (true, 0) => "waiting",
                (true, 1) => "draft_ready",
                _ => "quiet",
            };
            update.execute(params![
                id,
                came.last_id,
                came.last_at,
                came.last_in,
                state,
                i64::from(state != "quiet")
            ])?;
            let outcome = if state == "draft_ready" {
                "proposed"
            } else {
                "approved"
            };
            draft.execute(params![id, came.last_id, outcome, came.last_at])?;
            if !came.is_in {
                let approval = if n.is_multiple_of(3) {
                    "policy"
                } else {
                    "person"
                };
                sent.execute(params![
                    id,
                    came.last_id,
                    format!("c{n}"),
                    approval,
                    came.last_at
                ])?;
            }
        }
    }
    db.execute_batch("COMMIT")?;
    Ok(())
}

/// The Instagram-scoped id of the nth customer.
pub fn customer_id(n: usize) -> String {
    format!("{}", 7_000_000_000_000_000_u64 + n as u64)
}
