# By the number; its record id does too.
terraform import 'wavix_phone_number.office["+12565378257"]' +12565378257
