data "wavix_sip_trunk" "office" {
  label = "Office PBX"
}

# The login and the access token, for a write-only argument of a secret store
# or for another provider. They are stored in neither plan nor state.
ephemeral "wavix_sip_trunk_credentials" "office" {
  id = data.wavix_sip_trunk.office.id
}
