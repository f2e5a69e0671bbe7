# All active keys.
data "wavix_api_keys" "active" {
  active = true
}

# Keys that are not used should be deleted.
check "keys_are_used" {
  assert {
    condition = alltrue([
      for key in data.wavix_api_keys.active.api_keys :
      timecmp(timeadd(coalesce(key.last_used_at, key.created_at), "2160h"), plantimestamp()) > 0
    ])
    error_message = "A key was not used for 90 days."
  }
}

output "keys_with_full_access" {
  value = [for key in data.wavix_api_keys.active.api_keys : key.label if key.scopes == null]
}
