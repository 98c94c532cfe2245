//! Configurations that are made again when their files change.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::error::Result;

/// How often files are looked at by default.
pub(super) const EVERY: Duration = Duration::from_secs(10);

/// The sources of a configuration.
pub(super) trait Recipe: fmt::Debug {
    type Config;

    fn build(&self) -> Result<Self::Config>;

    /// The files that it is made of.
    fn files(&self) -> Vec<&Path>;
}

/// The current configuration.
pub(super) struct Reloading<R: Recipe> {
    recipe: R,
    every: Duration,
    state: Mutex<State<R::Config>>,
}

struct State<C> {
    config: Arc<C>,
    /// Of the contents of the files.
    hash: u64,
    checked: Instant,
}

impl<R: Recipe> fmt::Debug for Reloading<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.recipe.fmt(f)
    }
}

impl<R: Recipe> Reloading<R> {
    pub(super) fn new(recipe: R, every: Duration) -> Result<Reloading<R>> {
        // Before they are used: what changes in between is noticed at the next look.
        let hash = hash(&recipe.files());
        let config = Arc::new(recipe.build()?);
        let state = Mutex::new(State { config, hash, checked: Instant::now() });
        Ok(Reloading { recipe, every, state })
    }

    /// The configuration, made of the files of now if it is time to look at them. If they cannot be
    /// used, the previous configuration stays in force.
    pub(super) fn current(&self) -> Arc<R::Config> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.checked.elapsed() >= self.every {
            state.checked = Instant::now();
            let hash = hash(&self.recipe.files());
            if hash != state.hash {
                match self.recipe.build() {
                    Ok(config) => {
                        state.config = Arc::new(config);
                        state.hash = hash;
                        tracing::info!(files = ?self.recipe, "reloaded certificates");
                    }
                    // They may be half-way replaced: the next look tries again.
                    Err(error) => tracing::warn!(%error, "cannot reload certificates"),
                }
            }
        }
        Arc::clone(&state.config)
    }
}

fn hash(files: &[&Path]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for file in files {
        std::fs::read(file).ok().hash(&mut hasher);
    }
    hasher.finish()
}
