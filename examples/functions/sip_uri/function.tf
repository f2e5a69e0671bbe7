# "sip:67758@nl.wavix.net"
output "address_of_record" {
  value = provider::wavix::sip_uri("67758", provider::wavix::sip_gateways()["nl"].host)
}
