# The whole way to an API and back. Needs WAVIX_API_KEY and WAVIX_BASE_URL, as
# printed by wavix-sim. On a real account it makes keys and webhooks, and removes them.

run "no_two_share_a_key" {
  command = apply

  assert {
    condition     = length(distinct([for key in wavix_api_key.this : nonsensitive(key.value)])) == 6
    error_message = "Every environment and role has a value of its own."
  }
}

run "a_rotation_replaces_every_key" {
  command = apply

  variables {
    rotation = "the next one"
  }

  assert {
    condition     = length(setintersection([for key in wavix_api_key.this : key.id], run.no_two_share_a_key.ids)) == 0
    error_message = "A key that was rotated is another key."
  }
}

run "the_webhooks_move_to_another_host" {
  command = apply

  variables {
    hook_host = "hooks2.example.com"
  }

  assert {
    condition     = wavix_call_webhook.this["on-call"].url == "https://hooks2.example.com/live"
    error_message = "The slot has the new URL."
  }
}
