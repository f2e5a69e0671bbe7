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

  # Written anew when anything in it changes.
  triggers_replace = [wavix_sip_trunk.pbx.login, local.gateway, var.sip_password_version, var.directory]

  provisioner "local-exec" {
    # Nobody else reads the file, and Asterisk never sees half of it.
    command = "umask 077 && printf '%s' \"$CONTENT\" > \"$FILE.new\" && mv -- \"$FILE.new\" \"$FILE\" && sh -c \"$RELOAD\""

    environment = {
      CONTENT = provider::wavix::pjsip_endpoint(wavix_sip_trunk.pbx.login, var.sip_password, local.gateway)
      FILE    = self.output.file
      RELOAD  = var.reload_command
    }
  }

  provisioner "local-exec" {
    when    = destroy
    command = "rm -f -- \"$FILE\""

    environment = {
      FILE = self.output.file
    }
  }
}
