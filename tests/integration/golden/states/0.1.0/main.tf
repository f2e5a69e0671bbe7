variable "password" {
  type      = string
  ephemeral = true
  default   = "a password"
}

resource "wavix_sip_trunk" "limited" {
  label         = "Head office"
  callerid      = "+1 (313) 284-7320"
  password      = "a password"
  allowed_ips   = ["198.51.100.7", "198.51.100.8"]
  call_limit    = 3600
  max_call_cost = 0.18
  max_channels  = 2
  rewrite_cond  = "00"

  timeouts {
    create = "2m"
  }
}

resource "wavix_sip_trunk" "write_only" {
  label               = "Branch"
  callerid            = "13132847320"
  password_wo         = var.password
  password_wo_version = 3
  encrypted_media     = true
}

resource "wavix_sip_trunk" "by_address" {
  label            = "Border"
  multiple_numbers = true
  password         = "a password"

  host_request = {
    host = "198.51.100.40"
  }
}
