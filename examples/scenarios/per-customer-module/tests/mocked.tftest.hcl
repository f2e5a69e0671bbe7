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
    northwind = "a password for tests"
    tailspin  = "a password for tests"
    litware   = "a password for tests"
  }
}

run "every_customer_of_the_file_gets_a_trunk" {
  command = apply

  assert {
    condition     = toset(keys(output.handover)) == toset(["litware", "northwind", "tailspin"])
    error_message = "One module, one trunk per customer."
  }

  assert {
    condition     = output.handover["litware"].aor == "sip:67758@nl.wavix.net"
    error_message = "A customer registers at the gateway of the region."
  }
}

# The module's own decisions, seen from outside the configuration.
run "a_customer_without_addresses_registers_from_anywhere" {
  command = apply

  module {
    source = "./modules/customer"
  }

  variables {
    name         = "fabrikam"
    callerid     = "13132847320"
    channels     = 1
    sip_password = "a password for tests"
  }

  assert {
    condition     = length(wavix_sip_trunk.this.allowed_ips) == 0 && wavix_sip_trunk.this.rewrite_cond == null
    error_message = "Nothing is restricted that was not asked for."
  }
}

run "half_a_channel_is_refused" {
  command = plan

  module {
    source = "./modules/customer"
  }

  variables {
    name         = "fabrikam"
    callerid     = "13132847320"
    channels     = 1.5
    sip_password = "a password for tests"
  }

  expect_failures = [var.channels]
}

# What uses the module can be tested without it.
run "the_handover_is_passed_on" {
  command = apply

  override_module {
    target = module.customer["tailspin"]
    outputs = {
      handover = { login = "00000" }
    }
  }

  assert {
    condition     = output.handover["tailspin"].login == "00000"
    error_message = "The handover is the module's."
  }
}
