# All keys of a PBX, with their settings, so that
# `terraform query -generate-config-out=keys.tf` can generate a configuration.
list "wavix_api_key" "pbx" {
  provider         = wavix
  include_resource = true

  config {
    label_regex = "^pbx-"
    active      = true
  }
}
