# By the number; its record id does too.
terraform import wavix_phone_number_routing.main +12565378257
