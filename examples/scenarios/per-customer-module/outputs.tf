output "handover" {
  description = "What each customer needs for the PBX, but for the password: that goes by another way."
  value       = { for name, customer in module.customer : name => customer.handover }
}
