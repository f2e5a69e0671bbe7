# The whole way to an API and back. Needs WAVIX_API_KEY and WAVIX_BASE_URL, as
# printed by wavix-sim. On a real account it makes trunks, and removes them.

variables {
  sip_passwords = {
    northwind = "a password for tests"
    tailspin  = "a password for tests"
    litware   = "a password for tests"
  }
}

run "every_customer_has_a_login" {
  command = apply

  assert {
    condition     = length(distinct([for handover in output.handover : handover.login])) == 3
    error_message = "No two customers share a trunk."
  }
}
