//! The list of commands: the one place where a command is named.
//!
//! [`commands!`](macro@crate::commands) hands the list to another macro, so that the Tauri handlers, the
//! HTTP dispatch of `replydesk-serve`, the permissions and the TypeScript bindings all come from
//! it. A command is a method of [`Desk`](crate::Desk) with the same name and arguments.

/// Every type that the list names, so that a new command needs no import anywhere else.
pub mod types {
    pub use crate::dto::*;
    pub use desk_core::id::*;
    pub use desk_core::message::*;
    pub use desk_core::{Reason, ReplyMode, Timestamp};
}

/// Hands the list of commands to the macro named.
#[macro_export]
macro_rules! commands {
    ($with:ident) => {
        $with! {
            /// What the screen has to know before anything else.
            fn app_state() -> AppState;
            /// Changes how the screen looks.
            fn preferences_set(preferences: Preferences) -> Preferences;
            /// Opens an https address in the system's browser.
            fn link_open(url: String) -> ();
            /// Opens the fictional shop beside the owner's own inbox.
            fn demo_start() -> ();
            /// Leaves the fictional shop.
            fn demo_end() -> ();

            /// When the owner wants to be called.
            fn notification_settings_get() -> NotificationSettings;
            /// Changes when the owner wants to be called.
            fn notification_settings_set(settings: NotificationSettings) -> NotificationSettings;
            /// Tells which conversation the owner is looking at, so that it is not told of.
            fn conversation_watch(conversation_id: Option<ConversationId>) -> ();
            /// How ReplyDesk lives on this computer.
            fn desktop_settings_get() -> DesktopSettings;
            /// Changes how ReplyDesk lives on this computer.
            fn desktop_settings_set(keep_running: bool, start_at_login: bool) -> DesktopSettings;

            /// Connects an account with a token from Meta's dashboard.
            fn account_add_token(token: SecretInput, account_id: Option<AccountId>) -> Account;
            /// Begins a login; the address is to be opened in the browser.
            fn account_connect_start(method: ConnectMethod, app_id: String, app_secret: SecretInput, redirect_uri: String, account_id: Option<AccountId>) -> ConnectStart;
            /// Ends a login with the address that the browser came to.
            fn account_connect_finish(callback_url: String) -> Account;
            /// Ends a login by the Page that the owner chose.
            fn account_page_choose(page_id: String) -> Account;
            /// Adds the account that came back in place of another, as a further one.
            fn account_switch_accept() -> Account;
            /// Lets go of a login that waits for the owner's answer.
            fn account_connect_stop() -> ();
            /// The connected accounts.
            fn account_list() -> Vec<Account>;
            /// Forgets an account's token; its history stays.
            fn account_disconnect(account_id: AccountId) -> ();

            /// Copies the file while it is in use.
            fn backup_create(path: Option<String>) -> BackupFile;
            /// The backups in the data folder, newest first.
            fn backup_list() -> Vec<BackupFile>;
            /// Checks a backup; it takes the place of the file at the next start.
            fn backup_restore(path: String) -> RestoreReady;
            /// Writes all conversations into a file that other programs read.
            fn export_create(path: Option<String>, format: ExportFormat) -> ExportFile;
            /// Erases everything of one customer.
            fn person_erase(conversation_id: ConversationId) -> EraseReport;
            /// Erases everything, when the owner typed `ERASE`.
            fn all_erase(confirm: String) -> ();
            /// How the file stands, and what happened to it.
            fn recovery_get() -> RecoveryState;
            /// Puts the account of a recovery away.
            fn recovery_dismiss() -> ();
            /// How this ReplyDesk stands, and the same as text for whoever helps.
            fn diagnostics_get() -> Diagnostics;

            /// Checks Instagram now.
            fn sync_now(account_id: AccountId) -> ();
            /// Asks Instagram nothing for so many minutes; zero goes on at once.
            fn sync_pause(minutes: u32) -> ();
            /// How the synchronisation stands.
            fn sync_status() -> SyncStatus;
            /// What the last checks and sends did, the newest first.
            fn sync_log(account_id: Option<AccountId>, limit: u32) -> Vec<SyncLogEntry>;
            /// Sets how many calls an hour an account may make, on average.
            fn sync_budget_set(account_id: AccountId, calls_per_hour: u32) -> SyncStatus;
            /// Notes whether the owner looks at the window: then Instagram is checked more often.
            fn focus_set(focused: bool) -> ();
            /// Every host that was contacted in the last 30 days.
            fn egress_list() -> Vec<EgressEntry>;
            /// What happened while the machine slept or ReplyDesk did not run.
            fn absence_get() -> Option<Absence>;
            /// Puts the account of an absence away.
            fn absence_dismiss() -> ();

            /// A page of the conversation list.
            fn inbox_list(view: InboxView, query: Option<String>, cursor: Option<String>, limit: u32, filter: Option<InboxFilter>) -> InboxPage;
            /// How many conversations each view holds.
            fn inbox_counts() -> InboxCounts;
            /// A conversation with its newest messages, or those before a moment.
            fn conversation_open(conversation_id: ConversationId, before: Option<String>, limit: u32) -> ConversationView;
            /// A piece of a conversation around a place, or what comes after one.
            fn conversation_page(conversation_id: ConversationId, around: Option<String>, after: Option<String>, limit: u32) -> MessagePage;
            /// Notes that the owner has seen all of a conversation.
            fn conversation_mark_read(conversation_id: ConversationId) -> ();
            /// Puts conversations away as done, or brings them back.
            fn conversation_done(ids: Vec<ConversationId>, done: bool) -> ();
            /// Puts conversations out of sight until a moment; without one they come back at once.
            fn conversation_snooze(ids: Vec<ConversationId>, until: Option<Timestamp>) -> ();
            /// Marks conversations as not seen.
            fn conversation_unread(ids: Vec<ConversationId>) -> ();
            /// The picture of a customer, when there is one; it is looked for when nobody has yet.
            fn customer_picture(conversation_id: ConversationId) -> Option<Media>;
            /// The picture, film or file behind an attachment.
            fn media_read(attachment_id: AttachmentId) -> Media;
            /// Opens a film or a file with the system's own program.
            fn media_open(attachment_id: AttachmentId) -> ();
            /// What stays on this machine.
            fn privacy_settings_get() -> PrivacySettings;
            /// Keeps copies of pictures, films and files, or no longer.
            fn privacy_settings_set(keep_media: bool) -> PrivacySettings;
            /// Turns webhooks of an account on or off.
            fn webhook_set(account_id: AccountId, enabled: bool, app_secret: Option<SecretInput>) -> WebhookSetup;
            /// How the webhooks of an account stand.
            fn webhook_status(account_id: AccountId) -> WebhookStatus;

            /// Finds messages.
            fn search(query: String, limit: u32, filter: Option<SearchFilter>) -> Vec<SearchHit>;
            /// The owner's labels.
            fn label_list() -> Vec<Label>;
            /// Adds a label, or changes the one with the id.
            fn label_set(label_id: Option<LabelId>, name: String, color: LabelColor) -> Label;
            /// Removes a label, from all conversations too.
            fn label_remove(label_id: LabelId) -> ();
            /// Puts a label on conversations, or takes it off.
            fn conversation_label(ids: Vec<ConversationId>, label_id: LabelId, on: bool) -> ();
            /// The filters that the owner kept.
            fn filter_list() -> Vec<SavedFilter>;
            /// Keeps a filter, or changes the one with the id.
            fn filter_set(filter_id: Option<FilterId>, name: String, view: InboxView, filter: InboxFilter) -> SavedFilter;
            /// Forgets a filter.
            fn filter_remove(filter_id: FilterId) -> ();
            /// The owner's notes about a conversation.
            fn note_list(conversation_id: ConversationId) -> Vec<Note>;
            /// Adds a note.
            fn note_add(conversation_id: ConversationId, text: String) -> Note;
            /// Changes a note.
            fn note_change(note_id: NoteId, text: String) -> Note;
            /// Removes a note.
            fn note_remove(note_id: NoteId) -> ();
            /// Keeps what stands in the composer of a conversation.
            fn composer_save(conversation_id: ConversationId, text: String) -> ();

            /// Sends what the owner wrote.
            fn message_send(conversation_id: ConversationId, text: String, client_id: String) -> Message;
            /// Sends what the owner wrote at a moment that the owner chose.
            fn message_schedule(conversation_id: ConversationId, text: String, client_id: String, at: Timestamp) -> Message;
            /// Shows as which messages a text would be sent.
            fn message_split(text: String) -> MessageSplit;
            /// Sends the heart sticker.
            fn heart_send(conversation_id: ConversationId, client_id: String) -> Message;
            /// Sets the owner's reaction to a message of the customer's, or takes it away.
            fn reaction_set(message_id: MessageId, reaction: Option<String>) -> ();
            /// Tells that the owner types; the customer sees it where the owner allows that.
            fn typing_note(conversation_id: ConversationId) -> ();
            /// How sending is set.
            fn sending_settings_get() -> SendingSettings;
            /// Changes how sending is set.
            fn sending_settings_set(settings: SendingSettingsChange) -> SendingSettings;
            /// The messages that are not settled, or failed.
            fn outbox_list() -> Vec<OutboxItem>;
            /// Sends again what failed, or what is still not confirmed.
            fn outbox_retry(id: OutboxId) -> OutboxItem;
            /// Looks an unconfirmed message up now.
            fn outbox_check(id: OutboxId) -> OutboxItem;
            /// Sends now what waits: for the end of a hold, a chosen moment, the next try.
            fn outbox_send_now(id: OutboxId) -> OutboxItem;
            /// Takes back what has not gone out, or puts a failure away.
            fn outbox_discard(id: OutboxId) -> ();

            /// The draft of a conversation's current turn.
            fn draft_get(conversation_id: ConversationId) -> Option<Draft>;
            /// Sends a draft, as it is or as the owner changed it.
            fn draft_approve(draft_id: DraftId, text: Option<String>, confirmed: Option<bool>) -> Message;
            /// Puts a draft away.
            fn draft_reject(draft_id: DraftId, reason: Option<String>) -> ();
            /// Writes the draft of a conversation's current turn anew.
            fn draft_regenerate(conversation_id: ConversationId) -> Draft;
            /// Stops a countdown; the draft then waits for approval.
            fn draft_stop(draft_id: DraftId) -> Draft;
            /// Why a draft is as it is.
            fn draft_why(draft_id: DraftId) -> DraftWhy;

            /// Writes a draft in other words; needs an endpoint.
            fn draft_revise(draft_id: DraftId, how: ReviseHow) -> Draft;
            /// All about a draft, as a file.
            fn why_export(draft_id: DraftId) -> WhyExport;
            /// The owner's answers that may fit what the customer asked last.
            fn chips_get(conversation_id: ConversationId) -> Vec<Chip>;
            /// Runs earlier turns once more, to see what would differ; nothing is sent.
            fn replay_run(limit: Option<u32>, with_endpoint: Option<bool>) -> ReplayReport;

            /// Sets what the AI may do in a conversation.
            fn auto_reply_set(conversation_id: ConversationId, mode: ReplyMode) -> ConversationRow;
            /// Pauses the AI everywhere, or lets it go on.
            fn ai_pause(paused: bool) -> AiSettings;
            /// How the AI is set.
            fn ai_settings_get() -> AiSettings;
            /// Changes how the AI is set.
            fn ai_settings_set(settings: AiSettingsChange) -> AiSettings;
            /// Where AI endpoints usually are.
            fn ai_presets() -> Vec<AiPreset>;
            /// Asks the endpoint for one word, finds out what it understands, and remembers it.
            fn ai_probe() -> AiProbe;

            /// Adds a piece of knowledge.
            fn knowledge_add(questions: Vec<String>, answer: String, lang: String, auto_ok: bool, internal: bool, more: Option<EntryMore>) -> KnowledgeEntry;
            /// Changes a piece of knowledge.
            fn knowledge_change(entry: KnowledgeEntry) -> KnowledgeEntry;
            /// Removes a piece of knowledge.
            fn knowledge_remove(entry_id: EntryId) -> ();
            /// All knowledge.
            fn knowledge_list() -> Vec<KnowledgeEntry>;
            /// The entries that contradict each other.
            fn knowledge_conflicts() -> Vec<Contradiction>;
            /// Reads knowledge from a file or folder, and watches it from then on.
            fn knowledge_import(path: String, lang: Option<String>) -> KnowledgeSource;
            /// The files and folders that knowledge is read from.
            fn knowledge_sources() -> Vec<KnowledgeSource>;
            /// Reads a source now.
            fn source_read(source_id: SourceId) -> KnowledgeSource;
            /// Forgets a source, with its entries unless they are to be kept.
            fn source_remove(source_id: SourceId, keep_entries: Option<bool>) -> ();
            /// Answers of the owner's that might become knowledge.
            fn suggestion_list() -> Vec<Suggestion>;
            /// Makes a suggestion an entry, as it is or as the owner changed it.
            fn suggestion_accept(suggestion_id: SuggestionId, question: Option<String>, answer: Option<String>) -> KnowledgeEntry;
            /// Puts a suggestion away for good.
            fn suggestion_dismiss(suggestion_id: SuggestionId) -> ();
            /// The questions that the knowledge had no answer to, most frequent first.
            fn unanswered_list(limit: u32) -> Vec<Unanswered>;

            /// The words that the owner sends often.
            fn saved_reply_list() -> Vec<SavedReply>;
            /// Adds or changes a saved reply.
            fn saved_reply_set(reply: SavedReplyInput) -> SavedReply;
            /// Removes a saved reply.
            fn saved_reply_remove(saved_reply_id: SavedReplyId) -> ();
            /// A saved reply with its variables filled in for a conversation.
            fn saved_reply_fill(saved_reply_id: SavedReplyId, conversation_id: ConversationId) -> FilledReply;

            /// How far each topic has come to answer by itself.
            fn topic_list() -> Vec<Topic>;
            /// Sets what the AI may do in a topic; nothing leaves it to the marks on its entries.
            fn topic_mode_set(key: String, mode: Option<ReplyMode>) -> Topic;
            /// How the owner writes.
            fn style_notes_get() -> StyleNotes;
            /// Changes what the endpoint is told about how the owner writes.
            fn style_notes_set(notes: StyleNotesChange) -> StyleNotes;
            /// The AI's day in one look.
            fn ai_today() -> AiToday;
            /// The account of a month, of this one unless told.
            fn ai_usage(month: Option<String>) -> AiUsage;
        }
    };
}
