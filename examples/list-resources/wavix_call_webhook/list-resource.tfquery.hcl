# Both webhooks of the account, so that
# `terraform query -generate-config-out=webhooks.tf` can generate a configuration.
list "wavix_call_webhook" "all" {
  provider         = wavix
  include_resource = true
}
