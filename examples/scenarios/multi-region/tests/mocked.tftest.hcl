# What the configuration decides, without an account and without a request.

mock_provider "wavix" {
  mock_resource "wavix_sip_trunk" {
    defaults = {
      login  = "67758"
      status = "active"
    }
  }
}

variables {
  sip_passwords = {
    amsterdam = "a password for tests"
    detroit   = "a password for tests"
    singapore = "a password for tests"
  }
}

run "calls_leave_by_the_nearest_gateway" {
  command = apply

  assert {
    condition     = strcontains(output.dispatcher["singapore"], "1 sip:sg.wavix.net:5060 0 40\n")
    error_message = "The nearest gateway has the highest priority."
  }

  assert {
    condition     = length(regexall("(?m)^1 sip:", output.dispatcher["singapore"])) == 4
    error_message = "When it fails, each of the others is tried."
  }
}

run "two_sites_behind_one_address_are_refused" {
  command = plan

  variables {
    sites = {
      amsterdam = { region = "nl", sbc_address = "203.0.113.20", channels = 1 }
      detroit   = { region = "us", sbc_address = "203.0.113.20", channels = 1 }
    }
  }

  expect_failures = [var.sites]
}

run "a_region_without_a_gateway_is_refused" {
  command = plan

  variables {
    sites = {
      amsterdam = { region = "de", sbc_address = "203.0.113.20", channels = 1 }
    }
  }

  expect_failures = [var.sites]
}
