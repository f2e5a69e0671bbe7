resource "wavix_sip_trunk" "branch" {
  label               = "Branch office"
  callerid            = "+1 (256) 537-8257"
  allowed_ips         = ["203.0.113.20"]
  max_channels        = 2
  password_wo         = var.sip_password
  password_wo_version = 1
}
