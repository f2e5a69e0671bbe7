locals {
  gateway  = provider::wavix::sip_gateways()[var.region].host
  endpoint = "wavix-${wavix_sip_trunk.pbx.login}"
}

resource "wavix_sip_trunk" "pbx" {
  label    = var.label
  callerid = var.callerid

  password_wo         = var.sip_password
  password_wo_version = var.sip_password_version

  # Toll fraud begins with a guessed password: only the PBX may register, and
  # what a call may cost and how many there are at once is limited.
  allowed_ips   = [var.pbx_address]
  max_channels  = var.channels
  max_call_cost = var.dearest_call
}

# Asterisk's side of the trunk, written where Terraform runs: on the PBX, or on
# a machine that copies the file there. The password passes through to the file
# and is in neither plan nor state.
resource "terraform_data" "pjsip_conf" {
  input = {
    file = "${var.directory}/pjsip_wavix.conf"
  }

  # Written anew when anything in it changes, and only after Wavix has taken the
  # change. Nothing removes the file in between: it would be missing for good
  # when Wavix refuses.
  triggers_replace = [wavix_sip_trunk.pbx.login, local.gateway, var.sip_password_version, var.directory, var.owner]

  provisioner "local-exec" {
    # Only the owner reads the file, and Asterisk never sees half of it.
    command = <<-EOT
      set -eu
      umask 077
      printf '%s' "$CONTENT" > "$FILE.new"
      if [ -n "$OWNER" ]; then chown -- "$OWNER" "$FILE.new"; fi
      mv -- "$FILE.new" "$FILE"
      sh -c "$RELOAD"
    EOT

    environment = {
      CONTENT = provider::wavix::pjsip_endpoint(wavix_sip_trunk.pbx.login, var.sip_password, local.gateway)
      FILE    = self.output.file
      OWNER   = var.owner
      RELOAD  = var.reload_command
    }
  }
}

# Empties the file when the trunk goes for good, and at no other time: this
# resource is never replaced. An empty file can be included, a missing one
# takes all of PJSIP with it where pjsip.conf says #include.
resource "terraform_data" "emptied_at_the_end" {
  input = {
    file = terraform_data.pjsip_conf.output.file
  }

  provisioner "local-exec" {
    when    = destroy
    command = "if [ -f \"$FILE\" ]; then : > \"$FILE\"; fi"

    environment = {
      FILE = self.output.file
    }
  }
}
