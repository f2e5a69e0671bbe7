# All trunks with a label that starts with "office", with their settings, so that
# `terraform query -generate-config-out=trunks.tf` can generate a configuration.
list "wavix_sip_trunk" "offices" {
  provider         = wavix
  include_resource = true

  config {
    label_regex = "(?i)^office"
    status      = "active"
  }
}
