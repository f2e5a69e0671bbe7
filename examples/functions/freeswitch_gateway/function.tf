variable "switch_sip_password" {
  type      = string
  sensitive = true
}

# For conf/sip_profiles/external/wavix.xml. The second gateway is tried if the
# first one does not respond.
output "gateway_xml" {
  value = provider::wavix::freeswitch_gateway("67758", var.switch_sip_password, "us.wavix.net", {
    gateways = ["nl.wavix.net"]
  })
  sensitive = true
}
