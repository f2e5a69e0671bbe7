# The id of a key is shown by the data source wavix_api_keys. The value of an
# imported key is null if Wavix does not show it any more.
terraform import 'wavix_api_key.pbx["staging"]' 124
