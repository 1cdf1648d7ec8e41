export { percentile } from './latency.js';
export { addCounts, ALL, noCounts, type TrafficCounts, type TrafficScope } from './traffic-counts.js';
export { TrafficLedger } from './traffic-ledger.js';
export { BUCKET_MS, BUCKETS, type Bucket, type TrafficBucket, TrafficReadModel } from './traffic-read-model.js';
export { KEPT_MS, TrafficRollup } from './traffic-rollup.js';
export { TrafficStore } from './traffic-store.js';
