//! As much of the Language Server Protocol as an editor needs to complete an
//! argument and to show its description.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

/// A running language server with one open file.
pub struct Editor {
    server: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    file: String,
    next: u64,
}

impl Editor {
    /// Starts `server` and opens `name` in `folder`.
    pub fn open(mut server: Command, folder: &Path, name: &str) -> Self {
        server.arg("serve").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = server.spawn().unwrap();
        let (input, output) = (server.stdin.take().unwrap(), server.stdout.take().unwrap());
        let root = format!("file://{}", folder.display());
        let file = format!("{root}/{name}");
        let mut this = Self { server, input, output: BufReader::new(output), file, next: 0 };
        let capabilities = json!({ "textDocument": { "hover": { "contentFormat": ["markdown"] } } });
        this.ask("initialize", &json!({ "processId": null, "rootUri": root, "capabilities": capabilities }));
        this.tell("initialized", &json!({}));
        let text = std::fs::read_to_string(folder.join(name)).unwrap();
        let document = json!({ "uri": this.file, "languageId": "terraform", "version": 1, "text": text });
        this.tell("textDocument/didOpen", &json!({ "textDocument": document }));
        this
    }

    /// The labels of what can stand at a place, counted from 0.
    pub fn completions(&mut self, line: usize, character: usize) -> Vec<String> {
        let answer = self.at("textDocument/completion", line, character);
        let items = answer["result"]["items"].as_array().cloned().unwrap_or_default();
        items.iter().filter_map(|item| item["label"].as_str().map(str::to_owned)).collect()
    }

    /// What is shown of the word at a place, in Markdown.
    pub fn hover(&mut self, line: usize, character: usize) -> String {
        let answer = self.at("textDocument/hover", line, character);
        answer["result"]["contents"]["value"].as_str().unwrap_or_default().to_owned()
    }

    fn at(&mut self, method: &str, line: usize, character: usize) -> Value {
        let place = json!({ "line": line, "character": character });
        self.ask(method, &json!({ "textDocument": { "uri": self.file.clone() }, "position": place }))
    }

    fn tell(&mut self, method: &str, parameters: &Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": parameters }));
    }

    fn ask(&mut self, method: &str, parameters: &Value) -> Value {
        self.next += 1;
        let id = self.next;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": parameters }));
        loop {
            let message = self.receive();
            match (&message["id"], &message["method"]) {
                (own, Value::Null) if *own == json!(id) => return message,
                // It asks something itself, and waits.
                (other, Value::String(_)) if !other.is_null() => {
                    self.send(&json!({ "jsonrpc": "2.0", "id": other, "result": null }));
                }
                _ => {}
            }
        }
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        self.input.flush().unwrap();
    }

    fn receive(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).unwrap() > 0, "the server has ended");
            match line.trim().split_once(": ") {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.parse().unwrap();
                }
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.output.read_exact(&mut body).unwrap();
        serde_json::from_slice(&body).unwrap()
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
