//! Questions and answers in rows and columns. Must not judge them.

use super::{FileFault, LeftOut, MAX_ENTRIES, Row, RowFault};
use crate::language::Lang;
use calamine::{Data, Reader, Sheets, open_workbook_auto_from_rs};
use desk_core::text::fold;
use std::io::Cursor;

/// Columns that are looked at.
const MAX_COLUMNS: usize = 32;
/// Cells of a sheet beyond which its size is a trick.
const MAX_CELLS: usize = 2_000_000;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Question,
    Answer,
    Language,
    Auto,
    Internal,
    Other,
}

/// Names of columns, folded; a name may go on.
const NAMES: [(Column, &[&str]); 5] = [
    (
        Column::Question,
        &[
            "question",
            "soru",
            "вопрос",
            "q",
            "faq",
            "ask",
            "variant",
            "varyant",
            "вариант",
        ],
    ),
    (
        Column::Answer,
        &[
            "answer",
            "cevap",
            "yanit",
            "ответ",
            "a",
            "reply",
            "response",
        ],
    ),
    (Column::Language, &["lang", "language", "dil", "язык"]),
    (
        Column::Auto,
        &[
            "auto",
            "otomatik",
            "авто",
            "may be sent",
            "kendiliginden",
            "сам",
        ],
    ),
    (
        Column::Internal,
        &["internal", "private", "ic", "gizli", "внутрен", "скрыт"],
    ),
];

impl Column {
    fn of(name: &str) -> Self {
        let name = fold(name.trim());
        let fits = |known: &str| match known.chars().count() {
            // "A" and "iç" must stand alone, "soru 2" and "вопросы" may go on.
            1 | 2 => name == known,
            _ => name.starts_with(known),
        };
        NAMES
            .iter()
            .find(|(_, names)| names.iter().any(|n| fits(n)))
            .map_or(Self::Other, |(column, _)| *column)
    }
}

/// The language that a cell names.
pub(super) fn language(word: &str) -> Option<Lang> {
    let word = fold(word.trim());
    [
        (Lang::En, ["en", "eng", "ingiliz", "англ"]),
        (Lang::Tr, ["tr", "tur", "turk", "турец"]),
        (Lang::Ru, ["ru", "rus", "rusca", "рус"]),
    ]
    .into_iter()
    .find(|(_, names)| {
        names
            .iter()
            .any(|n| word == *n || (n.chars().count() > 2 && word.starts_with(n)))
    })
    .map(|(lang, _)| lang)
}

fn says_yes(cell: &str) -> bool {
    let word = fold(cell.trim());
    matches!(
        word.as_str(),
        "yes" | "y" | "true" | "1" | "x" | "✓" | "evet" | "e" | "да" | "д" | "+"
    )
}

/// The rows of comma-, semicolon- or tab-separated text.
pub(super) fn delimited(text: &str, left_out: &mut Vec<LeftOut>) -> Vec<Row> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(text))
        .from_reader(text.as_bytes());
    let mut cells: Vec<(usize, Vec<String>)> = Vec::new();
    for record in reader.records() {
        match record {
            Ok(record) => {
                let line = record.position().map_or(0, csv::Position::line);
                let row = record.iter().take(MAX_COLUMNS).map(str::to_owned).collect();
                cells.push((usize::try_from(line).unwrap_or(0), row));
            }
            Err(fault) => {
                let line = fault.position().map_or(0, csv::Position::line);
                left_out.push(LeftOut {
                    line: usize::try_from(line).unwrap_or(0),
                    sheet: None,
                    fault: RowFault::Unreadable,
                });
            }
        }
        if cells.len() > MAX_ENTRIES + 1 {
            break;
        }
    }
    rows(cells, None)
}

/// What the first lines are cut by most often, outside quotes.
fn delimiter(text: &str) -> u8 {
    let mut counts = [(b',', 0usize), (b';', 0), (b'\t', 0)];
    let mut quoted = false;
    for byte in text.bytes().take(4_000) {
        if byte == b'"' {
            quoted = !quoted;
        }
        for (delimiter, count) in &mut counts {
            *count += usize::from(!quoted && byte == *delimiter);
        }
    }
    // A sentence has commas of its own: with a semicolon or a tab in most lines, those are it.
    let lines = text.lines().take(40).count().max(1);
    let [(_, commas), (_, semicolons), (_, tabs)] = counts;
    if tabs * 2 >= lines && tabs >= semicolons {
        b'\t'
    } else if semicolons * 2 >= lines && (semicolons >= lines || commas < lines) {
        b';'
    } else {
        b','
    }
}

/// The rows of every sheet of a workbook.
pub(super) fn sheets(bytes: &[u8]) -> Result<Vec<Row>, FileFault> {
    let unreadable = |_| FileFault::Unreadable;
    let mut book = open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(unreadable)?;
    let mut out = Vec::new();
    for sheet in book.sheet_names() {
        let cells = match &mut book {
            // Cell by cell: one cell far away must not fill the memory with empty ones.
            Sheets::Xlsx(book) => xlsx_cells(book, &sheet)?,
            other => {
                let range = other
                    .worksheet_range(&sheet)
                    .map_err(|_| FileFault::Unreadable)?;
                let first = range.start().map_or(0, |(row, _)| row as usize);
                range
                    .rows()
                    .take(MAX_ENTRIES + 1)
                    .enumerate()
                    .map(|(n, row)| {
                        let row = row.iter().take(MAX_COLUMNS).map(shown).collect();
                        (first + n + 1, row)
                    })
                    .collect()
            }
        };
        out.extend(rows(cells, Some(&sheet)));
    }
    Ok(out)
}

fn xlsx_cells(
    book: &mut calamine::Xlsx<Cursor<&[u8]>>,
    sheet: &str,
) -> Result<Vec<(usize, Vec<String>)>, FileFault> {
    // A sheet of charts has no cells.
    let Ok(mut reader) = book.worksheet_cells_reader(sheet) else {
        return Ok(Vec::new());
    };
    let mut out: Vec<(usize, Vec<String>)> = Vec::new();
    let mut seen = 0;
    while let Some(cell) = reader.next_cell().map_err(|_| FileFault::Unreadable)? {
        seen += 1;
        if seen > MAX_CELLS || out.len() > MAX_ENTRIES + 1 {
            return Err(FileFault::TooManyRows);
        }
        let (row, column) = cell.get_position();
        let (row, column) = (row as usize + 1, column as usize);
        if column >= MAX_COLUMNS {
            continue;
        }
        if out.last().is_none_or(|(line, _)| *line != row) {
            out.push((row, Vec::new()));
        }
        if let Some((_, cells)) = out.last_mut() {
            if cells.len() <= column {
                cells.resize(column + 1, String::new());
            }
            if let Some(slot) = cells.get_mut(column) {
                *slot = shown(&Data::from(cell.get_value().clone()));
            }
        }
    }
    Ok(out)
}

fn shown(cell: &Data) -> String {
    match cell {
        Data::Float(n) if n.fract() == 0.0 && n.abs() < 1e15 => format!("{n:.0}"),
        Data::DateTime(at) => match at.as_datetime() {
            Some(at) if at.time() == chrono::NaiveTime::MIN => at.format("%d.%m.%Y").to_string(),
            Some(at) => at.format("%d.%m.%Y %H:%M").to_string(),
            None => String::new(),
        },
        Data::Error(_) => String::new(),
        other => other.to_string(),
    }
}

/// Names the columns and reads the rows.
fn rows(cells: Vec<(usize, Vec<String>)>, sheet: Option<&str>) -> Vec<Row> {
    let filled = |row: &&(usize, Vec<String>)| row.1.iter().any(|c| !c.trim().is_empty());
    let head: Vec<Column> = cells
        .iter()
        .find(filled)
        .map(|(_, row)| row.iter().map(|c| Column::of(c)).collect())
        .unwrap_or_default();
    let named = head.contains(&Column::Answer)
        && (head.contains(&Column::Question) || head.iter().all(|c| *c != Column::Other));
    let columns = if named {
        head
    } else {
        vec![Column::Question, Column::Answer, Column::Language]
    };
    cells
        .iter()
        .filter(filled)
        .skip(usize::from(named))
        .map(|(line, row)| one_row(*line, row, &columns, sheet))
        .collect()
}

fn one_row(line: usize, cells: &[String], columns: &[Column], sheet: Option<&str>) -> Row {
    let mut row = Row {
        line,
        sheet: sheet.map(str::to_owned),
        ..Row::default()
    };
    for (cell, column) in cells.iter().zip(columns) {
        match column {
            Column::Question => row
                .questions
                .extend(cell.split(['\n', '|']).map(str::to_owned)),
            Column::Answer if row.answer.is_empty() => row.answer.clone_from(cell),
            Column::Language => row.lang = Some(cell.clone()),
            Column::Auto => row.auto_ok = says_yes(cell),
            Column::Internal => row.internal = says_yes(cell),
            Column::Answer | Column::Other => {}
        }
    }
    row
}
