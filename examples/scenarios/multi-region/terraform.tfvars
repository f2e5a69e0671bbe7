# The addresses are reserved for documentation. The passwords do not belong
# here:
#
#   export TF_VAR_sip_passwords='{ "amsterdam": "…", "detroit": "…", "singapore": "…" }'

sites = {
  amsterdam = {
    region      = "nl"
    sbc_address = "203.0.113.20"
    channels    = 8
  }

  detroit = {
    region      = "us"
    sbc_address = "198.51.100.20"
    channels    = 6
  }

  singapore = {
    region      = "sg"
    sbc_address = "192.0.2.20"
    channels    = 4
  }
}
