# Import by the number.
terraform import wavix_phone_number_routing.main +12565378257
