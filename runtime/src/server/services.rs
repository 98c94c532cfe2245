//! Servers for several services.

use super::Server;
use crate::error::Result;
use crate::rpc::multiplexed::Multiplexed;
use crate::rpc::named_service::NamedService;
use crate::rpc::services::server_services;
use crate::rpc::thrift_service::ThriftService;

impl Server<Multiplexed> {
    server_services!(ThriftService<Future: 'static> + Sync + 'static);
}
