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

  # Keeps calls working while the trunk is replaced.
  lifecycle {
    create_before_destroy = true
  }
}

# Numbers that the account owns: calls go to the office, and to a mobile phone
# if no device is registered there.
resource "wavix_phone_number" "office" {
  for_each = toset(["+12565378257", "+12565378258"])

  number = each.key
  destinations = [
    { sip_trunk_id = wavix_sip_trunk.office.id },
    { phone_number = "+1 313 284 7320" },
  ]
  call_status_url = "https://hooks.example.com/calls"

  # The trunk is destroyed too, and calls to a deleted trunk fail.
  on_destroy = "unroute"
}
