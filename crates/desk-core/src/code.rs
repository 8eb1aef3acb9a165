//! Every fault that the owner can meet, as a code. The words for each are the UI's, in the
//! owner's language; a test compares both lists.

use crate::message::word_enum;
use serde::{Deserialize, Serialize};

word_enum! {
    /// What went wrong.
    Code {
        // ---- asking
        /// The arguments of a command make no sense.
        BadRequest = "bad_request",
        /// The thing asked for does not exist (any more).
        NotFound = "not_found",
        /// The caller may not ask: wrong or missing token of the local server.
        NotAllowed = "not_allowed",

        // ---- connecting
        /// Instagram does not know the app id, or the secret does not belong to it.
        WrongApp = "wrong_app",
        /// The redirect address is not registered in the Meta app.
        RedirectMismatch = "redirect_mismatch",
        /// The owner pressed "Deny" on Instagram's page.
        ConsentDenied = "consent_denied",
        /// The address does not look like one that Instagram sends the browser to.
        CallbackUnreadable = "callback_unreadable",
        /// A callback that answers no login of ours: forged, or of another program.
        LoginUnknown = "login_unknown",
        /// A callback that was used before.
        LoginUsed = "login_used",
        /// A callback that came after ten minutes.
        LoginExpired = "login_expired",
        /// Instagram no longer accepts the code: used or too old.
        LoginCodeRefused = "login_code_refused",
        /// The token is not one, or Instagram withdrew it.
        TokenInvalid = "token_invalid",
        /// The token ran out.
        TokenExpired = "token_expired",
        /// "Unsupported request - method type: get": the account is no accepted tester of the app.
        NotATester = "not_a_tester",
        /// A permission is missing or was taken back.
        PermissionMissing = "permission_missing",
        /// "Allow access to messages" is off in the Instagram app.
        MessageAccessOff = "message_access_off",
        /// The account that came back is not the one that was to be connected again.
        OtherAccount = "other_account",
        /// Several Facebook Pages have an Instagram account: the owner has to say which.
        PageNeeded = "page_needed",
        /// No Facebook Page of the owner's has an Instagram account linked to it.
        NoPage = "no_page",
        /// Instagram restricted the account or the app.
        AccountRestricted = "account_restricted",

        // ---- talking to Instagram
        /// No connection.
        InstagramUnreachable = "instagram_unreachable",
        /// An answer that cannot be read: malformed, cut off, or a web page.
        InstagramUnreadable = "instagram_unreadable",
        /// Instagram reports a fault of its own.
        InstagramFault = "instagram_fault",
        /// Too many calls.
        InstagramThrottled = "instagram_throttled",

        // ---- replying
        /// Nothing to send.
        ReplyEmpty = "reply_empty",
        /// More than 1000 bytes.
        ReplyTooLong = "reply_too_long",
        /// More than 24 hours since the customer wrote.
        WindowClosed = "window_closed",
        /// The moment chosen for a reply lies outside the reply window.
        ScheduleOutsideWindow = "schedule_outside_window",
        /// Meta has not given the owner's app the feature "Human Agent".
        HumanAgentOff = "human_agent_off",
        /// The conversation was archived or deleted in Instagram.
        ConversationGone = "conversation_gone",
        /// The customer cannot be written to: gone, or blocked.
        RecipientUnavailable = "recipient_unavailable",
        /// Instagram refuses this message.
        ReplyRefused = "reply_refused",
        /// It is not known whether the message arrived.
        ReplyUnconfirmed = "reply_unconfirmed",
        /// The message stands in an older copy of the file: it may have been sent long ago.
        ReplyFromCopy = "reply_from_copy",
        /// A newer message came after the draft was written.
        DraftStale = "draft_stale",
        /// The draft was already approved, rejected or replaced.
        DraftSettled = "draft_settled",
        /// It cannot be taken back any more.
        TooLate = "too_late",

        // ---- pictures, films and files
        /// Instagram no longer gives it: the link ran out, or its sender took it back.
        MediaGone = "media_gone",
        /// It is not what it claims to be, or nothing that is safe to show.
        MediaRefused = "media_refused",
        /// It is larger than ReplyDesk fetches.
        MediaTooLarge = "media_too_large",

        // ---- drafting
        /// The AI endpoint does not answer.
        AiUnreachable = "ai_unreachable",
        /// The AI endpoint took too long.
        AiSlow = "ai_slow",
        /// The AI endpoint refuses the key.
        AiKeyRefused = "ai_key_refused",
        /// The AI endpoint does not know the model or the address.
        AiModelUnknown = "ai_model_unknown",
        /// The endpoint's address is neither https nor on this machine.
        AiAddressUnusable = "ai_address_unusable",
        /// Somebody answers at the endpoint's address, but no AI does.
        AiAddressUnknown = "ai_address_unknown",
        /// The AI endpoint's quota is used up.
        AiQuota = "ai_quota",
        /// The AI endpoint answered something that is no reply.
        AiNonsense = "ai_nonsense",
        /// An entry of knowledge without a question or an answer.
        EntryIncomplete = "entry_incomplete",
        /// It needs an AI endpoint, and none can be used.
        AiNeeded = "ai_needed",
        /// What was allowed for the endpoint a day is spent.
        AiCapReached = "ai_cap_reached",
        /// A check of the draft failed: the owner has to confirm it.
        DraftUnconfirmed = "draft_unconfirmed",
        /// The file or folder is not where it was.
        FileMissing = "file_missing",
        /// The file is larger than an owner's answers can be.
        FileTooLarge = "file_too_large",
        /// The file cannot be read: damaged, protected, or no leave to open it.
        FileUnreadable = "file_unreadable",
        /// A kind of file that is not understood.
        FileKindUnknown = "file_kind_unknown",
        /// The file holds no answers.
        FileEmpty = "file_empty",
        /// Hours that cannot be read.
        HoursUnreadable = "hours_unreadable",

        // ---- this machine
        /// The data folder cannot be written.
        DataFolderUnwritable = "data_folder_unwritable",
        /// The data folder is another machine's: that damages a file sooner or later.
        DataOnNetwork = "data_on_network",
        /// The disk is full.
        DiskFull = "disk_full",
        /// The data was written by a newer ReplyDesk.
        DataTooNew = "data_too_new",
        /// The data file is damaged.
        DataDamaged = "data_damaged",
        /// Another program holds the data file.
        DataLocked = "data_locked",
        /// The file is no sound backup of ReplyDesk's.
        BackupUnusable = "backup_unusable",
        /// A file of this name is there already.
        FileExists = "file_exists",
        /// The place that the owner chose cannot be written.
        PlaceUnwritable = "place_unwritable",
        /// The confirmation is not the word that was asked for.
        ConfirmMismatch = "confirm_mismatch",
        /// Another ReplyDesk works on the same data.
        AlreadyRunning = "already_running",
        /// The port is taken.
        PortTaken = "port_taken",
        /// The machine has no place for secrets.
        KeyringMissing = "keyring_missing",
        /// The place for secrets is locked.
        KeyringLocked = "keyring_locked",
        /// The passphrase of the secrets file is wrong or missing.
        PassphraseWrong = "passphrase_wrong",
        /// A setting from the environment that cannot be used.
        BadSetting = "bad_setting",
        /// Anything else: a fault of ReplyDesk itself.
        Internal = "internal",
    }
}
