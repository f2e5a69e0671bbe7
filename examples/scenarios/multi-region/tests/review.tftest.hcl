# While Wavix reviews an address: an override gives one mocked trunk another
# status.

mock_provider "wavix" {
  mock_resource "wavix_sip_trunk" {
    defaults = {
      status = "active"
    }
  }
}

override_resource {
  target = wavix_sip_trunk.site["detroit"]
  values = {
    status = "pending"
  }
}

variables {
  sip_passwords = {
    amsterdam = "a password for tests"
    detroit   = "a password for tests"
    singapore = "a password for tests"
  }
}

run "a_site_under_review_is_a_warning" {
  command = apply

  assert {
    condition     = output.status["detroit"] == "pending" && output.status["amsterdam"] == "active"
    error_message = "Each site is reviewed by itself."
  }

  expect_failures = [check.addresses_are_approved]
}
