-- 2026-11-21: sync, drafting and the inbox at full strength.
-- What a column means stands in schema.sql.


ALTER TABLE conversation ADD COLUMN armed_at INTEGER;
ALTER TABLE draft ADD COLUMN would_send INTEGER NOT NULL DEFAULT 0;
ALTER TABLE draft ADD COLUMN tokens_in INTEGER NOT NULL DEFAULT 0;
ALTER TABLE draft ADD COLUMN tokens_out INTEGER NOT NULL DEFAULT 0;
ALTER TABLE draft ADD COLUMN cost_micros INTEGER NOT NULL DEFAULT 0;
ALTER TABLE draft ADD COLUMN masked TEXT NOT NULL DEFAULT '[]';
ALTER TABLE draft ADD COLUMN sent_text TEXT;
ALTER TABLE draft ADD COLUMN edit TEXT;
ALTER TABLE draft ADD COLUMN settled_at INTEGER;
CREATE INDEX draft_by_time ON draft (created_at);
CREATE INDEX outbox_by_draft ON outbox (draft_id) WHERE draft_id IS NOT NULL;
ALTER TABLE entry ADD COLUMN answers TEXT NOT NULL DEFAULT '{}';
ALTER TABLE entry ADD COLUMN expires_at INTEGER;
ALTER TABLE entry ADD COLUMN topic TEXT NOT NULL DEFAULT '';
ALTER TABLE entry ADD COLUMN source_id INTEGER;
ALTER TABLE entry ADD COLUMN place TEXT;
ALTER TABLE entry ADD COLUMN doubt TEXT;
ALTER TABLE entry ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
CREATE TABLE source (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    path TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    lang TEXT NOT NULL,
    state TEXT NOT NULL,
    fault TEXT,
    problems TEXT NOT NULL DEFAULT '[]',
    fingerprint TEXT NOT NULL DEFAULT '',
    read_at INTEGER,
    looked_at INTEGER NOT NULL,
    added_at INTEGER NOT NULL
) STRICT;
CREATE TABLE suggestion (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id INTEGER NOT NULL UNIQUE,
    conversation_id INTEGER NOT NULL,
    question TEXT NOT NULL,
    answer TEXT NOT NULL,
    lang TEXT NOT NULL,
    seen INTEGER NOT NULL DEFAULT 1,
    state TEXT NOT NULL DEFAULT 'waiting',
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX suggestion_waiting ON suggestion (seen DESC, id DESC) WHERE state = 'waiting';
CREATE TABLE saved_reply (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    lang TEXT,
    shortcut TEXT,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE TABLE topic (
    key TEXT PRIMARY KEY,
    mode TEXT,
    counted_from INTEGER NOT NULL DEFAULT 0,
    lock_reason TEXT,
    locked_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE observation (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    draft_id INTEGER NOT NULL UNIQUE REFERENCES draft (id),
    conversation_id INTEGER NOT NULL,
    trigger_id INTEGER NOT NULL,
    topic TEXT NOT NULL,
    entry_id INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    outcome TEXT NOT NULL DEFAULT 'open',
    edit TEXT,
    created_at INTEGER NOT NULL,
    settled_at INTEGER
) STRICT;
CREATE INDEX observation_open ON observation (conversation_id, id) WHERE outcome = 'open';
CREATE INDEX observation_by_topic ON observation (topic, id);
CREATE TABLE ai_call (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    draft_id INTEGER,
    purpose TEXT NOT NULL,
    model TEXT NOT NULL,
    tokens_in INTEGER NOT NULL,
    tokens_out INTEGER NOT NULL,
    cost_micros INTEGER NOT NULL,
    fault TEXT,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX ai_call_by_time ON ai_call (at, cost_micros);
