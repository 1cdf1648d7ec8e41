export { DeliveryWorker, type DeliveryWorkerDeps, type DeliveryWorkerOptions } from './delivery-worker.js';
export { TestSender, type TestSenderOptions } from './test-sender.js';
