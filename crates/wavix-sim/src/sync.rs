//! Locking. Inspection methods are called from synchronous tests, so every lock is a `std` one.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks, ignoring poison: a test that failed while holding a guard must not hide its own message behind a
/// second panic.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
