import {
  to = wavix_sip_trunk.portal
  id = "3108"
}

resource "wavix_sip_trunk" "portal" {
  label    = "Made in the portal"
  callerid = "+1 313 284-7320"
}
