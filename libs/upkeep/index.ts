export { Upkeep, type UpkeepLog } from './upkeep.js';
