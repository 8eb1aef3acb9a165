//! What a measurement works with: a copy of the data, a simulated Instagram, the programs.

use crate::desktop::{APP, evidence};
use crate::stage;
use graph_sim::Sim;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Goes away, with all that was copied, when it is dropped.
pub(crate) struct Place {
    world: PathBuf,
    dir: PathBuf,
    pub(crate) quick: bool,
}

impl Place {
    pub(crate) fn new(world: &Path, dir: &Path, quick: bool) -> Place {
        Place {
            world: world.to_owned(),
            dir: dir.to_owned(),
            quick,
        }
    }

    /// How many messages there are: a world is named by it.
    pub(crate) fn messages(&self) -> &str {
        let name = self.world.file_name().and_then(|name| name.to_str());
        name.and_then(|name| name.rsplit('-').next())
            .unwrap_or_default()
    }

    /// A copy of the data.
    pub(crate) fn copy(&self) -> TempDir {
        let copy = tempfile::Builder::new()
            .prefix("scratch-")
            .tempdir_in(&self.dir)
            .expect("there is room for the data");
        let files = std::fs::read_dir(&self.world).expect("the world is built");
        for file in files.flatten().filter(|file| file.path().is_file()) {
            let to = copy.path().join(file.file_name());
            std::fs::copy(file.path(), &to).expect("there is room for the data");
            // Else the system writes it to the disk while the programs are timed.
            let written = std::fs::File::open(&to).and_then(|file| file.sync_all());
            written.expect("there is room for the data");
        }
        copy
    }

    /// A simulator without customers and without limits.
    pub(crate) async fn sim(&self) -> Sim {
        let sim = Sim::builder().scenario("empty").seed(2026).start().await;
        let sim = sim.expect("the simulator starts");
        sim.change(|settings| settings.rate_limit = None);
        sim
    }

    /// The environment of the app.
    pub(crate) fn variables(&self, sim: &Sim, data: &Path) -> Vec<(&'static str, String)> {
        let mut all = stage::variables(sim, data);
        // As the owner has it: what is written to a log costs time too.
        all.retain(|(name, _)| *name != "REPLYDESK_LOG");
        all.push(("REPLYDESK_LOG", "warn".to_owned()));
        all
    }
}

/// Where the programs' own words go.
pub(crate) fn log() -> PathBuf {
    evidence("bench.log")
}

/// A program that was built beside the app.
pub(crate) fn beside_app(name: &str) -> PathBuf {
    Path::new(APP).with_file_name(name)
}

/// The window with nothing in it.
pub(crate) fn empty_window() -> PathBuf {
    Path::new(APP).with_file_name("examples/empty-window")
}
