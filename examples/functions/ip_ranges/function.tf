# Addresses and ports for a firewall.
output "firewall" {
  value = {
    sip_from = provider::wavix::ip_ranges().sip
    sip_port = provider::wavix::ip_ranges().sip_port
    rtp_ports = [
      provider::wavix::ip_ranges().rtp_port_min,
      provider::wavix::ip_ranges().rtp_port_max,
    ]
  }
}
