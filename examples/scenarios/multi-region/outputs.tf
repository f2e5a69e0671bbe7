output "dispatcher" {
  description = "For each site, the dispatcher.list of Kamailio: the nearest gateway first, the others when it fails."
  value = {
    for name, route in local.routes : name => templatefile("${path.module}/dispatcher.list.tftpl", {
      gateways = [for region in route : local.gateways[region].host]
    })
  }
}

output "firewall" {
  description = "What the firewall of every site lets in. Media come from any address."
  value = {
    signalling = sort([for gateway in local.gateways : "${gateway.ip}/32"])
    sip_ports  = [5060]
    rtp_ports  = [10000, 20000]
  }
}

output "status" {
  description = "\"active\" once Wavix has approved the site's address, \"pending\" or \"rejected\" otherwise."
  value       = { for name, trunk in wavix_sip_trunk.site : name => trunk.status }
}
