output "dispatcher" {
  description = "For each site, the dispatcher.list of Kamailio: the nearest gateway first, the others when it fails."
  value = {
    for name, route in local.routes : name => provider::wavix::kamailio_dispatcher(1, [
      for region in route : local.gateways[region].host
    ])
  }
}

output "firewall" {
  description = "What the firewall of every site lets in. Media come from any address."
  value = {
    signalling = sort(provider::wavix::ip_ranges().sip)
    sip_ports  = [provider::wavix::ip_ranges().sip_port]
    rtp_ports  = [provider::wavix::ip_ranges().rtp_port_min, provider::wavix::ip_ranges().rtp_port_max]
  }
}

output "status" {
  description = "\"active\" once Wavix has approved the site's address, \"pending\" or \"rejected\" otherwise."
  value       = { for name, trunk in wavix_sip_trunk.site : name => trunk.status }
}
