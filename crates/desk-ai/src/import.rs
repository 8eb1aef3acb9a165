//! Reads a file of the owner's into entries: text, Markdown, CSV, XLSX, ODS, XLS. Takes bytes and
//! a name, does no I/O: the caller reads the file (asking [`check_size`] before), keeps the date
//! on which it was read, and stores what the owner accepts.
//!
//! Every row that cannot be used is told with its line, so that the owner can mend the file; a
//! file that cannot be used at all is one [`FileFault`]. Nothing is guessed: a question without
//! an answer is a fault, not an entry.
//!
//! What is understood:
//! * tables: a header in English, Turkish or Russian ("question", "soru", "вопрос", "answer" …;
//!   also language, may be sent by itself, internal), or without one: first column questions,
//!   second answer. Several questions in a cell are separated by line breaks or `|`.
//! * text: `Q:`/`A:`, `Soru:`/`Cevap:`, `Вопрос:`/`Ответ:`; or lines that end in a question mark
//!   with the answer below them; headings of Markdown count as questions. A paragraph without a
//!   question becomes an entry without one.

mod prose;
mod table;

use crate::language::{self, Lang};

/// Larger files are refused: no shop's answers are that long.
pub const MAX_BYTES: u64 = 10 * 1024 * 1024;
/// More entries than this come from no shop's hand.
pub const MAX_ENTRIES: usize = 20_000;
/// Most characters of an answer that is kept.
const MAX_ANSWER: usize = 4_000;
/// Most characters of a question.
const MAX_QUESTION: usize = 600;

/// Why a file cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum FileFault {
    /// Larger than [`MAX_BYTES`].
    #[error("the file is too large")]
    TooLarge,
    /// Damaged, protected by a password, or not what its name says.
    #[error("the file cannot be read")]
    Unreadable,
    /// A kind of file that is not understood.
    #[error("this kind of file is not understood")]
    UnknownKind,
    /// Nothing in it.
    #[error("the file holds no answers")]
    Empty,
    /// More than [`MAX_ENTRIES`] rows.
    #[error("the file holds too many rows")]
    TooManyRows,
}

impl FileFault {
    /// The stable word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::Unreadable => "unreadable",
            Self::UnknownKind => "unknown_kind",
            Self::Empty => "empty",
            Self::TooManyRows => "too_many_rows",
        }
    }
}

/// Why a row cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RowFault {
    /// A question without an answer.
    NoAnswer,
    /// Longer than an answer can be.
    TooLong,
    /// A language that ReplyDesk does not answer in.
    UnknownLanguage,
    /// The same question with the same answer stands further up.
    Twice,
    /// A row that cannot be read.
    Unreadable,
}

impl RowFault {
    /// The stable word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoAnswer => "no_answer",
            Self::TooLong => "too_long",
            Self::UnknownLanguage => "unknown_language",
            Self::Twice => "twice",
            Self::Unreadable => "unreadable",
        }
    }
}

/// An entry as a file tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// How customers ask; may be empty.
    pub questions: Vec<String>,
    /// The owner's answer.
    pub answer: String,
    /// Its language: as told, else as it reads.
    pub lang: Lang,
    /// The file says that it may go out by itself; nothing is taken for granted.
    pub auto_ok: bool,
    /// The file says that customers must not see it.
    pub internal: bool,
    /// The line or row where it begins, counted from one.
    pub line: usize,
    /// The sheet of a spreadsheet.
    pub sheet: Option<String>,
}

/// A row that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Its line or row, counted from one.
    pub line: usize,
    /// The sheet of a spreadsheet.
    pub sheet: Option<String>,
    /// Why.
    pub fault: RowFault,
}

/// What a file holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Import {
    /// Its entries, in order.
    pub entries: Vec<Imported>,
    /// Rows that were left out, in order.
    pub left_out: Vec<LeftOut>,
}

/// A row before it is judged.
#[derive(Debug, Clone, Default)]
struct Row {
    questions: Vec<String>,
    answer: String,
    lang: Option<String>,
    auto_ok: bool,
    internal: bool,
    line: usize,
    sheet: Option<String>,
}

/// Whether a file of this size is worth opening.
///
/// # Errors
/// [`FileFault::TooLarge`].
pub const fn check_size(bytes: u64) -> Result<(), FileFault> {
    if bytes > MAX_BYTES {
        Err(FileFault::TooLarge)
    } else {
        Ok(())
    }
}

/// Whether a file with this name is one that can be read; for looking through a folder.
#[must_use]
pub fn is_known_kind(name: &str) -> bool {
    matches!(
        extension(name).as_str(),
        "txt" | "text" | "md" | "markdown" | "csv" | "tsv" | "xlsx" | "xlsm" | "xls" | "ods"
    )
}

/// Reads a file. `default` is the language of an answer that does not tell its own.
///
/// # Errors
/// Why nothing of it can be used.
pub fn read(name: &str, bytes: &[u8], default: Lang) -> Result<Import, FileFault> {
    check_size(bytes.len() as u64)?;
    let mut import = Import::default();
    let rows = match extension(name).as_str() {
        "txt" | "text" => prose::rows(&text(bytes)?, false),
        "md" | "markdown" => prose::rows(&text(bytes)?, true),
        "csv" | "tsv" => table::delimited(&text(bytes)?, &mut import.left_out),
        "xlsx" | "xlsm" | "xls" | "ods" => table::sheets(bytes)?,
        _ => return Err(FileFault::UnknownKind),
    };
    if rows.len() > MAX_ENTRIES {
        return Err(FileFault::TooManyRows);
    }
    for row in rows {
        import.judge(row, default);
    }
    import.left_out.sort_by_key(|l| (l.sheet.clone(), l.line));
    if import.entries.is_empty() && import.left_out.is_empty() {
        return Err(FileFault::Empty);
    }
    Ok(import)
}

impl Import {
    fn judge(&mut self, row: Row, default: Lang) {
        let questions: Vec<String> = row
            .questions
            .iter()
            .map(|q| q.trim().to_owned())
            .filter(|q| !q.is_empty())
            .collect();
        let answer = row.answer.trim().to_owned();
        if answer.is_empty() && questions.is_empty() {
            return;
        }
        let fault = if answer.is_empty() {
            Some(RowFault::NoAnswer)
        } else if answer.chars().count() > MAX_ANSWER
            || questions.iter().any(|q| q.chars().count() > MAX_QUESTION)
        {
            Some(RowFault::TooLong)
        } else if self
            .entries
            .iter()
            .rev()
            .take(500)
            .any(|e| e.answer == answer && e.questions == questions)
        {
            Some(RowFault::Twice)
        } else {
            None
        };
        let told = row.lang.as_deref().map(str::trim).filter(|l| !l.is_empty());
        let lang = match told {
            Some(word) => table::language(word),
            None => Some(language::detect(&answer, None, default).lang),
        };
        match (fault, lang) {
            (None, Some(lang)) => self.entries.push(Imported {
                questions,
                answer,
                lang,
                auto_ok: row.auto_ok,
                internal: row.internal,
                line: row.line,
                sheet: row.sheet,
            }),
            (fault, _) => self.left_out.push(LeftOut {
                line: row.line,
                sheet: row.sheet,
                fault: fault.unwrap_or(RowFault::UnknownLanguage),
            }),
        }
    }
}

fn extension(name: &str) -> String {
    let dot = name.rsplit_once('.').map(|(_, end)| end);
    dot.unwrap_or_default().to_lowercase()
}

/// The text of a file: UTF-8, UTF-16 with its mark, or the code page that spreadsheets save CSV
/// in on Turkish and Russian Windows.
fn text(bytes: &[u8]) -> Result<String, FileFault> {
    let marked = encoding_rs::Encoding::for_bom(bytes).map(|(e, _)| e);
    let encoding = match marked {
        Some(encoding) => encoding,
        None if std::str::from_utf8(bytes).is_ok() => encoding_rs::UTF_8,
        None => code_page(bytes),
    };
    // A zero byte is in no text: it is some other file under a text's name.
    if marked.is_none_or(|e| e == encoding_rs::UTF_8) && bytes.contains(&0) {
        return Err(FileFault::Unreadable);
    }
    let (text, _, broken) = encoding.decode(bytes);
    if broken {
        return Err(FileFault::Unreadable);
    }
    Ok(text.replace("\r\n", "\n").replace('\r', "\n"))
}

/// In Russian nearly every letter is beyond ASCII, in Turkish a few are.
fn code_page(bytes: &[u8]) -> &'static encoding_rs::Encoding {
    let high = bytes.iter().filter(|b| **b >= 0xC0).count();
    let plain = bytes.iter().filter(|b| b.is_ascii_alphabetic()).count();
    if high > plain {
        encoding_rs::WINDOWS_1251
    } else {
        encoding_rs::WINDOWS_1254
    }
}

#[cfg(test)]
mod tests;
