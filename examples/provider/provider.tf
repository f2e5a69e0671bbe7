terraform {
  required_providers {
    wavix = {
      source  = "wavix/wavix"
      version = "~> 0.1"
    }
  }
}

# The API key is read from the environment variable WAVIX_API_KEY.
# The other arguments are optional.
provider "wavix" {
  request_timeout = "20s"
  max_retries     = 6
}
