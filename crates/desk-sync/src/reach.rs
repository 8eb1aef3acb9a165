//! By which login an account is reached: that decides about the host, and about who acts in a path.

use desk_core::Code;
use desk_store::table::account::Account;
use graph_api::{Client, Login, PageId};

/// A client that acts for an account. A token of one login never goes to the host of the other.
///
/// # Errors
/// [`Code::NoPage`] when the Page that is written down is none.
pub fn client_for(client: &Client, account: &Account) -> Result<Client, Code> {
    let login = match &account.page_id {
        None => Login::Instagram,
        Some(page) => Login::Facebook(PageId::parse(page.as_str()).ok_or(Code::NoPage)?),
    };
    Ok(client.acting_for(login))
}
