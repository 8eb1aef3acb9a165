//! Every mode that a test can switch. The reference leaves many points open; each of them is a
//! field here, so that a client can be shown either behaviour.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Whether the app is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AppMode {
    /// In development: lists come back empty, without an error.
    Dev,
    /// Published.
    Live,
}

/// A limit on conversation calls.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RateLimit {
    /// Calls that come back each second.
    pub per_second: f64,
    /// Calls that may be made at once after a quiet time.
    pub burst: f64,
}

/// The modes of the platform, the app and the account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an independent switch of the platform"
)]
pub struct Settings {
    /// Published or in development.
    pub mode: AppMode,
    /// Whether the account accepted the tester invitation; without it every call is refused.
    pub tester_accepted: bool,
    /// The older behaviour for a missing tester role: consent itself ends on an error page.
    pub role_checked_at_consent: bool,
    /// The owner's switch "allow access to messages".
    pub message_access: bool,
    /// Whether the Human Agent feature was granted to the app.
    pub human_agent: bool,
    /// Facebook's paths are answered under `/facebook` alone, as by a host of its own.
    pub hosts_apart: bool,
    /// The code exchange answers `{"data":[{...}]}` rather than a flat object.
    pub wrapped_exchange: bool,
    /// The code exchange lists permissions in one comma-separated string.
    pub permissions_as_string: bool,
    /// The code exchange names the app-scoped id rather than the professional one.
    pub exchange_app_scoped_id: bool,
    /// `/me` answers `{"data":[{...}]}` rather than a flat object.
    pub wrapped_me: bool,
    /// Posting to `/me/...` is refused; only the numeric id works.
    pub me_refuses_post: bool,
    /// A refresh answers the same string with a new expiry.
    pub refresh_keeps_token: bool,
    /// Times are integers rather than `2026-03-04T05:06:07+0000`.
    pub unix_times: bool,
    /// Optional message fields that are refused with code 100.
    pub optional_fields_refused: Vec<String>,
    /// Messages older than the detail window are missing altogether.
    pub old_messages_missing: bool,
    /// How many of a thread's newest messages show their details.
    pub detail_window: usize,
    /// `is_unsupported` is the text `"true"` rather than a boolean.
    pub unsupported_as_text: bool,
    /// A message without text lacks `message` rather than having it empty.
    pub empty_text_missing: bool,
    /// Participants, senders and recipients also carry `user_id`.
    pub participants_user_id: bool,
    /// Unknown fields that are put into every conversation, message and profile.
    pub extra_fields: Map<String, Value>,
    /// Page size when none is asked for.
    pub default_limit: usize,
    /// Largest page size that is honoured.
    pub max_limit: usize,
    /// An empty page still carries cursors.
    pub cursors_on_empty: bool,
    /// A reaction moves the thread's `updated_time`.
    pub reactions_touch_thread: bool,
    /// Every link to media has run out, and messages show no new one.
    pub media_gone: bool,
    /// Counts up when all links to media run out; messages then show new ones.
    pub media_generation: u64,
    /// What lies behind links to media instead of a picture: `bomb`, `page`, `drawing`, `cut`,
    /// `endless`, `elsewhere`, `packed`.
    pub media_hostile: Option<String>,
    /// Usage headers are sent.
    pub usage_headers: bool,
    /// The percentage shown in the usage headers; counted when absent.
    pub usage_percent: Option<u64>,
    /// The limit on conversation calls; none when absent.
    pub rate_limit: Option<RateLimit>,
    /// The error code of the limit: 613 (with subcode 2534040) or 80002.
    pub rate_limit_code: i64,
    /// Error bodies carry `fbtrace_id`.
    pub trace_ids: bool,
    /// Multiplier of the story's intervals: 0.1 is ten times faster.
    pub pace: f64,
    /// Answers take up to so many milliseconds, each another time; none is held back when 0.
    pub uneven_ms: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            mode: AppMode::Live,
            tester_accepted: true,
            role_checked_at_consent: false,
            message_access: true,
            human_agent: false,
            hosts_apart: false,
            wrapped_exchange: false,
            permissions_as_string: false,
            exchange_app_scoped_id: false,
            wrapped_me: false,
            me_refuses_post: false,
            refresh_keeps_token: false,
            unix_times: false,
            optional_fields_refused: Vec::new(),
            old_messages_missing: false,
            detail_window: 20,
            unsupported_as_text: false,
            empty_text_missing: false,
            participants_user_id: false,
            extra_fields: Map::new(),
            default_limit: 25,
            max_limit: 100,
            cursors_on_empty: false,
            reactions_touch_thread: false,
            media_gone: false,
            media_generation: 0,
            media_hostile: None,
            usage_headers: true,
            usage_percent: None,
            rate_limit: None,
            rate_limit_code: 613,
            trace_ids: true,
            pace: 1.0,
            uneven_ms: 0,
        }
    }
}

impl Settings {
    /// These settings with the given fields replaced.
    ///
    /// # Errors
    /// Names the field that is unknown or has a value of the wrong kind.
    pub fn merged(&self, changes: &Value) -> Result<Self, String> {
        let Value::Object(changes) = changes else {
            return Err("settings must be a JSON object".to_owned());
        };
        let mut all = serde_json::to_value(self).map_err(|error| error.to_string())?;
        if let Value::Object(fields) = &mut all {
            for (name, value) in changes {
                fields.insert(name.clone(), value.clone());
            }
        }
        serde_json::from_value(all).map_err(|error| error.to_string())
    }
}
