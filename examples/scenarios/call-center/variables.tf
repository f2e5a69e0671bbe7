variable "region" {
  description = "Gateway that the PBX registers with: nl, us, sg or au."
  type        = string
  default     = "us"

  validation {
    condition     = contains(keys(provider::wavix::sip_gateways()), var.region)
    error_message = "Wavix has no gateway there. Choose one of ${join(", ", keys(provider::wavix::sip_gateways()))}."
  }
}

variable "pbx_addresses" {
  description = "IPv4 addresses from which the PBX registers."
  type        = set(string)

  validation {
    condition     = length(var.pbx_addresses) > 0
    error_message = "Without an address everybody who knows a password could register."
  }
}

variable "account_channels" {
  description = "Maximum number of concurrent calls of the account (SIP channels in the Wavix portal)."
  type        = number
  default     = 8
}

variable "queues" {
  description = "The queues, by name."
  type = map(object({
    callerid             = string
    channels             = number
    longest_call_minutes = optional(number, 60)
    dearest_call         = optional(number, 1.5) # USD
    record               = optional(bool, true)
    transcribe           = optional(bool, false)
    password_version     = optional(number, 1)
  }))

  validation {
    condition = sum(concat([var.dialler.channels], [for queue in var.queues : queue.channels])) <= var.account_channels
    error_message = format(
      "Queues and dialler may use %d channels together, more than the account's %d.",
      sum(concat([var.dialler.channels], [for queue in var.queues : queue.channels])), var.account_channels,
    )
  }
}

variable "dialler" {
  description = "Limits of the outbound dialler. Costs are in USD."
  type = object({
    channels         = optional(number, 2)
    dearest_call     = optional(number, 0.08)
    monthly_budget   = optional(number, 250)
    password_version = optional(number, 1)
  })
  default = {}
}

variable "sip_passwords" {
  description = "SIP password of each queue, and of the dialler under \"dialler\"."
  type        = map(string)
  sensitive   = true
  ephemeral   = true

  validation {
    condition     = length(setsubtract(concat(keys(var.queues), ["dialler"]), keys(var.sip_passwords))) == 0
    error_message = "Every queue needs a password, and so does \"dialler\"."
  }
}
