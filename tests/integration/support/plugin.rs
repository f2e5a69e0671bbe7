//! A client for the built plugin, which starts it as Terraform does.
