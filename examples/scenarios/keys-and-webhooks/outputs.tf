output "keys" {
  description = "The keys by environment and role, for a secret store."
  value       = { for name, key in wavix_api_key.this : name => key.value }
  sensitive   = true
}

output "granted" {
  description = "Access of each key."
  value       = { for name, key in wavix_api_key.this : name => key.scopes }
}

output "ids" {
  description = "IDs of the keys, for import."
  value       = [for key in wavix_api_key.this : key.id]
}
