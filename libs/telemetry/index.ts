export { createLogger, type Logger, type LoggerOptions } from './logger.js';
export { type DeliveryOutcome, Metrics, type StatusClass, statusClass } from './metrics.js';
export { NestLogger } from './nest-logger.js';
