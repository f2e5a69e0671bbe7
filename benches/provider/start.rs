//! A process's life: start, first answers, what it holds while idle, end.

use std::path::Path;
use std::time::{Duration, Instant};

use prost::bytes::{Buf, BufMut};
use prost::encoding::{DecodeContext, WireType, skip_field};
use prost::{DecodeError, Message};
use tf_conformance::core::{End, Launch, Patience, Plugin, Session, Trace};
use tf_conformance::proto::plugin::Empty;
use tf_conformance::proto::plugin::grpc_controller_client::GrpcControllerClient;
use tf_conformance::proto::tfplugin6::get_provider_schema;
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic_prost::ProstCodec;

use crate::process::{Usage, usage};
use crate::programs::Column;
use crate::samples::{Goal, quantile};
use crate::{Problem, Run};

const COLUMNS: [Column; 4] = [Column::Us, Column::Go, Column::TfProvider, Column::TfProviderNull];
const ROUNDS: usize = 7;
/// Starts of each program in one round.
const STARTS: usize = 5;
/// Schema answers of a warm process; fewer of one that takes longer.
const WARM: usize = 50;
const WARM_TIME: Duration = Duration::from_millis(250);
const NEEDED: Duration = Duration::from_secs(45);

/// One start, times in ms.
struct Life {
    handshake: f64,
    schema: f64,
    end: f64,
    warm: f64,
    schema_bytes: f64,
    fresh: Option<Usage>,
    idle: Option<Usage>,
}

pub async fn measure(run: &mut Run) {
    if !run.arguments.wants("start") || !run.has_time_for("start", NEEDED) {
        return;
    }
    println!("Measuring starts …");
    let programs = run.programs.among(&COLUMNS);
    let starts = if run.arguments.quick { 2 } else { STARTS };
    for _ in 0..run.arguments.rounds(ROUNDS) {
        let mut lives: Vec<Vec<Life>> = programs.iter().map(|_| Vec::new()).collect();
        // In turn also within a round: what slows the machine down for a
        // moment hits all.
        for _ in 0..starts {
            for ((column, path), lives) in programs.iter().zip(&mut lives) {
                match live(path).await {
                    Ok(life) => lives.push(life),
                    Err(problem) => run.note(format!("start of {column}: {problem}")),
                }
            }
        }
        for ((column, _), lives) in programs.iter().zip(&lives) {
            record(run, *column, lives);
        }
    }
    goals(run);
}

async fn live(program: &Path) -> Result<Life, Problem> {
    let patience = Patience { start: Duration::from_secs(20), ..Patience::default() };
    let milliseconds = |since: Instant| since.elapsed().as_secs_f64() * 1e3;
    let launch = Launch::by_terraform(program, patience)?;
    let began = Instant::now();
    let (mut plugin, handshake) = Plugin::start(launch).await?;
    let to_handshake = milliseconds(began);
    let fresh = plugin.id().and_then(usage);
    let mut controller = GrpcControllerClient::new(plugin.connect(&handshake).await?);
    let began = Instant::now();
    // A server may be gone before it has answered; that is what is measured.
    let answered = tokio::time::timeout(patience.end, controller.shutdown(Empty {})).await;
    // Terraform closes its connection at once.
    drop(controller);
    let ended = plugin.wait(patience.end).await;
    let end = milliseconds(began);
    if ended == End::Running {
        return Err(format!("it does not end after Shutdown ({answered:?})").into());
    }

    let launch = Launch::by_terraform(program, patience)?;
    let began = Instant::now();
    let session = Session::start(launch, patience, Trace::default()).await?;
    let schemas = session.get_provider_schema(get_provider_schema::Request {}).await?;
    let schema = milliseconds(began);
    let schema_bytes = schemas.encoded_len() as f64 / 1e3;
    // As it waits for most of a command: it was asked for its schemas.
    let idle = session.plugin().await.id().and_then(usage);
    let mut warm = Vec::new();
    let warm_since = Instant::now();
    while warm.len() < WARM && warm_since.elapsed() < WARM_TIME {
        let began = Instant::now();
        receive_schemas(&session).await?;
        warm.push(milliseconds(began));
    }
    let warm = quantile(warm, 0.5).unwrap_or_default();
    Ok(Life { handshake: to_handshake, schema, end, warm, schema_bytes, fresh, idle })
}

/// An answer that nobody takes apart: what a client does with it is not the
/// provider's time.
#[derive(Debug, Default)]
struct Unread;

impl Message for Unread {
    fn encode_raw(&self, _: &mut impl BufMut) {}

    fn encoded_len(&self) -> usize {
        0
    }

    fn merge_field(
        &mut self,
        tag: u32,
        wire_type: WireType,
        buf: &mut impl Buf,
        ctx: DecodeContext,
    ) -> Result<(), DecodeError> {
        skip_field(wire_type, tag, buf, ctx)
    }

    fn clear(&mut self) {}
}

async fn receive_schemas(session: &Session) -> Result<(), Problem> {
    let mut client = Grpc::new(session.channel()).max_decoding_message_size(usize::MAX);
    client.ready().await?;
    let path = PathAndQuery::from_static("/tfplugin6.Provider/GetProviderSchema");
    let codec = ProstCodec::<get_provider_schema::Request, Unread>::default();
    client.unary(tonic::Request::new(get_provider_schema::Request {}), path, codec).await?;
    Ok(())
}

fn record(run: &mut Run, column: Column, lives: &[Life]) {
    let mut add = |name, unit, values: Vec<f64>| {
        if let Some(median) = quantile(values, 0.5) {
            run.samples.figure(name, unit).add(column, median);
        }
    };
    let fresh = lives.iter().filter_map(|life| life.fresh.as_ref().map(|usage| usage.memory)).collect();
    let idle =
        |pick: fn(&Usage) -> f64| lives.iter().filter_map(|life| life.idle.as_ref().map(pick)).collect();
    add(HANDSHAKE, "ms", lives.iter().map(|life| life.handshake).collect());
    add(FIRST_SCHEMA, "ms", lives.iter().map(|life| life.schema).collect());
    add(WARM_SCHEMA, "ms", lives.iter().map(|life| life.warm).collect());
    add("size of GetProviderSchema's answer", "kB", lives.iter().map(|life| life.schema_bytes).collect());
    add("resident memory, after the handshake", "MB", fresh);
    add(IDLE, "MB", idle(|usage| usage.memory));
    add("threads, idle", "", idle(|usage| usage.threads));
    add("open files, idle", "", idle(|usage| usage.files));
    add(SHUTDOWN, "ms", lives.iter().map(|life| life.end).collect());
}

const HANDSHAKE: &str = "start → handshake line, mutual TLS";
const FIRST_SCHEMA: &str = "start → first GetProviderSchema answered";
const WARM_SCHEMA: &str = "GetProviderSchema, warm";
const IDLE: &str = "resident memory, idle after its schemas";
const SHUTDOWN: &str = "Shutdown → process gone";

fn goals(run: &mut Run) {
    let null = Column::TfProviderNull;
    let handshake = run.samples.figure(HANDSHAKE, "ms");
    handshake.goals(&[Goal::Ratio(Column::Go, 0.25), Goal::Ratio(null, 1.2)]);
    let first = run.samples.figure(FIRST_SCHEMA, "ms").goals(&[Goal::Ratio(Column::Go, 0.3)]);
    first.profile(
        "it holds the client's side of the TLS handshake, with a P-521 signature, which is the same for all",
    );
    let warm = run.samples.figure(WARM_SCHEMA, "ms").goals(&[Goal::Ratio(Column::Go, 0.5)]);
    warm.profile("the answer's size stands in the next row");
    let idle = run.samples.figure(IDLE, "MB").goals(&[Goal::Ratio(Column::Go, 0.4)]);
    idle.profile("most of it is pages of the program's file, which all its processes share");
    run.samples.figure(SHUTDOWN, "ms").goals(&[Goal::AtMost(5.0)]);
}
