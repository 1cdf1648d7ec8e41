export { DeliveryWorker, type DeliveryWorkerDeps, type DeliveryWorkerOptions } from './delivery-worker.js';
export { OwnershipVerifier, type Verification } from './ownership-verifier.js';
export { type CheckedFinding, ReceiverChecker } from './receiver-checker.js';
export { RECEIVER_CHECKS, type ReceiverCheck } from './receiver-findings.js';
export { TestSender, type TestSenderOptions } from './test-sender.js';
