# The numbers of the United States with their settings, so that
# `terraform query -generate-config-out=numbers.tf` can generate a configuration.
list "wavix_phone_number" "us" {
  provider         = wavix
  include_resource = true

  config {
    country = "US"
  }
}
