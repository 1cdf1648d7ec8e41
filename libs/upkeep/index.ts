export { DeadLetterNews } from './dead-letter-news.js';
export { FailureWatch } from './failure-watch.js';
export { Upkeep, type UpkeepLog } from './upkeep.js';
