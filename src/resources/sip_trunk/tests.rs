//! Tests of the SIP trunk resource.
