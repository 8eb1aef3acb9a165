//! Brings a file to the current schema, forward only.
//!
//! A released migration is never edited. Before a file with data is changed, it is copied beside
//! itself as `replydesk.before-<version>.db`.

use crate::StoreError;
use rusqlite::Connection;
use rusqlite_migration::{M, Migrations};
use std::path::Path;

const MIGRATIONS: &[M<'static>] = &[
    M::up(include_str!("../migrations/0001-first.sql")),
    M::up(include_str!("../migrations/0002-full-strength.sql")),
];

/// How many migrations the file has seen.
///
/// # Errors
/// [`StoreError::TooNew`] when a newer ReplyDesk wrote it.
pub fn check_version(db: &Connection) -> Result<usize, StoreError> {
    let version: u32 = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let version = usize::try_from(version).unwrap_or(usize::MAX);
    if version > MIGRATIONS.len() {
        Err(StoreError::TooNew)
    } else {
        Ok(version)
    }
}

/// Migrates the open database.
///
/// # Errors
/// [`StoreError::TooNew`] when a newer ReplyDesk wrote it.
pub fn migrate(db: &mut Connection, path: Option<&Path>) -> Result<(), StoreError> {
    let version = check_version(db)?;
    if version == MIGRATIONS.len() {
        return Ok(());
    }
    if let (true, Some(path)) = (version > 0, path) {
        let copy = path.with_file_name(format!("replydesk.before-{version}.db"));
        db.execute("VACUUM INTO ?1", [copy.to_string_lossy()])?;
    }
    Migrations::from_slice(MIGRATIONS)
        .to_latest(db)
        .map_err(StoreError::Migration)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fresh() -> Connection {
        let mut db = Connection::open_in_memory().unwrap();
        migrate(&mut db, None).unwrap();
        db
    }

    /// Every object with its definition, without comments and spaces: a column that was added later
    /// is written into the definition by SQLite itself, in its own way.
    fn objects(db: &Connection) -> Vec<(String, String)> {
        let mut query = db
            .prepare("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
            .unwrap();
        query
            .query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))
            .unwrap()
            .map(|row| {
                let (name, sql) = row.unwrap();
                let words = sql
                    .lines()
                    .map(|line| line.split("--").next().unwrap_or_default())
                    .flat_map(str::split_whitespace);
                (name, words.collect::<String>())
            })
            .collect()
    }

    #[test]
    fn migrations_are_well_formed() {
        Migrations::from_slice(MIGRATIONS).validate().unwrap();
    }

    #[test]
    fn the_written_schema_is_the_migrated_one() {
        let written = Connection::open_in_memory().unwrap();
        written
            .execute_batch(include_str!("../schema.sql"))
            .unwrap();
        assert_eq!(objects(&fresh()), objects(&written));
    }

    #[test]
    fn every_table_is_strict_and_every_column_is_explained() {
        let schema = include_str!("../schema.sql");
        let mut in_table = false;
        for line in schema.lines() {
            if line.starts_with("CREATE TABLE") {
                in_table = true;
            } else if line.starts_with(')') {
                assert!(line.contains("STRICT"), "a table is not STRICT: {line}");
                in_table = false;
            } else if in_table && !line.trim_start().starts_with("UNIQUE") {
                assert!(line.contains("-- "), "a column is not explained: {line}");
            }
        }
    }

    #[test]
    fn a_newer_file_is_refused_and_left_alone() {
        let mut db = fresh();
        db.pragma_update(None, "user_version", 999).unwrap();
        assert!(matches!(migrate(&mut db, None), Err(StoreError::TooNew)));
        let version: i64 = db
            .query_row("PRAGMA user_version", [], |r| r.get(0))
            .unwrap();
        assert_eq!(version, 999);
    }
}
