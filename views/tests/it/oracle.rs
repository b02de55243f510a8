//! The vocabularies once more, in another manner: not the first of a list that holds, but for each
//! word the whole condition under which it alone is right. They are read off the combination
//! itself, not off the facts.

use crate::combination::{Combination, Seat, Voice, Wish};
use readyroom_core::ids::Channel;
use readyroom_views::vocabulary::{AcdState, Bucket, Desk, Supervisor, Widget};

/// What the conditions speak of.
pub struct Signals {
    ext: bool,
    call: bool,
    call_here: bool,
    ringing: bool,
    wrapping: bool,
    threads: bool,
    /// Anything in the personal queue.
    personal: bool,

    offline: bool,
    not_ready: bool,
    available: bool,
    away_break: bool,
    busy_break: bool,
    kicked: bool,

    reach: bool,
    full: bool,
    /// Full, and what rings is not why.
    full_of_work: bool,
    out: bool,
    leaving: bool,
}

impl Signals {
    pub fn of(it: &Combination) -> Signals {
        let call = matches!(it.voice, Voice::ActiveHere | Voice::ActiveElsewhere);
        let ringing = it.voice == Voice::Offered || it.chats.offered > 0;
        let has = |channel| it.channels.has(channel) && it.devices.has(channel);
        let taken = it.work() + it.offered();
        let capacity = u16::from(it.capacity);
        // A call takes all there is: it fits only into nothing at all.
        let fits = (has(Channel::Voice) && taken == 0) || (has(Channel::Chat) && taken < capacity);
        let reach = has(Channel::Voice) || has(Channel::Chat);
        Signals {
            ext: it.external_call,
            call,
            call_here: it.voice == Voice::ActiveHere,
            ringing,
            wrapping: matches!(it.voice, Voice::Wrapping | Voice::WrapUpByHand) || it.chats.wrapping > 0,
            threads: it.chats.active > 0,
            personal: call || ringing || it.chats.active > 0 || it.parked > 0,
            offline: it.wish == Wish::Offline,
            not_ready: it.wish == Wish::NotReady,
            available: it.wish == Wish::Available,
            away_break: matches!(it.wish, Wish::Away | Wish::KickedOut),
            busy_break: it.wish == Wish::Busy,
            kicked: it.wish == Wish::KickedOut,
            reach,
            full: reach && !fits,
            full_of_work: reach && !fits && (!ringing || it.work() >= capacity),
            out: it.out_only,
            leaving: it.leaving,
        }
    }

    fn on_break(&self) -> bool {
        self.away_break || self.busy_break
    }

    fn works_off(&self) -> bool {
        (self.out || self.leaving) && self.threads
    }

    /// Willing, free, and to be found.
    fn unhindered(&self) -> bool {
        let at_rest = !self.call && !self.ringing && !self.wrapping && !self.ext;
        at_rest && self.available && self.reach && !self.full && !self.out && !self.leaving
    }

    pub fn buckets(&self) -> [(Bucket, bool); 9] {
        let quiet = !self.ext && !self.call;
        let there = quiet && !self.offline && self.reach;
        let still = there && !self.ringing && !self.on_break();
        let waits = still && !self.wrapping;
        [
            (Bucket::Extcall, self.ext),
            (Bucket::Incall, !self.ext && (self.call || (waits && self.available && (self.full || self.works_off())))),
            (Bucket::Offline, quiet && self.offline),
            (Bucket::Unreachable, quiet && !self.offline && !self.reach),
            (Bucket::Ring, there && self.ringing),
            (Bucket::Paused, there && !self.ringing && self.on_break()),
            (Bucket::Wrapup, still && self.wrapping),
            (Bucket::Ready, self.unhindered()),
            (
                Bucket::Idle,
                waits
                    && (self.not_ready
                        || (self.available && !self.full && (self.out || self.leaving) && !self.threads)),
            ),
        ]
    }

    pub fn desks(&self) -> [(Desk, bool); 4] {
        let taken = self.full || self.ringing || self.ext || self.leaving || self.out;
        let there = !self.call && !self.offline;
        [
            (Desk::Offline, self.offline && !self.call),
            (
                Desk::Busy,
                self.call
                    || (there && (self.busy_break || (self.wrapping && !self.away_break) || (self.available && taken))),
            ),
            (
                Desk::Away,
                there
                    && (self.away_break
                        || (!self.wrapping && (self.not_ready || (self.available && !taken && !self.reach)))),
            ),
            (Desk::Available, self.unhindered()),
        ]
    }

    pub fn supervisors(&self) -> [(Supervisor, bool); 3] {
        let idle = !self.call && !self.ringing && !self.wrapping;
        let held_up = self.full || self.ext || self.leaving || self.out;
        [
            (Supervisor::Absent, (!self.call && !self.available) || (idle && !self.reach)),
            (
                Supervisor::Connected,
                self.call || (self.available && (self.ringing || self.wrapping || (self.reach && held_up))),
            ),
            (Supervisor::Available, self.unhindered()),
        ]
    }

    pub fn widgets(&self, reason: Widget) -> [(Widget, bool); 8] {
        let finishing = self.leaving || (self.call && !self.available);
        let willing = !finishing && self.available;
        [
            (Widget::ActiveFinishing, finishing),
            (Widget::Offline, !finishing && self.offline),
            (Widget::KickedOut, !finishing && self.kicked),
            (reason, !finishing && self.on_break() && !self.kicked),
            (Widget::NotReady, !finishing && self.not_ready),
            (Widget::ActiveOutOnly, willing && self.out),
            (Widget::ActiveFree, willing && !self.out && !self.personal),
            (Widget::Active, willing && !self.out && self.personal),
        ]
    }

    pub fn acds(&self, it: &Combination, seat: &Seat) -> [(AcdState, bool); 7] {
        let quiet = !self.ext && !self.call;
        let at_work = quiet && !self.offline && seat.logged_in;
        let found = at_work && !seat.channels.and(it.channels).and(it.devices).is_empty();
        let up = found && !self.on_break() && !self.wrapping;
        let takes = up && self.available && seat.ready && !self.leaving && !self.out;
        [
            (AcdState::LoggedOut, quiet && (self.offline || !seat.logged_in)),
            (AcdState::Offline, at_work && !found),
            (AcdState::NotReady, (found && self.on_break()) || (up && !takes)),
            (AcdState::Ready, takes && !self.full_of_work),
            (AcdState::QueueCall, !self.ext && self.call_here),
            (AcdState::OtherCall, self.ext || (self.call && !self.call_here) || (takes && self.full_of_work)),
            (AcdState::WrapUp, found && !self.on_break() && self.wrapping),
        ]
    }
}

/// The one word that is right; that there is exactly one is checked here.
pub fn only<W: Copy + std::fmt::Debug, const N: usize>(words: [(W, bool); N], it: &Combination) -> W {
    let mut right = words.iter().filter(|(_, is_right)| *is_right).map(|(word, _)| *word);
    let first = right.next();
    let second = right.next();
    match (first, second) {
        (Some(word), None) => word,
        _ => panic!("{first:?} and {second:?} of {it:?}"),
    }
}
