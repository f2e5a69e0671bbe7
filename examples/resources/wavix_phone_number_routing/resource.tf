variable "sip_password" {
  description = "Password with which the PBX registers."
  type        = string
  sensitive   = true
}

# The number without destinations.
resource "wavix_phone_number" "main" {
  number      = "+12565378257"
  sms_enabled = true
}

# The trunk presents the number.
resource "wavix_sip_trunk" "main" {
  label               = "Main"
  callerid            = wavix_phone_number.main.number
  password_wo         = var.sip_password
  password_wo_version = 1
}

# The number is routed to the trunk. A separate resource avoids a cycle.
resource "wavix_phone_number_routing" "main" {
  number       = wavix_phone_number.main.number
  destinations = [{ sip_trunk_id = wavix_sip_trunk.main.id }]
}
