//! Remote calls: what lies between typed methods and encoded messages.

pub(crate) mod application;
pub(crate) mod body;
pub(crate) mod context;
pub(crate) mod deadline;
pub(crate) mod declared;
pub(crate) mod extensions;
pub(crate) mod from_channel;
pub(crate) mod message;
pub mod service;
