//! Owns the things that the API returns, one file each. They are read with tolerance and hold no
//! rule of the product: whether a message is from the owner is for others to say.

mod attachment;
mod conversation;
mod me;
mod message;
mod profile;
mod receipt;

pub use attachment::{Attachment, AttachmentKind, Share};
pub use conversation::Conversation;
pub use me::{AccountType, Me};
pub use message::{Message, Party, Reaction, ReplyTo, Story, StoryKind};
pub use profile::Profile;
pub use receipt::SendReceipt;
