//! `readyroom log verify`: whether the log is whole, makes sense, and folds into a floor.

use super::fold::{Fold, floor_of, place};
use super::print::counted;
use super::store::{Store, in_our_words};
use super::time::instant;
use super::{EXIT_CODES, Exit, exit_codes, json, tell, words};
use clap::Args;
use readyroom_core::ids::{AccountId, Timestamp};
use readyroom_log::report::AccountReport;
use readyroom_log::{Account, Finding, FindingKind, Log, Pos, Snapshot, verify_dir};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

/// Check the log: every entry, every event, and that they make a floor.
///
/// Looks at the files, the database, every entry and its place in the chain; then
/// reads every event, folds all of them into a floor, and holds the snapshots against it.
///
/// Each account is one line, each finding one sentence; the last line is the verdict.
/// Nothing is changed.
#[derive(Args)]
#[command(after_help = EXIT_CODES, after_long_help = concat!("Examples:
  readyroom log verify DIR
  readyroom log verify DIR --json | jq -r 'select(.finding).text'
  readyroom log verify DIR > report.txt || mail -s 'the log is damaged' ops < report.txt

", exit_codes!()))]
pub struct Verify {
    /// The directory that holds log.db
    dir: PathBuf,
    /// One JSON object a line: accounts, findings, and last the verdict
    #[arg(long)]
    json: bool,
}

/// An account, as far as it is sound.
#[derive(Serialize)]
struct AccountLine {
    account: AccountId,
    entries: u64,
    events: u64,
    epochs: u64,
    chain: String,
    #[serde(flatten)]
    floor: Option<FloorLine>,
}

/// The floor that its log makes.
#[derive(Serialize)]
struct FloorLine {
    position: u64,
    time: String,
    digest: String,
    agents: usize,
    queues: usize,
    conversations: usize,
}

/// Something that is wrong.
#[derive(Serialize)]
struct FindingLine {
    finding: String,
    account: Option<AccountId>,
    position: Option<u64>,
    entry: Option<u64>,
    text: String,
}

/// How it went.
#[derive(Serialize)]
struct VerdictLine {
    verdict: &'static str,
    findings: u64,
}

impl Verify {
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<Exit> {
        let report = verify_dir(&self.dir);
        let nothing_there = [FindingKind::Missing, FindingKind::Empty, FindingKind::NotOurs];
        if let Some(finding) = report.findings.iter().find(|it| nothing_there.contains(&it.kind)) {
            // Says more about the directory than that there is no log.
            tell(Store::open(&self.dir).err().map_or(finding.text.clone(), |error| error.to_string()));
            return Ok(Exit::Store);
        }
        let store = Store::open(&self.dir);
        let mut senseless = Vec::new();
        let mut read_to_its_end = Vec::new();
        for account in &report.accounts {
            let floor = match &store {
                Ok(store) => fold(store, account, &report.findings, &mut senseless),
                Err(_) => None,
            };
            read_to_its_end.extend(floor.as_ref().map(|_| account.account));
            self.account(account, floor, out)?;
        }
        // Beside a server the end moves between two looks at it. We have read to the end since, and
        // held it against the index.
        let is_moving = store.as_ref().is_ok_and(Store::is_written_to);
        let has_moved = |it: &&Finding| {
            let read = it.account.is_some_and(|account| read_to_its_end.contains(&account));
            it.kind == FindingKind::WrongTail && is_moving && read
        };
        let walked = report.findings.iter().filter(|it| !has_moved(it));
        let findings: Vec<_> = walked.map(finding_line).chain(senseless).collect();
        for finding in &findings {
            match self.json {
                true => json::line(finding, out)?,
                false => writeln!(out, "finding: {} ({})", finding.text, finding.finding)?,
            }
        }
        let count = findings.len() as u64 + report.more_findings;
        self.verdict(count, findings.len(), out)?;
        if let Err(error) = store {
            tell(error);
            return Ok(Exit::Store);
        }
        Ok(if count == 0 { Exit::Well } else { Exit::Finding })
    }

    fn account(&self, report: &AccountReport, floor: Option<FloorLine>, out: &mut dyn Write) -> anyhow::Result<()> {
        let line = AccountLine {
            account: AccountId(report.account.0),
            entries: report.entries,
            events: report.events,
            epochs: report.epochs,
            chain: format!("{:08x}", report.chain),
            floor,
        };
        if self.json {
            return json::line(&line, out);
        }
        write!(
            out,
            "account {}: {}, {}, {}, chain {}",
            line.account,
            counted(line.entries, "entry"),
            counted(line.events, "event"),
            counted(line.epochs, "epoch"),
            line.chain
        )?;
        match &line.floor {
            Some(floor) => writeln!(
                out,
                "; the floor after event {} ({}): {} agents, {} queues, {} conversations, digest {}",
                floor.position, floor.time, floor.agents, floor.queues, floor.conversations, floor.digest
            )?,
            None => writeln!(out, "; no floor could be made of them")?,
        }
        Ok(())
    }

    fn verdict(&self, count: u64, spelled_out: usize, out: &mut dyn Write) -> anyhow::Result<()> {
        if self.json {
            let verdict = if count == 0 { "sound" } else { "damaged" };
            return json::line(&VerdictLine { verdict, findings: count }, out);
        }
        match count {
            0 => writeln!(out, "verdict: sound, nothing is wrong")?,
            _ if count > spelled_out as u64 => {
                writeln!(out, "verdict: damaged, {count} findings, the first {spelled_out} above")?;
            }
            _ => writeln!(out, "verdict: damaged, {}", counted(count, "finding"))?,
        }
        Ok(())
    }
}

fn finding_line(finding: &Finding) -> FindingLine {
    let account = finding.account.map(|account| AccountId(account.0));
    FindingLine {
        finding: words::code(finding.kind),
        account,
        position: finding.event_no,
        entry: finding.pos.map(|pos| pos.0),
        text: account.map_or_else(|| finding.text.clone(), |account| in_our_words(account, &finding.text)),
    }
}

/// Folds all events of an account. What the walk over the entries has found is not found twice.
fn fold(
    store: &Store,
    report: &AccountReport,
    known: &[Finding],
    findings: &mut Vec<FindingLine>,
) -> Option<FloorLine> {
    let account = AccountId(report.account.0);
    let is_known = known.iter().any(|finding| finding.account.is_none_or(|it| it == report.account));
    let mut fold = match Fold::begin(store, account, None) {
        Ok(fold) => fold,
        Err(error) => {
            findings.push(of_fold(account, None, error.to_string()));
            return None;
        }
    };
    let mut snapshots = snapshots_of(store, report.account);
    let mut at = Timestamp(i64::MIN);
    loop {
        if let Some(snapshot) = snapshots.remove(&fold.floor().last_no().0)
            && let Ok(told) = floor_of(&snapshot)
            && told.digest() != fold.floor().digest()
        {
            let text = format!(
                "the snapshot of account {account} at entry {} tells of another floor than the log makes; remove it",
                snapshot.at.pos
            );
            let mut finding = of_fold(account, Some(snapshot.at.next_no - 1), text);
            finding.finding = words::code(FindingKind::Snapshot);
            findings.push(finding);
        }
        let next = fold.floor().last_no().0 + 1;
        match fold.step() {
            Ok(Some((recorded, _))) => {
                if recorded.at < at {
                    let text = format!("{} is before the event before it", place(account, &recorded));
                    findings.push(of_fold(account, Some(recorded.no.0), text));
                }
                at = at.max(recorded.at);
            }
            Ok(None) => break,
            Err(error) => {
                // Damage to bytes was found by the walk already; what makes no sense was not.
                if !(is_known && fold.is_unreadable()) {
                    findings.push(of_fold(account, Some(next), error.to_string()));
                }
                return None;
            }
        }
    }
    let floor = fold.floor();
    Some(FloorLine {
        position: floor.last_no().0,
        time: instant(floor.last_at()),
        digest: format!("{:016x}", floor.digest()),
        agents: floor.agent_count(),
        queues: floor.queue_count(),
        conversations: floor.conversation_count(),
    })
}

fn of_fold(account: AccountId, position: Option<u64>, text: String) -> FindingLine {
    FindingLine { finding: "no_sense".into(), account: Some(account), position, entry: None, text }
}

/// The whole snapshots of an account, by the last event they tell of. Those that are not were found
/// by the walk.
fn snapshots_of(store: &Store, account: Account) -> BTreeMap<u64, Snapshot> {
    let mut found = BTreeMap::new();
    let mut ask = Pos::MAX;
    while let Ok(Some(snapshot)) = store.log().get_snapshot(account, ask) {
        let pos = snapshot.at.pos;
        if snapshot.is_whole() {
            found.insert(snapshot.at.next_no - 1, snapshot);
        }
        if pos == Pos::START {
            break;
        }
        ask = Pos(pos.0 - 1);
    }
    found
}
