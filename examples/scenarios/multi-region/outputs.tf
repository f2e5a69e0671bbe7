output "dispatcher" {
  description = "Kamailio dispatcher.list of each site: the nearest gateway first, then the others."
  value = {
    for name, route in local.routes : name => provider::wavix::kamailio_dispatcher(1, [
      for region in route : local.gateways[region].host
    ])
  }
}

output "firewall" {
  description = "Addresses for the firewall of each site. Media comes from any address."
  value = {
    signalling = sort(provider::wavix::ip_ranges().sip)
    sip_ports  = [provider::wavix::ip_ranges().sip_port]
    rtp_ports  = [provider::wavix::ip_ranges().rtp_port_min, provider::wavix::ip_ranges().rtp_port_max]
  }
}

output "status" {
  description = "\"active\" after Wavix has approved the address of the site, \"pending\" or \"rejected\" otherwise."
  value       = { for name, trunk in wavix_sip_trunk.site : name => trunk.status }
}
