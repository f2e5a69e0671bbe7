variable "pbx_sip_password" {
  type      = string
  sensitive = true
}

# For Asterisk with registration: include it in pjsip.conf.
output "pjsip_conf" {
  value     = provider::wavix::pjsip_endpoint("67758", var.pbx_sip_password, "nl.wavix.net")
  sensitive = true
}
