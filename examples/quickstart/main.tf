# The PBX registers with a login and a password, from one address.
resource "wavix_sip_trunk" "office" {
  label               = "Office PBX"
  callerid            = "+1 (256) 537-8257"
  allowed_ips         = ["203.0.113.10"]
  max_channels        = 4
  password_wo         = var.sip_password
  password_wo_version = 1
}

# Calls to the number ring at the PBX.
resource "wavix_phone_number_routing" "main" {
  number       = "+12565378257"
  destinations = [{ sip_trunk_id = wavix_sip_trunk.office.id }]
}
