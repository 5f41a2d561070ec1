// Each answers { deliverAll(), close() }: deliverAll resolves when so many messages went from the call to the answer.
export { bareUndici } from './bare-undici.mjs';
export { bullmqWorker } from './bullmq-worker.mjs';
export { segmentTrack } from './segment-track.mjs';
export { tallybackEndToEnd } from './tallyback-end-to-end.mjs';
export { tallybackThree } from './tallyback-three.mjs';
