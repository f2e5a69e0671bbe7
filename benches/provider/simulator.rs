//! What the simulated API can do at most, so that nobody takes its limit for
//! a provider's.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use wavix_sim::Sim;

use crate::Problem;

/// As many as Terraform has operations at once.
const CONNECTIONS: usize = 10;
const DURATION: Duration = Duration::from_secs(1);

/// Requests per second that it answers to clients that do nothing else.
pub fn ceiling() -> Result<f64, Problem> {
    let sim = Sim::builder().try_spawn()?;
    let id = sim.add_trunk(json!({ "label": "Office" }));
    let request = format!(
        "GET /v1/trunks/{id} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nAccept: application/json\r\n\r\n",
        sim.address(),
        sim.api_key()
    );
    let address = sim.address();
    let began = Instant::now();
    let clients: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let request = request.clone();
            thread::spawn(move || ask(address, &request, began + DURATION))
        })
        .collect();
    let mut answered = 0;
    for client in clients {
        answered += client.join().map_err(|_| "a client of the simulator panicked")??;
    }
    Ok(answered as f64 / began.elapsed().as_secs_f64())
}

fn ask(address: SocketAddr, request: &str, until: Instant) -> Result<usize, Problem> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut answered = 0;
    let (mut line, mut body) = (String::new(), Vec::new());
    while Instant::now() < until {
        stream.write_all(request.as_bytes())?;
        let mut length = 0;
        loop {
            line.clear();
            reader.read_line(&mut line)?;
            let line = line.trim_end().to_ascii_lowercase();
            if let Some(text) = line.strip_prefix("content-length:") {
                length = text.trim().parse()?;
            }
            if line.starts_with("http/1.1 ") && !line.contains(" 200 ") {
                return Err(format!("the simulator answered {line:?}").into());
            }
            if line.is_empty() {
                break;
            }
        }
        body.resize(length, 0);
        reader.read_exact(&mut body)?;
        answered += 1;
    }
    Ok(answered)
}
