data "wavix_call_webhooks" "all" {}

# Null if no URL is set.
output "cdr_url" {
  value = lookup(data.wavix_call_webhooks.all.urls, "post-call", null)
}
