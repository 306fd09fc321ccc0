//! Single cases of the protocol, one step after the other.
