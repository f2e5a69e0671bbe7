import {
  to = wavix_api_key.pbx["staging"]
  id = "124"
}
