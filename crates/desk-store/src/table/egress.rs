//! The ledger of what left this computer, one row for each host, purpose and day.

use crate::word::word;
use crate::{StoreError, Write};
use desk_core::Timestamp;
use desk_core::egress::{Purpose, Traffic};
use rusqlite::{Connection, params};

const DAY_MILLIS: i64 = 24 * 3600 * 1000;
/// How long a day stays in the ledger.
const KEPT_DAYS: i64 = 400;

/// A row of the ledger, for one host and purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EgressRow {
    /// The host.
    pub host: String,
    /// Why.
    pub purpose: Purpose,
    /// What was exchanged.
    pub traffic: Traffic,
    /// The last time.
    pub last_at: Timestamp,
}

fn count(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// Adds what was exchanged.
///
/// # Errors
/// When the file cannot be written.
pub fn add(
    w: &mut Write<'_>,
    taken: &[(String, Purpose, Traffic)],
    now: Timestamp,
) -> Result<(), StoreError> {
    let day = now.0.div_euclid(DAY_MILLIS);
    for (host, purpose, traffic) in taken {
        w.prepare_cached(
            "INSERT INTO egress (day, host, purpose, calls, bytes_out, bytes_in, last_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (day, host, purpose) DO UPDATE SET
                 calls = calls + excluded.calls, bytes_out = bytes_out + excluded.bytes_out,
                 bytes_in = bytes_in + excluded.bytes_in, last_at = excluded.last_at",
        )?
        .execute(params![
            day,
            host,
            purpose.as_str(),
            count(traffic.calls),
            count(traffic.bytes_out),
            count(traffic.bytes_in),
            now.0
        ])?;
    }
    w.prepare_cached("DELETE FROM egress WHERE day < ?1")?
        .execute([day - KEPT_DAYS])?;
    Ok(())
}

/// Every host since a moment, the one with the most calls first.
///
/// # Errors
/// When the file cannot be read.
pub fn since(db: &Connection, since: Timestamp) -> Result<Vec<EgressRow>, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT host, purpose, sum(calls), sum(bytes_out), sum(bytes_in), max(last_at)
         FROM egress WHERE day >= ?1 GROUP BY host, purpose ORDER BY 3 DESC, 1, 2",
    )?;
    let rows = query.query_map([since.0.div_euclid(DAY_MILLIS)], |row| {
        let n = |i| row.get::<_, i64>(i).map(|n| n.try_into().unwrap_or(0));
        Ok(EgressRow {
            host: row.get(0)?,
            purpose: word!(row, 1, Purpose),
            traffic: Traffic {
                calls: n(2)?,
                bytes_out: n(3)?,
                bytes_in: n(4)?,
            },
            last_at: Timestamp(row.get(5)?),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
