import {
  to = wavix_call_webhook.this["on-call"]
  id = "on-call"
}
