# Addresses for the access list of an endpoint of webhooks.
output "webhook_senders" {
  value = provider::wavix::callback_source_ips()
}
