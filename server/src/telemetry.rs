//! What the server says of itself: lines for its operator, figures for Prometheus.

use crate::config::{LogFormat, Logging};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::sync::OnceLock;
use std::time::Duration;
use tracing_subscriber::EnvFilter;

/// Bounds of histograms of short times, seconds.
const SECONDS: &[f64] = &[0.000_01, 0.000_03, 0.000_1, 0.000_3, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0];
/// How often samples are taken into their histograms.
const UPKEEP: Duration = Duration::from_secs(5);
/// Bounds of histograms of counts.
const COUNTS: &[f64] = &[1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1_000.0, 3_000.0];

/// Begins to write lines to standard error.
///
/// # Errors
/// The filter cannot be read.
pub fn start_logging(logging: &Logging) -> Result<(), String> {
    let filter = EnvFilter::try_new(&logging.filter)
        .map_err(|error| format!("log.filter: {error}; write for example info or readyroom=debug"))?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let begun = match logging.format {
        LogFormat::Text => lines.try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    begun.map_err(|error| error.to_string())
}

/// The figures of this process, collected from the first call on.
pub fn figures() -> &'static PrometheusHandle {
    static FIGURES: OnceLock<PrometheusHandle> = OnceLock::new();
    FIGURES.get_or_init(|| {
        let recorder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), SECONDS)
            .and_then(|builder| builder.set_buckets_for_metric(Matcher::Suffix("_units".into()), COUNTS))
            .expect("there are bounds")
            .build_recorder();
        let handle = recorder.handle();
        metrics::set_global_recorder(recorder).expect("this is the only recorder");
        describe();
        // Samples gather until somebody asks for them, or this is called.
        let upkeep = handle.clone();
        std::thread::Builder::new()
            .name("figures".into())
            .spawn(move || {
                loop {
                    std::thread::sleep(UPKEEP);
                    upkeep.run_upkeep();
                }
            })
            .expect("the operating system has threads");
        handle
    })
}

fn describe() {
    use metrics::{describe_counter, describe_gauge, describe_histogram};
    describe_histogram!("readyroom_engine_decide_seconds", "Time the engine took to decide one command");
    describe_histogram!("readyroom_log_commit_seconds", "Time from handing an entry to the log to its confirmation");
    describe_histogram!("readyroom_log_entry_units", "Commands and alarms that one entry made durable");
    describe_histogram!("readyroom_offer_seconds", "Time from a command to the durable offer that it led to");
    describe_histogram!("readyroom_http_seconds", "Time to answer a request, by route and status");
    describe_gauge!("readyroom_stream_subscribers", "Streams that are open");
    describe_counter!("readyroom_stream_frames_total", "Frames handed to streams");
    describe_counter!("readyroom_stream_dropped_total", "Streams ended because they were too slow");
    describe_gauge!("readyroom_position", "The last event that is stored, by account");
    describe_gauge!("readyroom_projected_position", "The last event whose rows are written, by account");
    describe_counter!("readyroom_refused_total", "Requests that were refused, by code");
}
