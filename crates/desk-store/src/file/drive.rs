//! Whether the data lies on another machine's disk. SQLite needs locks and shared memory between
//! processes, which network drives promise and do not keep (<https://sqlite.org/useovernet.html>): it
//! works for weeks and then a file is damaged. So the owner is told.

use std::path::{Component, Path, PathBuf};

/// File systems that are another machine's, as Linux names them.
const REMOTE: &[&str] = &[
    "9p",
    "afs",
    "ceph",
    "cifs",
    "coda",
    "davfs",
    "glusterfs",
    "lustre",
    "ncpfs",
    "nfs",
    "nfs4",
    "smb3",
    "smbfs",
];
/// The same among those that a program of the user's serves.
const REMOTE_BY_PROGRAM: &[&str] = &[
    "ceph",
    "curlftpfs",
    "davfs2",
    "gcsfuse",
    "glusterfs",
    "google-drive-ocamlfuse",
    "gvfsd-fuse",
    "onedriver",
    "rclone",
    "s3fs",
    "sshfs",
];

/// Whether a folder is known to lie on a network drive. On macOS none is recognised, on Windows only
/// one that is named by its server.
#[must_use]
pub fn is_remote(folder: &Path) -> bool {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let by_server = matches!(folder.components().next(), Some(Component::Prefix(prefix))
        if matches!(prefix.kind(), std::path::Prefix::UNC(..) | std::path::Prefix::VerbatimUNC(..)));
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    by_server || kind_at(&mounts, &folder).is_some_and(is_remote_kind)
}

fn is_remote_kind(kind: &str) -> bool {
    match kind.strip_prefix("fuse.") {
        Some(program) => REMOTE_BY_PROGRAM.contains(&program),
        None => REMOTE.contains(&kind),
    }
}

/// The kind of the file system that a folder lies on, by `/proc/self/mountinfo` (proc(5)): the mount
/// nearest above it, and of several at one place the last.
fn kind_at<'a>(mounts: &'a str, folder: &Path) -> Option<&'a str> {
    let above = mounts.lines().filter_map(|line| {
        let (place, rest) = line.split_once(" - ")?;
        let place = unescaped(place.split(' ').nth(4)?);
        let kind = rest.split(' ').next()?;
        folder
            .starts_with(&place)
            .then(|| (place.components().count(), kind))
    });
    above.max_by_key(|(depth, _)| *depth).map(|(_, kind)| kind)
}

/// A space stands as `\040`, a backslash as `\134`.
fn unescaped(place: &str) -> PathBuf {
    let plain = [
        ("\\040", " "),
        ("\\011", "\t"),
        ("\\012", "\n"),
        ("\\134", "\\"),
    ];
    let whole = plain.iter().fold(place.to_owned(), |text, (code, sign)| {
        text.replace(code, sign)
    });
    PathBuf::from(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
40 22 0:35 / /data/Shop\\040files rw,nosuid shared:9 - cifs //server/shop rw
41 22 0:36 / /data/far rw,nosuid shared:10 - fuse.sshfs ayse@host: rw
42 22 0:37 / /data/stick rw,nosuid - fuseblk /dev/sdb1 rw
43 22 0:38 / /data/safe rw,nosuid - fuse.gocryptfs safe rw
44 22 0:39 / /srv rw - nfs4 server:/srv rw
45 44 8:2 / /srv/local rw - xfs /dev/sda2 rw
46 22 0:40 / /data/mounted rw - ext4 /dev/sdc1 rw
47 46 0:41 / /data/mounted rw - nfs server:/over rw
";

    #[test]
    fn a_drive_of_another_machine_is_recognised() {
        for (folder, is_far) in [
            ("/data/.local/share/replydesk", false),
            ("/data/Shop files/replydesk", true),
            ("/data/Shop filesystem", false),
            ("/data/far", true),
            ("/data/stick/replydesk", false),
            ("/data/safe/replydesk", false),
            ("/srv/replydesk", true),
            ("/srv/local/replydesk", false),
            ("/data/mounted/replydesk", true),
        ] {
            let kind = kind_at(MOUNTS, Path::new(folder));
            assert_eq!(kind.map(is_remote_kind), Some(is_far), "{folder}: {kind:?}");
        }
        assert_eq!(kind_at("no such lines\n- -", Path::new("/")), None);
    }
}
