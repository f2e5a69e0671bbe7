locals {
  gateways = provider::wavix::sip_gateways()

  # The nearest gateway first, then the others in the order of their names.
  routes = {
    for name, site in var.sites : name => concat([site.region], sort(setsubtract(keys(local.gateways), [site.region])))
  }
}

# Each site's session border controller is known by its address, once Wavix has
# approved it, and presents any number of the account.
resource "wavix_sip_trunk" "site" {
  for_each = var.sites

  label            = "SBC ${each.key}"
  multiple_numbers = true

  host_request = {
    host = each.value.sbc_address
  }

  # The API demands a password also where the address is what counts.
  password_wo         = var.sip_passwords[each.key]
  password_wo_version = each.value.password_version

  max_channels    = each.value.channels
  max_call_cost   = var.dearest_call
  encrypted_media = true
}

# A review takes a while: until then, calls of the site are refused.
check "addresses_are_approved" {
  assert {
    condition = alltrue([for trunk in wavix_sip_trunk.site : trunk.status == "active"])
    error_message = format(
      "Wavix has not approved the address of: %s.",
      join(", ", [for name, trunk in wavix_sip_trunk.site : name if trunk.status != "active"]),
    )
  }
}
