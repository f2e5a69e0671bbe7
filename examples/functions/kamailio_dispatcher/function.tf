# For /etc/kamailio/dispatcher.list: the nearest gateway first.
output "dispatcher_list" {
  value = provider::wavix::kamailio_dispatcher(1, [
    "us.wavix.net", "nl.wavix.net", "sg.wavix.net", "au.wavix.net",
  ])
}
