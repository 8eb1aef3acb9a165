//! One suite for every place that keeps secrets.

use desk_secrets::{
    Backend, ExposeSecret, SecretError, SecretName, SecretStore, SecretString, open,
};
use std::sync::Arc;
use tempfile::TempDir;

/// What every place has to do.
async fn keeps_secrets(store: Arc<dyn SecretStore>) -> Result<(), SecretError> {
    let token = SecretName::account_token("178")?;
    let other = SecretName::account_token("179")?;
    let key = SecretName::ai_key("178")?;
    let read = async |name: &SecretName| {
        let found = store.get(name).await?;
        Ok::<_, SecretError>(found.map(|secret| secret.expose_secret().to_owned()))
    };

    assert_eq!(read(&token).await?, None, "nothing is there at first");
    store.delete(&token).await?;
    store.set(&token, &SecretString::from("first")).await?;
    store
        .set(&key, &SecretString::from("key of the same id"))
        .await?;
    assert_eq!(read(&token).await?.as_deref(), Some("first"));
    assert_eq!(read(&other).await?, None);

    let long = "ağ😊\n\"\\".repeat(500);
    store
        .set(&token, &SecretString::from(long.as_str()))
        .await?;
    assert_eq!(
        read(&token).await?,
        Some(long),
        "a new secret takes the place of the old"
    );
    store.set(&token, &SecretString::from("")).await?;
    assert_eq!(
        read(&token).await?.as_deref(),
        Some(""),
        "an empty secret is not a missing one"
    );

    let writers = (0..8).map(|number| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let name = SecretName::app_secret(&number.to_string())?;
            store
                .set(&name, &SecretString::from(format!("s{number}")))
                .await
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.map_err(|_| SecretError::Interrupted)??;
    }
    for number in 0..8 {
        let name = SecretName::app_secret(&number.to_string())?;
        assert_eq!(
            read(&name).await?,
            Some(format!("s{number}")),
            "no write is lost"
        );
        store.delete(&name).await?;
    }

    store.delete(&token).await?;
    store.delete(&key).await?;
    assert_eq!(read(&token).await?, None);
    assert_eq!(read(&key).await?, None);
    Ok(())
}

#[tokio::test]
async fn memory_keeps_secrets() {
    let dir = TempDir::new().unwrap();
    let store = open(Backend::Memory, "test", dir.path(), None).unwrap();
    assert_eq!(store.backend(), Backend::Memory);
    keeps_secrets(store).await.unwrap();
}

#[tokio::test]
async fn the_sealed_file_keeps_secrets() {
    let dir = TempDir::new().unwrap();
    let passphrase = Some(SecretString::from("correct horse"));
    let store = open(Backend::File, "test", dir.path(), passphrase).unwrap();
    assert_eq!(store.backend(), Backend::File);
    keeps_secrets(store).await.unwrap();
}

#[tokio::test]
async fn the_file_does_not_open_without_a_passphrase() {
    let dir = TempDir::new().unwrap();
    for passphrase in [None, Some(SecretString::from(""))] {
        let opened = open(Backend::File, "test", dir.path(), passphrase);
        assert!(matches!(opened, Err(SecretError::NoPassphrase)));
    }
}

/// Touches the real keyring of whoever runs it, so it has to be asked for:
/// `REPLYDESK_TEST_KEYRING=1` on a session with a message bus.
#[tokio::test]
async fn the_keyring_keeps_secrets_when_the_test_of_it_is_asked_for() {
    let asked = std::env::var("REPLYDESK_TEST_KEYRING").is_ok_and(|value| value == "1");
    if !asked || std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_none() {
        eprintln!("left out: needs REPLYDESK_TEST_KEYRING=1 and a session bus");
        return;
    }
    let dir = TempDir::new().unwrap();
    let namespace = format!("test {}", std::process::id());
    let store = open(Backend::Keyring, &namespace, dir.path(), None).unwrap();
    assert_eq!(store.backend(), Backend::Keyring);
    keeps_secrets(store).await.unwrap();
}

#[test]
fn the_kinds_of_places_are_read_from_their_words() {
    for backend in [Backend::Keyring, Backend::File, Backend::Memory] {
        assert_eq!(backend.to_string().parse::<Backend>().unwrap(), backend);
    }
    assert!(matches!(
        "plain".parse::<Backend>(),
        Err(SecretError::UnknownBackend)
    ));
}
