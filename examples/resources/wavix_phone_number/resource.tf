variable "sip_password" {
  description = "Password with which the PBX registers."
  type        = string
  sensitive   = true
}

resource "wavix_sip_trunk" "office" {
  label               = "Office"
  callerid            = "+1 256 537 8257"
  password_wo         = var.sip_password
  password_wo_version = 1

  # Calls to the numbers would meet a deleted trunk while it is replaced.
  lifecycle {
    create_before_destroy = true
  }
}

# Numbers that the account owns: their calls ring at the office, and if nobody
# is registered there, at a mobile phone.
resource "wavix_phone_number" "office" {
  for_each = toset(["+12565378257", "+12565378258"])

  number = each.key
  destinations = [
    { sip_trunk_id = wavix_sip_trunk.office.id },
    { phone_number = "+1 313 284 7320" },
  ]
  call_status_url = "https://hooks.example.com/calls"

  # The trunk goes with them, and no number is to ring at a trunk that is gone.
  on_destroy = "unroute"
}
