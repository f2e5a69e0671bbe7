# The event type is the id.
terraform import 'wavix_call_webhook.this["on-call"]' on-call
