terraform {
  # Data sources in mocked tests came with 1.7.
  required_version = ">= 1.7"

  required_providers {
    wavix = {
      source  = "wavix/wavix"
      version = "~> 0.1"
    }
  }
}

# The API key is read from WAVIX_API_KEY. To manage keys it needs full access,
# and it is none of those that are managed here.
provider "wavix" {}
