# Two offices: each has a trunk of its own, and calls to its numbers ring there
# first, then at the other office, and at last at a phone.
resource "wavix_sip_trunk" "office" {
  for_each = var.offices

  label    = "Office ${each.key}"
  callerid = each.value.numbers[0]

  password_wo         = var.sip_passwords[each.key]
  password_wo_version = each.value.password_version

  allowed_ips  = each.value.pbx_addresses
  max_channels = each.value.channels

  # Numbers would ring at a deleted trunk while it is replaced.
  lifecycle {
    create_before_destroy = true
  }
}

locals {
  numbers = merge([
    for name, office in var.offices : { for number in office.numbers : number => name }
  ]...)

  others = {
    for name in keys(var.offices) : name => [for other in keys(var.offices) : other if other != name]
  }
}

# The account owns the numbers: they are adopted, and stay when this is destroyed.
resource "wavix_phone_number" "this" {
  for_each = local.numbers

  number = each.key
  destinations = concat(
    [{
      sip_trunk_id    = wavix_sip_trunk.office[each.value].id
      sip_trunk_login = wavix_sip_trunk.office[each.value].login
      phone_number    = null
    }],
    [for other in local.others[each.value] : {
      sip_trunk_id    = wavix_sip_trunk.office[other].id
      sip_trunk_login = wavix_sip_trunk.office[other].login
      phone_number    = null
    }],
    [{
      sip_trunk_id    = null
      sip_trunk_login = null
      phone_number    = var.failover
    }],
  )
  call_status_url = "https://${var.hook_host}/calls/inbound"

  # The trunks go too, and no number is to ring at a trunk that is gone.
  on_destroy = "unroute"
}

# Calls of the whole account, while they last and when they have ended.
resource "wavix_call_webhook" "this" {
  for_each = {
    on-call   = "live"
    post-call = "cdr"
  }

  event_type = each.key
  url        = "https://${var.hook_host}/calls/${each.value}"
}

# A key for each environment that reads calls and numbers: it can change neither.
resource "wavix_api_key" "environment" {
  for_each = var.environments

  label         = "voice-${each.key}"
  permitted_ips = each.value
  scopes = {
    calls   = "read"
    numbers = "read"
    trunks  = "read"
  }

  lifecycle {
    create_before_destroy = true
  }
}
