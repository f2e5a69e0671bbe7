terraform {
  required_providers {
    wavix = {
      source  = "wavix/wavix"
      version = "~> 0.1"
    }
  }
}

# The API key is taken from the environment variable WAVIX_API_KEY. Every other
# argument has a variable, too, and a default.
provider "wavix" {
  request_timeout = "20s"
  max_retries     = 6
}
