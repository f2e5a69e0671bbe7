# All trunks with a label that starts with "Office".
data "wavix_sip_trunks" "offices" {
  label_regex = "^Office\\b"
}

# Trunks with an address that Wavix has not approved yet.
data "wavix_sip_trunks" "under_review" {
  status = "pending"
}

output "office_logins" {
  value = { for trunk in data.wavix_sip_trunks.offices.sip_trunks : trunk.label => trunk.login... }
}

output "addresses_under_review" {
  value = [for trunk in data.wavix_sip_trunks.under_review.sip_trunks : trunk.host_request.host]
}
