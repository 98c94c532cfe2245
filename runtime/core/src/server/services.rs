//! Servers for several services.

use super::Server;
use crate::error::Result;
use crate::rpc::multiplexed::Multiplexed;
use crate::rpc::services::server_services;
use crate::rpc::thrift_service::{NamedSharedService, SharedService};

impl Server<Multiplexed> {
    server_services!(NamedSharedService, SharedService);
}
