//! Every CRM that Ringfold knows: a new one is a folder in `crms` and a line here.

use crate::connector::Connector;
use crate::crms::asteril::Asteril;
use crate::crms::rbs_crm::RbsCrm;
use crate::crms::sitniks::Sitniks;
use crate::crms::uspacy::Uspacy;
use crate::crms::zoho_desk::ZohoDesk;

/// The connectors, in the order they are shown.
pub const CONNECTORS: &[&dyn Connector] = &[&Uspacy, &Sitniks, &Asteril, &RbsCrm, &ZohoDesk];

/// The connector of a kind.
pub fn connector(kind: &str) -> Option<&'static dyn Connector> {
    CONNECTORS.iter().copied().find(|connector| connector.kind() == kind)
}
