export { DeliveryWorker, type DeliveryWorkerDeps, type DeliveryWorkerOptions } from './delivery-worker.js';
