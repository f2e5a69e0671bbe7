# The Wavix portal and the data source wavix_sip_trunks show the id of a trunk.
# It is not the SIP login.
terraform import wavix_sip_trunk.office 3107
