//! A simulator of the Wavix API.
