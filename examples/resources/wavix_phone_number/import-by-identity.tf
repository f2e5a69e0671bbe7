import {
  to = wavix_phone_number.office["+12565378257"]
  identity = {
    number = "+12565378257"
  }
}
