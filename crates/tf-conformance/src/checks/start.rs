//! Starting, trusting, and ending with the parent.

use serde_json::Value as Json;

use super::{Context, Stop, Verdict, ensure, fail, not_applicable};
use crate::core::{
    ClientCertificate, End, Handshake, Launch, MAGIC_COOKIE, NotInterrupted, Plugin, Session, Socket,
    between, channel, connect_plain, connect_tls,
};
use crate::proto::tfplugin6 as pb;
use crate::proto::tfplugin6::provider_client::ProviderClient;

pub(super) async fn refuses_without_cookie(context: &Context<'_>) -> Verdict {
    for (how, cookie) in [("without a cookie", None), ("with a wrong cookie", Some("wrong"))] {
        let mut launch = context.launch_by_hand()?;
        if let Some(cookie) = cookie {
            launch = launch.env(MAGIC_COOKIE.0, cookie);
        }
        let mut plugin = launch.spawn()?;
        let patience = context.settings.patience.end;
        let stdout = plugin.stdout.clone();
        let end = tokio::select! {
            Some(line) = stdout.line(0) => return fail(format!("{how}: wrote {line:?} to standard output")),
            end = plugin.wait(patience) => end,
        };
        let End::Exited(status) = end else {
            return fail(format!("{how}: still running after {patience:?}"));
        };
        // Without it a child of the plugin could hold the streams open.
        let _ = tokio::time::timeout(patience, plugin.stderr.ended()).await;
        ensure(status.code() == Some(1), || format!("{how}: {status} instead of exit code 1"))?;
        let stderr = plugin.stderr.so_far();
        ensure(!stderr.is_empty(), || format!("{how}: nothing on standard error"))?;
        let sockets = plugin.sockets_left();
        ensure(sockets.is_empty(), || format!("{how}: left {sockets:?}"))?;
    }
    Ok(())
}

pub(super) async fn announces_itself(context: &Context<'_>) -> Verdict {
    let (_plugin, handshake) = Plugin::start(context.launch_with_tls()?).await?;
    let line = handshake.fields.join("|");
    let count = handshake.fields.len();
    ensure(count == 6, || format!("{count} fields instead of 6: {line}"))?;
    ensure(handshake.field(5) == "grpc", || format!("the transport is {:?}: {line}", handshake.field(5)))?;
    connect_plain(&handshake).await.map_err(|refusal| Stop::Fail(format!("{refusal}: {line}")))?;
    Ok(())
}

pub(super) async fn chooses_version(context: &Context<'_>) -> Verdict {
    for versions in ["5,6", "6,5"] {
        let launch = context.launch(None)?.env("PLUGIN_PROTOCOL_VERSIONS", versions);
        let (_plugin, handshake) = Plugin::start(launch).await?;
        let version = handshake.field(2);
        ensure(version == "6", || format!("of {versions} it chooses {version:?}"))?;
    }
    Ok(())
}

pub(super) async fn speaks_tls(context: &Context<'_>) -> Verdict {
    let (plugin, handshake) = Plugin::start(context.launch_with_tls()?).await?;
    let field = handshake.field(6);
    ensure(!field.is_empty(), || {
        "the sixth field is empty, though the client sent a certificate".to_owned()
    })?;
    ensure(handshake.certificate_is_unpadded(), || {
        format!("the sixth field is no unpadded standard base64: …{}", &tail(field))
    })?;
    let stream = connect_tls(&handshake, plugin.identity()).await.map_err(|refusal| {
        Stop::Fail(format!("{refusal} (the client trusts exactly the sixth field, for localhost)"))
    })?;
    let protocol = stream.get_ref().1.alpn_protocol().map(String::from_utf8_lossy);
    ensure(protocol.as_deref() == Some("h2"), || format!("ALPN chose {protocol:?} instead of h2"))?;
    let answer = ask(stream, context).await;
    answer.map_err(|reason| Stop::Fail(format!("after the TLS handshake: {reason}")))
}

fn tail(text: &str) -> String {
    text.chars().skip(text.chars().count().saturating_sub(8)).collect()
}

/// Asks something that every provider answers.
async fn ask(stream: impl Socket + 'static, context: &Context<'_>) -> Result<(), String> {
    let asking = async {
        let channel = channel(stream).await.map_err(|refusal| refusal.to_string())?;
        let request = pb::stop_provider::Request {};
        ProviderClient::new(channel).stop_provider(request).await.map_err(|status| status.to_string())?;
        Ok(())
    };
    let patience = context.settings.patience.answer;
    tokio::time::timeout(patience, asking).await.unwrap_or_else(|_| Err(format!("no answer in {patience:?}")))
}

pub(super) async fn refuses_strangers(context: &Context<'_>) -> Verdict {
    let (plugin, handshake) = Plugin::start(context.launch_with_tls()?).await?;
    let Some(identity) = plugin.identity() else { return fail("no certificate was made") };
    // One fault is one failure.
    if let Err(refusal) = connect_tls(&handshake, Some(identity)).await {
        return not_applicable(format!("its own client cannot connect either, as check 4 says: {refusal}"));
    }
    let impossible =
        |error: &dyn std::fmt::Display| Stop::Fail(format!("cannot make a certificate: {error}"));
    let other = ClientCertificate::generate().map_err(|error| impossible(&error))?;
    let stolen = identity.stolen().map_err(|error| impossible(&error))?;
    let strangers = [
        ("another certificate", Some(&other)),
        ("no certificate", None),
        ("the certificate, but not its key,", Some(&stolen)),
    ];
    for (who, identity) in strangers {
        // In TLS 1.3 the client is done before the server has looked.
        if let Ok(stream) = connect_tls(&handshake, identity).await {
            ensure(ask(stream, context).await.is_err(), || format!("a client with {who} is answered"))?;
        }
    }
    let plain = connect_plain(&handshake).await.map_err(|refusal| Stop::Fail(refusal.to_string()))?;
    ensure(ask(plain, context).await.is_err(), || "a client without TLS is answered".to_owned())?;
    let stream = connect_tls(&handshake, Some(identity)).await;
    let stream = stream.map_err(|refusal| Stop::Fail(format!("after strangers: {refusal}")))?;
    ask(stream, context)
        .await
        .map_err(|reason| Stop::Fail(format!("after strangers its own client: {reason}")))
}

pub(super) async fn works_without_tls(context: &Context<'_>) -> Verdict {
    let launch = Launch::without_tls(&context.settings.program, context.settings.patience)?;
    let launch = context.surroundings(launch, None);
    let session = Session::start(launch, context.settings.patience, context.trace.clone()).await?;
    let field = session.handshake().field(6);
    ensure(field.is_empty(), || {
        "the sixth field is not empty, though there is no client certificate".to_owned()
    })?;
    session.get_provider_schema(pb::get_provider_schema::Request {}).await?;
    Ok(())
}

pub(super) async fn reattaches(context: &Context<'_>) -> Verdict {
    let mut plugin = context.launch_by_hand()?.argument("-debug").spawn()?;
    let stdout = plugin.stdout.clone();
    let patience = context.settings.patience;
    let found = tokio::time::timeout(patience.start, stdout.find(reattach_json)).await;
    let Some(text) = found.ok().flatten() else {
        let end = plugin.wait(patience.leave).await;
        let lines = plugin.stdout.so_far();
        if lines.is_empty() && end != End::Running {
            return not_applicable(format!("the provider has no -debug mode: it ends ({end})"));
        }
        return fail(format!("with -debug no TF_REATTACH_PROVIDERS='…' in {lines:?} ({end})"));
    };
    let entries: Json = serde_json::from_str(&text)
        .map_err(|error| Stop::Fail(format!("TF_REATTACH_PROVIDERS is no JSON: {error}: {text}")))?;
    let Some((address, entry)) = entries.as_object().and_then(|entries| entries.iter().next()) else {
        return fail(format!("TF_REATTACH_PROVIDERS is no object with an entry: {text}"));
    };
    ensure(address.split('/').count() >= 2, || format!("{address:?} is no provider address"))?;
    let field = |name: &str| entry.get(name).cloned().unwrap_or_default();
    ensure(field("Protocol") == "grpc", || format!("Protocol is not grpc: {text}"))?;
    ensure(field("ProtocolVersion") == 6, || format!("ProtocolVersion is not 6: {text}"))?;
    ensure(field("Test") == true, || format!("Test is not true, which crashes Terraform: {text}"))?;
    let pid = field("Pid");
    ensure(pid.as_u64().is_some_and(|pid| pid > 0), || format!("Pid is {pid}: {text}"))?;
    let text_of = |name: &str| entry.pointer(name).and_then(Json::as_str).unwrap_or_default().to_owned();
    let line = format!("1|6|{}|{}|grpc|", text_of("/Addr/Network"), text_of("/Addr/String"));
    let handshake = Handshake::parse(&line).map_err(|reason| Stop::Fail(format!("{reason}: {text}")))?;
    for client in ["the first client", "a second client", "a third client"] {
        let socket = connect_plain(&handshake).await;
        let socket = socket.map_err(|refusal| Stop::Fail(format!("{client}: {refusal}")))?;
        ask(socket, context).await.map_err(|reason| Stop::Fail(format!("{client}: {reason}")))?;
    }
    match plugin.interrupt() {
        // Everything else was as it must be.
        Err(NotInterrupted::Unable) => return Ok(()),
        sent => sent?,
    }
    let end = plugin.wait(patience.end).await;
    ensure(end != End::Running, || format!("still running {:?} after SIGINT", patience.end))
}

fn reattach_json(line: &str) -> Option<String> {
    let (_, value) = line.split_once("TF_REATTACH_PROVIDERS=")?;
    // Between whatever quotes the shell of this system wants.
    Some(value.get(value.find('{')?..=value.rfind('}')?)?.to_owned())
}

pub(super) async fn ends_with_its_parent(context: &Context<'_>) -> Verdict {
    let patience = context.settings.patience;
    // The shell stays between, and is the one that is killed.
    let (shell, arguments) = between(&context.settings.program);
    let launch = if context.settings.without_tls {
        Launch::without_tls(shell, patience)?
    } else {
        Launch::by_terraform(shell, patience)?
    };
    let launch = launch.arguments(arguments);
    let (mut plugin, handshake) = Plugin::start(context.surroundings(launch, None)).await?;
    let connection = plugin.connect(&handshake).await?;
    plugin.kill().map_err(|reason| Stop::Fail(format!("cannot kill the parent: {reason}")))?;
    drop(connection);
    // The plugin has the other end of the stream.
    let ended = tokio::time::timeout(patience.end, plugin.stdout.ended()).await;
    ensure(ended.is_ok(), || format!("still running {:?} after its parent was killed", patience.end))
}
