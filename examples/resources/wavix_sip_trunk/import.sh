# The id of a trunk is shown by the Wavix portal and by the data source
# wavix_sip_trunks. It is not the SIP login.
terraform import wavix_sip_trunk.office 3107
