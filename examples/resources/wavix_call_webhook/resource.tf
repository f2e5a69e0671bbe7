variable "hook_host" {
  description = "Host that receives the events of calls."
  type        = string
  default     = "hooks.example.com"
}

# Webhooks for both event types of an account.
resource "wavix_call_webhook" "this" {
  for_each = {
    on-call   = "live"
    post-call = "cdr"
  }

  event_type = each.key
  url        = "https://${var.hook_host}/${each.value}"
}
