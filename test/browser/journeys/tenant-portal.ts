import { expect, it } from 'vitest';
import { goTo } from '../../support/browser.js';
import { Receiver } from '../../support/receiver.js';
import { type House, visit } from '../house.js';

export function tenantPortal(house: House): void {
  it('lets a tenant add an endpoint, test it, read the attempt and rotate its secret', () =>
    visit(house, async ({ page }) => {
      const receiver = await Receiver.start();
      await page.goto(await portalUrl(house));

      await page.getByRole('link', { name: 'Endpoints' }).click();
      await page.getByRole('button', { name: 'New endpoint' }).click();
      await page.getByRole('dialog').getByLabel('URL').fill(receiver.url);
      await page.getByRole('dialog').getByRole('button', { name: 'Make endpoint' }).click();
      await page.getByRole('heading', { level: 1 }).getByText(String(receiver.port)).waitFor();

      await page.getByRole('tab', { name: 'Test' }).click();
      await page.getByRole('button', { name: 'Send test event' }).click();
      await page.getByText('Delivered: answered 200').waitFor();
      await page.getByRole('tab', { name: 'Request' }).click();
      await page.getByRole('region', { name: 'the request headers' }).getByText('webhook-signature').waitFor();
      expect(receiver.requests).toHaveLength(1);

      await page.getByRole('tab', { name: 'Secrets' }).click();
      await page.getByRole('button', { name: 'Rotate' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Rotate' }).click();
      await page.getByRole('dialog').getByLabel('The new secret').waitFor();
      await page.getByRole('button', { name: 'Close' }).click();
      await page.getByText('current').waitFor();
      await page.getByText('going').waitFor();
      await receiver.close();
    }));

  it('shows no more than its capabilities allow', () =>
    visit(house, async ({ page }) => {
      const { tenant, goodEndpoint, failedDelivery } = house.stage;
      await page.goto(await portalUrl(house, { capabilities: ['view'] }));
      await page.getByRole('navigation', { name: 'Main' }).waitFor();
      await goTo({ page }, `/portal/tenants/${tenant}/endpoints/${goodEndpoint}`);
      await page.getByText('Last failure').waitFor();
      expect(await page.getByRole('tab').allInnerTexts()).toEqual(['Health', 'Deliveries', 'Subscriptions', 'History']);
      expect(await page.getByRole('button', { name: 'Change', exact: true }).count()).toBe(0);
      await goTo({ page }, `/portal/deliveries/${failedDelivery}`);
      await page.getByText('Given up after').waitFor();
      expect(await page.getByRole('button', { name: 'Replay', exact: true }).count()).toBe(0);
    }));

  it('stands in a page of an origin that may frame it, and keeps its token to itself', () =>
    visit(house, async ({ page }) => {
      const { shop } = house.stage;
      shop.answer(pageWithFrame(await portalUrl(house)));
      await page.goto(shop.url);
      const portal = page.frameLocator('iframe');
      await portal.getByRole('link', { name: 'Endpoints' }).click();
      await portal
        .getByRole('link', { name: /127\.0\.0\.1/ })
        .first()
        .click();
      await portal.getByText('Last failure').waitFor();
      expect(
        page
          .frames()
          .map((frame) => frame.url())
          .join(' '),
      ).not.toContain('token');
    }));

  it('stands in no page of another origin, and the console in none at all', async () => {
    const stranger = await Receiver.start();
    const frames = [
      { host: stranger, framed: await portalUrl(house) },
      { host: house.stage.shop, framed: `${house.stage.url}/console/` },
    ];
    for (const { host, framed } of frames) {
      host.answer(pageWithFrame(framed));
      await visit(
        house,
        async ({ page }) => {
          const refusal = page.waitForEvent('console', (message) => message.text().includes('frame-ancestors'));
          await page.goto(host.url);
          await refusal;
          expect(await page.frameLocator('iframe').getByRole('link').count()).toBe(0);
        },
        { expected: /frame-ancestors|ERR_BLOCKED_BY_RESPONSE/ },
      );
    }
    await stranger.close();
  });
}

async function portalUrl({ stage }: House, options: object = {}): Promise<string> {
  const { body } = await stage.platform.api.post(`/v1/tenants/${stage.tenant}/portal-sessions`, options);
  return String(body['url']);
}

/** What a product's own page looks like that embeds the portal. */
function pageWithFrame(url: string) {
  return {
    headers: { 'content-type': 'text/html' },
    // Without an icon of its own the browser would ask for one.
    body: `<!doctype html><html lang="en"><head><title>A shop</title><link rel="icon" href="data:,"></head>
      <body><iframe src="${url}" title="Webhooks" style="width: 100%; height: 700px"></iframe></body></html>`,
  };
}
