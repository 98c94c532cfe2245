//! Remote calls: what lies between typed methods and encoded messages.

pub(crate) mod application;
pub(crate) mod body;
pub(crate) mod deadline;
pub(crate) mod from_channel;
pub(crate) mod message;
pub mod service;
