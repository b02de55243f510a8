//! What the stream promises, shown beside a real engine that many people push about by chance.

mod model;
mod office;
mod receiver;
mod scenes;
mod task;
