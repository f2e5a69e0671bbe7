import {
  to = wavix_sip_trunk.office
  identity = {
    id = "3107"
  }
}
