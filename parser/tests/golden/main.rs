//! Files with their expected outcome: `../diagnostics` has mistakes and the exact text of the messages, `../accepted`
//! has every construct that is accepted.

mod accepted;
mod case;
mod diagnostics;
