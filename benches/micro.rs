//! `cargo bench --bench micro`: what runs for every attribute and every trunk,
//! timed by itself. For comparing a change with what was before it; what people
//! wait for is measured by `cargo bench --bench provider`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    unreachable_pub,
    reason = "a benchmark that cannot run has nothing to say"
)]

#[path = "trunk.rs"]
mod trunk;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use terraform_provider_wavix::facade::framework::convert;
use terraform_provider_wavix::facade::framework::diagnostics::{Diagnostic, Diagnostics};
use terraform_provider_wavix::facade::framework::walk;
use terraform_provider_wavix::facade::protocol::types::Type;
use terraform_provider_wavix::facade::protocol::value::Value;
use terraform_provider_wavix::facade::protocol::{json, msgpack};
use terraform_provider_wavix::facade::resources;
use trunk::Trunk;

/// A large state: a list of texts that together have a megabyte.
const ITEMS: usize = 1024;
const ITEM: usize = 1024;

fn codecs(criterion: &mut Criterion) {
    let trunk = Trunk::new();
    let large_type = Type::list(Type::String);
    let large = Value::List((0..ITEMS).map(|_| Value::string("x".repeat(ITEM))).collect());
    for (name, value, ty) in [("trunk", &trunk.state, &trunk.ty), ("1 MB", &large, &large_type)] {
        let mut group = criterion.benchmark_group(name);
        let packed = msgpack::encode(value, ty).unwrap();
        let text = json::encode(value, ty).unwrap();
        group.throughput(Throughput::Bytes(packed.len() as u64));
        group.bench_function("MessagePack decode", |b| {
            b.iter(|| msgpack::decode(black_box(&packed), ty).unwrap())
        });
        group.bench_function("MessagePack encode", |b| {
            b.iter(|| msgpack::encode(black_box(value), ty).unwrap())
        });
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function("JSON decode", |b| b.iter(|| json::decode(black_box(&text), ty).unwrap()));
        group.bench_function("JSON encode", |b| b.iter(|| json::encode(black_box(value), ty).unwrap()));
        group.finish();
    }
}

/// Decoding, mapping to the model, the plan algorithm, mapping back, encoding.
fn requests(criterion: &mut Criterion) {
    let trunk = Trunk::new();
    let mut group = criterion.benchmark_group("request");
    group.bench_function("GetProviderSchema", |b| b.iter(|| trunk.schemas()));
    group.bench_function("ValidateResourceConfig", |b| b.iter(|| trunk.validate()));
    group.bench_function("PlanResourceChange, create", |b| b.iter(|| trunk.plan_create()));
    group.bench_function("PlanResourceChange, no change", |b| b.iter(|| trunk.plan_no_change()));
    group.finish();
}

fn comparing(criterion: &mut Criterion) {
    let trunk = Trunk::new();
    let registry = resources::registry();
    let resource = registry.resources().find(|one| one.type_name() == "wavix_sip_trunk").unwrap();
    let schema = resource.schema();
    criterion.bench_function("semantic equality of a trunk", |b| {
        b.iter(|| walk::with_spelling_of(&schema, &trunk.state, black_box(trunk.state.clone())));
    });
    criterion.bench_function("diagnostics", |b| {
        b.iter(|| {
            let diagnostic = Diagnostic::error("Cannot create SIP trunk", "Wavix answered 422.");
            convert::diagnostics(black_box(Diagnostics::from(diagnostic)))
        });
    });
}

criterion_group!(benches, codecs, requests, comparing);
criterion_main!(benches);
