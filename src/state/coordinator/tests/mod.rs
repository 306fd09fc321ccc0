//! What groups do, and what they must not.
