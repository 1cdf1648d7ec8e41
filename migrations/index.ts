import { TenantsAndKeys1764000000000 } from './1764000000000-tenants-and-keys.js';
import { Endpoints1764000001000 } from './1764000001000-endpoints.js';
import { EventsAndDeliveries1764000002000 } from './1764000002000-events-and-deliveries.js';
import { OneOpenReplay1764000003000 } from './1764000003000-one-open-replay.js';
import { Turns1764000004000 } from './1764000004000-turns.js';
import { ListIndexes1764000006000 } from './1764000006000-list-indexes.js';
import { Retention1764000011000 } from './1764000011000-retention.js';

/** Every migration there is, oldest first. A landed one is never edited; a change is a new one at the end. */
export const migrations = [
  TenantsAndKeys1764000000000,
  Endpoints1764000001000,
  EventsAndDeliveries1764000002000,
  OneOpenReplay1764000003000,
  Turns1764000004000,
  ListIndexes1764000006000,
  Retention1764000011000,
];
