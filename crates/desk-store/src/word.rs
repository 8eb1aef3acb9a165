//! Words of desk-core as they stand in columns.

use rusqlite::types::{FromSqlError, Type};

/// A column with a word that desk-core does not know: the file was changed by something else.
pub fn unknown(column: usize, word: &str) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(
        column,
        Type::Text,
        Box::new(FromSqlError::Other(format!("unknown word {word:?}").into())),
    )
}

/// Reads a word of desk-core from a column.
macro_rules! word {
    ($row:expr, $column:expr, $ty:ty) => {{
        let word: String = $row.get($column)?;
        <$ty>::from_word(&word).ok_or_else(|| $crate::word::unknown($column, &word))?
    }};
}

/// Reads a word that may be absent.
macro_rules! opt_word {
    ($row:expr, $column:expr, $ty:ty) => {{
        let word: Option<String> = $row.get($column)?;
        match word {
            None => None,
            Some(word) => {
                Some(<$ty>::from_word(&word).ok_or_else(|| $crate::word::unknown($column, &word))?)
            }
        }
    }};
}
pub(crate) use {opt_word, word};
