//! Makes what was decided durable, and only then lets it go.
//!
//! One entry is under way, and what is decided meanwhile fills the next: one fsync serves all that
//! arrived while the last one ran.

use readyroom_core::engine::Turn;
use readyroom_core::event::codec::{self, Kept};
use readyroom_core::event::{Actor, Recorded};
use readyroom_core::limits::PROMISE_BYTES_MAX;
use readyroom_log::outcome::{Outcome, resolve};
use readyroom_log::{Account, Anchor, AppendError, BODY_BYTES_MAX, Entry, Log, Pending, Pos};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Units that wait to be stored, over which nothing more is taken in.
pub const WAITING_UNITS_MAX: usize = 4_096;
/// The largest piece of a unit: beside it there is room for a promise in the same entry.
const PIECE_BYTES_MAX: usize = BODY_BYTES_MAX - PROMISE_BYTES_MAX - 256;
/// How often an entry is sent again when the store says that it was not stored.
const ATTEMPTS_MAX: u32 = 6;
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// All that came of one input.
#[derive(Default)]
pub struct Unit {
    /// What was decided.
    pub turns: Vec<Turn>,
    /// The answer that was promised to the holder of an idempotency key, to be stored with it.
    pub promise: Option<(Actor, Kept)>,
    /// Gives the answer. It is dropped instead when the unit could not be stored.
    pub let_go: Option<Box<dyn FnOnce() + Send>>,
}

/// The log did not confirm an entry: whatever was decided since the last one rests on nothing.
#[derive(Debug, thiserror::Error)]
#[error("an entry could not be stored: {0}")]
pub struct Lost(String);

/// Units on their way to the log, in order.
pub struct Committer {
    log: Arc<dyn Log>,
    account: Account,
    at: Anchor,
    nonce: u64,
    drafts: VecDeque<Draft>,
    waiting: usize,
    flight: Option<Flight>,
    /// Kept for its room.
    part: Vec<u8>,
}

#[derive(Default)]
struct Draft {
    body: Vec<u8>,
    events: u32,
    /// Units whose last byte stands here.
    units: Vec<Unit>,
    /// How many of them stand before the first byte: they rest on nothing that is not stored.
    resting: usize,
}

struct Flight {
    entry: Entry,
    pending: Pending,
    units: Vec<Unit>,
    since: Instant,
    attempts: u32,
    /// When it is sent again, after the store said that it was not stored.
    again_at: Option<Instant>,
}

impl Committer {
    /// For an account that was opened up to `at`. `nonce` must be new for this writer, with room
    /// for one more with each entry.
    pub fn new(log: Arc<dyn Log>, account: Account, at: Anchor, nonce: u64) -> Committer {
        Committer { log, account, at, nonce, drafts: VecDeque::new(), waiting: 0, flight: None, part: Vec::new() }
    }

    /// The place behind the last entry that was confirmed.
    pub fn at(&self) -> Anchor {
        self.at
    }

    /// Whether no more should be decided before some of it is stored.
    pub fn is_full(&self) -> bool {
        self.waiting >= WAITING_UNITS_MAX || self.drafts.len() > 1
    }

    /// Whether everything that was decided has been let go.
    pub fn is_settled(&self) -> bool {
        self.flight.is_none() && self.drafts.is_empty()
    }

    /// Takes in what came of one input. It stands in one entry, its promise with it. A unit larger than
    /// an entry is stored in several, turn by turn where that is possible; it is let go with the last.
    pub fn add(&mut self, unit: Unit) {
        let turns = || unit.turns.iter().map(|turn| &turn.events[..]).filter(|events| !events.is_empty());
        let mut part = std::mem::take(&mut self.part);
        part.clear();
        turns().for_each(|events| codec::write(&mut part, events));
        let pieces = if part.len() > PIECE_BYTES_MAX { turns().flat_map(pieces).collect() } else { Vec::new() };
        let (last, earlier) = match pieces.split_last() {
            Some((last, earlier)) => {
                part.clear();
                codec::write(&mut part, last);
                (last.len(), earlier)
            }
            None => (turns().map(<[Recorded]>::len).sum(), &[][..]),
        };
        for piece in earlier {
            let mut bytes = Vec::new();
            codec::write(&mut bytes, piece);
            self.append(&bytes, piece.len());
        }
        if let Some((by, kept)) = &unit.promise {
            codec::write_promise(&mut part, kept.at, *by, &kept.promise);
        }
        self.append(&part, last);
        self.part = part;
        let draft = self.drafts.back_mut().expect("it was just added to");
        draft.units.push(unit);
        if draft.body.is_empty() {
            draft.resting = draft.units.len();
        }
        self.waiting += 1;
    }

    fn append(&mut self, bytes: &[u8], events: usize) {
        let draft = self.draft_with_room_for(bytes.len());
        codec::join(&mut draft.body, bytes);
        draft.events += u32::try_from(events).expect("an entry has fewer than 2^32 events");
    }

    fn draft_with_room_for(&mut self, bytes: usize) -> &mut Draft {
        if self.drafts.back().is_none_or(|draft| draft.body.len() + bytes > BODY_BYTES_MAX) {
            self.drafts.push_back(Draft::default());
        }
        self.drafts.back_mut().expect("there is one now")
    }

    /// Hands the next entry to the log, if none is under way. Returns what need not wait for one.
    pub fn start(&mut self) -> Vec<Unit> {
        let Some(draft) = self.drafts.front_mut().filter(|_| self.flight.is_none()) else { return Vec::new() };
        let free: Vec<Unit> = draft.units.drain(..draft.resting).collect();
        draft.resting = 0;
        let draft = self.drafts.pop_front().expect("it was just seen");
        if draft.body.is_empty() {
            debug_assert!(draft.units.is_empty(), "what rests on no byte was let go");
        } else {
            self.nonce += 1;
            let entry = self.at.entry(self.nonce, draft.events, draft.body);
            let pending = self.log.submit(self.account, self.at.pos, entry.clone());
            let since = Instant::now();
            self.flight = Some(Flight { entry, pending, units: draft.units, since, attempts: 1, again_at: None });
        }
        self.waiting -= free.len();
        free
    }

    /// Waits until the entry under way is stored, and returns what it lets go, in order. Pending
    /// for ever when there is none. May be cancelled and called again.
    ///
    /// # Errors
    /// [`Lost`]: another writer has the account, or the log cannot say what became of it.
    pub async fn landed(&mut self) -> Result<Vec<Unit>, Lost> {
        loop {
            let Some(flight) = &mut self.flight else { return std::future::pending().await };
            if let Some(at) = flight.again_at {
                tokio::time::sleep_until(at.into()).await;
                flight.pending = self.log.submit(self.account, flight.entry.prev, flight.entry.clone());
                flight.attempts += 1;
                flight.again_at = None;
            }
            let error = match (&mut flight.pending).await {
                Ok(pos) => return Ok(self.land(pos)),
                Err(error) => error,
            };
            match self.judge(error)? {
                Verdict::Landed(pos) => return Ok(self.land(pos)),
                Verdict::Again(why) => self.try_again(why)?,
            }
        }
    }

    /// What an answer other than yes means. In doubt, the log itself knows.
    fn judge(&self, error: AppendError) -> Result<Verdict, Lost> {
        let flight = self.flight.as_ref().expect("only an entry under way is answered");
        match error {
            AppendError::Fenced { .. } | AppendError::Unknown { .. } => {
                match resolve(&*self.log, self.account, flight.entry.prev, &flight.entry) {
                    Ok(Outcome::Landed(pos)) => Ok(Verdict::Landed(pos)),
                    Ok(Outcome::Open) => Ok(Verdict::Again(error.to_string())),
                    Ok(Outcome::Fenced { .. }) => Err(Lost("another server has taken the account over".into())),
                    Err(unread) => Err(Lost(unread.to_string())),
                }
            }
            AppendError::Full { .. } | AppendError::Busy { .. } | AppendError::Overloaded { .. } => {
                Ok(Verdict::Again(error.to_string()))
            }
            certain => Err(Lost(certain.to_string())),
        }
    }

    fn try_again(&mut self, why: String) -> Result<(), Lost> {
        let flight = self.flight.as_mut().expect("only an entry under way is sent again");
        if flight.attempts == ATTEMPTS_MAX {
            return Err(Lost(why));
        }
        tracing::warn!(account = %self.account, attempt = flight.attempts, "an entry is sent again: {why}");
        flight.again_at = Some(Instant::now() + FIRST_PAUSE * 2u32.pow(flight.attempts - 1));
        Ok(())
    }

    fn land(&mut self, pos: Pos) -> Vec<Unit> {
        let flight = self.flight.take().expect("only an entry under way lands");
        self.at = self.at.behind(self.account, pos, &flight.entry);
        self.waiting -= flight.units.len();
        metrics::histogram!("readyroom_log_commit_seconds").record(flight.since.elapsed());
        metrics::histogram!("readyroom_log_entry_units").record(flight.units.len() as f64);
        flight.units
    }
}

/// A turn, cut until each piece fits into an entry.
fn pieces(events: &[Recorded]) -> Vec<&[Recorded]> {
    let mut bytes = Vec::new();
    codec::write(&mut bytes, events);
    if bytes.len() <= PIECE_BYTES_MAX {
        return vec![events];
    }
    let (first, second) = events.split_at(events.len() / 2);
    assert!(!first.is_empty(), "one event fits into an entry");
    [pieces(first), pieces(second)].concat()
}

enum Verdict {
    Landed(Pos),
    /// It is not stored, and may be sent again.
    Again(String),
}

#[cfg(test)]
mod tests {
    use super::*;
    use readyroom_core::event::codec::Promise;
    use readyroom_core::event::{Author, Event, Sealed};
    use readyroom_core::ids::*;
    use readyroom_log::faults::{self, Fault};
    use readyroom_log::open::{StartFrom, open};
    use readyroom_log::{MemoryLog, Step};
    use std::sync::Mutex;

    const ACCOUNT: Account = Account([7; 16]);

    struct Scene {
        log: MemoryLog,
        committer: Committer,
        answered: Arc<Mutex<Vec<u32>>>,
        next_no: u64,
    }

    impl Scene {
        fn new() -> Scene {
            let log = MemoryLog::default();
            let at = open(&log, ACCOUNT, 1, 1, StartFrom::Beginning, &mut |_| Ok(())).unwrap().at;
            let committer = Committer::new(Arc::new(log.clone()), ACCOUNT, at, 1);
            Scene { log, committer, answered: Arc::default(), next_no: 1 }
        }

        /// Messages of so many bytes, all in one turn.
        fn turn(&mut self, messages: usize, bytes: usize) -> Turn {
            let events = (0..messages).map(|_| {
                let body = Sealed { key: KeyId::from_u128(1), bytes: vec![7; bytes] };
                let conversation = ConversationId::from_u128(1);
                let no = EventNo(self.next_no);
                self.next_no += 1;
                let by = Actor::Signalling;
                let event = Event::MessageRecorded { conversation, author: Author::Client, body };
                Recorded { no, at: Timestamp(1), by, event }
            });
            Turn { events: events.collect(), ..Turn::default() }
        }

        fn add(&mut self, number: u32, turns: Vec<Turn>) {
            let answered = self.answered.clone();
            let let_go = Some(Box::new(move || answered.lock().unwrap().push(number)) as Box<dyn FnOnce() + Send>);
            self.committer.add(Unit { turns, promise: None, let_go });
        }

        fn start(&mut self) {
            let free = self.committer.start();
            free.into_iter().filter_map(|unit| unit.let_go).for_each(|let_go| let_go());
        }

        async fn land(&mut self) -> Result<(), Lost> {
            let units = self.committer.landed().await?;
            units.into_iter().filter_map(|unit| unit.let_go).for_each(|let_go| let_go());
            self.start();
            Ok(())
        }

        fn answered(&self) -> Vec<u32> {
            std::mem::take(&mut self.answered.lock().unwrap())
        }

        /// All events that are stored, by entry.
        fn stored(&self) -> Vec<u32> {
            let mut counts = Vec::new();
            readyroom_log::replay(&self.log, ACCOUNT, self.committer.at().pos, StartFrom::Beginning, &mut |step| {
                if let Step::Entry(stored) = step
                    && !stored.entry.is_barrier()
                {
                    let body = codec::read_body(&stored.entry.body, EventNo(stored.entry.first_no)).unwrap();
                    assert_eq!(body.events.len() as u32, stored.entry.count);
                    counts.push(stored.entry.count);
                }
                Ok(())
            })
            .unwrap();
            counts
        }
    }

    #[tokio::test]
    async fn a_look_waits_for_what_it_saw_and_for_nothing_else() {
        let mut scene = Scene::new();
        scene.add(1, vec![]);
        scene.start();
        assert_eq!(scene.answered(), [1], "nothing is under way");
        let turn = scene.turn(1, 10);
        scene.log.set_dice(faults::script([Fault::SlowSync]));
        scene.add(2, vec![turn]);
        scene.start();
        scene.add(3, vec![]);
        scene.start();
        assert_eq!(scene.answered(), Vec::<u32>::new(), "what was seen is not stored yet");
        scene.log.sync();
        scene.land().await.unwrap();
        assert_eq!(scene.answered(), [2, 3]);
        assert!(scene.committer.is_settled());
    }

    #[tokio::test]
    async fn what_gathers_while_an_entry_is_under_way_becomes_the_next() {
        let mut scene = Scene::new();
        for number in 1..=3 {
            let turn = scene.turn(2, 10);
            scene.add(number, vec![turn]);
            scene.start();
        }
        scene.land().await.unwrap();
        scene.land().await.unwrap();
        assert_eq!((scene.answered(), scene.stored()), (vec![1, 2, 3], vec![2, 4]));
    }

    #[tokio::test]
    async fn a_unit_larger_than_an_entry_is_stored_in_several_and_let_go_with_the_last() {
        let mut scene = Scene::new();
        let (large, small) = (scene.turn(40, 60_000), scene.turn(1, 10));
        scene.add(1, vec![large, small]);
        scene.start();
        let mut landed = 0;
        while scene.answered().is_empty() {
            scene.land().await.unwrap();
            landed += 1;
        }
        assert!(landed > 2, "2.4 MB are three entries at least");
        assert_eq!(scene.stored().iter().sum::<u32>(), 41);
        assert!(scene.committer.is_settled());
    }

    #[tokio::test]
    async fn a_promise_stands_in_the_entry_of_its_command_however_full_that_is() {
        let mut scene = Scene::new();
        let blocker = scene.turn(1, 10);
        scene.add(1, vec![blocker]);
        scene.start();
        // The next entry fills up to where the command still fits and its promise would not.
        let filler = scene.turn(14, 64_000);
        scene.add(2, vec![filler]);
        for number in 0..40 {
            let command = scene.turn(1, 700);
            let answer = vec![b' '; PROMISE_BYTES_MAX];
            let promise = Promise { key: [number; 16], request: [2; 16], status: 200, answer };
            let kept = Kept { no: EventNo(0), at: Timestamp(5), promise };
            let promise = Some((Actor::Signalling, kept));
            scene.committer.add(Unit { turns: vec![command], promise, let_go: None });
        }
        while !scene.committer.is_settled() {
            scene.land().await.unwrap();
        }
        let mut alone = 0;
        readyroom_log::replay(&scene.log, ACCOUNT, scene.committer.at().pos, StartFrom::Beginning, &mut |step| {
            if let Step::Entry(stored) = step
                && !stored.entry.is_barrier()
            {
                let body = codec::read_body(&stored.entry.body, EventNo(stored.entry.first_no)).unwrap();
                let last = stored.entry.next_no() - 1;
                let within = |kept: &Kept| (stored.entry.first_no..=last).contains(&kept.no.0);
                alone += body.promises.iter().filter(|kept| !within(kept)).count();
            }
            Ok(())
        })
        .unwrap();
        assert_eq!(alone, 0);
    }

    #[tokio::test]
    async fn a_promise_alone_is_stored() {
        let mut scene = Scene::new();
        let promise = Promise { key: [1; 16], request: [2; 16], status: 200, answer: b"{}".to_vec() };
        let kept = Kept { no: EventNo(0), at: Timestamp(5), promise };
        scene.committer.add(Unit { promise: Some((Actor::Signalling, kept)), ..Unit::default() });
        scene.start();
        assert!(!scene.committer.is_settled());
        scene.land().await.unwrap();
        assert_eq!(scene.stored(), [0]);
    }

    #[tokio::test]
    async fn an_answer_in_doubt_is_looked_up_in_the_log() {
        for fault in [Fault::AckLostLanded, Fault::AckLostNotLanded, Fault::SpuriousConflict, Fault::DiskFull] {
            let mut scene = Scene::new();
            scene.log.set_dice(faults::script([fault]));
            let turn = scene.turn(3, 10);
            scene.add(1, vec![turn]);
            scene.start();
            scene.land().await.unwrap_or_else(|lost| panic!("{fault:?}: {lost}"));
            assert_eq!((scene.answered(), scene.stored()), (vec![1], vec![3]), "{fault:?}");
        }
    }

    #[tokio::test]
    async fn nobody_is_answered_when_another_writer_has_the_account() {
        let mut scene = Scene::new();
        open(&scene.log, ACCOUNT, 2, 1, StartFrom::Beginning, &mut |_| Ok(())).unwrap();
        let turn = scene.turn(1, 10);
        scene.add(1, vec![turn]);
        scene.start();
        assert!(scene.land().await.is_err());
        drop(scene.committer);
        assert_eq!(*scene.answered.lock().unwrap(), Vec::<u32>::new());
    }

    #[tokio::test]
    async fn a_disk_that_stays_full_is_given_up() {
        let mut scene = Scene::new();
        scene.log.set_dice(Box::new(|_| Some(Fault::DiskFull)));
        let turn = scene.turn(1, 10);
        scene.add(1, vec![turn]);
        scene.start();
        assert!(scene.land().await.is_err());
        assert_eq!(scene.answered(), Vec::<u32>::new());
    }
}
