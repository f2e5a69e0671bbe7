# The gateway for devices in Europe.
output "gateway" {
  value = provider::wavix::sip_gateways()["nl"].host
}

# Addresses for a firewall.
output "gateway_addresses" {
  value = [for gateway in provider::wavix::sip_gateways() : "${gateway.ip}/32"]
}
