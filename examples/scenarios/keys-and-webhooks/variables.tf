variable "environments" {
  description = "Addresses from which each environment may use its keys."
  type        = map(list(string))

  validation {
    condition     = alltrue([for addresses in values(var.environments) : length(addresses) > 0])
    error_message = "Every environment needs an address: a key without one works from everywhere."
  }
}

variable "hook_host" {
  description = "Host that receives the events of calls."
  type        = string
}

variable "rotation" {
  description = "A change replaces all keys: the new key works before the old one is deleted."
  type        = string
}
