terraform {
  # Write-only arguments came with 1.11.
  required_version = ">= 1.11"

  required_providers {
    wavix = {
      source  = "wavix/wavix"
      version = "~> 0.1"
    }
  }
}

# The API key is read from WAVIX_API_KEY.
provider "wavix" {}
