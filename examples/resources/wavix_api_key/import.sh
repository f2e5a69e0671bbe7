# The data source wavix_api_keys shows the id of a key. The value of an
# imported key is null if Wavix no longer shows it.
terraform import 'wavix_api_key.pbx["staging"]' 124
