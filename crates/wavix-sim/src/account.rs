//! The simulated account: its id, its ceilings, the caller IDs it may present. What it owns is in `store`.

/// Caller IDs the simulated account may present unless the builder says otherwise: numbers of the vendor's examples,
/// and one outside the United States.
pub const VERIFIED_NUMBERS: [&str; 5] =
    ["12345678900", "13132847320", "13137890021", "14302287001", "447700900123"];

/// The simulated account: who it is and how far its trunks may go.
#[derive(Debug, Clone)]
pub struct Account {
    /// Account id. Default: 1.
    pub id: i64,
    /// Login address of the owner.
    pub email: String,
    /// USD. Default: `309.06`.
    pub balance: String,
    /// Ceiling of `call_limit`, in seconds. Default: 3600.
    pub max_call_duration: i64,
    /// Ceiling of `max_channels`. Default: 8.
    pub max_sip_channels: i64,
    /// Answered as it is; its unit is not clear. Default: `99.0`.
    pub max_call_rate: String,
    /// Caller IDs that may be presented: digits, no `+`. Default: [`VERIFIED_NUMBERS`].
    pub verified_numbers: Vec<String>,
    /// Whether any caller ID of digits may be presented. Default: `false`.
    pub any_caller_id: bool,
}

impl Default for Account {
    fn default() -> Self {
        Self {
            id: 1,
            email: "info@awesome.example".to_owned(),
            balance: "309.06".to_owned(),
            max_call_duration: 3600,
            max_sip_channels: 8,
            max_call_rate: "99.0".to_owned(),
            verified_numbers: VERIFIED_NUMBERS.iter().map(|number| (*number).to_owned()).collect(),
            any_caller_id: false,
        }
    }
}
