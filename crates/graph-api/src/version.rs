//! Owns the version that stands in the path of a Graph call. It must not know what any version
//! changes: the reading is tolerant enough for all of them.

use std::fmt;

/// The version of the Graph API that is put into the path, `v25.0` unless configured otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiVersion(String);

/// A text that is not a Graph API version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a Graph API version looks like v25.0")]
pub struct VersionError;

impl ApiVersion {
    /// Reads `v25.0`; `25.0` is accepted too, because people type it so.
    ///
    /// # Errors
    /// When the text is anything else; it would otherwise end up in a path.
    pub fn parse(text: &str) -> Result<Self, VersionError> {
        let number = text
            .trim()
            .trim_start_matches(['v', 'V'])
            .trim_end_matches('/');
        let (major, minor) = number.split_once('.').ok_or(VersionError)?;
        let digits = |part: &str| {
            !part.is_empty() && part.len() <= 3 && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        if digits(major) && digits(minor) {
            Ok(Self(format!("v{major}.{minor}")))
        } else {
            Err(VersionError)
        }
    }

    /// Reads `REPLYDESK_GRAPH_VERSION` through `get`; the default when it is not set.
    ///
    /// # Errors
    /// When the value is set and is no version.
    pub fn from_values(get: impl Fn(&str) -> Option<String>) -> Result<Self, VersionError> {
        match get("REPLYDESK_GRAPH_VERSION").filter(|value| !value.trim().is_empty()) {
            Some(value) => Self::parse(&value),
            None => Ok(Self::default()),
        }
    }

    /// The version as it stands in a path.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for ApiVersion {
    fn default() -> Self {
        Self("v25.0".to_owned())
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_with_and_without_its_letter() {
        assert_eq!(ApiVersion::parse(" v26.0 ").unwrap().as_str(), "v26.0");
        assert_eq!(ApiVersion::parse("24.0").unwrap().to_string(), "v24.0");
        assert_eq!(ApiVersion::default().as_str(), "v25.0");
    }

    #[test]
    fn a_text_that_could_change_the_path_is_refused() {
        for text in [
            "",
            "v25",
            "v25.0/me",
            "../v25.0",
            "v25.0?x=1",
            "vv.0",
            "v1234.0",
        ] {
            assert_eq!(ApiVersion::parse(text), Err(VersionError), "{text}");
        }
    }

    #[test]
    fn the_environment_may_change_the_version() {
        let set = ApiVersion::from_values(|_| Some("v23.0".to_owned()));
        assert_eq!(set.unwrap().as_str(), "v23.0");
        assert_eq!(
            ApiVersion::from_values(|_| None).unwrap(),
            ApiVersion::default()
        );
        assert!(ApiVersion::from_values(|_| Some("latest".to_owned())).is_err());
    }
}
