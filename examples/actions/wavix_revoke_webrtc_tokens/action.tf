data "wavix_sip_trunk" "office" {
  label = "Office PBX"
}

# terraform apply -invoke=action.wavix_revoke_webrtc_tokens.office
action "wavix_revoke_webrtc_tokens" "office" {
  config {
    sip_trunk = data.wavix_sip_trunk.office.login
  }
}
