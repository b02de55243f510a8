//! 20, 21, 22: a replay is what was live, at every prefix and from a snapshot; what was
//! acknowledged is in the log; damage is found where it is.

use crate::checks::Watch;
use crate::dice::Dice;
use crate::invariant::{Held, broken, hold};
use crate::server::{Reopened, Unit, read};
use readyroom_core::commands::{ChangeQueue, Command, QueueChoice, QueueReady};
use readyroom_core::engine::{Engine, Input, Ticket, tell};
use readyroom_core::event::{Actor, Event, Recorded, Status, StatusCause};
use readyroom_core::floor::Floor;
use readyroom_core::ids::*;
use readyroom_core::settings::QueueSettings;
use readyroom_log::open::{StartFrom, Step, replay};
use readyroom_log::{Account, Log, MemoryLog, Pos, ReadError};
use readyroom_views::board::Board;

/// What a reopening read is what was let go, and of what was in doubt, all or nothing. Answers whether
/// it was all.
pub(crate) fn kept_its_word(watch: &Watch, units: &[Unit], found: &Reopened) -> Held<bool> {
    let doubtful: Vec<_> = units.iter().flat_map(Unit::events).collect();
    let (m, released) = (&watch.model, &watch.released);
    let first = found.events.first().map_or(EventNo(u64::MAX), |recorded| recorded.no);
    hold!(22, m.now, found.findings.is_empty(), "opening had to work around {:?}", found.findings);
    let last = found.events.last().map_or(EventNo(0), |recorded| recorded.no);
    let begins = found.from_snapshot || first == EventNo(1) || released.is_empty();
    hold!(20, m.now, begins, "a replay from nothing begins at {first}");
    if !found.events.is_empty() || !found.from_snapshot {
        hold!(21, m.now, last >= m.last_no, "{} was let go, and the log ends at {last}", m.last_no);
    }
    for recorded in &found.events {
        let at = recorded.no.0 as usize - 1;
        let was = released.get(at).or_else(|| doubtful.get(at - released.len().min(at)).copied());
        hold!(21, m.now, was == Some(recorded), "the log has {recorded:?} where {was:?} was decided");
    }
    let more = last.0.saturating_sub(m.last_no.0) as usize;
    let landed = (more, watch.repeats.survive(m.now, units, &found.promises)?);
    let whole = (doubtful.len(), units.iter().filter_map(Unit::promise).count());
    hold!(
        21,
        m.now,
        landed == (0, 0) || landed == whole,
        "of {whole:?} doubtful events and promises {landed:?} landed"
    );
    Ok(landed != (0, 0))
}

/// Reads the whole log again: prefixes, a snapshot on the way, the board.
pub(crate) fn is_what_was_live(watch: &Watch, log: &MemoryLog, account: Account, live: &Floor) -> Held {
    let now = watch.model.now;
    let mut floor = Floor::default();
    let mut board = Board::default();
    let mut marks = watch.digests.iter().peekable();
    let mut count = 0;
    let upto = last_pos(log, account);
    let mut apply = |recorded: &Recorded| -> Result<(), String> {
        let known = watch.released.get(count);
        if known != Some(recorded) {
            return Err(format!("event {} is not the one that was let go", recorded.no));
        }
        count += 1;
        let touched = floor.apply(recorded);
        let mut told = Vec::new();
        tell(&floor, recorded.no, &touched, &mut told);
        for touch in &told {
            board.touch(touch.no, recorded.at, &touch.facts);
        }
        while let Some((_, digest)) = marks.next_if(|(no, _)| *no <= recorded.no) {
            if floor.digest() != *digest {
                return Err(format!("the state after event {} is another one", recorded.no));
            }
        }
        Ok(())
    };
    let walked = replay(log, account, upto, StartFrom::Beginning, &mut |step| match step {
        Step::Restore(_) => Err("asked for the beginning".into()),
        Step::Entry(stored) => read(stored)?.events.iter().try_for_each(&mut apply),
    });
    if let Err(error) = walked {
        broken!(20, now, "{error}");
    }
    hold!(
        21,
        now,
        count == watch.released.len(),
        "{} events were let go, and the log has {count}",
        watch.released.len()
    );
    let digest = live.digest();
    hold!(20, now, floor.digest() == digest, "a replay from nothing ends in another state");
    let mut restored = None;
    let walked = replay(log, account, upto, StartFrom::Snapshot, &mut |step| {
        match step {
            Step::Restore(snapshot) => {
                restored = Some(Floor::from_bytes(&snapshot.bytes).map_err(|error| error.to_string())?);
            }
            Step::Entry(stored) => {
                if let Some(floor) = &mut restored {
                    read(stored)?.events.iter().for_each(|recorded| drop(floor.apply(recorded)));
                }
            }
        }
        Ok(())
    });
    if let Err(error) = walked {
        broken!(20, now, "{error}");
    }
    if let Some(restored) = restored {
        hold!(20, now, restored.digest() == digest, "a replay from a snapshot ends in another state");
    }
    round_trip(live, now)?;
    let same = board.agents().eq(watch.board.board.agents()) && board.queues().eq(watch.board.board.queues());
    hold!(20, now, same, "a board made anew is another one");
    Ok(())
}

/// A snapshot, written and read, tells the same floor.
pub(crate) fn round_trip(floor: &Floor, now: Timestamp) -> Held {
    let told = match Floor::from_bytes(&floor.to_bytes()) {
        Ok(told) => told,
        Err(error) => broken!(20, now, "a snapshot cannot be read: {error}"),
    };
    hold!(20, now, told.digest() == floor.digest(), "a snapshot tells another floor");
    Ok(())
}

/// A floor from a snapshot goes on just as the floor itself: no decision hangs on where things
/// happen to be kept.
pub(crate) fn goes_on_alike(floor: &Floor, now: Timestamp) -> Held {
    for prepare in [|floor| floor, everybody_at_work] {
        let itself = what_comes_next(prepare(floor.clone()), now);
        let restored = what_comes_next(prepare(Floor::from_snapshot(floor.snapshot())), now);
        let differs = itself.iter().zip(&restored).find(|(one, other)| one != other);
        hold!(20, now, differs.is_none(), "a floor from a snapshot goes on otherwise: {differs:?}");
        hold!(20, now, itself.len() == restored.len(), "a floor from a snapshot goes on for a different time");
    }
    Ok(())
}

/// The floor as if everybody who is logged in had come to work and every queue took every channel
/// before an engine looks at it: so its first look has much to choose from.
fn everybody_at_work(mut floor: Floor) -> Floor {
    let mut facts = Vec::new();
    let mut queues: Vec<_> = floor.queues().map(|(_, queue)| queue).collect();
    queues.sort_by_key(|queue| queue.id);
    for queue in queues {
        let settings = Box::new(QueueSettings { channels: ChannelSet::ALL, ..queue.settings.clone() });
        facts.push(Event::QueueChanged { queue: queue.id, settings });
    }
    for (slot, agent) in floor.agents().filter(|(_, it)| it.status != Status::Offline && it.leaving.is_none()) {
        let (agent, status, cause) = (agent.id, Status::Available, StatusCause::Asked);
        facts.push(Event::StatusSet { agent, status, reason: None, out_only: false, cause });
        for (_, seat) in floor.seats_of(slot) {
            facts.push(Event::QueueLoggedIn { agent, queue: floor.queue(seat.queue).id, ready: true });
        }
    }
    for event in facts {
        let (no, at, by) = (floor.last_no().plus(1), floor.last_at(), Actor::Supervisor(UserId([0xb0; 16])));
        floor.apply(&Recorded { no, at, by, event });
    }
    floor
}

/// What an engine on this floor decides when it is opened, when every queue takes every channel,
/// when everybody is called to work, and at its next alarms.
fn what_comes_next(floor: Floor, now: Timestamp) -> Vec<Recorded> {
    const ALARMS: usize = 40;
    let boss = Actor::Supervisor(UserId([0xb0; 16]));
    let mut commands: Vec<Command> = Vec::new();
    let mut queues: Vec<_> = floor.queues().map(|(_, queue)| (queue.id, queue.settings.clone())).collect();
    queues.sort_by_key(|(queue, _)| *queue);
    for (queue, settings) in queues {
        let settings = QueueSettings { channels: ChannelSet::ALL, ..settings };
        commands.push(ChangeQueue { queue, settings }.into());
    }
    for (_, agent) in floor.agents() {
        commands.push(QueueReady { agent: agent.id, queue: QueueChoice::All }.into());
    }
    let mut engine = Engine::on(floor);
    engine.handle(now, Input::Reopen);
    for command in commands {
        engine.handle(now, Input::Command { ticket: Ticket(0), by: boss, command });
    }
    for _ in 0..ALARMS {
        if let Some((at, _)) = engine.next_wake() {
            engine.handle(at, Input::Wake);
        }
    }
    std::iter::from_fn(|| engine.poll()).flat_map(|turn| turn.events).collect()
}

fn last_pos(log: &MemoryLog, account: Account) -> Pos {
    let mut last = Pos::START;
    while let Ok(page) = log.page(Some(account), last, Pos::MAX) {
        match page.last() {
            Some(row) => last = row.pos,
            None => break,
        }
    }
    last
}

/// Flips one bit of one record: the reader must stop just there. Then flips it back.
pub(crate) fn a_flip_is_found(log: &MemoryLog, account: Account, dice: &mut Dice, now: Timestamp) -> Held {
    let upto = last_pos(log, account);
    let positions: Vec<_> =
        log.positions().into_iter().filter(|&pos| matches!(log.row(account, pos), Ok(Some(_)))).collect();
    let Some(pos) = dice.pick(&positions) else { return Ok(()) };
    let Ok(Some(row)) = log.row(account, pos) else { return Ok(()) };
    let bit = dice.below(row.bytes.len() * 8);
    hold!(22, now, log.flip_bit(pos, bit), "there is no bit {bit} at {pos}");
    let mut before = Pos::START;
    let mut found = None;
    let start = log.start(account).map(|start| start.pos).unwrap_or(Pos::START);
    match log.read(account, start, upto) {
        Ok(entries) => {
            for entry in entries {
                match entry {
                    Ok(stored) => before = stored.pos,
                    Err(error) => found = Some(error),
                }
            }
        }
        Err(error) => found = Some(error),
    }
    log.flip_bit(pos, bit);
    match found {
        Some(ReadError::Damaged { pos: at, .. }) => {
            hold!(22, now, at == pos && before < pos, "bit {bit} of {pos} was flipped, and {at} is called damaged");
        }
        other => broken!(22, now, "bit {bit} of {pos} was flipped, and reading said {other:?}"),
    }
    Ok(())
}
