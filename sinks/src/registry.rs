//! Every CRM that Ringfold knows: a new one is a folder in `crms` and a line here.

use crate::connector::Connector;
use crate::crms::rbs_crm::RbsCrm;

/// The connectors, in the order they are shown.
pub const CONNECTORS: &[&dyn Connector] = &[&RbsCrm];

/// The connector of a kind.
pub fn connector(kind: &str) -> Option<&'static dyn Connector> {
    CONNECTORS.iter().copied().find(|connector| connector.kind() == kind)
}
