environments = {
  staging    = ["192.0.2.10"]
  production = ["198.51.100.4", "198.51.100.5"]
}

hook_host = "hooks.example.com"
rotation  = "2026-11"
