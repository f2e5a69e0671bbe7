variable "customers_file" {
  description = "YAML file with the customers."
  type        = string
  default     = "customers.yaml"
}

variable "sip_passwords" {
  description = "SIP password of each customer, by name."
  type        = map(string)
  sensitive   = true
  ephemeral   = true
}
