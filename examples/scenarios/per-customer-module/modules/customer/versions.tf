terraform {
  required_version = ">= 1.11"

  required_providers {
    wavix = {
      source  = "wavix/wavix"
      version = ">= 0.1"
    }
  }
}
