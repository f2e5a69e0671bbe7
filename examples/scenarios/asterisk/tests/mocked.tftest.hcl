# What the configuration decides, without an account and without a request.

mock_provider "wavix" {}

# The mocked trunk has this login in every run.
override_resource {
  target = wavix_sip_trunk.pbx
  values = {
    login = "67758"
  }
}

# The file is real, and empty at the end.
run "the_dial_plan_leads_to_the_trunk" {
  command = apply

  variables {
    sip_password = "a password for tests"
    directory    = "tests"
    owner        = ""
    extension    = "PJSIP/100&PJSIP/101"
  }

  assert {
    condition     = strcontains(output.extensions_conf, "Dial(PJSIP/$${EXTEN}@wavix-67758,60)")
    error_message = "Calls out use the endpoint that pjsip_endpoint defines."
  }

  assert {
    condition     = strcontains(output.extensions_conf, "Set(CALLERID(num)=+13132847320)")
    error_message = "The number is presented in E.164."
  }

  assert {
    condition     = strcontains(output.extensions_conf, "Dial(PJSIP/100&PJSIP/101,30)")
    error_message = "Calls in ring where the variable says."
  }
}

run "a_region_without_a_gateway_is_refused" {
  command = plan

  variables {
    sip_password = "a password for tests"
    region       = "mars"
  }

  expect_failures = [var.region]
}
