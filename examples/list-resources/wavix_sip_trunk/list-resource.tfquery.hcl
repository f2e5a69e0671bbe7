# Every trunk whose label begins with "office", with its settings, so that
# `terraform query -generate-config-out=trunks.tf` can write them down.
list "wavix_sip_trunk" "offices" {
  provider         = wavix
  include_resource = true

  config {
    label_regex = "(?i)^office"
    status      = "active"
  }
}
