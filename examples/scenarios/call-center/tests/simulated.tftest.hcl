# The whole way to an API and back. Needs WAVIX_API_KEY and WAVIX_BASE_URL, as
# printed by wavix-sim. On a real account it makes trunks, and removes them.

variables {
  sip_passwords = {
    sales   = "a password for tests"
    support = "a password for tests"
    dialler = "a password for tests"
  }
}

run "the_trunks_are_made" {
  command = apply

  assert {
    condition     = length(distinct([for registration in output.registrations : registration.login])) == 3
    error_message = "Each trunk has a login of its own."
  }

  assert {
    condition     = alltrue([for trunk in wavix_sip_trunk.queue : trunk.ip_restrict])
    error_message = "Only the PBX may register."
  }
}

run "a_longer_queue_changes_one_trunk" {
  command = apply

  variables {
    queues = {
      sales   = { callerid = "+1 (313) 284-7320", channels = 2 }
      support = { callerid = "+1 (313) 789-0021", channels = 4 }
    }
  }

  assert {
    condition     = wavix_sip_trunk.queue["support"].id == run.the_trunks_are_made.ids["support"]
    error_message = "The trunk is changed, not replaced."
  }
}
