import {
  to = wavix_api_key.pbx["staging"]
  identity = {
    id = "124"
  }
}
