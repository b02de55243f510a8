//! The reference catches what is planted in it.

use crate::checks::routing;
use crate::model::Model;
use readyroom_core::event::*;
use readyroom_core::ids::*;
use readyroom_core::settings::*;

struct Scene {
    model: Model,
    at: Timestamp,
}

const ANNA: UserId = UserId::from_u128(1);
const BRUNO: UserId = UserId::from_u128(2);
const SALES: QueueId = QueueId::from_u128(3);
const CALL: ConversationId = ConversationId::from_u128(4);

impl Scene {
    /// Anna has been idle for longer than Bruno; a call waits.
    fn new() -> Scene {
        let mut scene = Scene { model: Model::default(), at: Timestamp(1_000) };
        let settings = QueueSettings::new("sales", ChannelSet::only(Channel::Voice));
        scene.fold(Event::AccountOpened { general: SALES });
        scene.fold(Event::QueueAdded { queue: SALES, settings: Box::new(settings) });
        for agent in [ANNA, BRUNO] {
            scene.at = scene.at.plus_ms(1_000);
            let device = DeviceId(agent.0);
            let cause = StatusCause::LogIn;
            scene.fold(Event::AgentAdded { agent, settings: AgentSettings::default() });
            scene.fold(Event::MembershipSet { agent, queue: SALES, settings: MembershipSettings::default() });
            scene.fold(Event::DeviceConnected { agent, device, kind: DeviceKind::Sip, ttl_ms: None });
            scene.fold(Event::StatusSet { agent, status: Status::Available, reason: None, out_only: false, cause });
            scene.fold(Event::QueueLoggedIn { agent, queue: SALES, ready: true });
        }
        let client = ClientId::from_u128(5);
        let (arrived_at, skills) = (scene.at, Vec::new());
        scene.fold(Event::Arrived {
            conversation: CALL,
            client,
            channel: Channel::Voice,
            queue: SALES,
            arrived_at,
            priority: 5,
            skills,
            owner: None,
        });
        scene
    }

    fn recorded(&self, event: Event) -> Recorded {
        Recorded { no: self.model.last_no.plus(1), at: self.at, by: Actor::Policy(Policy::Router), event }
    }

    fn fold(&mut self, event: Event) {
        let recorded = self.recorded(event);
        assert_eq!(self.model.fold(&recorded), Ok(()));
    }

    fn offer_to(&self, agent: UserId) -> Option<u8> {
        let offer = OfferId::from_u128(6);
        let until = self.at.plus_ms(20_000);
        let kind = OfferKind::Queued;
        let event = Event::OfferMade { offer, conversation: CALL, agent, queue: SALES, kind, until, sender: None };
        routing::may_be_made(&self.model, &self.recorded(event)).err().map(|violation| violation.number)
    }
}

#[test]
fn the_one_who_is_idle_for_longest_may_be_picked_and_no_other() {
    let scene = Scene::new();
    assert_eq!(scene.offer_to(ANNA), None);
    assert_eq!(scene.offer_to(BRUNO), Some(8));
}

#[test]
fn nobody_on_a_break_may_be_picked() {
    let mut scene = Scene::new();
    let (status, reason, cause) = (Status::OnBreak, Some(reasons::UNSPECIFIED), StatusCause::Asked);
    scene.fold(Event::StatusSet { agent: ANNA, status, reason, out_only: false, cause });
    assert_eq!(scene.offer_to(ANNA), Some(4));
    assert_eq!(scene.offer_to(BRUNO), None);
}

#[test]
fn a_call_that_waits_beside_an_idle_agent_is_seen() {
    let scene = Scene::new();
    let breach = routing::nobody_waits_beside_an_eligible_agent(&scene.model).err();
    assert_eq!(breach.map(|violation| violation.number), Some(6));
}
