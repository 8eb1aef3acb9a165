//! Where OpenAI-compatible endpoints usually are. Data for a form; the owner may type any other.

use serde::Serialize;

/// A well-known endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Preset {
    /// Its id, stable.
    pub id: &'static str,
    /// Its name, the same in every language.
    pub name: &'static str,
    /// Its address; empty for the free field.
    pub base_url: &'static str,
    /// A model to begin with; empty where the owner's machine decides.
    pub model: &'static str,
    /// It wants a key.
    pub needs_key: bool,
    /// It runs on this machine, so nothing leaves and nothing is paid.
    pub is_local: bool,
    /// Where a key is made; empty where none is needed.
    pub key_page: &'static str,
}

/// The presets, in the order of the form; the free field is the last.
pub const PRESETS: [Preset; 8] = [
    cloud(
        "openai",
        "OpenAI",
        "https://api.openai.com/v1",
        "gpt-4.1-mini",
        "https://platform.openai.com/api-keys",
    ),
    cloud(
        "anthropic",
        "Anthropic",
        "https://api.anthropic.com/v1",
        "claude-haiku-4-5",
        "https://console.anthropic.com/settings/keys",
    ),
    cloud(
        "gemini",
        "Google Gemini",
        "https://generativelanguage.googleapis.com/v1beta/openai",
        "gemini-2.5-flash",
        "https://aistudio.google.com/apikey",
    ),
    cloud(
        "openrouter",
        "OpenRouter",
        "https://openrouter.ai/api/v1",
        "openai/gpt-4.1-mini",
        "https://openrouter.ai/keys",
    ),
    local("ollama", "Ollama", "http://localhost:11434/v1"),
    local("lmstudio", "LM Studio", "http://localhost:1234/v1"),
    local("llamacpp", "llama.cpp", "http://localhost:8080/v1"),
    Preset {
        id: "other",
        name: "",
        base_url: "",
        model: "",
        needs_key: false,
        is_local: false,
        key_page: "",
    },
];

const fn cloud(
    id: &'static str,
    name: &'static str,
    base_url: &'static str,
    model: &'static str,
    key_page: &'static str,
) -> Preset {
    Preset {
        id,
        name,
        base_url,
        model,
        needs_key: true,
        is_local: false,
        key_page,
    }
}

const fn local(id: &'static str, name: &'static str, base_url: &'static str) -> Preset {
    Preset {
        id,
        name,
        base_url,
        model: "",
        needs_key: false,
        is_local: true,
        key_page: "",
    }
}

/// Whether an address is on this machine: nothing leaves it, nothing is paid.
#[must_use]
pub fn is_local(base_url: &str) -> bool {
    url::Url::parse(base_url.trim()).is_ok_and(|url| super::is_loopback(&url))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Endpoint;
    use std::time::Duration;

    #[test]
    fn every_preset_is_an_address_that_can_be_used() {
        for preset in PRESETS.iter().filter(|p| p.id != "other") {
            let made = Endpoint::new(preset.base_url, "m", None, Duration::from_secs(1));
            assert!(made.is_ok(), "{}", preset.id);
            assert_eq!(is_local(preset.base_url), preset.is_local, "{}", preset.id);
            assert_eq!(preset.needs_key, !preset.key_page.is_empty());
        }
        assert!(!is_local("nonsense"));
    }
}
