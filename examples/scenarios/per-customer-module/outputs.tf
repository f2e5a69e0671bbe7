output "handover" {
  description = "PBX settings of each customer, without the password."
  value       = { for name, customer in module.customer : name => customer.handover }
}
