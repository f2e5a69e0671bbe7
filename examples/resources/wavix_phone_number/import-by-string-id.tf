import {
  to = wavix_phone_number.office["+12565378257"]
  id = "+12565378257"
}
