# The numbers are verified in the account that wavix-sim begins with, and the
# addresses are reserved for documentation. The passwords do not belong here:
#
#   export TF_VAR_sip_passwords='{ "sales": "…", "support": "…", "dialler": "…" }'

pbx_addresses = ["203.0.113.10", "203.0.113.11"]

queues = {
  sales = {
    callerid     = "+1 (313) 284-7320"
    channels     = 3
    dearest_call = 2.5
  }

  support = {
    callerid             = "+1 (313) 789-0021"
    channels             = 3
    longest_call_minutes = 45
    transcribe           = true
  }
}
