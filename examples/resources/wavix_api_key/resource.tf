# A key for each environment, with the required scopes only: `calls = "write"`
# includes `read`, and scopes that are not listed are `none`.
resource "wavix_api_key" "pbx" {
  for_each = {
    staging    = ["192.0.2.10"]
    production = ["198.51.100.4", "198.51.100.5"]
  }

  label         = "pbx-${each.key}"
  permitted_ips = each.value

  scopes = {
    trunks  = "read"
    numbers = "read"
    calls   = "write"
  }

  # Change it to rotate the keys. Both keys work until the old one is deleted.
  lifecycle {
    create_before_destroy = true
    replace_triggered_by  = [terraform_data.rotation]
  }
}

resource "terraform_data" "rotation" {
  input = "2026-11"
}

# The state contains the values. Write them to a secret store.
output "pbx_keys" {
  value     = { for environment, key in wavix_api_key.pbx : environment => key.value }
  sensitive = true
}
