//! A small HTTP service that takes, prices and keeps orders.

mod args;
mod error;
mod routes;
mod shutdown;
mod state;

use std::process::ExitCode;

use orders::Store;
use tokio::net::TcpListener;

use crate::args::{Args, Command, USAGE};
use crate::state::Orders;

#[tokio::main]
async fn main() -> ExitCode {
    match args::parse(std::env::args_os().skip(1)) {
        Ok(Command::Help) => {
            println!("{USAGE}");
            ExitCode::SUCCESS
        }
        Ok(Command::Serve(args)) => match serve(args).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(message) => {
                eprintln!("orders-api: {message}");
                ExitCode::from(1)
            }
        },
        Err(message) => {
            eprintln!("orders-api: {message}\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

async fn serve(args: Args) -> Result<(), String> {
    let store = Store::open(&args.db)
        .map_err(|error| format!("cannot open {}: {error}", args.db.display()))?;
    let stop = shutdown::signal().map_err(|error| format!("cannot catch signals: {error}"))?;
    let cannot_listen = |error| format!("cannot listen on {}: {error}", args.listen);
    let listener = TcpListener::bind(&args.listen)
        .await
        .map_err(cannot_listen)?;
    let address = listener.local_addr().map_err(cannot_listen)?;

    println!("listening on {address}");
    axum::serve(listener, routes::router(Orders::new(store)))
        .with_graceful_shutdown(stop)
        .await
        .map_err(|error| format!("cannot serve: {error}"))?;
    println!("stopped");
    Ok(())
}
