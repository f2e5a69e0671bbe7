# The number is verified in the account that wavix-sim begins with, and the
# address is reserved for documentation. The password does not belong here:
#
#   export TF_VAR_sip_password="$(openssl rand -base64 24)"

callerid    = "+1 (313) 284-7320"
pbx_address = "203.0.113.10"
