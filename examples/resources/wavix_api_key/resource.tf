# A key for each environment, with no more than it needs: `calls = "write"`
# includes reading, what is not listed is none.
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

  # Change it to rotate the keys: both work until their users have switched.
  lifecycle {
    create_before_destroy = true
    replace_triggered_by  = [terraform_data.rotation]
  }
}

resource "terraform_data" "rotation" {
  input = "2026-11"
}

# Values are in the state. Hand them over to a secret store from here.
output "pbx_keys" {
  value     = { for environment, key in wavix_api_key.pbx : environment => key.value }
  sensitive = true
}
