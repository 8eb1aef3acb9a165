//! The owner's settings: how the screen looks, and what the AI may do.

use crate::desk::PREFERENCES;
use crate::dto::{AiSettings, AiSettingsChange, AnswersWhen, Preferences};
use crate::{Desk, IpcError, hours};
use desk_core::{Code, Engine, Reason, ReplyMode, Source};
use desk_secrets::SecretName;
use desk_store::table::{draft, setting};
use desk_store::{Connection, StoreError, Write};
use desk_sync::ingest::{DEFAULT_QUIET_MILLIS, QUIET_MILLIS};
use serde::{Deserialize, Serialize};

/// The steps of the set-up, in their order.
const WELCOME_STEPS: &[&str] = &[
    "professional",
    "access",
    "app_create",
    "app_permissions",
    "app_redirect",
    "app_tester",
    "app_publish",
    "connect",
    "sync",
    "ai",
];
/// The setting with how the AI is set.
pub(crate) const AI: &str = "ai";
/// How long an automatic reply can be stopped, when the owner did not say.
const DEFAULT_COUNTDOWN_SECONDS: u32 = 45;
/// The name under which the endpoint's key is kept.
const KEY_NAME: &str = "endpoint";

/// What is stored of the AI's settings beside those that other crates read.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct StoredAi {
    pub(crate) engine: Engine,
    pub(crate) base_url: String,
    pub(crate) model: String,
    pub(crate) has_key: bool,
    pub(crate) countdown_seconds: u32,
    pub(crate) disclosure: bool,
    pub(crate) business_name: String,
    pub(crate) business_about: String,
    pub(crate) never_auto_words: Vec<String>,
    pub(crate) quiet_hours: String,
    pub(crate) business_hours: Vec<String>,
    pub(crate) answers_when: AnswersWhen,
    pub(crate) takeover_hours: u32,
    pub(crate) risk_percent: u32,
    pub(crate) masking: bool,
    pub(crate) deadline_seconds: u32,
    pub(crate) price_in_cents: u32,
    pub(crate) price_out_cents: u32,
    pub(crate) currency: String,
    pub(crate) daily_cap_cents: u32,
    /// What the endpoint was found to understand; unknown until it was asked.
    pub(crate) capabilities: Option<u8>,
}

impl Default for StoredAi {
    fn default() -> Self {
        StoredAi {
            engine: Engine::Embedded,
            base_url: String::new(),
            model: String::new(),
            has_key: false,
            countdown_seconds: DEFAULT_COUNTDOWN_SECONDS,
            disclosure: true,
            business_name: String::new(),
            business_about: String::new(),
            never_auto_words: Vec::new(),
            quiet_hours: String::new(),
            business_hours: vec![String::new(); 7],
            answers_when: AnswersWhen::Always,
            takeover_hours: 12,
            risk_percent: 5,
            masking: true,
            deadline_seconds: 20,
            price_in_cents: 0,
            price_out_cents: 0,
            currency: "USD".to_owned(),
            daily_cap_cents: 0,
            capabilities: None,
        }
    }
}

/// Reads how the AI is set.
pub(crate) fn stored_ai(db: &Connection) -> Result<StoredAi, StoreError> {
    setting::get(db, AI)
}

/// The name of the endpoint's key in the keyring.
pub(crate) fn key_name() -> Result<SecretName, IpcError> {
    Ok(SecretName::ai_key(KEY_NAME)?)
}

fn read(db: &Connection) -> Result<AiSettings, StoreError> {
    let ai = stored_ai(db)?;
    let quiet: Option<u32> = setting::get(db, QUIET_MILLIS)?;
    Ok(AiSettings {
        paused: setting::get(db, setting::AI_PAUSED)?,
        engine: ai.engine,
        base_url: ai.base_url,
        model: ai.model,
        has_key: ai.has_key,
        default_mode: setting::effective_mode(db, None)?,
        countdown_seconds: ai.countdown_seconds,
        quiet_millis: quiet.unwrap_or(DEFAULT_QUIET_MILLIS),
        disclosure: ai.disclosure,
        business_name: ai.business_name,
        business_about: ai.business_about,
        never_auto_words: ai.never_auto_words,
        quiet_hours: ai.quiet_hours,
        business_hours: ai.business_hours,
        answers_when: ai.answers_when,
        takeover_hours: ai.takeover_hours,
        risk_percent: ai.risk_percent,
        masking: ai.masking,
        deadline_seconds: ai.deadline_seconds,
        price_in_cents: ai.price_in_cents,
        price_out_cents: ai.price_out_cents,
        currency: ai.currency,
        daily_cap_cents: ai.daily_cap_cents,
        dialect: ai
            .capabilities
            .map(|bits| desk_ai::Capabilities(bits).format().to_owned()),
    })
}

/// Pauses the AI everywhere, or lets it go on; what counts down becomes a proposal.
pub(crate) fn pause(w: &mut Write<'_>, paused: bool) -> Result<(), StoreError> {
    setting::set(w, setting::AI_PAUSED, &paused)?;
    if paused {
        for waiting in draft::countdowns(w)? {
            draft::back_to_proposal(w, &waiting, Reason::Paused, Source::Owner)?;
        }
    }
    Ok(())
}

/// Puts a change over what is stored. What is out of bounds is brought back into them.
fn changed(before: StoredAi, change: AiSettingsChange) -> StoredAi {
    let words = |text: String, most: usize| text.trim().chars().take(most).collect::<String>();
    let is_other = change.base_url.is_some() || change.model.is_some();
    StoredAi {
        capabilities: before.capabilities.filter(|_| !is_other),
        engine: change.engine.unwrap_or(before.engine),
        base_url: change.base_url.map_or(before.base_url, |t| words(t, 500)),
        model: change.model.map_or(before.model, |t| words(t, 200)),
        has_key: change.api_key.map_or(before.has_key, |key| !key.is_empty()),
        countdown_seconds: change
            .countdown_seconds
            .unwrap_or(before.countdown_seconds)
            .min(3600),
        disclosure: change.disclosure.unwrap_or(before.disclosure),
        business_name: change
            .business_name
            .map_or(before.business_name, |t| words(t, 100)),
        business_about: change
            .business_about
            .map_or(before.business_about, |t| words(t, 2000)),
        never_auto_words: change
            .never_auto_words
            .map_or(before.never_auto_words, |all| {
                let all = all.into_iter().map(|w| words(w, 60));
                all.filter(|w| !w.is_empty()).take(200).collect()
            }),
        quiet_hours: change
            .quiet_hours
            .map_or(before.quiet_hours, |t| words(t, 20)),
        business_hours: change.business_hours.unwrap_or(before.business_hours),
        answers_when: change.answers_when.unwrap_or(before.answers_when),
        takeover_hours: change
            .takeover_hours
            .unwrap_or(before.takeover_hours)
            .min(24 * 30),
        risk_percent: change
            .risk_percent
            .unwrap_or(before.risk_percent)
            .clamp(1, 20),
        masking: change.masking.unwrap_or(before.masking),
        deadline_seconds: change
            .deadline_seconds
            .unwrap_or(before.deadline_seconds)
            .clamp(2, 300),
        price_in_cents: change.price_in_cents.unwrap_or(before.price_in_cents),
        price_out_cents: change.price_out_cents.unwrap_or(before.price_out_cents),
        currency: change.currency.map_or(before.currency, |t| words(t, 8)),
        daily_cap_cents: change.daily_cap_cents.unwrap_or(before.daily_cap_cents),
    }
}

impl Desk {
    /// Command `preferences_set`.
    ///
    /// # Errors
    /// [`Code::BadRequest`] for a language, a theme or a step that does not exist.
    pub async fn preferences_set(&self, preferences: Preferences) -> Result<Preferences, IpcError> {
        let known = |value: &Option<String>, all: &[&str]| {
            value.as_deref().is_none_or(|v| all.contains(&v))
        };
        if !known(&preferences.language, &["en", "tr", "ru"])
            || !known(&preferences.theme, &["light", "dark"])
            || !known(&preferences.welcome, WELCOME_STEPS)
        {
            return Err(IpcError::new(Code::BadRequest, "no such choice"));
        }
        let stored = preferences.clone();
        self.store
            .write(move |w| setting::set(w, PREFERENCES, &stored))
            .await
            .map_err(|e: StoreError| e)?;
        Ok(preferences)
    }

    /// Command `ai_settings_get`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn ai_settings_get(&self) -> Result<AiSettings, IpcError> {
        let settings: Result<_, StoreError> = self.store.read(read).await;
        Ok(settings?)
    }

    /// Command `ai_settings_set`.
    ///
    /// # Errors
    /// When the address makes no sense, or the key cannot be kept.
    pub async fn ai_settings_set(
        &self,
        settings: AiSettingsChange,
    ) -> Result<AiSettings, IpcError> {
        if let Some(url) = settings.base_url.as_deref().filter(|u| !u.is_empty()) {
            crate::connect::endpoint_url(url)?;
        }
        hours::check(&settings)?;
        if let Some(key) = &settings.api_key {
            if key.is_empty() {
                self.secrets.delete(&key_name()?).await?;
            } else {
                self.secrets.set(&key_name()?, &key.0).await?;
            }
        }
        let written: Result<AiSettings, StoreError> = self
            .store
            .write(move |w| {
                let (default_mode, quiet_millis) = (settings.default_mode, settings.quiet_millis);
                let ai = changed(stored_ai(w)?, settings);
                setting::set(w, AI, &ai)?;
                if let Some(mode) = default_mode {
                    // What goes out by itself is allowed conversation by conversation.
                    let mode = mode.min(ReplyMode::Draft);
                    setting::set(w, setting::DEFAULT_MODE, &Some(mode))?;
                }
                if let Some(quiet) = quiet_millis {
                    setting::set(w, QUIET_MILLIS, &Some(quiet.min(60_000)))?;
                }
                read(w)
            })
            .await;
        let written = written?;
        self.drafting.endpoint_changed();
        Ok(written)
    }

    /// Command `ai_pause`. What counts down becomes a proposal in the same transaction.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn ai_pause(&self, paused: bool) -> Result<AiSettings, IpcError> {
        let written: Result<AiSettings, StoreError> = self
            .store
            .write(move |w| {
                pause(w, paused)?;
                read(w)
            })
            .await;
        Ok(written?)
    }
}
