use super::*;
use tempfile::TempDir;

fn passphrase(text: &str) -> SecretString {
    SecretString::from(text)
}

fn open(dir: &Path, namespace: &str, text: &str) -> Result<FileStore, SecretError> {
    FileStore::open_with(namespace, dir, passphrase(text), Costs::TEST)
}

fn name() -> SecretName {
    SecretName::account_token("178").unwrap()
}

async fn filled(dir: &Path) -> FileStore {
    let store = open(dir, "", "right").unwrap();
    store
        .set(&name(), &SecretString::from("IGAAmarked"))
        .await
        .unwrap();
    store
}

#[tokio::test]
async fn a_secret_is_there_after_opening_again() {
    let dir = TempDir::new().unwrap();
    filled(dir.path()).await;
    let store = open(dir.path(), "", "right").unwrap();
    let kept = store.get(&name()).await.unwrap().unwrap();
    assert_eq!(kept.expose_secret(), "IGAAmarked");
}

#[tokio::test]
async fn a_wrong_passphrase_is_told_apart_from_damage() {
    let dir = TempDir::new().unwrap();
    let store = filled(dir.path()).await;
    assert!(matches!(
        open(dir.path(), "", "wrong"),
        Err(SecretError::WrongPassphrase)
    ));

    let path = store.shared.path.clone();
    let whole = fs::read(&path).unwrap();
    let mut changed = whole.clone();
    *changed.last_mut().unwrap() ^= 1;
    fs::write(&path, &changed).unwrap();
    assert!(matches!(
        open(dir.path(), "", "right"),
        Err(SecretError::Damaged)
    ));
    for length in [0, 7, 40, 99, whole.len() - 1] {
        fs::write(&path, &whole[..length]).unwrap();
        assert!(
            matches!(open(dir.path(), "", "right"), Err(SecretError::Damaged)),
            "{length}"
        );
        assert!(
            store.get(&name()).await.is_err(),
            "damage is not taken for an empty file"
        );
    }
    fs::write(&path, &whole).unwrap();
    assert!(open(dir.path(), "", "right").is_ok());
}

#[tokio::test]
async fn absurd_costs_in_a_changed_file_are_refused() {
    let dir = TempDir::new().unwrap();
    let store = filled(dir.path()).await;
    let mut bytes = fs::read(&store.shared.path).unwrap();
    bytes[8..12].copy_from_slice(&u32::MAX.to_le_bytes());
    fs::write(&store.shared.path, &bytes).unwrap();
    assert!(matches!(
        open(dir.path(), "", "right"),
        Err(SecretError::Damaged)
    ));
}

#[tokio::test]
async fn a_file_of_another_namespace_does_not_open() {
    let dir = TempDir::new().unwrap();
    let store = filled(dir.path()).await;
    let other = open(dir.path(), "Test 1", "right").unwrap();
    assert!(
        other.get(&name()).await.unwrap().is_none(),
        "each has its own file"
    );
    fs::copy(&store.shared.path, &other.shared.path).unwrap();
    assert!(open(dir.path(), "Test 1", "right").is_err());
}

#[tokio::test]
async fn a_file_that_went_missing_is_an_error_and_not_an_empty_store() {
    let dir = TempDir::new().unwrap();
    let store = filled(dir.path()).await;
    fs::remove_file(&store.shared.path).unwrap();
    assert!(matches!(store.get(&name()).await, Err(SecretError::Io(_))));
}

#[tokio::test]
async fn two_programs_see_each_others_changes() {
    let dir = TempDir::new().unwrap();
    let first = filled(dir.path()).await;
    let second = open(dir.path(), "", "right").unwrap();
    let other = SecretName::app_secret("77").unwrap();
    second.set(&other, &SecretString::from("s")).await.unwrap();
    first
        .set(&name(), &SecretString::from("new"))
        .await
        .unwrap();
    assert_eq!(
        second.get(&name()).await.unwrap().unwrap().expose_secret(),
        "new"
    );
    assert_eq!(
        first.get(&other).await.unwrap().unwrap().expose_secret(),
        "s"
    );
}

#[tokio::test]
async fn nothing_readable_is_on_the_disk_and_a_leftover_does_no_harm() {
    let dir = TempDir::new().unwrap();
    let store = filled(dir.path()).await;
    fs::write(store.shared.path.with_extension("new"), "left by a crash").unwrap();
    store
        .set(&name(), &SecretString::from("IGAAmarked2"))
        .await
        .unwrap();
    for entry in fs::read_dir(dir.path()).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(
            !text.contains("IGAA") && !text.contains("account/"),
            "{text}"
        );
    }
    assert!(!store.shared.path.with_extension("new").exists());
    assert!(!format!("{store:?}").contains("right"));
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_may_read_the_file_and_enter_the_folder() {
    use std::os::unix::fs::PermissionsExt as _;
    let parent = TempDir::new().unwrap();
    let dir = parent.path().join("new").join("inner");
    let store = filled(&dir).await;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&dir), 0o700);
    assert_eq!(mode(&store.shared.path), 0o600);
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o755)).unwrap();
    filled(&dir).await;
    assert_eq!(mode(&dir), 0o700, "an open folder is closed");
}
