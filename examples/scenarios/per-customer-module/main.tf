locals {
  customers = yamldecode(file(var.customers_file))
}

# One customer, one entry of customers.yaml, one trunk. Removing the entry
# removes the trunk; renaming it needs a `moved` block, or the number is dead
# for as long as it takes to make another trunk.
module "customer" {
  source   = "./modules/customer"
  for_each = local.customers

  name          = each.key
  callerid      = each.value.callerid
  channels      = each.value.channels
  region        = try(each.value.region, "us")
  addresses     = try(each.value.addresses, [])
  dearest_call  = try(each.value.dearest_call, 0.5)
  international = try(each.value.international, false)

  sip_password         = var.sip_passwords[each.key]
  sip_password_version = try(each.value.password_version, 1)
}
