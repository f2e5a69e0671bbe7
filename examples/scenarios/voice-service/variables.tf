variable "offices" {
  description = "The offices, by name. The first number of each is its caller ID."
  type = map(object({
    numbers          = list(string)
    pbx_addresses    = set(string)
    channels         = optional(number, 4)
    password_version = optional(number, 1)
  }))

  validation {
    condition     = alltrue([for office in var.offices : length(office.numbers) > 0])
    error_message = "An office without a number presents none, and nobody can call it."
  }

  validation {
    condition = (
      length(distinct(flatten([for office in var.offices : office.numbers]))) ==
      length(flatten([for office in var.offices : office.numbers]))
    )
    error_message = "A number belongs to one office."
  }
}

variable "failover" {
  description = "Phone number, with country code, for calls that no office answers."
  type        = string
}

variable "hook_host" {
  description = "Host that receives the events of calls."
  type        = string
}

variable "environments" {
  description = "Addresses from which each environment reads calls and numbers."
  type        = map(set(string))
}

variable "sip_passwords" {
  description = "SIP password of each office."
  type        = map(string)
  sensitive   = true
  ephemeral   = true

  validation {
    condition     = length(setsubtract(keys(var.offices), keys(var.sip_passwords))) == 0
    error_message = "Every office needs a password."
  }
}
