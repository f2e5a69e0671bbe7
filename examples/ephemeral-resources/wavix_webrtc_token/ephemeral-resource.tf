data "wavix_sip_trunk" "office" {
  label = "Office PBX"
}

# For this run only, for example to test a softphone: deleted at its end.
ephemeral "wavix_webrtc_token" "check" {
  sip_trunk = data.wavix_sip_trunk.office.login
}

# Valid for eight hours, independent of the run.
ephemeral "wavix_webrtc_token" "shift" {
  sip_trunk       = data.wavix_sip_trunk.office.login
  ttl             = 8 * 60 * 60
  payload         = jsonencode({ desk = "reception" })
  revoke_on_close = false
}
