//! Clients against recorded responses of the services.

mod jaeger;
