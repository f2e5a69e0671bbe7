//! The simulator as a program: for trying a configuration by hand.

fn main() {}
