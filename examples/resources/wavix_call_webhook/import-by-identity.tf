import {
  to = wavix_call_webhook.this["on-call"]
  identity = {
    event_type = "on-call"
  }
}
