# Import by event type.
terraform import 'wavix_call_webhook.this["on-call"]' on-call
