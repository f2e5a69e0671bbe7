# Addresses for the access list of a webhook endpoint.
output "webhook_senders" {
  value = provider::wavix::callback_source_ips()
}
