//! Owns the call that tells about a person.

use crate::client::Client;
use crate::error::Error;
use crate::model::Profile;
use crate::transport::Reply;
use secrecy::SecretString;

/// A field of a profile that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProfileField {
    /// The name that people read.
    Name,
    /// The name without `@`.
    Username,
    /// The picture.
    Picture,
}

impl ProfileField {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Name, Self::Username, Self::Picture];

    /// The name at Meta.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Username => "username",
            Self::Picture => "profile_pic",
        }
    }
}

impl Client {
    /// Tells about a person who wrote. User names come with conversations already, so this is for
    /// what they lack.
    ///
    /// # Errors
    /// When the person has not written yet, cannot be seen, a field is not given, or the call fails.
    pub async fn profile(
        &self,
        token: &SecretString,
        igsid: &str,
        fields: &[ProfileField],
    ) -> Result<Reply<Profile>, Error> {
        let names: Vec<&str> = fields.iter().map(|field| field.as_str()).collect();
        let query = [("fields", names.join(","))];
        let answer = self
            .get("profile", "/{igsid}", token, &[igsid], &query)
            .await?;
        answer.reply("profile", Profile::from_document)
    }
}
