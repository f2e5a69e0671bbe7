import {
  to = wavix_phone_number_routing.main
  identity = {
    number = "+12565378257"
  }
}
