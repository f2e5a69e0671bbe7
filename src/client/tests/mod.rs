//! Tests of the client against canned bytes on a real socket.
