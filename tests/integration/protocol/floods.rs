//! Peers that do not mean well, or are broken: what they send ends their own connection, and nobody else notices.

use std::time::Duration;

use terraform_provider_wavix::facade::protocol::proto::go_plugin::Empty;
use terraform_provider_wavix::facade::protocol::proto::go_plugin::grpc_controller_client::GrpcControllerClient;
use terraform_provider_wavix::facade::protocol::proto::tfplugin6::get_provider_schema;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use crate::support::plugin::{Launch, PATIENCE, Plugin, Socket, connect_plain};

async_trials![
    hundreds_of_unfinished_handshakes_hold_up_nobody,
    garbage_ends_its_own_connection_and_nothing_else,
    the_client_is_told_how_much_is_taken_at_once,
    a_flood_of_streams_is_refused_beyond_the_limit,
    a_flood_of_resets_ends_its_connection,
    a_header_without_end_ends_its_connection,
    clients_that_never_read_cannot_stop_the_shutdown,
];

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GO_AWAY: u8 = 7;
const CONTINUATION: u8 = 9;
const END_HEADERS: u8 = 4;
/// `:method POST`, `:scheme http`, `:path /`, each by its number in the static table.
const REQUEST: [u8; 3] = [0x83, 0x86, 0x84];
const MAX_CONCURRENT_STREAMS: u16 = 3;
const MAX_HEADER_LIST_SIZE: u16 = 6;
const REFUSED_STREAM: u32 = 7;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// One frame that came: its kind, its stream and its payload. `None` at the end.
async fn next_frame(stream: &mut Box<dyn Socket>) -> Option<(u8, u32, Vec<u8>)> {
    let mut head = [0; 9];
    stream.read_exact(&mut head).await.ok()?;
    let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
    let mut payload = vec![0; usize::try_from(length).unwrap()];
    stream.read_exact(&mut payload).await.ok()?;
    Some((head[3], u32::from_be_bytes([head[5], head[6], head[7], head[8]]), payload))
}

/// A connection on which HTTP/2 has begun, and the settings the plugin sent.
async fn http2(plugin: &Plugin) -> (Box<dyn Socket>, Vec<(u16, u32)>) {
    let handshake = plugin.handshake();
    let mut stream = connect_plain(&handshake.network, &handshake.address).await;
    stream.write_all(PREFACE).await.unwrap();
    stream.write_all(&frame(SETTINGS, 0, 0, &[])).await.unwrap();
    let (kind, _, payload) = timeout(PATIENCE, next_frame(&mut stream)).await.unwrap().expect("a greeting");
    assert_eq!(kind, SETTINGS);
    let settings = payload.chunks_exact(6).map(|setting| {
        let value = u32::from_be_bytes([setting[2], setting[3], setting[4], setting[5]]);
        (u16::from_be_bytes([setting[0], setting[1]]), value)
    });
    (stream, settings.collect())
}

async fn assert_serves(plugin: &mut Plugin) {
    let call = async { plugin.provider().await.get_provider_schema(get_provider_schema::Request {}).await };
    timeout(PATIENCE, call).await.expect("an answer").unwrap();
    assert!(plugin.is_running());
}

/// Writes until everything is written or the plugin has had enough, and reads meanwhile: the frames that came, and
/// whether the plugin ended the connection.
async fn flood(stream: Box<dyn Socket>, bytes: Vec<u8>) -> (Vec<(u8, u32, Vec<u8>)>, bool) {
    let (mut reader, mut writer) = tokio::io::split(stream);
    let writing = tokio::spawn(async move {
        let written = writer.write_all(&bytes).await.is_ok();
        (writer, written)
    });
    let mut received = Vec::new();
    // It has nothing more to say when it is silent for a while.
    let ended = loop {
        match timeout(Duration::from_secs(1), reader.read_buf(&mut received)).await {
            Ok(Ok(0) | Err(_)) => break true,
            Ok(Ok(_)) => {}
            Err(_) if writing.is_finished() => break false,
            Err(_) => {}
        }
    };
    let mut frames = Vec::new();
    let mut rest: Box<dyn Socket> = Box::new(std::io::Cursor::new(received));
    while let Some(frame) = next_frame(&mut rest).await {
        frames.push(frame);
    }
    let _ = writing.await;
    (frames, ended)
}

/// Memory that the process occupies, in bytes; 0 where the system does not say.
fn resident(plugin: &Plugin) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", plugin.pid())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0 kB");
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

async fn hundreds_of_unfinished_handshakes_hold_up_nobody() {
    let mut plugin = Launch::by_terraform().start();
    let handshake = plugin.handshake();
    let mut silent = Vec::new();
    for number in 0..300 {
        let mut stream = connect_plain(&handshake.network, &handshake.address).await;
        if number % 3 == 0 {
            // The beginning of a TLS record that announces 512 bytes more.
            let _ = stream.write_all(&[22, 3, 1, 2, 0, 1]).await;
        }
        silent.push(stream);
        if number % 50 == 0 {
            assert_serves(&mut plugin).await;
        }
    }
    assert_serves(&mut plugin).await;
    // All but the newest were given up: their connections take up nothing.
    if let Ok(descriptors) = std::fs::read_dir(format!("/proc/{}/fd", plugin.pid())) {
        let open = descriptors.count();
        assert!(open < 100, "{open} descriptors");
    }
}

async fn garbage_ends_its_own_connection_and_nothing_else() {
    let garbage: Vec<Vec<u8>> = vec![
        b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n".to_vec(),
        vec![0; 4096],
        vec![0xff; 4096],
        (0..=255).cycle().take(100_000).collect(),
        // A TLS record longer than TLS allows, and one of no known kind.
        [&[22, 3, 3, 0xff, 0xff][..], &[1; 70_000]].concat(),
        [&[99, 3, 3, 0, 5][..], &[1; 100]].concat(),
        // HTTP/2 that begins well.
        [PREFACE, &frame(SETTINGS, 0, 0, &[1, 2, 3])].concat(),
        [PREFACE, &frame(0xee, 0xff, 0x7fff_ffff, &[0; 16_384]), &[0xff; 1000]].concat(),
        [PREFACE, &frame(SETTINGS, 0, 0, &[]), &frame(HEADERS, END_HEADERS, 1, &[0xff; 200])].concat(),
        [PREFACE, &frame(SETTINGS, 0, 0, &[]), &frame(CONTINUATION, 0, 1, &[0; 10])].concat(),
    ];
    for launch in [Launch::by_terraform(), Launch::without_tls()] {
        let mut plugin = launch.start();
        let handshake = plugin.handshake();
        for bytes in &garbage {
            let mut stream = connect_plain(&handshake.network, &handshake.address).await;
            let _ = stream.write_all(bytes).await;
            let _ = stream.shutdown().await;
            let mut answer = Vec::new();
            // A reset is as good as an end.
            let _ = timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("the connection ends");
        }
        assert_serves(&mut plugin).await;
        assert_eq!(plugin.stdout.so_far().len(), 1, "nothing but the handshake line");
    }
}

async fn the_client_is_told_how_much_is_taken_at_once() {
    let plugin = Launch::without_tls().start();
    let (_stream, settings) = http2(&plugin).await;
    let setting = |name| settings.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
    // More calls than any `-parallelism` makes, or StopProvider would wait in line behind them; and no more than a
    // process bears.
    let calls = setting(MAX_CONCURRENT_STREAMS);
    assert!(calls.is_some_and(|most| (2_000..=10_000).contains(&most)), "{settings:?}");
    assert!(setting(MAX_HEADER_LIST_SIZE).is_some_and(|most| most <= 64 * 1024), "{settings:?}");
}

async fn a_flood_of_streams_is_refused_beyond_the_limit() {
    let mut plugin = Launch::without_tls().start();
    let (stream, settings) = http2(&plugin).await;
    let most = settings.iter().find(|(name, _)| *name == MAX_CONCURRENT_STREAMS).unwrap().1;
    // Opened and never ended, so that none of them makes room.
    let streams = (0..2 * most).flat_map(|number| frame(HEADERS, END_HEADERS, 2 * number + 1, &REQUEST));
    let (frames, ended) = flood(stream, streams.collect()).await;
    let refused = frames
        .iter()
        .filter(|(kind, _, payload)| {
            *kind == RST_STREAM && payload.as_slice() == REFUSED_STREAM.to_be_bytes()
        })
        .count();
    assert!(ended || refused > 0 || frames.iter().any(|(kind, ..)| *kind == GO_AWAY), "{}", frames.len());
    assert_serves(&mut plugin).await;
}

async fn a_flood_of_resets_ends_its_connection() {
    let mut plugin = Launch::without_tls().start();
    let (stream, _) = http2(&plugin).await;
    let before = resident(&plugin);
    let resets = (0..50_000_u32).flat_map(|number| {
        let id = 2 * number + 1;
        [frame(HEADERS, END_HEADERS, id, &REQUEST), frame(RST_STREAM, 0, id, &8_u32.to_be_bytes())].concat()
    });
    let (frames, ended) = flood(stream, resets.collect()).await;
    assert!(
        ended && frames.iter().any(|(kind, ..)| *kind == GO_AWAY),
        "{} frames, ended: {ended}",
        frames.len()
    );
    let grown = resident(&plugin).saturating_sub(before);
    assert!(grown < 64 << 20, "{grown} bytes more");
    assert_serves(&mut plugin).await;
}

async fn a_header_without_end_ends_its_connection() {
    let mut plugin = Launch::without_tls().start();
    let (stream, _) = http2(&plugin).await;
    let before = resident(&plugin);
    // A literal header of 100 bytes, over and over: 100 MB of it.
    let literal = [&[0, 1, b'x', 100][..], &[b'y'; 100]].concat();
    let block: Vec<u8> = literal.iter().copied().cycle().take(104 * 150).collect();
    let mut bytes = frame(HEADERS, 0, 1, &block);
    let more = frame(CONTINUATION, 0, 1, &block);
    bytes.extend(more.iter().copied().cycle().take(more.len() * 6_500));
    let (_, ended) = flood(stream, bytes).await;
    assert!(ended, "100 MB of headers were taken");
    let grown = resident(&plugin).saturating_sub(before);
    assert!(grown < 64 << 20, "{grown} bytes more");
    assert_serves(&mut plugin).await;
}

async fn clients_that_never_read_cannot_stop_the_shutdown() {
    let mut plugin = Launch::without_tls().start();
    let mut idle = Vec::new();
    for number in 0..20_u32 {
        let (mut stream, _) = http2(&plugin).await;
        for call in 0..=number {
            // Calls that are begun and never ended, whose answers nobody reads.
            stream.write_all(&frame(HEADERS, END_HEADERS, 2 * call + 1, &REQUEST)).await.unwrap();
        }
        idle.push(stream);
    }
    GrpcControllerClient::new(plugin.connect().await).shutdown(Empty {}).await.expect("a reply comes first");
    let status = plugin.wait(PATIENCE).await;
    assert_eq!((status.code(), plugin.temporary_files()), (Some(0), 0));
}
