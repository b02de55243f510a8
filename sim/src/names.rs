//! What everybody is called, so that a story can be read.

pub(crate) const AGENTS: [&str; 24] = [
    "Anna", "Bruno", "Carla", "David", "Elif", "Felix", "Greta", "Hassan", "Ida", "Jonas", "Katja", "Luca", "Mina",
    "Noah", "Olga", "Paul", "Quinn", "Rosa", "Stefan", "Tara", "Umut", "Vera", "Willem", "Yara",
];

pub(crate) const CLIENTS: [&str; 40] = [
    "Mr Weber",
    "Ms Keller",
    "Mr Rossi",
    "Mrs Novak",
    "Mr Braun",
    "Ms Yilmaz",
    "Mr Garcia",
    "Mrs Lindqvist",
    "Mr Okafor",
    "Ms Dubois",
    "Mr Tanaka",
    "Mrs Schmidt",
    "Mr Haddad",
    "Ms Petrova",
    "Mr Jensen",
    "Mrs Moreau",
    "Mr Kowalski",
    "Ms Silva",
    "Mr Olsen",
    "Mrs Fischer",
    "Mr Singh",
    "Ms Byrne",
    "Mr Horvat",
    "Mrs Costa",
    "Mr Nilsen",
    "Ms Wagner",
    "Mr Papadakis",
    "Mrs Meyer",
    "Mr Ahmed",
    "Ms Laurent",
    "Mr de Vries",
    "Mrs Toth",
    "Mr Santos",
    "Ms Hoffmann",
    "Mr Ivanov",
    "Mrs Bianchi",
    "Mr Becker",
    "Ms Larsen",
    "Mr Demir",
    "Mrs Vogel",
];

pub(crate) const SUPERVISOR: &str = "Sofia";
pub(crate) const QUEUES: [&str; 6] = ["sales", "support", "billing", "help", "vip", "seasonal"];
pub(crate) const SKILLS: [&str; 3] = ["French", "mortgages", "routers"];
