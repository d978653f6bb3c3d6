//! The balancer over real sockets, one behaviour a file.
