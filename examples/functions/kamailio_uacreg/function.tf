variable "sbc_sip_password" {
  type      = string
  sensitive = true
}

# For Kamailio with registration: /etc/kamailio/wavix/uacreg.
output "uacreg" {
  value     = provider::wavix::kamailio_uacreg("67758", var.sbc_sip_password, ["us.wavix.net", "nl.wavix.net"])
  sensitive = true
}
