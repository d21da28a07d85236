/** Events from outside that start a training: who may send them, and how Argo's server knows. */
export { PUSH_EVENT, TRIGGER_LABEL, eventsAddress } from "./events";
export { EventSender, type EventSenderArgs } from "./event-sender";
