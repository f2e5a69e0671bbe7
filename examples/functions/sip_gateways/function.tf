# The gateway for devices in Europe.
output "gateway" {
  value = provider::wavix::sip_gateways()["nl"].host
}

# Addresses for a firewall.
output "gateway_addresses" {
  value = values(provider::wavix::sip_gateways())[*].cidr
}
