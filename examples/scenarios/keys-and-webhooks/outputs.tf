output "keys" {
  description = "The keys, by environment and role: for a secret store, and from there for their users."
  value       = { for name, key in wavix_api_key.this : name => key.value }
  sensitive   = true
}

output "granted" {
  description = "What each key may do."
  value       = { for name, key in wavix_api_key.this : name => key.scopes }
}

output "ids" {
  description = "The ids of the keys, by which they are imported."
  value       = [for key in wavix_api_key.this : key.id]
}
