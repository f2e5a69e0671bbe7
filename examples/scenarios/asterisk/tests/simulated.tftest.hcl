# The whole way to an API and back. Needs WAVIX_API_KEY and WAVIX_BASE_URL, as
# printed by wavix-sim. On a real account it makes a trunk, and removes it.

variables {
  sip_password = "a password; for tests"
  directory    = "tests"
  owner        = ""
}

run "the_file_is_written" {
  command = apply

  assert {
    condition     = strcontains(file(terraform_data.pjsip_conf.output.file), "\nusername = ${output.login}\npassword = a password\\; for tests\n")
    error_message = "Asterisk signs in with the login and the password of the trunk."
  }
}

run "a_new_password_is_written" {
  command = apply

  variables {
    sip_password         = "another password for tests"
    sip_password_version = 2
  }

  assert {
    condition     = strcontains(file(terraform_data.pjsip_conf.output.file), "\npassword = another password for tests\n")
    error_message = "Asterisk gets the new password when Wavix does."
  }
}
