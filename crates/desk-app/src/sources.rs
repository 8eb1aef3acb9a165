//! Sources: files and folders of the owner's that entries are read from, and read anew when they
//! are saved. What a file says is [`desk_ai::import`]'s business; here it is opened, watched and
//! brought into the store.
//!
//! Watching is a look at name, size and time of each file twice a minute: it works on every file
//! system and network drive, and misses nothing that happened while the program was not running.

use crate::desk::blocking;
use crate::dto::{KnowledgeSource, RowFault, SourceProblem};
use crate::{Desk, IpcError, knowledge};
use desk_ai::Lang;
use desk_ai::import::{self, FileFault, Import, Imported};
use desk_core::{Clock, Code, SourceId, SourceKind, SourceState, Timestamp, text};
use desk_store::table::entry::{self, Entry};
use desk_store::table::source::{self, KnowledgeSource as Row};
use desk_store::{Connection, Store, StoreError, Write};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};
use tokio_util::sync::CancellationToken;

/// How often the files are looked at.
const EVERY: Duration = Duration::from_secs(30);
/// Files of a folder that are read.
const MAX_FILES: usize = 200;
/// Problems that are kept and shown.
const MAX_PROBLEMS: usize = 100;

/// What was found at a source's place.
#[derive(Debug, Default)]
struct Found {
    fingerprint: String,
    files: Vec<PathBuf>,
}

/// What was read from it.
#[derive(Debug, Default)]
struct Content {
    entries: Vec<(String, Imported)>,
    problems: Vec<SourceProblem>,
}

const fn code_of(fault: FileFault) -> Code {
    match fault {
        FileFault::TooLarge => Code::FileTooLarge,
        FileFault::UnknownKind => Code::FileKindUnknown,
        FileFault::Empty => Code::FileEmpty,
        _ => Code::FileUnreadable,
    }
}

const fn row_fault(fault: import::RowFault) -> RowFault {
    match fault {
        import::RowFault::NoAnswer => RowFault::NoAnswer,
        import::RowFault::TooLong => RowFault::TooLong,
        import::RowFault::UnknownLanguage => RowFault::UnknownLanguage,
        import::RowFault::Twice => RowFault::Twice,
        import::RowFault::Unreadable => RowFault::Unreadable,
    }
}

fn io_code(e: &std::io::Error) -> Code {
    if e.kind() == std::io::ErrorKind::NotFound {
        Code::FileMissing
    } else {
        Code::FileUnreadable
    }
}

/// Looks at a place without reading what is in it.
fn look(path: &Path, kind: SourceKind) -> Result<Found, Code> {
    let files = match kind {
        SourceKind::File => vec![path.to_owned()],
        SourceKind::Folder => {
            let listed = std::fs::read_dir(path).map_err(|e| io_code(&e))?;
            let mut files: Vec<PathBuf> = listed
                .filter_map(|item| item.ok().map(|i| i.path()))
                .filter(|p| p.is_file() && import::is_known_kind(&name_of(p)))
                // What an office program leaves beside an open file.
                .filter(|p| !name_of(p).starts_with(['.', '~']))
                .collect();
            files.sort();
            files.truncate(MAX_FILES);
            files
        }
    };
    let mut fingerprint = String::new();
    for file in &files {
        let meta = std::fs::metadata(file).map_err(|e| io_code(&e))?;
        let changed = meta
            .modified()
            .ok()
            .and_then(|t| t.duration_since(UNIX_EPOCH).ok());
        let millis = changed.map_or(0, |t| t.as_millis());
        fingerprint.push_str(&format!("{}|{}|{millis}\n", name_of(file), meta.len()));
    }
    Ok(Found { fingerprint, files })
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default()
}

fn place(file: &str, sheet: Option<&str>, line: usize) -> String {
    match sheet {
        Some(sheet) => format!("{file}, {sheet}:{line}"),
        None => format!("{file}:{line}"),
    }
}

fn read_file(path: &Path, lang: Lang) -> Result<Import, Code> {
    let size = std::fs::metadata(path).map_err(|e| io_code(&e))?.len();
    import::check_size(size).map_err(code_of)?;
    let bytes = std::fs::read(path).map_err(|e| io_code(&e))?;
    import::read(&name_of(path), &bytes, lang).map_err(code_of)
}

/// Reads all files of a source. In a folder, one that cannot be read keeps nothing from the others;
/// it is a problem with its name.
fn read(found: &Found, kind: SourceKind, lang: Lang) -> Result<Content, Code> {
    let mut content = Content::default();
    for path in &found.files {
        let file = name_of(path);
        let import = match (read_file(path, lang), kind) {
            (Ok(import), _) => import,
            (Err(code), SourceKind::File) => return Err(code),
            (Err(Code::FileEmpty), SourceKind::Folder) => continue,
            (Err(_), SourceKind::Folder) => {
                content.problems.push(SourceProblem {
                    place: file,
                    fault: RowFault::Unreadable,
                });
                continue;
            }
        };
        for row in import.left_out {
            content.problems.push(SourceProblem {
                place: place(&file, row.sheet.as_deref(), row.line),
                fault: row_fault(row.fault),
            });
        }
        for row in import.entries {
            let at = place(&file, row.sheet.as_deref(), row.line);
            content.entries.push((at, row));
        }
    }
    content.problems.truncate(MAX_PROBLEMS);
    Ok(content)
}

/// What makes a row of a file the same row after a change: its first question, or where it stands.
fn key(questions: &[String], place: &str) -> String {
    questions
        .first()
        .map_or_else(|| place.to_owned(), |q| text::fold(q))
}

/// Brings what was read into the store: what is new is added, what changed is changed, what is gone
/// is removed. What the owner set here about an entry stays.
fn bring_in(
    w: &mut Write<'_>,
    source: &Row,
    content: &Content,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut old: BTreeMap<String, Entry> = entry::of_source(w, source.id)?
        .into_iter()
        .map(|e| (key(&e.questions, e.place.as_deref().unwrap_or_default()), e))
        .collect();
    for (at, row) in &content.entries {
        if row.questions.is_empty() {
            continue;
        }
        let before = old.remove(&key(&row.questions, at));
        let entry = Entry {
            id: before.as_ref().map_or(desk_core::EntryId(0), |e| e.id),
            questions: row.questions.clone(),
            answer: row.answer.clone(),
            lang: row.lang.as_str().to_owned(),
            auto_ok: (row.auto_ok || before.as_ref().is_some_and(|e| e.auto_ok)) && !row.internal,
            internal: row.internal,
            updated_at: now,
            answers: before
                .as_ref()
                .map(|e| e.answers.clone())
                .unwrap_or_default(),
            expires_at: before.as_ref().and_then(|e| e.expires_at),
            topic: before.as_ref().map(|e| e.topic.clone()).unwrap_or_default(),
            source_id: Some(source.id),
            place: Some(at.clone()),
            doubt: None,
            revision: 1,
        };
        match before {
            None => {
                entry::add(w, &entry)?;
            }
            Some(before) if is_changed(&before, &entry) => entry::change(w, &entry)?,
            Some(_) => {}
        }
    }
    for gone in old.into_values() {
        entry::remove(w, gone.id)?;
    }
    Ok(())
}

fn is_changed(before: &Entry, after: &Entry) -> bool {
    (
        &before.questions,
        &before.answer,
        &before.lang,
        before.internal,
    ) != (&after.questions, &after.answer, &after.lang, after.internal)
        || before.place != after.place
        || before.auto_ok != after.auto_ok
}

/// Reads a source, or notes why it cannot be read. Its entries stay when it cannot.
async fn refresh(
    store: &Store,
    row: Row,
    now: Timestamp,
    only_changed: bool,
) -> Result<Row, IpcError> {
    let (path, kind) = (PathBuf::from(&row.path), row.kind);
    let lang = Lang::from_word(&row.lang).unwrap_or_default();
    let known = (only_changed && row.state == SourceState::Fresh).then(|| row.fingerprint.clone());
    let outcome = blocking(move || {
        let found = look(&path, kind)?;
        if known.as_ref() == Some(&found.fingerprint) {
            return Ok(None);
        }
        let content = read(&found, kind, lang)?;
        Ok(Some((found.fingerprint, content)))
    })
    .await?;
    let (next, content) = match outcome {
        Ok(None) => return Ok(row),
        Ok(Some((fingerprint, content))) => (
            Row {
                state: SourceState::Fresh,
                fault: None,
                problems: serde_json::to_string(&content.problems).map_err(StoreError::from)?,
                fingerprint,
                read_at: Some(now),
                looked_at: now,
                ..row.clone()
            },
            Some(content),
        ),
        Err(code) => (failed(&row, code, now), None),
    };
    if content.is_none() && (next.state, next.fault) == (row.state, row.fault) {
        return Ok(row);
    }
    let kept = next.clone();
    let written: Result<(), StoreError> = store
        .write(move |w| {
            if let Some(content) = &content {
                bring_in(w, &kept, content, now)?;
            }
            source::set_state(w, &kept)
        })
        .await;
    written?;
    Ok(next)
}

fn failed(row: &Row, code: Code, now: Timestamp) -> Row {
    let state = match (code, row.read_at) {
        (Code::FileMissing, _) => SourceState::Missing,
        (_, Some(_)) => SourceState::Stale,
        (_, None) => SourceState::Unreadable,
    };
    Row {
        state,
        fault: Some(code),
        looked_at: now,
        ..row.clone()
    }
}

/// Looks at every source from time to time, until told to stop.
pub(crate) async fn watch(store: Store, clock: Arc<dyn Clock>, stop: CancellationToken) {
    loop {
        let now = clock.now();
        let rows: Result<Vec<Row>, StoreError> = store.read(source::all).await;
        match rows {
            Ok(rows) => {
                for row in rows {
                    let id = row.id;
                    if let Err(e) = refresh(&store, row, now, true).await {
                        tracing::warn!(source.id = %id, code = %e.code, "a source could not be looked at");
                    }
                }
            }
            Err(e) => tracing::error!(error = %e, "the sources could not be read"),
        }
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            () = clock.sleep_until(now + EVERY) => {}
        }
    }
}

fn shown(db: &Connection, row: Row) -> Result<KnowledgeSource, StoreError> {
    let entries = entry::of_source(db, row.id)?.len();
    Ok(KnowledgeSource {
        id: row.id,
        name: name_of(Path::new(&row.path)),
        path: row.path,
        kind: row.kind,
        state: row.state,
        fault: row.fault,
        entries: u32::try_from(entries).unwrap_or(u32::MAX),
        problems: serde_json::from_str(&row.problems)?,
        read_at: row.read_at,
        looked_at: row.looked_at,
    })
}

impl Desk {
    /// Command `knowledge_import`. The file or folder is watched from then on.
    ///
    /// # Errors
    /// Why nothing of it can be used: missing, too large, unreadable, of an unknown kind, empty.
    pub async fn knowledge_import(
        &self,
        path: String,
        lang: Option<String>,
    ) -> Result<KnowledgeSource, IpcError> {
        let lang = lang.unwrap_or_else(|| Lang::default().as_str().to_owned());
        knowledge::check_lang(&lang)?;
        let default = Lang::from_word(&lang).unwrap_or_default();
        let given = PathBuf::from(path.trim());
        let looked = blocking(move || {
            let full = std::fs::canonicalize(&given).map_err(|e| io_code(&e))?;
            let kind = if full.is_dir() {
                SourceKind::Folder
            } else {
                SourceKind::File
            };
            let found = look(&full, kind)?;
            let content = read(&found, kind, default)?;
            if content.entries.is_empty() && content.problems.is_empty() {
                return Err(Code::FileEmpty);
            }
            Ok((full, kind))
        })
        .await?;
        let (full, kind) =
            looked.map_err(|code: Code| IpcError::new(code, "the file cannot be used"))?;
        let path = full.to_string_lossy().into_owned();
        let now = self.clock.now();
        let added: Result<Row, StoreError> = self
            .store
            .write(move |w| {
                let id = source::ensure(w, &path, kind, &lang, now)?;
                source::get(w, id)
            })
            .await;
        let row = refresh(&self.store, added?, now, false).await?;
        let shown: Result<KnowledgeSource, StoreError> =
            self.store.read(move |db| shown(db, row)).await;
        Ok(shown?)
    }

    /// Command `knowledge_sources`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn knowledge_sources(&self) -> Result<Vec<KnowledgeSource>, IpcError> {
        let all: Result<Vec<KnowledgeSource>, StoreError> = self
            .store
            .read(|db| {
                let rows = source::all(db)?;
                rows.into_iter().map(|row| shown(db, row)).collect()
            })
            .await;
        Ok(all?)
    }

    /// Command `source_read`: reads it now.
    ///
    /// # Errors
    /// [`Code::NotFound`] when it was removed.
    pub async fn source_read(&self, source_id: SourceId) -> Result<KnowledgeSource, IpcError> {
        let row: Result<Row, StoreError> =
            self.store.read(move |db| source::get(db, source_id)).await;
        let row = refresh(&self.store, row?, self.clock.now(), false).await?;
        let shown: Result<KnowledgeSource, StoreError> =
            self.store.read(move |db| shown(db, row)).await;
        Ok(shown?)
    }

    /// Command `source_remove`. Its entries go with it, unless the owner keeps them.
    ///
    /// # Errors
    /// [`Code::NotFound`] when it was removed.
    pub async fn source_remove(
        &self,
        source_id: SourceId,
        keep_entries: Option<bool>,
    ) -> Result<(), IpcError> {
        let removed: Result<(), StoreError> = self
            .store
            .write(move |w| {
                for entry in entry::of_source(w, source_id)? {
                    if keep_entries == Some(true) {
                        let kept = Entry {
                            source_id: None,
                            place: None,
                            ..entry
                        };
                        entry::change(w, &kept)?;
                    } else {
                        entry::remove(w, entry.id)?;
                    }
                }
                source::remove(w, source_id)
            })
            .await;
        Ok(removed?)
    }
}
