//! Who and what there is on the floor of the demo, before anything happens.

/// A queue, and what comes to it.
pub struct Queue {
    pub name: &'static str,
    pub number: &'static str,
    /// The parts of its clients who call and who write. Nobody comes by itself to a queue without either.
    pub voice: f64,
    pub chat: f64,
    /// How many wait in it at the busiest hour of a floor of 24.
    pub waiting: f64,
    pub priority: u8,
    /// How long a call takes, mostly, seconds.
    pub talk_s: f64,
    /// What its clients need somebody to be good at, and how good.
    pub skill: Option<(&'static str, u8)>,
}

/// Where the visitor takes part.
pub const SHOP: usize = 6;

/// The queues, by what they are called.
pub const QUEUES: &[Queue] = &[
    Queue {
        name: "Billing",
        number: "2010",
        voice: 0.8,
        chat: 0.2,
        waiting: 3.0,
        priority: 5,
        talk_s: 75.0,
        skill: None,
    },
    Queue {
        name: "Returns",
        number: "2020",
        voice: 0.0,
        chat: 1.0,
        waiting: 3.0,
        priority: 5,
        talk_s: 0.0,
        skill: None,
    },
    Queue {
        name: "Technical",
        number: "2030",
        voice: 0.5,
        chat: 0.5,
        waiting: 3.0,
        priority: 5,
        talk_s: 100.0,
        skill: Some(("Networks", 2)),
    },
    Queue { name: "Sales", number: "2040", voice: 0.0, chat: 1.0, waiting: 1.0, priority: 6, talk_s: 0.0, skill: None },
    Queue {
        name: "Español",
        number: "2050",
        voice: 0.5,
        chat: 0.5,
        waiting: 1.0,
        priority: 5,
        talk_s: 80.0,
        skill: Some(("Spanish", 3)),
    },
    Queue { name: "VIP", number: "2001", voice: 0.7, chat: 0.3, waiting: 0.0, priority: 9, talk_s: 90.0, skill: None },
    Queue { name: "Shop", number: "2060", voice: 0.0, chat: 0.0, waiting: 0.0, priority: 7, talk_s: 0.0, skill: None },
];

/// What somebody can be good at.
pub const SKILLS: &[&str] = &["Networks", "Spanish", "Invoices", "Key accounts", "Products"];

/// The teams. The visitor's agent is of the last one.
pub const TEAMS: &[&str] = &["Harbour", "Lighthouse", "Meadow"];

/// How somebody belongs to a queue: which, its tier, after how many seconds, and who activates it.
pub struct Seat(pub usize, pub u16, pub u32, pub &'static str);

/// What somebody is on the floor for.
pub struct Post {
    pub team: usize,
    pub voice: bool,
    pub chat: bool,
    pub capacity: u8,
    pub seats: &'static [Seat],
    pub skills: &'static [(&'static str, u8)],
}

/// The posts, filled one after the other and then again from the first, so that eight people serve every queue.
pub const POSTS: &[Post] = &[
    Post {
        team: 0,
        voice: true,
        chat: false,
        capacity: 1,
        seats: &[Seat(0, 0, 0, "static"), Seat(5, 1, 15, "static")],
        skills: &[("Invoices", 4), ("Key accounts", 2)],
    },
    Post {
        team: 1,
        voice: true,
        chat: false,
        capacity: 1,
        seats: &[Seat(2, 0, 0, "static"), Seat(0, 2, 30, "dynamic")],
        skills: &[("Networks", 4)],
    },
    Post {
        team: 2,
        voice: false,
        chat: true,
        capacity: 3,
        seats: &[Seat(1, 0, 0, "static"), Seat(3, 1, 20, "static")],
        skills: &[("Products", 3)],
    },
    Post {
        team: 1,
        voice: false,
        chat: true,
        capacity: 3,
        seats: &[Seat(2, 0, 0, "static"), Seat(0, 0, 0, "static"), Seat(1, 2, 30, "static")],
        skills: &[("Networks", 5), ("Invoices", 2)],
    },
    Post {
        team: 2,
        voice: true,
        chat: true,
        capacity: 2,
        seats: &[Seat(4, 0, 0, "mandatory")],
        skills: &[("Spanish", 5), ("Products", 2)],
    },
    Post {
        team: 0,
        voice: true,
        chat: false,
        capacity: 1,
        seats: &[Seat(5, 0, 0, "mandatory"), Seat(0, 3, 60, "supervisor_managed")],
        skills: &[("Key accounts", 5)],
    },
    Post {
        team: 2,
        voice: false,
        chat: true,
        capacity: 4,
        seats: &[Seat(3, 0, 0, "static"), Seat(5, 0, 0, "static"), Seat(1, 2, 30, "static")],
        skills: &[("Products", 5), ("Key accounts", 3)],
    },
    Post {
        team: 0,
        voice: true,
        chat: false,
        capacity: 1,
        seats: &[Seat(0, 0, 0, "static"), Seat(2, 2, 30, "dynamic")],
        skills: &[("Invoices", 3), ("Networks", 2)],
    },
];

/// The post of the visitor's own agent: the shop rings here first. Sales can be joined by hand.
pub const VISITOR: Post = Post {
    team: 2,
    voice: false,
    chat: true,
    capacity: 4,
    seats: &[Seat(SHOP, 0, 0, "static"), Seat(3, 0, 0, "dynamic")],
    skills: &[("Products", 4)],
};

/// The post of whoever steps in when the visitor's agent does not take it.
pub const STAND_IN: Post = Post {
    team: 2,
    voice: false,
    chat: true,
    capacity: 12,
    seats: &[Seat(SHOP, 1, 8, "static")],
    skills: &[("Products", 3)],
};

/// The reasons that get a colour, and the one that is added: its class, and whether it is paid.
pub const COLOURS: &[(&str, &str)] = &[
    ("lunch_break", "#E8954A"),
    ("short_break", "#EFC050"),
    ("training", "#5AA89A"),
    ("meeting", "#5B86D6"),
    ("unspecified", "#9AA3AF"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_people_serve_every_queue_on_every_channel_it_has() {
        for (index, queue) in QUEUES.iter().enumerate() {
            let serves = |voice: bool| {
                let on = |post: &&Post| if voice { post.voice } else { post.chat };
                POSTS.iter().filter(on).any(|post| post.seats.iter().any(|seat| seat.0 == index && seat.3 != "dynamic"))
            };
            assert!(queue.voice == 0.0 || serves(true), "{} calls", queue.name);
            assert!(queue.chat == 0.0 || serves(false), "{} chats", queue.name);
            assert!(queue.voice + queue.chat == 0.0 || (queue.voice + queue.chat - 1.0).abs() < 1e-9);
        }
        assert_eq!(QUEUES[SHOP].name, "Shop");
    }

    #[test]
    fn whoever_serves_a_queue_is_good_enough_for_it() {
        for post in POSTS {
            for seat in post.seats {
                let Some((skill, level)) = QUEUES[seat.0].skill else { continue };
                assert!(
                    post.skills.iter().any(|(known, has)| *known == skill && *has >= level),
                    "{}",
                    QUEUES[seat.0].name
                );
            }
            assert!(post.skills.iter().all(|(skill, _)| SKILLS.contains(skill)) && post.team < TEAMS.len());
        }
    }

    #[test]
    fn between_four_and_fourteen_wait_at_the_busiest_hour() {
        let waiting: f64 = QUEUES.iter().map(|queue| queue.waiting).sum();
        assert!((6.0..=12.0).contains(&waiting), "{waiting}");
    }
}
