//! Commands over HTTP, with whoever asks on the same machine: how many, and what each costs the server.

use crate::Size;
use crate::figure::{Report, percentile, wall};
use crate::floor::agent;
use crate::house::{self, Kept};
use crate::line::Line;
use readyroom_core::ids::UserId;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

/// Connections that ask at one time.
const LINES: usize = 32;
/// Of `/proc/<pid>/stat`, in a second.
const TICKS: f64 = 100.0;

/// Commands per second, the server's CPU per command, and how long one takes.
pub fn measure(size: Size, report: &mut Report) {
    let each = size.of(1_500, 30);
    let served = Served::start();
    let before = served.cpu();
    let (seconds, mut times) = wall(|| {
        std::thread::scope(|scope| {
            let served = &served;
            let asking: Vec<_> = (0..LINES).map(|at| scope.spawn(move || toggle(served, agent(at), each))).collect();
            asking.into_iter().flat_map(|asks| asks.join().expect("it is answered")).collect::<Vec<f64>>()
        })
    });
    let (n, cpu) = (LINES * each, served.cpu() - before);
    report.figure("http_commands", n as f64 / seconds, "1/s", n);
    report.figure("http_commands_server_cpu", cpu * 1e6 / n as f64, "us", n);
    report.figure("http_commands_p50", percentile(&mut times, 50), "ms", n);
    report.figure("http_commands_p99", percentile(&mut times, 99), "ms", n);
}

/// An agent goes to and fro; how long each time took, milliseconds.
fn toggle(served: &Served, agent: UserId, times: usize) -> Vec<f64> {
    let mut line = Line::open(&served.address, &served.key);
    line.ask("POST", &format!("/v1/agents/{agent}/login"), "{}");
    let path = format!("/v1/agents/{agent}/status");
    let once = |at: usize| {
        let status = if at.is_multiple_of(2) { "available" } else { "not_ready" };
        wall(|| line.ask("PUT", &path, &format!(r#"{{"status":"{status}"}}"#))).0 * 1e3
    };
    (0..times).map(once).collect()
}

/// A server in a process of its own: this program, started again.
struct Served {
    child: Child,
    address: String,
    key: String,
}

impl Served {
    fn start() -> Served {
        let itself = std::env::current_exe().expect("a running program has a file");
        let mut command = Command::new(itself);
        let mut child = command.arg("--serve").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it runs");
        let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let mut line = || lines.next().expect("it says where it is").expect("it is text");
        let (address, key) = (line(), line());
        Served { child, address, key }
    }

    /// What it has used so far, seconds.
    fn cpu(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).expect("the kernel tells");
        // The name may have spaces and ends with the last parenthesis.
        let (_, fields) = stat.rsplit_once(')').expect("the kernel tells");
        let used = fields.split_whitespace().skip(11).take(2);
        used.map(|ticks| ticks.parse::<f64>().expect("a number")).sum::<f64>() / TICKS
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Serves until nobody holds the other end, with the log on disk. First says where, and with which key.
pub fn serve() {
    let dir = tempfile::tempdir().expect("a directory for the store");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("threads");
    let (server, _, key) = runtime.block_on(house::open(Kept::OnDisk, dir.path(), LINES));
    println!("{}\n{key}", server.address);
    std::io::stdout().flush().expect("somebody reads");
    // Ends when whoever started it does.
    let _ = std::io::stdin().lines().count();
    runtime.block_on(server.stop());
}
