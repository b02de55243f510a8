//! The dice of the demo: the same seed throws the same, whatever the server's own dice do.

/// A stream of numbers that follows from its seed (SplitMix64).
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// The dice of this seed, for this use: what is thrown for one thing changes nothing of another.
    pub fn new(seed: u64, of: &[u64]) -> Chance {
        let mut chance = Chance(seed);
        for part in of {
            chance.0 = chance.next() ^ part.wrapping_mul(0xA24B_AED4_963E_E407);
        }
        chance
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to, and without, 1.
    pub fn part(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Between these.
    pub fn between(&mut self, from: f64, to: f64) -> f64 {
        from + (to - from) * self.part()
    }

    /// One of so many; there is at least one.
    pub fn below(&mut self, many: usize) -> usize {
        assert!(many > 0, "something can be chosen");
        (self.next() % many as u64) as usize
    }

    /// Whether something of this probability happens.
    pub fn happens(&mut self, probability: f64) -> bool {
        self.part() < probability
    }

    /// The time to the next of events that come so often, on average once in `mean`.
    pub fn until_next(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.part()).ln()
    }

    /// A duration as people's are: mostly around the median, now and then much longer.
    pub fn around(&mut self, median: f64) -> f64 {
        // The sum of twelve is close enough to a normal distribution.
        let normal: f64 = (0..12).map(|_| self.part()).sum::<f64>() - 6.0;
        median * (0.5 * normal).exp()
    }

    /// Puts these into another order.
    pub fn shuffle<T>(&mut self, all: &mut [T]) {
        for last in (1..all.len()).rev() {
            all.swap(last, self.below(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_and_a_use_throw_the_same_again_and_nothing_else_does() {
        let throw = |seed, of: &[u64]| Chance::new(seed, of).next();
        assert_eq!(throw(7, &[1, 2]), throw(7, &[1, 2]));
        let different = [throw(7, &[1, 2]), throw(7, &[2, 1]), throw(8, &[1, 2]), throw(7, &[1]), throw(7, &[])];
        assert!((0..5).all(|one| (0..one).all(|other| different[one] != different[other])));
    }

    #[test]
    fn what_is_thrown_is_spread_as_it_says() {
        let mut chance = Chance::new(1, &[]);
        let mean = |sum: f64| sum / 10_000.0;
        assert!((mean((0..10_000).map(|_| chance.between(2.0, 4.0)).sum()) - 3.0).abs() < 0.05);
        assert!((mean((0..10_000).map(|_| chance.until_next(5.0)).sum()) - 5.0).abs() < 0.3);
        let mut around: Vec<f64> = (0..10_000).map(|_| chance.around(60.0)).collect();
        around.sort_by(f64::total_cmp);
        assert!((around[5_000] - 60.0).abs() < 3.0 && around[0] > 5.0 && around[9_999] < 1_300.0);
    }

    #[test]
    fn a_shuffle_keeps_everything() {
        let mut all: Vec<usize> = (0..100).collect();
        Chance::new(3, &[]).shuffle(&mut all);
        assert_ne!(all, (0..100).collect::<Vec<_>>());
        all.sort();
        assert_eq!(all, (0..100).collect::<Vec<_>>());
    }
}
