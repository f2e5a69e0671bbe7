# What the configuration decides, without an account and without a request.

mock_provider "wavix" {}

run "every_environment_has_a_key_for_each_role" {
  command = apply

  assert {
    condition     = length(output.granted) == 6
    error_message = "Two environments with three roles are six keys."
  }

  assert {
    condition     = alltrue([for name, scopes in output.granted : !contains(values(scopes), "write") if endswith(name, "-audit")])
    error_message = "Who audits changes nothing."
  }

  assert {
    condition     = wavix_api_key.this["staging-pbx"].permitted_ips == toset(["192.0.2.10"])
    error_message = "A key works from its own environment alone."
  }
}

run "an_environment_without_addresses_is_refused" {
  command = plan

  variables {
    environments = { anywhere = [] }
  }

  expect_failures = [var.environments]
}
