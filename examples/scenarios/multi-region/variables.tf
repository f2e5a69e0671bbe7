variable "sites" {
  description = "The sites, by name. `region` is the region of the nearest gateway: nl, us, sg or au."
  type = map(object({
    region           = string
    sbc_address      = string
    channels         = number
    password_version = optional(number, 1)
  }))

  validation {
    condition = alltrue([
      for site in var.sites : contains(keys(provider::wavix::sip_gateways()), site.region)
    ])
    error_message = "A site's region is one of ${join(", ", keys(provider::wavix::sip_gateways()))}."
  }

  validation {
    condition     = length(distinct([for site in var.sites : site.sbc_address])) == length(var.sites)
    error_message = "Wavix tells sites apart by address: no two may have the same."
  }
}

variable "sip_passwords" {
  description = "SIP password of each site, by its name."
  type        = map(string)
  sensitive   = true
  ephemeral   = true
}

variable "dearest_call" {
  description = "Maximum cost of a call, in USD."
  type        = number
  default     = 0.75
}
