//! Owns the call that tells about a person.

use crate::client::Client;
use crate::error::Error;
use crate::model::Profile;
use crate::transport::Reply;
use secrecy::SecretString;

const FIELDS: &str = "name,username,profile_pic,follower_count,is_user_follow_business,\
                      is_business_follow_user,is_verified_user";

impl Client {
    /// Tells about a person who wrote. User names come with conversations already, so this is for
    /// what they lack.
    ///
    /// # Errors
    /// When the person has not written yet, cannot be seen, or the call fails.
    pub async fn profile(
        &self,
        token: &SecretString,
        igsid: &str,
    ) -> Result<Reply<Profile>, Error> {
        let query = [("fields", FIELDS.to_owned())];
        let answer = self
            .get("profile", "/{igsid}", token, &[igsid], &query)
            .await?;
        answer.reply("profile", Profile::from_document)
    }
}
