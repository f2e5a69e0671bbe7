locals {
  # What each user of the API needs, and no more. `write` includes `read`; what is
  # not listed is none.
  roles = {
    # Terraform, for trunks and webhooks.
    deploy = { trunks = "write", webhooks = "write", account = "read" }
    # The PBX, which places calls.
    pbx = { calls = "write", trunks = "read" }
    # Whoever looks after the bill.
    audit = { billing = "read", calls = "read" }
  }

  keys = merge([
    for environment, addresses in var.environments : {
      for role, scopes in local.roles : "${environment}-${role}" => { addresses = addresses, scopes = scopes }
    }
  ]...)
}

resource "terraform_data" "rotation" {
  input = var.rotation
}

resource "wavix_api_key" "this" {
  for_each = local.keys

  label         = each.key
  permitted_ips = each.value.addresses
  scopes        = each.value.scopes

  lifecycle {
    create_before_destroy = true
    replace_triggered_by  = [terraform_data.rotation]
  }
}

# Both events of the account. A new host is all that a rotation needs.
resource "wavix_call_webhook" "this" {
  for_each = {
    on-call   = "live"
    post-call = "cdr"
  }

  event_type = each.key
  url        = "https://${var.hook_host}/${each.value}"
}

data "wavix_api_keys" "active" {
  active = true
}

# Nothing but the key that Terraform runs on may do everything.
check "who_may_do_everything" {
  assert {
    condition     = length([for key in data.wavix_api_keys.active.api_keys : key if key.scopes == null]) <= 1
    error_message = "More than one active API key has full access. Give it scopes, or delete it."
  }
}
