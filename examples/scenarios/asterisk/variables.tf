variable "label" {
  description = "Label of the trunk in the Wavix portal."
  type        = string
  default     = "Asterisk"
}

variable "callerid" {
  description = "Number that called people see: an active or verified number of the account."
  type        = string
}

variable "pbx_address" {
  description = "IPv4 address from which Asterisk registers."
  type        = string
}

variable "region" {
  description = "Gateway that Asterisk registers at: nl, us, sg or au."
  type        = string
  default     = "nl"

  validation {
    condition     = contains(keys(provider::wavix::sip_gateways()), var.region)
    error_message = "Wavix has no gateway there. Choose one of ${join(", ", keys(provider::wavix::sip_gateways()))}."
  }
}

variable "sip_password" {
  description = "SIP password, for example from `openssl rand -base64 24`."
  type        = string
  sensitive   = true
  ephemeral   = true
}

variable "sip_password_version" {
  description = "Raise it to send a new password to Wavix and to Asterisk."
  type        = number
  default     = 1
}

variable "channels" {
  description = "Simultaneous calls."
  type        = number
  default     = 4
}

variable "dearest_call" {
  description = "What one call may cost, in USD."
  type        = number
  default     = 1.5
}

variable "extension" {
  description = "Where calls from Wavix ring, in the syntax of Dial."
  type        = string
  default     = "PJSIP/reception"
}

variable "directory" {
  description = "Where pjsip_wavix.conf is written. pjsip.conf has a transport and `#include pjsip_wavix.conf`."
  type        = string
  default     = "."
}

variable "reload_command" {
  description = "Run after writing, for example `asterisk -rx \"pjsip reload\"`."
  type        = string
  default     = "true"
}
