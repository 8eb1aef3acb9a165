-- The current schema of ReplyDesk's file, as a freshly migrated database has it.
-- Times are milliseconds since 1970 in UTC. Words (states, authors, modes) are those of desk-core.

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
    refused_fields TEXT NOT NULL DEFAULT '',     -- optional message fields that Instagram refused, comma-separated
    human_agent INTEGER NOT NULL DEFAULT 0,       -- 1 when the owner's app has the feature "Human Agent"
    page_id TEXT,                                -- the Facebook Page it is reached through; NULL with Instagram Login
    page_name TEXT                               -- that Page's name
) STRICT;

CREATE TABLE login (
    state_hash TEXT PRIMARY KEY,                 -- SHA-256 of the state given to Instagram
    app_id TEXT NOT NULL,                        -- the owner's Meta app
    redirect_uri TEXT NOT NULL,                  -- must be repeated when the code is exchanged
    created_at INTEGER NOT NULL,                 -- a login is good for ten minutes
    used_at INTEGER,                             -- set by the one callback that may use it
    facebook INTEGER NOT NULL DEFAULT 0,         -- 1 when it goes through Facebook
    account_id INTEGER                           -- the account that is to be connected again; NULL for a new one
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
    armed_at INTEGER,                            -- when the owner last set it to automatic; ends a takeover before it
    seen_at INTEGER,                             -- the time of our newest message that the customer has seen
    referral TEXT,                               -- the ad or link that the customer last came through, JSON
    profile_at INTEGER,                          -- when the customer's profile was asked for
    picture TEXT,                                -- the name of their picture in the media folder
    place TEXT NOT NULL DEFAULT 'open',          -- where the owner put it: open, done, snoozed
    snoozed_until INTEGER,                       -- when it comes back; NULL when it is not snoozed
    returned_at INTEGER,                         -- when it came back from a snooze; NULL once the owner dealt with it
    window_alarm_for INTEGER,                    -- last_inbound_at of the turn for which the alarm was given
    UNIQUE (account_id, customer_id)
) STRICT;
-- Names and marks are in them so that counting a view, and walking it for a name, reads nothing else.
CREATE INDEX conversation_by_time ON conversation (last_at DESC, id DESC, folded_name);
CREATE INDEX conversation_needing_owner ON conversation (last_at DESC, id DESC, row_state, place, folded_name) WHERE row_state <> 'quiet' AND place = 'open';
CREATE INDEX conversation_ai_ready ON conversation (last_at DESC, id DESC, row_state, place, folded_name) WHERE row_state IN ('draft_ready', 'countdown') AND place = 'open';
CREATE INDEX conversation_done ON conversation (last_at DESC, id DESC, place, folded_name) WHERE place = 'done';
CREATE INDEX conversation_snoozed ON conversation (last_at DESC, id DESC, place, folded_name) WHERE place = 'snoozed';
CREATE INDEX conversation_unread ON conversation (last_at DESC, id DESC, unread, row_state, place, folded_name) WHERE unread > 0;
CREATE INDEX conversation_snooze_due ON conversation (snoozed_until) WHERE snoozed_until IS NOT NULL;
CREATE INDEX conversation_by_inbound ON conversation (last_inbound_at) WHERE last_inbound_at IS NOT NULL;
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
    unsent INTEGER NOT NULL DEFAULT 0,           -- 1 when its sender took it back, 2 when polls no longer show it
    raw TEXT,                                    -- the JSON that Instagram gave, to read anew with better eyes
    paths INTEGER NOT NULL DEFAULT 1,            -- the ways by which it came: 1 a poll, 2 a webhook, 3 both
    heard_at INTEGER,                            -- when it first came, by our clock; only while webhooks are on
    shape INTEGER NOT NULL DEFAULT 0,            -- a digest of what the last poll showed beside the words; 0 for words alone
    edits INTEGER NOT NULL DEFAULT 0,            -- how often its sender changed it, as far as we know
    edited_from INTEGER,                         -- a digest of the words before the last edit, so that an old showing is known
    missing_at INTEGER,                          -- when a poll first showed its neighbours without it
    reply_to TEXT,                               -- Instagram's id of the message that it answers
    story TEXT,                                  -- reply or mention, when it belongs to a story
    tap TEXT,                                    -- what was tapped instead of written, JSON
    referral TEXT                                -- the ad or link that it came through, JSON
) STRICT;
CREATE UNIQUE INDEX message_by_external_id ON message (account_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX message_by_conversation ON message (conversation_id, sent_at, id);
CREATE INDEX message_by_path ON message (account_id, paths, heard_at) WHERE heard_at IS NOT NULL;

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
    content TEXT NOT NULL DEFAULT 'text',        -- text, heart
    human_agent INTEGER NOT NULL DEFAULT 0 CHECK (human_agent = 0 OR (approval = 'person' AND draft_id IS NULL)), -- 1 when a person typed it, so that it may carry the tag HUMAN_AGENT
    tagged INTEGER NOT NULL DEFAULT 0 CHECK (tagged <= human_agent), -- 1 when the last call carried that tag
    not_before INTEGER,                          -- the end of the hold, or the moment it is scheduled for; NULL when it may go at once
    scheduled INTEGER NOT NULL DEFAULT 0,        -- 1 when the owner chose the moment
    waiting_since INTEGER,                       -- when the wait that ends at due_at began: a clock set back shows in it
    body_hash INTEGER,                           -- of content and text when it was approved; nothing else is ever sent
    high_water_at INTEGER,                       -- Instagram's time of the newest message known when it was approved
    high_water_id TEXT,                          -- Instagram's id of that message
    server_started_at INTEGER,                   -- started_at by Instagram's clock, where that is known
    backoff INTEGER NOT NULL DEFAULT 0,          -- tries in a row that certainly had no effect
    part INTEGER NOT NULL DEFAULT 1,             -- which part of a long text
    parts INTEGER NOT NULL DEFAULT 1,            -- how many parts that text has
    part_of INTEGER,                             -- the outbox row of its first part; NULL when there is one part only
    waits_for INTEGER,                           -- the outbox row that must have been sent or put away first
    resends INTEGER NOT NULL DEFAULT 0,          -- how often the owner sent it again while it was unconfirmed
    maybe_twice INTEGER NOT NULL DEFAULT 0,      -- 1 when a late echo shows that an earlier call had delivered it too
    graph_code INTEGER,                          -- Meta's code of the last fault
    graph_subcode INTEGER,                       -- Meta's subcode of it
    trace_id TEXT,                               -- what Meta's support asks for
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
    created_at INTEGER NOT NULL,                 -- when it was written
    would_send INTEGER NOT NULL DEFAULT 0,       -- 1 when nothing but a missing leave kept it from going out by itself
    tokens_in INTEGER NOT NULL DEFAULT 0,        -- tokens that the endpoint read
    tokens_out INTEGER NOT NULL DEFAULT 0,       -- tokens that the endpoint wrote
    cost_micros INTEGER NOT NULL DEFAULT 0,      -- what that cost, in millionths
    masked TEXT NOT NULL DEFAULT '[]',           -- kinds of private data hidden from the endpoint, a JSON array
    sent_text TEXT,                              -- what was sent in the end
    edit TEXT,                                   -- how that differs: none, cosmetic, tone, fact, rewrite, rejected
    settled_at INTEGER                           -- when the owner approved or rejected it, or it went out
) STRICT;
CREATE INDEX draft_by_conversation ON draft (conversation_id, id);
CREATE INDEX draft_countdown ON draft (auto_at) WHERE outcome = 'countdown';
CREATE INDEX draft_by_time ON draft (created_at);
CREATE INDEX outbox_by_draft ON outbox (draft_id) WHERE draft_id IS NOT NULL;

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
    updated_at INTEGER NOT NULL,                 -- last change
    answers TEXT NOT NULL DEFAULT '{}',          -- the answer in other languages, a JSON object by language
    expires_at INTEGER,                          -- from when on it is not used any more
    topic TEXT NOT NULL DEFAULT '',              -- the owner's name for what it is about; empty makes it a topic of its own
    source_id INTEGER,                           -- the source it is read from; NULL when it was typed here
    place TEXT,                                  -- where it stands there: file and line
    doubt TEXT,                                  -- what the owner sent instead of it; NULL when nothing speaks against it
    revision INTEGER NOT NULL DEFAULT 1          -- counts the changes of what it says
) STRICT;

CREATE TABLE source (
    id INTEGER PRIMARY KEY AUTOINCREMENT,        -- ours
    path TEXT NOT NULL UNIQUE,                   -- where it lies
    kind TEXT NOT NULL,                          -- file, folder
    lang TEXT NOT NULL,                          -- language of entries that do not tell theirs
    state TEXT NOT NULL,                         -- fresh, stale, missing, unreadable
    fault TEXT,                                  -- code of why it cannot be read
    problems TEXT NOT NULL DEFAULT '[]',         -- what in it could not be used: place and code, JSON
    fingerprint TEXT NOT NULL DEFAULT '',        -- names, sizes and times of what was read
    read_at INTEGER,                             -- when it was last read
    looked_at INTEGER NOT NULL,                  -- when it was last compared with its place
    added_at INTEGER NOT NULL                    -- when the owner added it
) STRICT;

CREATE TABLE suggestion (
    id INTEGER PRIMARY KEY AUTOINCREMENT,        -- ours
    message_id INTEGER NOT NULL UNIQUE,          -- the owner's reply it is made from
    conversation_id INTEGER NOT NULL,            -- where that was written
    question TEXT NOT NULL,                      -- what the customer asked, without private data
    answer TEXT NOT NULL,                        -- what the owner answered, without private data
    lang TEXT NOT NULL,                          -- en, tr, ru
    seen INTEGER NOT NULL DEFAULT 1,             -- how often nearly the same was answered
    state TEXT NOT NULL DEFAULT 'waiting',       -- waiting, accepted, dismissed
    created_at INTEGER NOT NULL                  -- when it was made
) STRICT;
CREATE INDEX suggestion_waiting ON suggestion (seen DESC, id DESC) WHERE state = 'waiting';

CREATE TABLE saved_reply (
    id INTEGER PRIMARY KEY AUTOINCREMENT,        -- ours
    title TEXT NOT NULL,                         -- what the owner calls it
    text TEXT NOT NULL,                          -- the words, with variables such as {name}
    lang TEXT,                                   -- en, tr, ru; NULL fits every language
    shortcut TEXT,                               -- what the owner types to get it
    updated_at INTEGER NOT NULL                  -- last change
) STRICT;

CREATE TABLE topic (
    key TEXT PRIMARY KEY,                        -- `n:` and the folded name, or `e:` and the entry's id
    mode TEXT,                                   -- off, draft, auto; NULL leaves it to the marks on its entries
    counted_from INTEGER NOT NULL DEFAULT 0,     -- only observations after this one count
    lock_reason TEXT,                            -- undone, edited, rejected, complaint; NULL when it never lost its leave
    locked_at INTEGER                            -- when it lost it
) STRICT, WITHOUT ROWID;

CREATE TABLE observation (
    id INTEGER PRIMARY KEY AUTOINCREMENT,        -- ours
    draft_id INTEGER NOT NULL UNIQUE REFERENCES draft (id), -- what the AI would have sent
    conversation_id INTEGER NOT NULL,            -- where
    trigger_id INTEGER NOT NULL,                 -- the message that it answers
    topic TEXT NOT NULL,                         -- key of its topic
    entry_id INTEGER NOT NULL,                   -- the first entry that it rests on
    revision INTEGER NOT NULL,                   -- as that entry was then; a change of the entry makes the observation worthless
    outcome TEXT NOT NULL DEFAULT 'open',        -- open, passed, failed, void
    edit TEXT,                                   -- how what the owner sent differs
    created_at INTEGER NOT NULL,                 -- when the draft was written
    settled_at INTEGER                           -- when it was compared
) STRICT;
CREATE INDEX observation_open ON observation (conversation_id, id) WHERE outcome = 'open';
CREATE INDEX observation_by_topic ON observation (topic, id);

CREATE TABLE ai_call (
    id INTEGER PRIMARY KEY AUTOINCREMENT,        -- keeps the order
    draft_id INTEGER,                            -- the draft it was made for; NULL for a probe or a replay
    purpose TEXT NOT NULL,                       -- draft, revise, probe, replay
    model TEXT NOT NULL,                         -- which model
    tokens_in INTEGER NOT NULL,                  -- tokens read
    tokens_out INTEGER NOT NULL,                 -- tokens written
    cost_micros INTEGER NOT NULL,                -- what it cost, in millionths
    fault TEXT,                                  -- code of why it failed
    at INTEGER NOT NULL                          -- when
) STRICT;
CREATE INDEX ai_call_by_time ON ai_call (at, cost_micros);

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

CREATE TABLE attachment (
    id INTEGER PRIMARY KEY AUTOINCREMENT,        -- ours
    message_id INTEGER NOT NULL REFERENCES message (id) ON DELETE CASCADE, -- what it hangs on
    position INTEGER NOT NULL,                   -- its place among the attachments, from 0
    external_id TEXT,                            -- Instagram's id of it, of the post or of the story
    kind TEXT NOT NULL,                          -- image, video, post, story, …
    mime TEXT,                                   -- as Instagram says it; never trusted
    name TEXT,                                   -- the name that the file is said to have
    title TEXT,                                  -- the words of a post or a card
    size INTEGER,                                -- in bytes, as Instagram says it
    width INTEGER,                               -- in pixels, as Instagram says it or as the file shows
    height INTEGER,                              -- in pixels
    url TEXT,                                    -- where the media is; signed, and dead after some days
    link TEXT,                                   -- where the thing itself can be opened
    media TEXT,                                  -- the name of the file in the media folder: the digest of its bytes
    media_mime TEXT,                             -- what the bytes really are
    media_bytes INTEGER,                         -- how many they are
    media_at INTEGER,                            -- when they were fetched; a copy lives for a few days unless copies are kept
    fault TEXT,                                  -- why there is no media: media_gone, media_refused, media_too_large
    UNIQUE (message_id, position)
) STRICT;
CREATE INDEX attachment_with_media ON attachment (media_at) WHERE media IS NOT NULL;
CREATE INDEX attachment_by_media ON attachment (media) WHERE media IS NOT NULL;
CREATE INDEX attachment_to_fetch ON attachment (id) WHERE media IS NULL AND url IS NOT NULL AND fault IS NULL AND kind <> 'story_mention';

CREATE TABLE reaction (
    conversation_id INTEGER NOT NULL REFERENCES conversation (id) ON DELETE CASCADE, -- where
    external_id TEXT NOT NULL,                   -- Instagram's id of the message; the message itself may come later
    direction TEXT NOT NULL,                     -- in from the customer, out from us
    reaction TEXT NOT NULL,                      -- love, other, …; empty when it was taken back
    emoji TEXT NOT NULL DEFAULT '',              -- the sign, where it was told
    at INTEGER NOT NULL,                         -- when; an older event changes nothing
    PRIMARY KEY (conversation_id, external_id, direction) -- one reaction a side
) STRICT, WITHOUT ROWID;

CREATE TABLE gap (
    before_id INTEGER PRIMARY KEY REFERENCES message (id) ON DELETE CASCADE, -- the first message after the gap
    conversation_id INTEGER NOT NULL REFERENCES conversation (id) ON DELETE CASCADE, -- where
    after_id INTEGER NOT NULL,                   -- the last message before the gap
    found_at INTEGER NOT NULL                    -- when it was noticed
) STRICT;
CREATE INDEX gap_by_conversation ON gap (conversation_id);

CREATE TABLE webhook (
    account_id INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE, -- whose
    enabled INTEGER NOT NULL DEFAULT 0,          -- 1 while the owner wants it
    enabled_at INTEGER,                          -- since when; what came before is not compared
    handshake_at INTEGER,                        -- when Instagram last checked the address
    tested_at INTEGER,                           -- when the last test event came
    event_at INTEGER,                            -- when the last real event came
    events INTEGER NOT NULL DEFAULT 0,           -- how many real events came
    refused_at INTEGER,                          -- when a delivery was last refused for its signature
    refused INTEGER NOT NULL DEFAULT 0,          -- how many were
    subscribed_at INTEGER,                       -- when Instagram accepted that the account sends events
    fault TEXT                                   -- code of the fault that the subscription met
) STRICT;

CREATE TABLE webhook_event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,        -- keeps the order of arrival
    digest TEXT NOT NULL UNIQUE,                 -- SHA-256 of the body: a repeated delivery is one event
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE, -- whose secret signed it
    body TEXT NOT NULL,                          -- as it came; empty once it was drained
    received_at INTEGER NOT NULL,                -- when
    state TEXT NOT NULL DEFAULT 'waiting',       -- waiting, drained, failed
    attempts INTEGER NOT NULL DEFAULT 0,         -- how often draining it was tried
    drained_at INTEGER                           -- when it was drained; the digest stays as long as repetitions may come
) STRICT;
CREATE INDEX webhook_event_waiting ON webhook_event (id) WHERE state = 'waiting';
CREATE INDEX webhook_event_drained ON webhook_event (drained_at) WHERE drained_at IS NOT NULL;

CREATE TABLE kept_event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,        -- ours
    digest TEXT NOT NULL UNIQUE,                 -- SHA-256 of the event: the same one is kept once
    account_id INTEGER REFERENCES account (id) ON DELETE CASCADE, -- whose; NULL when no account of ours is named
    kind TEXT NOT NULL,                          -- comments, handover, optin, unknown_account, …
    external_id TEXT,                            -- Instagram's id of the thing, where it has one
    raw TEXT NOT NULL,                           -- the event, not shown anywhere yet
    at INTEGER NOT NULL                          -- when it came
) STRICT;
CREATE INDEX kept_event_by_kind ON kept_event (kind, at);

CREATE TABLE composer (
    conversation_id INTEGER PRIMARY KEY REFERENCES conversation (id) ON DELETE CASCADE, -- to whom it would go
    text TEXT NOT NULL,                          -- what the owner typed and has not sent
    saved_at INTEGER NOT NULL                    -- last change
) STRICT;

CREATE TABLE label (
    id INTEGER PRIMARY KEY AUTOINCREMENT,        -- ours
    name TEXT NOT NULL,                          -- as the owner wrote it
    folded_name TEXT NOT NULL UNIQUE,            -- folded: two labels do not differ by their case alone
    color TEXT NOT NULL                          -- a word: gray, red, orange, …
) STRICT;

CREATE TABLE conversation_label (
    conversation_id INTEGER NOT NULL REFERENCES conversation (id) ON DELETE CASCADE, -- which carries
    label_id INTEGER NOT NULL REFERENCES label (id) ON DELETE CASCADE, -- which label
    PRIMARY KEY (conversation_id, label_id)      -- once
) STRICT, WITHOUT ROWID;
CREATE INDEX conversation_label_by_label ON conversation_label (label_id, conversation_id);

-- No column leads from here to the outbox: what is written for oneself cannot be sent by mistake.
CREATE TABLE note (
    id INTEGER PRIMARY KEY AUTOINCREMENT,        -- ours
    conversation_id INTEGER NOT NULL REFERENCES conversation (id) ON DELETE CASCADE, -- about whom
    text TEXT NOT NULL,                          -- what the owner wrote for themselves
    created_at INTEGER NOT NULL,                 -- when
    changed_at INTEGER                           -- last change; NULL when never
) STRICT;
CREATE INDEX note_by_conversation ON note (conversation_id, id);

CREATE TABLE filter (
    id INTEGER PRIMARY KEY AUTOINCREMENT,        -- ours
    name TEXT NOT NULL,                          -- as the owner called it
    view TEXT NOT NULL,                          -- the view that it narrows
    narrow TEXT NOT NULL                         -- by what, JSON
) STRICT;

CREATE TABLE sync_state (
    account_id INTEGER PRIMARY KEY REFERENCES account (id), -- whose
    calls_per_hour INTEGER NOT NULL DEFAULT 200, -- the owner's limit, as an average
    saved REAL NOT NULL DEFAULT 0,               -- calls that are left
    saved_at INTEGER NOT NULL DEFAULT 0,         -- when that was so
    throttled_until INTEGER,                     -- until when Instagram wants no calls
    throttle_named INTEGER NOT NULL DEFAULT 0,   -- 1 when Instagram itself named that time
    usage_percent INTEGER,                       -- the highest share that the usage headers told last
    arrivals TEXT NOT NULL DEFAULT '',           -- what was learned of when messages come, JSON
    seen_up_to INTEGER NOT NULL DEFAULT 0        -- all conversations that changed up to here, by Instagram's time, were read
) STRICT;

CREATE TABLE call_log (
    id INTEGER PRIMARY KEY AUTOINCREMENT,        -- keeps the order
    account_id INTEGER NOT NULL REFERENCES account (id), -- whose
    at INTEGER NOT NULL,                         -- when it began
    reason TEXT NOT NULL,                        -- why: due, burst, sent, …
    calls INTEGER NOT NULL,                      -- how many calls it took
    found INTEGER NOT NULL,                      -- messages that were new
    fault TEXT,                                  -- code of the fault that ended it
    millis INTEGER NOT NULL                      -- how long it took
) STRICT;
-- With the number of calls in it, so that those of an hour are added up from the index alone.
CREATE INDEX call_log_by_account ON call_log (account_id, at, calls);

CREATE TABLE egress (
    day INTEGER NOT NULL,                        -- days since 1970, UTC
    host TEXT NOT NULL,                          -- which host was contacted
    purpose TEXT NOT NULL,                       -- reading, sending, sign_in, ai, media
    calls INTEGER NOT NULL,                      -- requests that left
    bytes_out INTEGER NOT NULL,                  -- their bytes
    bytes_in INTEGER NOT NULL,                   -- the answers' bytes
    last_at INTEGER NOT NULL,                    -- the last of them
    PRIMARY KEY (day, host, purpose)             -- one row for each day
) STRICT, WITHOUT ROWID;

CREATE TABLE absence (
    id INTEGER PRIMARY KEY AUTOINCREMENT,        -- ours
    kind TEXT NOT NULL,                          -- asleep, off
    began_at INTEGER NOT NULL,                   -- the last sign of life before it
    ended_at INTEGER NOT NULL,                   -- the first one after it
    dismissed INTEGER NOT NULL DEFAULT 0         -- 1 once the owner has seen it
) STRICT;
CREATE TABLE erased (
    customer_hash TEXT PRIMARY KEY,              -- SHA-256 of the account's and the customer's id
    erased_at INTEGER NOT NULL                   -- what the customer wrote until then is not stored again
) STRICT, WITHOUT ROWID;
