output "logins" {
  description = "SIP login of each office."
  value       = { for name, trunk in wavix_sip_trunk.office : name => trunk.login }
}

output "monthly_fees" {
  description = "Monthly fees of all numbers, in USD."
  value       = sum([for number in wavix_phone_number.this : number.monthly_fee])
}

output "keys" {
  description = "The API key of each environment."
  value       = { for name, key in wavix_api_key.environment : name => key.value }
  sensitive   = true
}

output "ids" {
  description = "ID of each number."
  value       = { for key, number in wavix_phone_number.this : key => number.id }
}
