variable "name" {
  description = "Name of the customer, shown in the Wavix portal and on the bill."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]*$", var.name))
    error_message = "A name consists of lower-case letters, digits and hyphens, and begins with a letter."
  }
}

variable "callerid" {
  description = "Caller ID: an active or verified number of the account."
  type        = string
  nullable    = false
}

variable "channels" {
  description = "Maximum number of concurrent calls of the customer."
  type        = number
  nullable    = false

  validation {
    condition     = var.channels >= 1 && floor(var.channels) == var.channels
    error_message = "A customer books whole channels, at least one."
  }
}

variable "region" {
  description = "Gateway nearest to the customer: nl, us, sg or au."
  type        = string
  default     = "us"

  validation {
    condition     = contains(keys(provider::wavix::sip_gateways()), var.region)
    error_message = "Wavix has no gateway there. Choose one of ${join(", ", keys(provider::wavix::sip_gateways()))}."
  }
}

variable "addresses" {
  description = "IPv4 addresses from which the customer registers. Empty for any address."
  type        = set(string)
  default     = []
}

variable "dearest_call" {
  description = "Maximum cost of a call, in USD."
  type        = number
  default     = 0.5
}

variable "international" {
  description = "Whether users dial 00 for international calls, which is removed for Wavix."
  type        = bool
  default     = false
}

variable "sip_password" {
  description = "SIP password."
  type        = string
  sensitive   = true
  ephemeral   = true
}

variable "sip_password_version" {
  description = "Increase it to send a new password."
  type        = number
  default     = 1
}
