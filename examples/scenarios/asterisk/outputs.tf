output "extensions_conf" {
  description = "The dial plan: terraform output -raw extensions_conf > extensions_wavix.conf"
  value = templatefile("${path.module}/templates/extensions.conf.tftpl", {
    endpoint  = local.endpoint
    callerid  = provider::wavix::e164(var.callerid)
    extension = var.extension
    channels  = var.channels
  })
}

output "login" {
  description = "SIP user name of the trunk."
  value       = wavix_sip_trunk.pbx.login
}

output "firewall" {
  description = "Addresses of the gateways: calls come from any of them, on port 5060. Media comes from any address."
  value       = provider::wavix::ip_ranges().sip
}
