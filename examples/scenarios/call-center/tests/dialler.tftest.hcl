# The dialler among the queues: overrides tell one mocked trunk from the others.

mock_provider "wavix" {
  mock_resource "wavix_sip_trunk" {
    defaults = {
      id    = "3107"
      login = "67758"
    }
  }
}

override_resource {
  target = wavix_sip_trunk.dialler
  values = {
    id    = "3109"
    login = "83596"
  }
}

variables {
  sip_passwords = {
    sales   = "a password for tests"
    support = "a password for tests"
    dialler = "a password for tests"
  }
}

run "it_registers_as_itself" {
  command = apply

  override_data {
    target = data.wavix_sip_trunk.dialler
    values = {
      charge = 250
    }
  }

  assert {
    condition     = output.registrations["dialler"].login == "83596"
    error_message = "The dialler has a login of its own."
  }

  assert {
    condition     = wavix_sip_trunk.dialler.machine_detection_enabled
    error_message = "It hangs up on answering machines."
  }
}

run "too_much_spent_is_a_warning" {
  command = apply

  override_data {
    target = data.wavix_sip_trunk.dialler
    values = {
      charge = 250.01
    }
  }

  expect_failures = [check.dialler_budget]
}
