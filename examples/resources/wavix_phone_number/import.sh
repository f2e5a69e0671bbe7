# Import by the number.
terraform import 'wavix_phone_number.office["+12565378257"]' +12565378257
