-- 2026-11-21: the first schema. It has been in owners' hands: never edit it.

CREATE TABLE account (
    id INTEGER PRIMARY KEY AUTOINCREMENT,        -- ours
    user_id TEXT NOT NULL UNIQUE,                -- the professional account's id (`user_id` of /me)
    scoped_id TEXT NOT NULL DEFAULT '',          -- the app-scoped id (`id` of /me)
    username TEXT NOT NULL,                      -- handle without @
    name TEXT,                                   -- display name, if told
    app_id TEXT,                                 -- the Meta app it was connected through; NULL for a pasted token
    connected INTEGER NOT NULL DEFAULT 1,        -- 0 after the owner disconnected it; the history stays
    token_obtained_at INTEGER NOT NULL,          -- when the current token was issued to us
    token_expires_at INTEGER,                    -- NULL when Instagram never said
    refresh_due_at INTEGER,                      -- when to refresh the token next; NULL when it cannot be
    receiving TEXT NOT NULL DEFAULT 'unknown',   -- health: unknown, good, troubled, broken
    sending TEXT NOT NULL DEFAULT 'unknown',     -- health of the outbox
    fault TEXT,                                  -- code of the fault behind a bad health
    last_check_at INTEGER,                       -- last successful poll
    synced_at INTEGER,                           -- when the first synchronisation ended
    backfill_cursor TEXT,                        -- where the first synchronisation goes on
    conversations_seen INTEGER NOT NULL DEFAULT 0, -- 1 once Instagram showed any conversation
    refused_fields TEXT NOT NULL DEFAULT ''      -- optional message fields that Instagram refused, comma-separated
) STRICT;

CREATE TABLE login (
    state_hash TEXT PRIMARY KEY,                 -- SHA-256 of the state given to Instagram
    app_id TEXT NOT NULL,                        -- the owner's Meta app
    redirect_uri TEXT NOT NULL,                  -- must be repeated when the code is exchanged
    created_at INTEGER NOT NULL,                 -- a login is good for ten minutes
    used_at INTEGER                              -- set by the one callback that may use it
) STRICT, WITHOUT ROWID;

CREATE TABLE conversation (
    id INTEGER PRIMARY KEY AUTOINCREMENT,        -- ours
    account_id INTEGER NOT NULL REFERENCES account (id), -- whose
    customer_id TEXT NOT NULL,                   -- Instagram-scoped id of the customer
    external_id TEXT,                            -- Instagram's id of the thread, once seen
    username TEXT,                               -- the customer's handle
    name TEXT,                                   -- the customer's name, if told
    folded_name TEXT NOT NULL DEFAULT '',        -- handle and name folded for search
    updated_time INTEGER NOT NULL DEFAULT 0,     -- Instagram's updated_time at the last full read
    last_message_id INTEGER,                     -- the newest message
    last_at INTEGER NOT NULL,                    -- its time; orders the list
    last_inbound_at INTEGER,                     -- the customer's newest message by server time; opens the reply window
    last_live_inbound_id INTEGER,                -- the newest message that came while we watched: only those are answered automatically
    unread INTEGER NOT NULL DEFAULT 0,           -- messages the owner has not seen
    mode TEXT,                                   -- off, draft, auto; NULL follows the default
    row_state TEXT NOT NULL DEFAULT 'quiet',     -- the one mark of the row, kept by `refresh_row`
    turn_due_at INTEGER,                         -- when the AI is to look at the customer's turn; NULL when it has
    turn_since INTEGER,                          -- when the turn's first message came; bounds the wait for quiet
    UNIQUE (account_id, customer_id)
) STRICT;
-- Names and marks are in them so that counting a view, and walking it for a name, reads nothing else.
CREATE INDEX conversation_by_time ON conversation (last_at DESC, id DESC, folded_name);
CREATE INDEX conversation_needing_owner ON conversation (last_at DESC, id DESC, row_state, folded_name) WHERE row_state <> 'quiet';
CREATE INDEX conversation_ai_ready ON conversation (last_at DESC, id DESC, row_state, folded_name) WHERE row_state IN ('draft_ready', 'countdown');
CREATE INDEX conversation_turn_due ON conversation (turn_due_at) WHERE turn_due_at IS NOT NULL;
CREATE INDEX conversation_by_thread ON conversation (account_id, external_id);

CREATE VIRTUAL TABLE conversation_search USING fts5 (folded_name, content = 'conversation', content_rowid = 'id', tokenize = 'trigram', detail = 'none');
CREATE TRIGGER conversation_search_insert AFTER INSERT ON conversation WHEN new.folded_name <> '' BEGIN
    INSERT INTO conversation_search (rowid, folded_name) VALUES (new.id, new.folded_name);
END;
CREATE TRIGGER conversation_search_delete AFTER DELETE ON conversation WHEN old.folded_name <> '' BEGIN
    INSERT INTO conversation_search (conversation_search, rowid, folded_name) VALUES ('delete', old.id, old.folded_name);
END;
CREATE TRIGGER conversation_search_update AFTER UPDATE OF folded_name ON conversation WHEN old.folded_name <> new.folded_name BEGIN
    INSERT INTO conversation_search (conversation_search, rowid, folded_name) SELECT 'delete', old.id, old.folded_name WHERE old.folded_name <> '';
    INSERT INTO conversation_search (rowid, folded_name) SELECT new.id, new.folded_name WHERE new.folded_name <> '';
END;

CREATE TABLE message (
    id INTEGER PRIMARY KEY AUTOINCREMENT,        -- ours, made before sending
    account_id INTEGER NOT NULL,                 -- repeated from the conversation for the unique index
    conversation_id INTEGER NOT NULL REFERENCES conversation (id), -- where it was said
    external_id TEXT,                            -- Instagram's id; NULL until it has one
    direction TEXT NOT NULL,                     -- in, out
    author TEXT NOT NULL,                        -- customer, owner, owner_phone, ai, rule
    kind TEXT NOT NULL,                          -- text, image, …
    text TEXT NOT NULL DEFAULT '',               -- the words as written
    folded TEXT NOT NULL DEFAULT '',             -- the words folded for search
    sent_at INTEGER NOT NULL,                    -- Instagram's time; ours until Instagram told
    state TEXT NOT NULL,                         -- received, or the state of the outbox row
    draft_id INTEGER,                            -- the draft it was approved from
    unsent INTEGER NOT NULL DEFAULT 0,           -- 1 when its sender took it back
    raw TEXT                                     -- the JSON that Instagram gave, to read anew with better eyes
) STRICT;
CREATE UNIQUE INDEX message_by_external_id ON message (account_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX message_by_conversation ON message (conversation_id, sent_at, id);

-- Without positions: a third of the size and half of the time. What it finds is looked at anyway.
CREATE VIRTUAL TABLE message_search USING fts5 (folded, content = 'message', content_rowid = 'id', tokenize = 'trigram', detail = 'none');
CREATE TRIGGER message_search_insert AFTER INSERT ON message WHEN new.folded <> '' BEGIN
    INSERT INTO message_search (rowid, folded) VALUES (new.id, new.folded);
END;
CREATE TRIGGER message_search_delete AFTER DELETE ON message WHEN old.folded <> '' BEGIN
    INSERT INTO message_search (message_search, rowid, folded) VALUES ('delete', old.id, old.folded);
END;
CREATE TRIGGER message_search_update AFTER UPDATE OF folded ON message WHEN old.folded <> new.folded BEGIN
    INSERT INTO message_search (message_search, rowid, folded) SELECT 'delete', old.id, old.folded WHERE old.folded <> '';
    INSERT INTO message_search (rowid, folded) SELECT new.id, new.folded WHERE new.folded <> '';
END;

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,        -- ours
    account_id INTEGER NOT NULL REFERENCES account (id), -- who sends
    conversation_id INTEGER NOT NULL REFERENCES conversation (id), -- to whom
    message_id INTEGER NOT NULL UNIQUE REFERENCES message (id), -- the message as the thread shows it
    client_id TEXT NOT NULL,                     -- given by the screen for each press: a second delivery of the same press changes nothing
    approval TEXT NOT NULL,                      -- person, policy
    draft_id INTEGER,                            -- the draft it was approved from
    trigger_id INTEGER,                          -- the customer's message that an automatic reply answers
    text TEXT NOT NULL,                          -- exactly what is sent
    state TEXT NOT NULL,                         -- queued, sending, sent, retrying, failed, unconfirmed, cancelled
    fault TEXT,                                  -- code of the last fault
    attempts INTEGER NOT NULL DEFAULT 0,         -- calls made
    looks INTEGER NOT NULL DEFAULT 0,            -- looks into the conversation after an unclear call
    started_at INTEGER,                          -- when the last call began
    due_at INTEGER,                              -- next call or look; NULL when settled, held or the owner is asked
    held INTEGER NOT NULL DEFAULT 0,             -- 1 while it waits for the account to work again
    created_at INTEGER NOT NULL,                 -- when it was approved
    UNIQUE (conversation_id, client_id)
) STRICT;
CREATE UNIQUE INDEX outbox_one_automatic_reply ON outbox (conversation_id, trigger_id) WHERE approval = 'policy';
CREATE INDEX outbox_automatic ON outbox (created_at, conversation_id, state) WHERE approval = 'policy';
CREATE INDEX outbox_due ON outbox (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX outbox_open ON outbox (conversation_id, id) WHERE state IN ('queued', 'sending', 'retrying', 'unconfirmed', 'failed');

CREATE TABLE draft (
    id INTEGER PRIMARY KEY AUTOINCREMENT,        -- ours
    conversation_id INTEGER NOT NULL REFERENCES conversation (id), -- for whom
    trigger_id INTEGER NOT NULL,                 -- the newest message of the turn
    outcome TEXT NOT NULL,                       -- pending, proposed, countdown, held, skipped, approved, rejected, stale
    reasons TEXT NOT NULL DEFAULT '[]',          -- why, the most important first, as a JSON array
    text TEXT NOT NULL DEFAULT '',               -- the proposed reply
    lang TEXT,                                   -- en, tr, ru
    engine TEXT,                                 -- embedded, endpoint
    model TEXT,                                  -- the endpoint's model
    fault TEXT,                                  -- code of the endpoint's fault
    cites TEXT NOT NULL DEFAULT '[]',            -- entries used: id, question and answer as they were, JSON
    checks TEXT NOT NULL DEFAULT '[]',           -- checks made, JSON
    auto_at INTEGER,                             -- when it goes out by itself
    note TEXT,                                   -- why the owner rejected it
    created_at INTEGER NOT NULL                  -- when it was written
) STRICT;
CREATE INDEX draft_by_conversation ON draft (conversation_id, id);
CREATE INDEX draft_countdown ON draft (auto_at) WHERE outcome = 'countdown';

CREATE TABLE trace (
    id INTEGER PRIMARY KEY AUTOINCREMENT,        -- keeps the order
    draft_id INTEGER NOT NULL REFERENCES draft (id), -- of which draft
    stage TEXT NOT NULL,                         -- triage, language, retrieval, …
    detail TEXT NOT NULL,                        -- what it came to, JSON
    micros INTEGER NOT NULL,                     -- how long it took
    at INTEGER NOT NULL                          -- when
) STRICT;
CREATE INDEX trace_by_draft ON trace (draft_id, id);

CREATE TABLE entry (
    id INTEGER PRIMARY KEY AUTOINCREMENT,        -- ours
    questions TEXT NOT NULL,                     -- what customers ask, a JSON array
    answer TEXT NOT NULL,                        -- what the owner answers
    lang TEXT NOT NULL,                          -- en, tr, ru
    auto_ok INTEGER NOT NULL DEFAULT 0,          -- 1 when it may be sent without a person
    internal INTEGER NOT NULL DEFAULT 0,         -- 1 when customers must not see it
    updated_at INTEGER NOT NULL                  -- last change
) STRICT;

CREATE TABLE setting (
    key TEXT PRIMARY KEY,                        -- which
    value TEXT NOT NULL                          -- JSON
) STRICT, WITHOUT ROWID;

CREATE TABLE unreadable (
    id INTEGER PRIMARY KEY AUTOINCREMENT,        -- ours
    account_id INTEGER NOT NULL REFERENCES account (id), -- who received it
    raw TEXT NOT NULL,                           -- what came, cut at 64 KiB
    reason TEXT NOT NULL,                        -- why it could not be read
    seen_at INTEGER NOT NULL,                    -- first seen
    UNIQUE (account_id, raw)
) STRICT;
