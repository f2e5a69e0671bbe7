output "handover" {
  description = "PBX settings of the customer, without the password."
  value = {
    registrar = local.gateway.host
    login     = wavix_sip_trunk.this.login
    aor       = provider::wavix::sip_uri(wavix_sip_trunk.this.login, local.gateway.host)
    callerid  = provider::wavix::e164(var.callerid)
    channels  = var.channels
    # A call may come from each gateway, whichever the PBX registers at.
    firewall = provider::wavix::ip_ranges().sip
  }
}
