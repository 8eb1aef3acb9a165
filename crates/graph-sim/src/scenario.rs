//! Scenarios: worlds as data files. `empty`, `shop` (the demo) and `crowd` are built in; any other
//! name is the path of a file in the same form. Times in a file are relative to the start.

pub(crate) mod crowd;
pub(crate) mod story;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;

use crate::clock::plus_seconds;
use crate::state::{Draft, World};
use crate::threads::{AttachmentKind, Author};
use story::{Story, StoryFile};

const EMPTY: &str = include_str!("scenario/empty.json");
const SHOP: &str = include_str!("scenario/shop.json");
const CROWD: &str = include_str!("scenario/crowd.json");

/// What the owner of the shop in the scenario `shop` knows: a JSON array of
/// `{"questions", "answer", "lang", "autoOk", "internal"}`.
pub const SHOP_KNOWLEDGE: &str = include_str!("scenario/shop_knowledge.json");

/// Why a scenario could not be loaded.
#[derive(Debug)]
#[non_exhaustive]
pub enum ScenarioError {
    /// The file cannot be read.
    File(std::io::Error),
    /// The text is not a scenario.
    Format(serde_json::Error),
    /// Something in it makes no sense.
    Meaning(String),
}

impl std::fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(error) => write!(f, "the file cannot be read: {error}"),
            Self::Format(error) => write!(f, "the file is not a scenario: {error}"),
            Self::Meaning(reason) => f.write_str(reason),
        }
    }
}

impl std::error::Error for ScenarioError {}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ScenarioFile {
    #[serde(default)]
    shop: Option<ShopFile>,
    #[serde(default)]
    settings: Option<Value>,
    #[serde(default)]
    customers: Vec<CustomerFile>,
    #[serde(default)]
    story: Option<StoryFile>,
    #[serde(default)]
    crowd: Option<crowd::CrowdFile>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ShopFile {
    username: String,
    name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CustomerFile {
    username: String,
    #[serde(default)]
    name: Option<String>,
    lang: String,
    #[serde(default)]
    follows: bool,
    #[serde(default)]
    request: bool,
    messages: Vec<MessageFile>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct MessageFile {
    /// Such as `3d 2h 15m`.
    ago: String,
    #[serde(default)]
    from_owner: bool,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    attachment: Option<String>,
    #[serde(default)]
    story_reply: bool,
}

/// Loads a scenario into a new world.
pub(crate) fn load(world: &mut World, name: &str) -> Result<(), ScenarioError> {
    let (name, size) = match name.split_once(':') {
        Some((base @ "crowd", size)) => {
            let size = size.parse::<usize>().ok().filter(|size| *size <= 200_000);
            let size = size.ok_or_else(|| {
                ScenarioError::Meaning("crowd:N needs a number up to 200000".to_owned())
            })?;
            (base, Some(size))
        }
        _ => (name, None),
    };
    let read;
    let text = match name {
        "empty" => EMPTY,
        "shop" => SHOP,
        "crowd" => CROWD,
        path => {
            read = std::fs::read_to_string(path).map_err(ScenarioError::File)?;
            &read
        }
    };
    let file: ScenarioFile = serde_json::from_str(text).map_err(ScenarioError::Format)?;
    fill(world, file, size)
}

fn fill(world: &mut World, file: ScenarioFile, size: Option<usize>) -> Result<(), ScenarioError> {
    let now = world.clock.now();
    if let Some(shop) = file.shop {
        world.account.username = shop.username;
        world.account.name = shop.name;
    }
    if let Some(settings) = &file.settings {
        world.settings = world
            .settings
            .merged(settings)
            .map_err(ScenarioError::Meaning)?;
    }
    for customer in file.customers {
        add_customer(world, customer, now)?;
    }
    if let Some(crowd) = file.crowd {
        crowd::fill(world, &crowd, size, now);
    }
    if let Some(story) = file.story {
        let seed = world.ids.number();
        world.story = Some(Story::start(story, seed, now, world.settings.pace));
    }
    Ok(())
}

fn add_customer(
    world: &mut World,
    customer: CustomerFile,
    now: DateTime<Utc>,
) -> Result<(), ScenarioError> {
    let igsid = world.person(&customer.username);
    if let Some(person) = world.people.get_mut(&igsid) {
        person.name = customer.name;
        person.lang = customer.lang;
        person.follows = customer.follows;
    }
    for message in customer.messages {
        let wrong = |what: &str| ScenarioError::Meaning(format!("{}: {what}", customer.username));
        let ago = seconds(&message.ago).ok_or_else(|| wrong("ago is not like 3d 2h 15m"))?;
        let attachment = match message.attachment.as_deref() {
            None => None,
            Some(kind) => {
                Some(AttachmentKind::from_name(kind).ok_or_else(|| wrong("unknown attachment"))?)
            }
        };
        let draft = Draft {
            text: message.text,
            attachment,
            story_reply: message.story_reply,
            ..Draft::default()
        };
        let author = if message.from_owner {
            Author::Phone
        } else {
            Author::Customer
        };
        world.post(&igsid, author, draft, plus_seconds(now, -ago));
    }
    if let Some(thread) = world.threads.with_mut(&igsid) {
        thread.request = customer.request;
    }
    Ok(())
}

/// Reads `3d 2h 15m 20s`.
fn seconds(text: &str) -> Option<i64> {
    let mut sum = 0_i64;
    for part in text.split_whitespace() {
        let unit = part.chars().next_back()?;
        let number: i64 = part.trim_end_matches(unit).parse().ok()?;
        let each = match unit {
            'd' => 86_400,
            'h' => 3_600,
            'm' => 60,
            's' => 1,
            _ => return None,
        };
        sum = sum.checked_add(number.checked_mul(each)?)?;
    }
    Some(sum)
}
