//! Stretches of time, and the cells into which a report cuts its window.

use readyroom_core::ids::Timestamp;

/// From an instant up to, and not including, a later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The first instant in it.
    pub from: Timestamp,
    /// The first instant behind it.
    pub to: Timestamp,
}

impl Span {
    /// How long it is, milliseconds; zero when it ends before it begins.
    pub fn ms(self) -> u64 {
        self.to.ms_since(self.from)
    }

    /// Whether no instant is in it.
    pub fn is_empty(self) -> bool {
        self.to <= self.from
    }

    /// The part that lies in another span as well; it may be empty.
    pub fn within(self, other: Span) -> Span {
        Span { from: self.from.max(other.from), to: self.to.min(other.to) }
    }
}

/// A window cut into cells that follow each other without gap or overlap. Where the cuts fall is
/// for those to say who know calendars; here they are instants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cells {
    bounds: Vec<Timestamp>,
}

impl Cells {
    /// The most cells of one report.
    pub const MAX: usize = 100_000;

    /// The cells between these instants: one fewer than there are instants.
    ///
    /// # Panics
    /// Unless there are two or more that ascend, and at most [`Cells::MAX`] cells.
    pub fn between(bounds: Vec<Timestamp>) -> Cells {
        assert!(
            (2..=Cells::MAX + 1).contains(&bounds.len()),
            "a window has between one cell and the most there may be"
        );
        assert!(bounds.is_sorted_by(|one, next| one < next), "no cell is empty, and each begins where the last ends");
        Cells { bounds }
    }

    /// Where cells begin and end, ascending: the window's start first, its end last.
    pub fn bounds(&self) -> &[Timestamp] {
        &self.bounds
    }

    /// How many there are; never zero.
    pub fn count(&self) -> usize {
        self.bounds.len() - 1
    }

    /// The whole of them.
    pub fn window(&self) -> Span {
        Span { from: self.bounds[0], to: self.bounds[self.count()] }
    }

    /// Each in its order.
    pub fn iter(&self) -> impl Iterator<Item = Span> {
        self.bounds.windows(2).map(|ends| Span { from: ends[0], to: ends[1] })
    }

    /// Tells what part of a span inside the window falls into which cell, milliseconds.
    ///
    /// `cell` is where the search begins and, after it, where it ended: spans that are cut one
    /// after the other share it, and must ascend.
    pub fn cut(&self, span: Span, cell: &mut usize, mut part: impl FnMut(usize, u64)) {
        debug_assert!(span.is_empty() || span.within(self.window()) == span, "only what is in the window is cut");
        let mut rest = span;
        while !rest.is_empty() {
            self.seek(rest.from, cell);
            let end = rest.to.min(self.bounds[*cell + 1]);
            part(*cell, Span { from: rest.from, to: end }.ms());
            rest.from = end;
        }
    }

    /// Moves `cell` on to the one in which `at` falls. The instant lies in the window.
    pub fn seek(&self, at: Timestamp, cell: &mut usize) {
        while self.bounds[*cell + 1] <= at {
            *cell += 1;
        }
    }
}

/// The same time as spans that ascend and do not touch each other, so that nothing counts twice.
pub fn union(mut spans: Vec<Span>) -> Vec<Span> {
    spans.retain(|span| !span.is_empty());
    spans.sort_unstable();
    spans.dedup_by(|next, last| {
        let joined = next.from <= last.to;
        if joined {
            last.to = last.to.max(next.to);
        }
        joined
    });
    spans
}

/// What of `spans` lies in none of `others`. Both ascend and do not overlap, and so does the answer.
pub fn without(spans: &[Span], others: &[Span]) -> Vec<Span> {
    let mut left = Vec::new();
    let mut others = others.iter().peekable();
    for span in spans {
        let mut rest = *span;
        while others.next_if(|other| other.to <= rest.from).is_some() {}
        // One that reaches behind this span concerns the next one too.
        while let Some(other) = others.peek().filter(|other| other.from < rest.to) {
            let before = Span { from: rest.from, to: other.from };
            left.extend((!before.is_empty()).then_some(before));
            rest.from = other.to;
            if rest.is_empty() {
                break;
            }
            others.next();
        }
        left.extend((!rest.is_empty()).then_some(rest));
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans<const N: usize>(ends: [(i64, i64); N]) -> Vec<Span> {
        ends.map(|(from, to)| Span { from: Timestamp(from), to: Timestamp(to) }).to_vec()
    }

    #[test]
    fn time_told_twice_counts_once() {
        let told = spans([(5, 9), (1, 3), (2, 4), (9, 10), (7, 7), (20, 19), (1, 2)]);
        assert_eq!(union(told), spans([(1, 4), (5, 10)]));
        assert_eq!(union(vec![]), vec![]);
    }

    #[test]
    fn what_is_taken_away_may_reach_over_several() {
        let ready = spans([(0, 10), (20, 30), (40, 50)]);
        assert_eq!(without(&ready, &[]), ready);
        assert_eq!(without(&ready, &spans([(0, 50)])), vec![]);
        assert_eq!(without(&ready, &spans([(10, 20), (30, 40)])), ready);
        let left = without(&ready, &spans([(2, 3), (5, 25), (26, 30), (45, 60)]));
        assert_eq!(left, spans([(0, 2), (3, 5), (25, 26), (40, 45)]));
    }

    #[test]
    fn a_span_is_cut_where_cells_meet() {
        let cells = Cells::between([0, 10, 15, 40].map(Timestamp).to_vec());
        let (mut cell, mut parts) = (0, vec![]);
        for span in spans([(0, 10), (12, 12), (12, 39), (39, 40)]) {
            cells.cut(span, &mut cell, |cell, ms| parts.push((cell, ms)));
        }
        assert_eq!(parts, [(0, 10), (1, 3), (2, 24), (2, 1)]);
    }
}
