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

  # Stored in neither plan nor state. Requires Terraform 1.11; otherwise use
  # `password`. Change the version to send a new password.
  password_wo         = var.office_sip_password
  password_wo_version = 1

  # Devices can register only from these addresses.
  allowed_ips = ["203.0.113.10", "203.0.113.11"]

  # At most 30 minutes and 18 cents per call, and four concurrent calls.
  call_limit    = 1800
  max_call_cost = 0.18
  max_channels  = 4

  # Users dial 00 for international calls, which Wavix does not accept.
  rewrite_cond = "00"

  timeouts {
    create = "2m"
  }
}

# A session border controller with IP authentication, after approval by Wavix.
# Its users can present any number of the account.
resource "wavix_sip_trunk" "sbc" {
  label            = "Session border controller"
  multiple_numbers = true

  password_wo         = var.sbc_sip_password
  password_wo_version = 1

  host_request = {
    host = "203.0.113.20"
  }
}

# The login of the PBX.
output "office_sip_login" {
  value = wavix_sip_trunk.office.login
}

# "pending" until Wavix approves the address.
output "sbc_status" {
  value = wavix_sip_trunk.sbc.status
}
