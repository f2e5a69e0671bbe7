import {
  to = wavix_sip_trunk.office
  id = "3107"
}
