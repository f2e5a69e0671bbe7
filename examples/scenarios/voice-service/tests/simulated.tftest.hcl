# The whole way to an API and back. Needs WAVIX_API_KEY and WAVIX_BASE_URL of an
# account that owns the numbers, as `wavix-sim --numbers 3` has one. On a real
# account it routes them, and takes the routing away again.

variables {
  sip_passwords = {
    detroit = "a password for tests"
    lansing = "a password for tests"
  }
}

run "the_numbers_ring" {
  command = apply

  assert {
    condition     = alltrue([for number in wavix_phone_number.this : number.status == "active"])
    error_message = "Calls arrive at active numbers only."
  }

  assert {
    condition     = output.logins["detroit"] != output.logins["lansing"]
    error_message = "Each office has a login of its own."
  }
}

run "another_failover_changes_the_numbers_in_place" {
  command = apply

  variables {
    failover = "+1 313 789 0021"
  }

  assert {
    condition = alltrue([
      for key, number in wavix_phone_number.this : number.id == run.the_numbers_ring.ids[key]
    ])
    error_message = "A number is changed, not replaced."
  }
}
