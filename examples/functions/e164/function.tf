variable "front_desk_number" {
  type    = string
  default = "+1 (313) 284-7320"
}

# "+13132847320". A number without a country code is an error.
output "front_desk" {
  value = provider::wavix::e164(var.front_desk_number)
}
