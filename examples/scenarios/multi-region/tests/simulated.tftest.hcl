# The whole way to an API and back. Needs WAVIX_API_KEY and WAVIX_BASE_URL, as
# printed by wavix-sim. On a real account it asks for addresses to be reviewed.

variables {
  sip_passwords = {
    amsterdam = "a password for tests"
    detroit   = "a password for tests"
    singapore = "a password for tests"
  }
}

run "every_address_awaits_its_review" {
  command = apply

  assert {
    condition     = alltrue([for status in output.status : status == "pending"])
    error_message = "Wavix reviews every address."
  }

  assert {
    condition     = alltrue([for trunk in wavix_sip_trunk.site : trunk.auth_method == "IP auth"])
    error_message = "The sites are known by their addresses."
  }

  expect_failures = [check.addresses_are_approved]
}
