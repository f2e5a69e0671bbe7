output "registrar" {
  description = "Gateway that the PBX registers with."
  value       = local.gateway.host
}

output "registrations" {
  description = "SIP login and address of record of each queue, and of the dialler."
  value = {
    for name, trunk in merge(wavix_sip_trunk.queue, { dialler = wavix_sip_trunk.dialler }) : name => {
      login = trunk.login
      aor   = provider::wavix::sip_uri(trunk.login, local.gateway.host)
    }
  }
}

output "ids" {
  description = "ID of the trunk of each queue, for `terraform import`."
  value       = { for name, trunk in wavix_sip_trunk.queue : name => trunk.id }
}
