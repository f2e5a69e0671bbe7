# The five commands; see CONTRIBUTING.md. `make ci` is every gate.
.PHONY: quickstart test lint docs package ci

quickstart:
	cargo run --locked --example quickstart

test:
	cargo test --locked

lint:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings

docs:
	cargo run --locked --example docs

package:
	.ci/package

ci:
	.ci/run
