//! Over faulty transports.
