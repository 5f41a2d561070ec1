export type { Answer, Attempt, Destination, OutgoingRequest, Verdict } from './destinations/destination.js';
export { type TrackerOptions, tracker } from './destinations/tracker.js';
