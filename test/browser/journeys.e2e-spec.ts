import { describe } from 'vitest';
import { openHouse } from './house.js';
import { audit } from './journeys/audit.js';
import { bulkReplays } from './journeys/bulk-replays.js';
import { endpointSetup } from './journeys/endpoint-setup.js';
import { interruptions } from './journeys/interruptions.js';
import { receiverChecks } from './journeys/receiver-checks.js';
import { roles } from './journeys/roles.js';
import { supportDesk } from './journeys/support-desk.js';
import { tenantPortal } from './journeys/tenant-portal.js';

// One file, so that they share one program, one stage and one browser.
const house = openHouse();

describe('the support desk', () => {
  supportDesk(house);
});
describe('replaying in bulk', () => {
  bulkReplays(house);
});
describe('setting up an endpoint', () => {
  endpointSetup(house);
});
describe('checking a receiver', () => {
  receiverChecks(house);
});
describe('the audit log', () => {
  audit(house);
});
describe('what is shown to whom', () => {
  roles(house);
});
describe('the tenant portal', () => {
  tenantPortal(house);
});
describe('a console that is interrupted', () => {
  interruptions(house);
});
