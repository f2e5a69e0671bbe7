//! The accept loop and the routes. One task per connection, which owns the socket so that a fault can do with it
//! what no HTTP server would.

use std::{future::pending, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{Extension, Router, middleware};
use hyper::server::conn::{http1, http2};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{mpsc::UnboundedReceiver, watch},
    task::JoinSet,
    time::sleep,
};

use crate::{
    answer::Refusal,
    control,
    outage::{Door, Errand},
    page, pipeline, resources,
    shared::Shared,
    wire::{Connection, End, Stream},
};

/// Serves until `stop` changes or its sender is gone; then every connection is dropped.
pub(crate) async fn serve(
    listener: TcpListener,
    shared: Arc<Shared>,
    mut stop: watch::Receiver<()>,
    mut errands: UnboundedReceiver<Errand>,
) {
    let Ok(address) = listener.local_addr() else { return };
    let router = router(&shared);
    let mut connections = JoinSet::new();
    let mut door = Door::Open(listener);
    loop {
        let accepted = tokio::select! {
            _ = stop.changed() => break,
            Some(errand) = errands.recv() => {
                let outcome = door.obey(errand.order, address).await;
                connections.shutdown().await;
                // Whoever asked may have given up.
                let _ = errand.done.send(outcome);
                continue;
            }
            accepted = door.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                connections.spawn(serve_connection(stream, peer, router.clone(), Arc::clone(&shared)));
            }
            // Out of file descriptors, most likely: wait for some to be given back.
            Err(_) => sleep(Duration::from_millis(10)).await,
        }
        while connections.try_join_next().is_some() {}
    }
}

fn router(shared: &Arc<Shared>) -> Router {
    let api = resources::routes()
        .fallback(async || Refusal::not_found("Not found"))
        .method_not_allowed_fallback(async || Refusal::not_found("Not found"))
        .layer(middleware::from_fn_with_state(Arc::clone(shared), pipeline::handle));
    api.nest("/_sim", control::routes()).merge(page::routes()).with_state(Arc::clone(shared))
}

/// Counts a connection as open for as long as it lives, however it ends.
struct OpenConnection(Arc<Shared>);

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.journal.connection_closed();
    }
}

async fn serve_connection(stream: TcpStream, peer: SocketAddr, router: Router, shared: Arc<Shared>) {
    shared.journal.connection_opened();
    let _open = OpenConnection(Arc::clone(&shared));
    if shared.faults.take_connection_reset() {
        Stream::Plain(stream).reset();
        return;
    }
    // Small answers must not wait for more; failing to say so costs time only.
    let _ = stream.set_nodelay(true);
    let stream = match &shared.tls {
        None => Stream::Plain(stream),
        Some(tls) => match tls.acceptor().accept(stream).await {
            Ok(stream) => Stream::Tls(Box::new(stream)),
            // The client did not trust the certificate, or does not speak TLS.
            Err(_) => return,
        },
    };
    let (connection, script) = Connection::new(peer);
    let service = TowerToHyperService::new(router.layer(Extension(Arc::new(connection))));
    if stream.is_http2() {
        let mut http = http2::Builder::new(TokioExecutor::new())
            .auto_date_header(false)
            .serve_connection(TokioIo::new(stream), service);
        let script = tokio::select! {
            _ = pin!(&mut http) => return,
            Ok(script) = script => script,
        };
        // Nobody reads or writes it any more; it is open until the server stops.
        if script.end == End::Silence {
            pending::<()>().await;
        }
        return;
    }
    // The time is the simulated server's, or there is none.
    let mut http =
        http1::Builder::new().auto_date_header(false).serve_connection(TokioIo::new(stream), service);
    let script = tokio::select! {
        // Errors are the client's doing (it left, or does not speak HTTP) and show in the journal as no answer.
        _ = pin!(&mut http) => return,
        Ok(script) = script => script,
    };
    // Dropping the HTTP server also drops the handler, which waits for exactly that.
    let stream = http.into_parts().io.into_inner();
    script.play(stream).await;
}
