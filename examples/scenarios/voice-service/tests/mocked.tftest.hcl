# What the configuration decides, without an account and without a request.

mock_provider "wavix" {
  mock_resource "wavix_sip_trunk" {
    defaults = {
      id    = "3107"
      login = "67758"
    }
  }

  mock_resource "wavix_phone_number" {
    defaults = {
      monthly_fee = 0.99
    }
  }
}

variables {
  sip_passwords = {
    detroit = "a password for tests"
    lansing = "a password for tests"
  }
}

run "each_number_rings_at_its_office_then_elsewhere" {
  command = apply

  assert {
    condition     = length(wavix_phone_number.this) == 3
    error_message = "Two numbers of Detroit and one of Lansing."
  }

  assert {
    condition     = length(wavix_phone_number.this["+12565378259"].destinations) == 3
    error_message = "The own office, the other one, and a phone."
  }

  assert {
    condition     = wavix_phone_number.this["+12565378259"].destinations[2].phone_number == "+1 313 284 7320"
    error_message = "The phone comes last."
  }

  assert {
    condition     = alltrue([for key in wavix_api_key.environment : !contains(values(key.scopes), "write")])
    error_message = "An environment only reads."
  }
}

run "a_number_of_two_offices_is_refused" {
  command = plan

  variables {
    offices = {
      detroit = { numbers = ["+12565378257"], pbx_addresses = ["203.0.113.10"] }
      lansing = { numbers = ["+12565378257"], pbx_addresses = ["198.51.100.4"] }
    }
  }

  expect_failures = [var.offices]
}

run "an_office_without_a_password_is_refused" {
  command = plan

  variables {
    sip_passwords = {
      detroit = "a password for tests"
    }
  }

  expect_failures = [var.sip_passwords]
}
