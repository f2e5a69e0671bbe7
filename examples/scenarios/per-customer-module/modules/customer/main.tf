locals {
  gateway = provider::wavix::sip_gateways()[var.region]
}

resource "wavix_sip_trunk" "this" {
  label    = "Customer ${var.name}"
  callerid = var.callerid

  password_wo         = var.sip_password
  password_wo_version = var.sip_password_version

  # Null means that the customer may register from anywhere.
  allowed_ips = length(var.addresses) > 0 ? var.addresses : null

  max_channels  = var.channels
  max_call_cost = var.dearest_call
  rewrite_cond  = var.international ? "00" : null

  lifecycle {
    postcondition {
      condition     = self.status != "rejected"
      error_message = "Wavix has rejected the trunk of ${var.name}."
    }
  }
}
