variable "label" {
  description = "Label of the trunk in the Wavix portal."
  type        = string
  default     = "Asterisk"
}

variable "callerid" {
  description = "Caller ID: an active or verified number of the account."
  type        = string
}

variable "pbx_address" {
  description = "IPv4 address from which Asterisk registers."
  type        = string
}

variable "region" {
  description = "Gateway that Asterisk registers with: nl, us, sg or au."
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

  # Before there is a trunk: what pjsip.conf cannot hold is refused at plan.
  validation {
    condition     = can(provider::wavix::pjsip_endpoint("login", var.sip_password, "nl.wavix.net"))
    error_message = "The password is empty, begins or ends with a blank, or holds a control character."
  }
}

variable "sip_password_version" {
  description = "Increase it to send a new password to Wavix and to Asterisk."
  type        = number
  default     = 1
}

variable "channels" {
  description = "Maximum number of concurrent calls."
  type        = number
  default     = 4
}

variable "dearest_call" {
  description = "Maximum cost of a call, in USD."
  type        = number
  default     = 1.5
}

variable "extension" {
  description = "Destination of calls from Wavix, in the syntax of Dial."
  type        = string
  default     = "PJSIP/reception"
}

variable "directory" {
  description = "Path of pjsip_wavix.conf. pjsip.conf has a transport and `#tryinclude pjsip_wavix.conf`."
  type        = string
  default     = "."
}

variable "owner" {
  description = "User and group of Asterisk, which can read the file. Empty for those of Terraform."
  type        = string
  default     = "asterisk:asterisk"
}

variable "reload_command" {
  description = "Run after writing. For an Asterisk on this machine: `if asterisk -rx 'core waitfullybooted'; then asterisk -rx 'module reload res_pjsip.so' && asterisk -rx 'module reload res_pjsip_outbound_registration.so' && asterisk -rx 'pjsip send register *all'; fi`."
  type        = string
  default     = "true"
}
