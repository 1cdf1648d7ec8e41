import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { goTo } from '../../support/browser.js';
import { aKey } from '../../support/factories.js';
import { settled } from '../../support/look.js';
import { type House, visitConsole } from '../house.js';

/** What each role finds in the menu, in this order. */
const MENUS = {
  admin: [
    'Overview',
    'Events',
    'Deliveries',
    'Dead letters',
    'Replays',
    'Tenants',
    'Event types',
    'API keys',
    'Audit log',
    'Verify a signature',
  ],
  support: [
    'Overview',
    'Events',
    'Deliveries',
    'Dead letters',
    'Replays',
    'Tenants',
    'Event types',
    'Audit log',
    'Verify a signature',
  ],
  tenant: [
    'Overview',
    'Events',
    'Deliveries',
    'Dead letters',
    'Replays',
    'Endpoints',
    'Event types',
    'Verify a signature',
  ],
  publisher: ['Overview', 'Events', 'Deliveries', 'Event types', 'Verify a signature'],
} as const;

type Role = keyof typeof MENUS;

const SEE_TENANTS: readonly Role[] = ['admin', 'support'];
const OWN_ENDPOINTS: readonly Role[] = ['admin', 'tenant'];
const ACT: readonly Role[] = ['admin', 'support', 'tenant'];

interface PageWithButtons {
  readonly path: (house: House) => string;
  /** What can be pressed there, and who is given it. */
  readonly buttons: Readonly<Record<string, readonly Role[]>>;
  /** Not for publishers: their menu does not lead there. */
  readonly isBeyondPublishers?: boolean;
}

const PAGES: readonly PageWithButtons[] = [
  { path: () => '/', buttons: { 'Pause all': SEE_TENANTS } },
  { path: () => '/event-types', buttons: { 'New event type': ['admin'] } },
  { path: ({ stage }) => `/events/${stage.event}`, buttons: { Share: ACT, 'Erase payload': ['admin'] } },
  { path: ({ stage }) => `/deliveries/${stage.failedDelivery}`, buttons: { Replay: ACT } },
  { path: () => '/replays', buttons: { 'New replay': ACT }, isBeyondPublishers: true },
  {
    path: ({ stage }) => `/tenants/${stage.tenant}`,
    buttons: { 'Portal link': ['admin'], Pause: ACT, Change: ['admin'], 'New endpoint': OWN_ENDPOINTS },
    isBeyondPublishers: true,
  },
  endpointTab('health', { Pause: ACT, Change: OWN_ENDPOINTS }),
  endpointTab('subscriptions', { 'New subscription': OWN_ENDPOINTS }),
  endpointTab('secrets', { Rotate: OWN_ENDPOINTS }),
  endpointTab('test', { 'Send test event': ACT, 'Check the receiver': ACT, Compare: ACT }),
];

export function roles(house: House): void {
  it.each(Object.keys(MENUS) as Role[])(
    'gives %s what the role may do, and nothing that would be refused',
    async (role) => {
      const { platform, tenant } = house.stage;
      const { key } = await aKey(platform.api, role, role === 'tenant' ? { tenant } : {});
      await visitConsole(
        house,
        async ({ page }) => {
          const menu = page.getByRole('navigation', { name: 'Main' });
          expect(await menu.getByRole('link').allInnerTexts()).toEqual(MENUS[role]);
          for (const { path, buttons, isBeyondPublishers = false } of PAGES) {
            if (role === 'publisher' && isBeyondPublishers) continue;
            // Somebody else's event is not there for a publisher, and whoever has no such tab gets the first one.
            await page.goto(`${house.stage.url}/console${path(house)}`);
            const names = Object.keys(buttons);
            const given = names.filter((name) => buttons[name]!.includes(role));
            expect({ path: path(house), given: await shownOf(page, names) }).toEqual({ path: path(house), given });
          }
        },
        role === 'publisher' ? { key, expected: /\b404\b/ } : { key },
      );
    },
  );

  it('shows a publisher the events that it has published, and asks for nothing that it may not see', async () => {
    const { platform, tenant } = house.stage;
    const { key } = await aKey(platform.api, 'publisher');
    const { body: event } = await platform.api.as(key).post('/v1/events', { tenant, type: 'order.paid', data: {} });
    await visitConsole(
      house,
      async ({ page }) => {
        for (const path of [`/events/${event['id']}`, '/events', '/deliveries']) {
          await goTo({ page }, `/console${path}`);
          await page
            .getByRole('table')
            .getByText('order.paid')
            .or(page.getByText('As it was published'))
            .first()
            .waitFor();
          await settled({ page });
        }
      },
      { key },
    );
  });

  it('shows a tenant nothing of another', async () => {
    const { platform, tenant, held } = house.stage;
    const { key } = await aKey(platform.api, 'tenant', { tenant });
    await visitConsole(
      house,
      async ({ page }) => {
        await goTo({ page }, `/console/events/${held.event}`);
        await page.getByText('There is no such thing').waitFor();
        await page.keyboard.press('/');
        await page.getByRole('textbox', { name: 'Search' }).fill(held.event);
        await page.getByText(/^Nothing is called/).waitFor();
      },
      { key, expected: /\b404\b/ },
    );
  });
}

function endpointTab(tab: string, buttons: PageWithButtons['buttons']): PageWithButtons {
  return {
    path: ({ stage }) => `/tenants/${stage.tenant}/endpoints/${stage.goodEndpoint}?tab=${tab}`,
    buttons,
    isBeyondPublishers: true,
  };
}

/** Which of these buttons the page has, once it has all that it asks for. */
async function shownOf(page: Page, names: readonly string[]): Promise<string[]> {
  await page.getByRole('heading', { level: 1 }).waitFor();
  await settled({ page });
  const found: string[] = [];
  for (const name of names) if ((await page.getByRole('button', { name, exact: true }).count()) > 0) found.push(name);
  return found;
}
