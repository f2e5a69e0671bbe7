data "wavix_sip_trunk" "office" {
  label = "Office PBX"
}

# The login and the access token, for a write-only argument of a secret store
# or for another provider's configuration. Neither reaches plan or state.
ephemeral "wavix_sip_trunk_credentials" "office" {
  id = data.wavix_sip_trunk.office.id
}
