# A trunk that is managed elsewhere. Set exactly one of id, login and label.
data "wavix_sip_trunk" "office" {
  label = "Office PBX"
}

output "office_sip_login" {
  value = data.wavix_sip_trunk.office.login
}

# Outbound calls of this month, in USD and in minutes.
output "office_usage" {
  value = {
    charge  = data.wavix_sip_trunk.office.charge
    minutes = ceil(data.wavix_sip_trunk.office.talk_time / 60)
  }
}
