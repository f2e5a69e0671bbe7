data "wavix_sip_trunk" "office" {
  label = "Office PBX"
}

# For the time of the run, say to test the softphone: deleted at its end.
ephemeral "wavix_webrtc_token" "check" {
  sip_trunk = data.wavix_sip_trunk.office.login
}

# To hand on: valid for eight hours, whatever becomes of the run.
ephemeral "wavix_webrtc_token" "shift" {
  sip_trunk       = data.wavix_sip_trunk.office.login
  ttl             = 8 * 60 * 60
  payload         = jsonencode({ desk = "reception" })
  revoke_on_close = false
}
