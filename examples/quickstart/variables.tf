variable "sip_password" {
  description = "Password with which the PBX registers."
  type        = string
  sensitive   = true
  ephemeral   = true
}
