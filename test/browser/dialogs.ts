import type { Page } from 'playwright-core';
import type { Stage } from '../support/console-stage.js';

/** A dialog, the page (below `/console`) that it stands over, and how it is come to. */
export interface DialogToSee {
  readonly title: string | RegExp;
  readonly path: (stage: Stage) => string;
  readonly open: (page: Page) => Promise<void>;
}

const press =
  (...names: (string | RegExp)[]) =>
  async (page: Page): Promise<void> => {
    for (const name of names) await page.getByRole('button', { name, exact: true }).first().click();
  };

const choose =
  (name: string) =>
  async (page: Page): Promise<void> => {
    await page.getByRole('button', { name: 'More that can be done' }).click();
    await page.getByRole('menuitem', { name }).click();
  };

/** Chooses the first dead letter, and then what is done with it. */
const chooseOne =
  (verb: string) =>
  async (page: Page): Promise<void> => {
    await page.getByRole('table', { name: 'Dead letters', exact: true }).getByRole('checkbox').nth(1).check();
    await press(verb)(page);
  };

const inDialog =
  (name: string, open: (page: Page) => Promise<void>) =>
  async (page: Page): Promise<void> => {
    await open(page);
    await page.getByRole('dialog').getByRole('button', { name, exact: true }).click();
  };

const atEndpoint =
  (tab = '') =>
  ({ tenant, goodEndpoint }: Stage): string =>
    `/tenants/${tenant}/endpoints/${goodEndpoint}${tab === '' ? '' : `?tab=${tab}`}`;

const atTenant = ({ tenant }: Stage): string => `/tenants/${tenant}`;
const atHeldEvent = ({ held }: Stage): string => `/events/${held.event}`;
const at = (path: string) => (): string => path;

/** With every part of the form open. */
async function newEndpoint(page: Page): Promise<void> {
  await press('New endpoint')(page);
  for (const part of ['Pace and retries', 'What is sent', 'How it is signed', 'Authentication', 'TLS', 'Your own id'])
    await page.getByRole('dialog').getByRole('button', { name: part }).click();
}

async function newKey(page: Page): Promise<void> {
  await press('New key')(page);
  await page.getByRole('dialog').getByLabel('Name').fill('Looked at');
}

export const DIALOGS: readonly DialogToSee[] = [
  { title: 'Pause all deliveries, of all tenants?', path: at('/'), open: press('Pause all') },

  { title: 'New tenant', path: at('/tenants'), open: press('New tenant') },
  { title: 'Change Copper Kettle', path: atTenant, open: press('Change') },
  { title: 'Pause Copper Kettle?', path: atTenant, open: press('Pause') },
  { title: 'New portal link', path: atTenant, open: press('Portal link') },
  { title: 'A link to the tenant’s own portal', path: atTenant, open: inDialog('Make link', press('Portal link')) },

  { title: 'New endpoint', path: atTenant, open: newEndpoint },
  { title: 'Change endpoint', path: atEndpoint(), open: press('Change') },
  { title: 'Pause this endpoint?', path: atEndpoint(), open: press('Pause') },
  { title: 'Disable this endpoint?', path: atEndpoint(), open: choose('Disable') },
  { title: 'Delete this endpoint?', path: atEndpoint(), open: choose('Delete') },

  { title: 'New subscription', path: atEndpoint('subscriptions'), open: press('New subscription') },
  {
    title: 'Change subscription',
    path: atEndpoint('subscriptions'),
    open: (page) => page.getByRole('table').getByRole('button', { name: 'Change' }).click(),
  },
  { title: 'Delete this subscription?', path: atEndpoint('subscriptions'), open: press('Delete') },

  { title: 'Rotate the secret', path: atEndpoint('secrets'), open: press('Rotate') },
  { title: 'The new secret', path: atEndpoint('secrets'), open: inDialog('Rotate', press('Rotate')) },
  { title: 'Revoke this secret?', path: atEndpoint('secrets'), open: press('Revoke') },

  {
    title: 'Deliver this event again?',
    path: ({ failedDelivery }) => `/deliveries/${failedDelivery}`,
    open: press('Replay'),
  },
  { title: 'Cancel this delivery?', path: ({ held }) => `/deliveries/${held.delivery}`, open: press('Cancel') },

  { title: 'Cancel what is not delivered yet?', path: atHeldEvent, open: press('Cancel what is open') },
  { title: 'Erase what this event carries?', path: atHeldEvent, open: press('Erase payload') },
  { title: 'A link for your customer', path: atHeldEvent, open: press('Share') },

  { title: 'Replay', path: at('/dead-letters'), open: press('Replay all') },
  { title: /^Discard \d+ dead letters/, path: at('/dead-letters'), open: press('Discard') },
  { title: 'Replay', path: at('/dead-letters'), open: chooseOne('Replay 1') },
  { title: 'Discard 1 dead letter?', path: at('/dead-letters'), open: chooseOne('Discard 1') },

  { title: 'New replay', path: at('/replays'), open: press('New replay') },
  { title: 'Replay', path: at('/replays'), open: inDialog('Count', press('New replay')) },
  { title: 'Cancel this replay?', path: ({ held }) => `/replays/${held.replay}`, open: press('Cancel') },

  { title: 'New event type', path: at('/event-types'), open: press('New event type') },
  { title: 'Change order.placed', path: at('/event-types/order.placed'), open: press('Change') },
  { title: 'Delete order.placed from the catalog?', path: at('/event-types/order.placed'), open: press('Delete') },

  { title: 'New key', path: at('/api-keys'), open: newKey },
  { title: 'Looked at', path: at('/api-keys'), open: inDialog('Make key', newKey) },
  { title: 'Revoke “Looked at”?', path: at('/api-keys'), open: press('Revoke Looked at') },

  { title: /./, path: at('/audit-log'), open: press('Show') },
];
