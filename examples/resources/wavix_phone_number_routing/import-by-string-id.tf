import {
  to = wavix_phone_number_routing.main
  id = "+12565378257"
}
