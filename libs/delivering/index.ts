export { DeliveryWorker, type DeliveryWorkerDeps, type DeliveryWorkerOptions } from './delivery-worker.js';
export { TEST_EVENT_TYPE, TestSender, type TestSenderOptions } from './test-sender.js';
