# Every key of a PBX, with its settings, so that
# `terraform query -generate-config-out=keys.tf` can write them down.
list "wavix_api_key" "pbx" {
  provider         = wavix
  include_resource = true

  config {
    label_regex = "^pbx-"
    active      = true
  }
}
