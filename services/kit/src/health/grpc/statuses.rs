//! The status of each service.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::ServingStatus;

/// The status of each service. A clone, which each watcher makes of each change, shares the map.
#[derive(Debug, Clone)]
pub(super) struct Statuses {
    services: Arc<BTreeMap<String, ServingStatus>>,
    stopped: bool,
}

impl FromIterator<(String, ServingStatus)> for Statuses {
    fn from_iter<I: IntoIterator<Item = (String, ServingStatus)>>(services: I) -> Self {
        Self { services: Arc::new(services.into_iter().collect()), stopped: false }
    }
}

impl Statuses {
    /// `None` for an unknown service.
    pub(super) fn get(&self, service: &str) -> Option<ServingStatus> {
        self.services.get(service).copied()
    }

    /// Returns whether the status changes.
    pub(super) fn set(&mut self, service: &str, status: ServingStatus) -> bool {
        if self.stopped || self.get(service) == Some(status) {
            return false;
        }
        Arc::make_mut(&mut self.services).insert(service.to_owned(), status);
        true
    }

    /// Makes all services `NOT_SERVING`, for good.
    pub(super) fn stop(&mut self) {
        let services = Arc::make_mut(&mut self.services);
        services.values_mut().for_each(|status| *status = ServingStatus::NotServing);
        self.stopped = true;
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stopped
    }
}
