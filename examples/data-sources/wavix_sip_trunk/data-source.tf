# A trunk that is managed elsewhere. Exactly one of id, login and label.
data "wavix_sip_trunk" "office" {
  label = "Office PBX"
}

output "office_sip_login" {
  value = data.wavix_sip_trunk.office.login
}

# This month's outbound calls, in USD and in minutes.
output "office_usage" {
  value = {
    charge  = data.wavix_sip_trunk.office.charge
    minutes = ceil(data.wavix_sip_trunk.office.talk_time / 60)
  }
}
