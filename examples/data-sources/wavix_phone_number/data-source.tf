# A number that is managed elsewhere. Set exactly one of number, id and label.
data "wavix_phone_number" "front_desk" {
  number = "+1 256 537 8257"
}

output "front_desk_rings_at" {
  value = [
    for destination in data.wavix_phone_number.front_desk.destinations :
    coalesce(destination.trunk_label, destination.phone_number, destination.sip_uri, "a deleted trunk")
  ]
}
