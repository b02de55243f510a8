//! A few seeds, quickly: the world holds, tells its story, repeats itself, and can fail.

use readyroom_sim::{crash, hour, story};

#[test]
fn twenty_seeds_hold() {
    for seed in 9_001..=9_020 {
        let outcome = hour(seed, 0.25);
        assert_eq!(outcome.violation, None, "seed {seed}");
        assert!(outcome.checks > 1_000, "seed {seed} checks next to nothing: {}", outcome.checks);
    }
}

#[test]
fn forty_crashes_hold() {
    for seed in 9_001..=9_040 {
        assert_eq!(crash(seed).violation, None, "crash {seed}");
    }
}

#[test]
fn the_same_seed_gives_the_same_log() {
    let (once, twice) = (hour(9_001, 0.25), hour(9_001, 0.25));
    assert_eq!(once.log_hash, twice.log_hash);
    assert_eq!((once.events, once.checks), (twice.events, twice.checks));
    assert_ne!(once.log_hash, hour(9_002, 0.25).log_hash);
}

#[test]
fn telling_a_story_does_not_change_it() {
    let told = story(9_003, 0.25);
    assert_eq!(told.log_hash, hour(9_003, 0.25).log_hash);
    let telling = |word: &str| told.story.iter().any(|line| line.contains(word));
    assert!(telling("joins the team") && telling("is offered") && telling("takes"), "{:?}", told.story.first());
}

#[test]
fn every_conversation_that_comes_also_ends() {
    let (arrived, ended) = hour(9_004, 0.25).conversations;
    assert!(arrived > 20 && arrived == ended, "{arrived} came, {ended} ended");
}
