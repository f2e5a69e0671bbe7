# Numbers of the account that `wavix-sim --numbers 3` begins with; the addresses
# are reserved for documentation. The passwords do not belong here:
#
#   export TF_VAR_sip_passwords='{ "detroit": "…", "lansing": "…" }'

offices = {
  detroit = {
    numbers       = ["+12565378257", "+12565378258"]
    pbx_addresses = ["203.0.113.10"]
  }

  lansing = {
    numbers       = ["+12565378259"]
    pbx_addresses = ["198.51.100.4", "198.51.100.5"]
    channels      = 2
  }
}

failover  = "+1 313 284 7320"
hook_host = "hooks.example.com"

environments = {
  staging    = ["192.0.2.10"]
  production = ["192.0.2.20", "192.0.2.21"]
}
