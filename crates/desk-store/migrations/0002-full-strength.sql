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
-- Messages of every kind, webhooks, media.
ALTER TABLE message ADD COLUMN paths INTEGER NOT NULL DEFAULT 1;
ALTER TABLE message ADD COLUMN heard_at INTEGER;
ALTER TABLE message ADD COLUMN shape INTEGER NOT NULL DEFAULT 0;
ALTER TABLE message ADD COLUMN edits INTEGER NOT NULL DEFAULT 0;
ALTER TABLE message ADD COLUMN edited_from INTEGER;
ALTER TABLE message ADD COLUMN missing_at INTEGER;
ALTER TABLE message ADD COLUMN reply_to TEXT;
ALTER TABLE message ADD COLUMN story TEXT;
ALTER TABLE message ADD COLUMN tap TEXT;
ALTER TABLE message ADD COLUMN referral TEXT;
CREATE INDEX message_by_path ON message (account_id, paths, heard_at) WHERE heard_at IS NOT NULL;

ALTER TABLE conversation ADD COLUMN seen_at INTEGER;
ALTER TABLE conversation ADD COLUMN referral TEXT;
ALTER TABLE conversation ADD COLUMN profile_at INTEGER;
ALTER TABLE conversation ADD COLUMN picture TEXT;

CREATE TABLE attachment (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id INTEGER NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    external_id TEXT,
    kind TEXT NOT NULL,
    mime TEXT,
    name TEXT,
    title TEXT,
    size INTEGER,
    width INTEGER,
    height INTEGER,
    url TEXT,
    link TEXT,
    media TEXT,
    media_mime TEXT,
    media_bytes INTEGER,
    media_at INTEGER,
    fault TEXT,
    UNIQUE (message_id, position)
) STRICT;
CREATE INDEX attachment_with_media ON attachment (media_at) WHERE media IS NOT NULL;
CREATE INDEX attachment_by_media ON attachment (media) WHERE media IS NOT NULL;
CREATE INDEX attachment_to_fetch ON attachment (id) WHERE media IS NULL AND url IS NOT NULL AND fault IS NULL AND kind <> 'story_mention';

CREATE TABLE reaction (
    conversation_id INTEGER NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    external_id TEXT NOT NULL,
    direction TEXT NOT NULL,
    reaction TEXT NOT NULL,
    emoji TEXT NOT NULL DEFAULT '',
    at INTEGER NOT NULL,
    PRIMARY KEY (conversation_id, external_id, direction)
) STRICT, WITHOUT ROWID;

CREATE TABLE gap (
    before_id INTEGER PRIMARY KEY REFERENCES message (id) ON DELETE CASCADE,
    conversation_id INTEGER NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    after_id INTEGER NOT NULL,
    found_at INTEGER NOT NULL
) STRICT;
CREATE INDEX gap_by_conversation ON gap (conversation_id);

CREATE TABLE webhook (
    account_id INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    enabled INTEGER NOT NULL DEFAULT 0,
    enabled_at INTEGER,
    handshake_at INTEGER,
    tested_at INTEGER,
    event_at INTEGER,
    events INTEGER NOT NULL DEFAULT 0,
    refused_at INTEGER,
    refused INTEGER NOT NULL DEFAULT 0,
    subscribed_at INTEGER,
    fault TEXT
) STRICT;

CREATE TABLE webhook_event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    digest TEXT NOT NULL UNIQUE,
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    body TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting',
    attempts INTEGER NOT NULL DEFAULT 0,
    drained_at INTEGER
) STRICT;
CREATE INDEX webhook_event_waiting ON webhook_event (id) WHERE state = 'waiting';
CREATE INDEX webhook_event_drained ON webhook_event (drained_at) WHERE drained_at IS NOT NULL;

CREATE TABLE kept_event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    digest TEXT NOT NULL UNIQUE,
    account_id INTEGER REFERENCES account (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    external_id TEXT,
    raw TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX kept_event_by_kind ON kept_event (kind, at);
ALTER TABLE conversation ADD COLUMN place TEXT NOT NULL DEFAULT 'open';
ALTER TABLE conversation ADD COLUMN snoozed_until INTEGER;
ALTER TABLE conversation ADD COLUMN returned_at INTEGER;
DROP INDEX conversation_needing_owner;
DROP INDEX conversation_ai_ready;
CREATE INDEX conversation_needing_owner ON conversation (last_at DESC, id DESC, row_state, place, folded_name) WHERE row_state <> 'quiet' AND place = 'open';
CREATE INDEX conversation_ai_ready ON conversation (last_at DESC, id DESC, row_state, place, folded_name) WHERE row_state IN ('draft_ready', 'countdown') AND place = 'open';
CREATE INDEX conversation_done ON conversation (last_at DESC, id DESC, place, folded_name) WHERE place = 'done';
CREATE INDEX conversation_snoozed ON conversation (last_at DESC, id DESC, place, folded_name) WHERE place = 'snoozed';
CREATE INDEX conversation_unread ON conversation (last_at DESC, id DESC, unread, row_state, place, folded_name) WHERE unread > 0;
CREATE INDEX conversation_snooze_due ON conversation (snoozed_until) WHERE snoozed_until IS NOT NULL;
CREATE INDEX conversation_by_inbound ON conversation (last_inbound_at) WHERE last_inbound_at IS NOT NULL;
CREATE TABLE composer (
    conversation_id INTEGER PRIMARY KEY REFERENCES conversation (id) ON DELETE CASCADE,
    text TEXT NOT NULL,
    saved_at INTEGER NOT NULL
) STRICT;
CREATE TABLE label (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    folded_name TEXT NOT NULL UNIQUE,
    color TEXT NOT NULL
) STRICT;
CREATE TABLE conversation_label (
    conversation_id INTEGER NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    label_id INTEGER NOT NULL REFERENCES label (id) ON DELETE CASCADE,
    PRIMARY KEY (conversation_id, label_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX conversation_label_by_label ON conversation_label (label_id, conversation_id);
CREATE TABLE note (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation_id INTEGER NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    text TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    changed_at INTEGER
) STRICT;
CREATE INDEX note_by_conversation ON note (conversation_id, id);
CREATE TABLE filter (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    view TEXT NOT NULL,
    narrow TEXT NOT NULL
) STRICT;

-- Synchronisation: the budget of calls, what was called, what left this computer, gaps, absences.
CREATE TABLE sync_state (
    account_id INTEGER PRIMARY KEY REFERENCES account (id),
    calls_per_hour INTEGER NOT NULL DEFAULT 200,
    saved REAL NOT NULL DEFAULT 0,
    saved_at INTEGER NOT NULL DEFAULT 0,
    throttled_until INTEGER,
    throttle_named INTEGER NOT NULL DEFAULT 0,
    usage_percent INTEGER,
    arrivals TEXT NOT NULL DEFAULT '',
    seen_up_to INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE call_log (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES account (id),
    at INTEGER NOT NULL,
    reason TEXT NOT NULL,
    calls INTEGER NOT NULL,
    found INTEGER NOT NULL,
    fault TEXT,
    millis INTEGER NOT NULL
) STRICT;
CREATE INDEX call_log_by_account ON call_log (account_id, at, calls);
CREATE TABLE egress (
    day INTEGER NOT NULL,
    host TEXT NOT NULL,
    purpose TEXT NOT NULL,
    calls INTEGER NOT NULL,
    bytes_out INTEGER NOT NULL,
    bytes_in INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (day, host, purpose)
) STRICT, WITHOUT ROWID;
CREATE TABLE absence (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    began_at INTEGER NOT NULL,
    ended_at INTEGER NOT NULL,
    dismissed INTEGER NOT NULL DEFAULT 0
) STRICT;
-- Sending: holds, schedules, parts, matching, the reply window.
ALTER TABLE account ADD COLUMN human_agent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversation ADD COLUMN window_alarm_for INTEGER;
ALTER TABLE outbox ADD COLUMN content TEXT NOT NULL DEFAULT 'text';
ALTER TABLE outbox ADD COLUMN human_agent INTEGER NOT NULL DEFAULT 0 CHECK (human_agent = 0 OR (approval = 'person' AND draft_id IS NULL));
ALTER TABLE outbox ADD COLUMN tagged INTEGER NOT NULL DEFAULT 0 CHECK (tagged <= human_agent);
ALTER TABLE outbox ADD COLUMN not_before INTEGER;
ALTER TABLE outbox ADD COLUMN scheduled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN waiting_since INTEGER;
ALTER TABLE outbox ADD COLUMN body_hash INTEGER;
ALTER TABLE outbox ADD COLUMN high_water_at INTEGER;
ALTER TABLE outbox ADD COLUMN high_water_id TEXT;
ALTER TABLE outbox ADD COLUMN server_started_at INTEGER;
ALTER TABLE outbox ADD COLUMN backoff INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN part INTEGER NOT NULL DEFAULT 1;
ALTER TABLE outbox ADD COLUMN parts INTEGER NOT NULL DEFAULT 1;
ALTER TABLE outbox ADD COLUMN part_of INTEGER;
ALTER TABLE outbox ADD COLUMN waits_for INTEGER;
ALTER TABLE outbox ADD COLUMN resends INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN maybe_twice INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN graph_code INTEGER;
ALTER TABLE outbox ADD COLUMN graph_subcode INTEGER;
ALTER TABLE outbox ADD COLUMN trace_id TEXT;
PRAGMA application_id = 1380209483;
-- What is deleted leaves the search index at once, not at its next merge.
INSERT INTO message_search (message_search, rank) VALUES ('secure-delete', 1);
INSERT INTO conversation_search (conversation_search, rank) VALUES ('secure-delete', 1);
CREATE TABLE erased (
    customer_hash TEXT PRIMARY KEY,
    erased_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
ALTER TABLE account ADD COLUMN page_id TEXT;
ALTER TABLE account ADD COLUMN page_name TEXT;
ALTER TABLE login ADD COLUMN facebook INTEGER NOT NULL DEFAULT 0;
ALTER TABLE login ADD COLUMN account_id INTEGER;
