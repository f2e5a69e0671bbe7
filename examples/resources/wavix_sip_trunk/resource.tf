variable "office_sip_password" {
  description = "SIP password of the office PBX."
  type        = string
  sensitive   = true
  ephemeral   = true
}

variable "sbc_sip_password" {
  description = "SIP password of the session border controller."
  type        = string
  sensitive   = true
  ephemeral   = true
}

# A PBX that registers with its login and password.
resource "wavix_sip_trunk" "office" {
  label    = "Office PBX"
  callerid = "+1 (313) 284-7320"

  # Kept in neither the plan nor the state, which needs Terraform 1.11 or
  # newer; otherwise use `password`. Change the version to send a new password.
  password_wo         = var.office_sip_password
  password_wo_version = 1

  # Register from these addresses only.
  allowed_ips = ["203.0.113.10", "203.0.113.11"]

  # No call longer than half an hour or dearer than 18 cents, and no more than
  # four at once.
  call_limit    = 1800
  max_call_cost = 0.18
  max_channels  = 4

  # Users dial 00 for international calls; Wavix wants the bare number.
  rewrite_cond = "00"

  timeouts {
    create = "2m"
  }
}

# A session border controller that is known by its address, once Wavix has
# approved it. Its users present any number of the account.
resource "wavix_sip_trunk" "sbc" {
  label            = "Session border controller"
  multiple_numbers = true

  password_wo         = var.sbc_sip_password
  password_wo_version = 1

  host_request = {
    host = "203.0.113.20"
  }
}

# What the PBX signs in with, besides the password.
output "office_sip_login" {
  value = wavix_sip_trunk.office.login
}

# "pending" until Wavix has approved the address.
output "sbc_status" {
  value = wavix_sip_trunk.sbc.status
}
