//! What the environment and the command line say.

use crate::IpcError;
use desk_core::Code;
use desk_secrets::Backend;
use graph_api::{ApiVersion, Endpoints, Limits, SecretString};
use std::path::PathBuf;
use std::time::Duration;

/// How ReplyDesk is to run.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the data lies.
    pub data_dir: PathBuf,
    /// Whether this is the demo.
    pub demo: bool,
    /// The hosts of Instagram.
    pub endpoints: Endpoints,
    /// The version of the Graph API.
    pub version: ApiVersion,
    /// Where secrets are kept.
    pub secrets: Backend,
    /// Opens the file of secrets.
    pub passphrase: Option<SecretString>,
    /// The redirect address that is proposed to the owner; empty when there is none. It has to be a
    /// page of the owner's: whoever holds it sees the codes of sign-ins.
    pub redirect_uri: String,
    /// Between two polls, when it is not the default.
    pub poll_every: Option<Duration>,
    /// The port of the webhook receiver, when it is fixed; else one is chosen and remembered.
    pub webhook_port: Option<u16>,
    /// How long a call may take.
    pub limits: Limits,
    /// The hosts, with all below them, from which media is fetched.
    pub media_hosts: Vec<String>,
}

impl Config {
    /// Reads the environment; the command line goes before it.
    ///
    /// # Errors
    /// [`Code::BadSetting`], with the name of the variable in the message.
    pub fn from_environment(data_dir: Option<PathBuf>, demo: bool) -> Result<Config, IpcError> {
        Self::from_values(data_dir, demo, &|name| {
            std::env::var(name).ok().filter(|v| !v.is_empty())
        })
    }

    fn from_values(
        data_dir: Option<PathBuf>,
        demo: bool,
        get: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Config, IpcError> {
        let bad = |what: &str, e: &dyn std::fmt::Display| {
            IpcError::new(Code::BadSetting, format!("{what}: {e}"))
        };
        let data_dir = data_dir
            .or_else(|| get("REPLYDESK_DATA_DIR").map(PathBuf::from))
            .or_else(default_data_dir);
        let data_dir =
            data_dir.ok_or_else(|| bad("REPLYDESK_DATA_DIR", &"there is no folder for data"))?;
        let endpoints = Endpoints::from_values(get).map_err(|e| bad("endpoint", &e))?;
        let version =
            ApiVersion::from_values(get).map_err(|e| bad("REPLYDESK_GRAPH_VERSION", &e))?;
        let secrets = match get("REPLYDESK_SECRETS") {
            Some(text) => text
                .parse()
                .map_err(|e: desk_secrets::SecretError| bad("REPLYDESK_SECRETS", &e))?,
            None => Backend::Keyring,
        };
        let poll_every = match get("REPLYDESK_POLL_SECONDS") {
            Some(text) => {
                let seconds: f64 = text
                    .parse()
                    .map_err(|e: std::num::ParseFloatError| bad("REPLYDESK_POLL_SECONDS", &e))?;
                Some(
                    Duration::try_from_secs_f64(seconds.clamp(0.2, 3600.0))
                        .map_err(|e| bad("REPLYDESK_POLL_SECONDS", &e))?,
                )
            }
            None => None,
        };
        let webhook_port = get("REPLYDESK_WEBHOOK_PORT")
            .map(|text| text.parse::<u16>())
            .transpose()
            .map_err(|e| bad("REPLYDESK_WEBHOOK_PORT", &e))?;
        let media_hosts = match get("REPLYDESK_MEDIA_HOSTS") {
            Some(list) => list.split(',').map(|h| h.trim().to_owned()).collect(),
            None => graph_api::media::guard::HOSTS.map(str::to_owned).to_vec(),
        };
        Ok(Config {
            data_dir,
            demo,
            endpoints,
            version,
            secrets,
            passphrase: get("REPLYDESK_PASSPHRASE").map(SecretString::from),
            redirect_uri: get("REPLYDESK_REDIRECT_URI").unwrap_or_default(),
            poll_every,
            webhook_port,
            limits: Limits::default(),
            media_hosts,
        })
    }
}

fn default_data_dir() -> Option<PathBuf> {
    dirs::data_dir().map(|dir| dir.join("replydesk"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[(&str, &str)]) -> Result<Config, IpcError> {
        let get = |name: &str| {
            values
                .iter()
                .find(|(n, _)| *n == name)
                .map(|(_, v)| (*v).to_owned())
        };
        Config::from_values(Some(PathBuf::from("x")), false, &get)
    }

    #[test]
    fn plain_http_is_for_this_machine_only() {
        assert!(read(&[("REPLYDESK_INSTAGRAM_GRAPH", "http://127.0.0.1:9")]).is_ok());
        let refused = read(&[("REPLYDESK_INSTAGRAM_GRAPH", "http://example.com")]).unwrap_err();
        assert_eq!(refused.code, Code::BadSetting);
    }

    #[test]
    fn a_setting_that_makes_no_sense_is_named() {
        for (name, value) in [
            ("REPLYDESK_SECRETS", "paper"),
            ("REPLYDESK_POLL_SECONDS", "often"),
            ("REPLYDESK_WEBHOOK_PORT", "70000"),
            ("REPLYDESK_GRAPH_VERSION", "../x"),
        ] {
            let refused = read(&[(name, value)]).unwrap_err();
            assert_eq!(refused.code, Code::BadSetting);
            assert!(refused.message.contains(name), "{}", refused.message);
        }
    }
}
