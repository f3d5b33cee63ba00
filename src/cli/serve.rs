//! `backchat serve`: the reference server, until it is told to stop.

use std::sync::Arc;

use super::ExitStatus;
use super::args::{FramingArg, ReplyArg, ServeArgs};
use super::console::Console;
use super::error::CliError;
use super::runtime::runtime;
use super::signals::Signals;
use super::tls;
use crate::net::Address;
use crate::scenario::Reply;
use crate::server::{Config, Server};
use crate::session::{self, DEFAULT_GREETING};
use crate::wire::{Carries, Framing, LineEnding};

/// Serves until SIGINT or SIGTERM, or one connection only, lets its conversations end, and comes back.
pub(super) fn serve(args: ServeArgs, console: &Console) -> Result<ExitStatus, CliError> {
    let address: Address = args.listen.parse()?;
    let once = args.once;
    let tls = tls::server(&args.tls, &address).map_err(CliError::of_a_flag)?;
    let mut config = config(args, address.carries())?;
    config.tls = tls;
    runtime()?.block_on(async {
        let mut signals = Signals::listen()?;
        let server = Server::bind(&address, config).await?;
        console.print(&format!("listening on {}\n", server.address().short()))?;
        let stop = async move {
            signals.next().await;
            tokio::spawn(signals.do_not_ask_again());
        };
        if once {
            server.run_once(stop).await;
        } else {
            server.run(stop).await;
        }
        Ok(ExitStatus::Success)
    })
}

/// What was typed → what the server needs.
fn config(args: ServeArgs, over: Carries) -> Result<Config, CliError> {
    let ServeArgs {
        protocol, limits, ..
    } = args;
    let session = session::Config {
        framing: match protocol.framing {
            Some(_) if over.are_packets() => {
                return Err(CliError::Usage(
                    "--framing is for byte streams: where --listen is an address of packets, each packet is a message".into(),
                ));
            }
            None if over.are_packets() => Framing::Datagram,
            None | Some(FramingArg::Raw) => Framing::Raw,
            Some(FramingArg::Line) => Framing::LINE,
            Some(FramingArg::Crlf) => Framing::Line(LineEnding::CrLf),
        },
        greeting: match protocol.greeting {
            // Nobody is known before the first packet.
            None if over == Carries::Packets => None,
            None => Some(DEFAULT_GREETING.to_vec()),
            Some(greeting) => Some(greeting.into_bytes()).filter(|greeting| !greeting.is_empty()),
        },
        reply: match protocol.reply {
            ReplyArg::Hello => Reply::Hello,
            ReplyArg::Echo => Reply::Echo,
        },
        think_time: protocol.think_time,
        idle_timeout: limits.idle_timeout,
        max_message: limits.max_message.get(),
        ..session::Config::default()
    };
    Ok(Config {
        session: Arc::new(session),
        max_connections: limits.max_connections.get(),
        ..Config::default()
    })
}
