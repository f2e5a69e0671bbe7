# What the configuration decides, without an account and without a request.

mock_provider "wavix" {
  mock_resource "wavix_sip_trunk" {
    defaults = {
      id    = "3107"
      login = "67758"
    }
  }

  mock_data "wavix_sip_trunk" {
    defaults = {
      charge = 12.5 # USD
    }
  }
}

variables {
  sip_passwords = {
    sales   = "a password for tests"
    support = "a password for tests"
    dialler = "a password for tests"
  }
}

run "each_queue_gets_a_trunk_with_its_limits" {
  command = apply

  assert {
    condition     = wavix_sip_trunk.queue["support"].call_limit == 2700
    error_message = "45 minutes are 2700 seconds."
  }

  assert {
    condition     = alltrue([for trunk in wavix_sip_trunk.queue : trunk.call_recording_enabled])
    error_message = "Queues are recorded unless they say otherwise."
  }

  assert {
    condition     = output.registrations["sales"].aor == "sip:67758@us.wavix.net"
    error_message = "The default region is us."
  }
}

run "the_channels_of_the_account_are_not_given_out_twice" {
  command = plan

  variables {
    account_channels = 7
  }

  expect_failures = [var.queues]
}

run "a_queue_without_a_password_is_refused" {
  command = plan

  variables {
    sip_passwords = {
      sales   = "a password for tests"
      dialler = "a password for tests"
    }
  }

  expect_failures = [var.sip_passwords]
}

run "a_region_without_a_gateway_is_refused" {
  command = plan

  variables {
    region = "mars"
  }

  expect_failures = [var.region]
}
