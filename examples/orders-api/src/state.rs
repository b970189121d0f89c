use std::sync::{Arc, Mutex, PoisonError};

use orders::Store;

use crate::error::ApiError;

/// The store, shared between requests.
#[derive(Clone)]
pub struct Orders(Arc<Mutex<Store>>);

impl Orders {
    pub fn new(store: Store) -> Self {
        Self(Arc::new(Mutex::new(store)))
    }

    /// Does `work` on the store, on a thread that may wait for the disk.
    pub async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Store) -> Result<T, orders::Error> + Send + 'static,
    ) -> Result<T, ApiError> {
        let store = Arc::clone(&self.0);
        // Every change is one transaction: a panic in the middle of it leaves nothing behind.
        let done = tokio::task::spawn_blocking(move || {
            work(&mut store.lock().unwrap_or_else(PoisonError::into_inner))
        });
        match done.await {
            Ok(result) => result.map_err(ApiError::from),
            Err(error) => Err(ApiError::internal(&error)),
        }
    }
}
