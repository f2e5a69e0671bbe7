locals {
  gateway = provider::wavix::sip_gateways()[var.region]
}

# One trunk per queue: each presents its own number, has its own share of the
# account's channels, and can be switched off without the others.
resource "wavix_sip_trunk" "queue" {
  for_each = var.queues

  label    = "Queue ${each.key}"
  callerid = each.value.callerid

  password_wo         = var.sip_passwords[each.key]
  password_wo_version = each.value.password_version

  # Only the PBX may register, even with the right password.
  allowed_ips = var.pbx_addresses

  max_channels  = each.value.channels
  call_limit    = each.value.longest_call_minutes * 60
  max_call_cost = each.value.dearest_call

  call_recording_enabled  = each.value.record
  transcription_enabled   = each.value.transcribe
  transcription_threshold = 30

  encrypted_media = true
}

# The dialler calls on behalf of every queue, so it presents any number of the
# account. It hangs up on answering machines, and is kept on a short lead.
resource "wavix_sip_trunk" "dialler" {
  label            = "Outbound dialler"
  multiple_numbers = true

  password_wo         = var.sip_passwords["dialler"]
  password_wo_version = var.dialler.password_version

  allowed_ips = var.pbx_addresses

  max_channels  = var.dialler.channels
  call_limit    = 10 * 60
  max_call_cost = var.dialler.dearest_call

  machine_detection_enabled = true
  encrypted_media           = true
}

# What the dialler has spent this month. Read on every plan and apply.
data "wavix_sip_trunk" "dialler" {
  id = wavix_sip_trunk.dialler.id
}

# A warning: it stops neither Terraform nor the dialler.
check "dialler_budget" {
  assert {
    condition = data.wavix_sip_trunk.dialler.charge <= var.dialler.monthly_budget
    error_message = format(
      "The dialler has spent %s of its %s USD of this month.",
      data.wavix_sip_trunk.dialler.charge, var.dialler.monthly_budget,
    )
  }
}
