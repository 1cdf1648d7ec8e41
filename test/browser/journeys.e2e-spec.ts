import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, openPage, signIn } from '../support/browser.js';
import { startStage, type Stage } from '../support/console-stage.js';
import { Receiver } from '../support/receiver.js';
import { waitFor } from '../support/wait-for.js';

let stage: Stage;
let browser: Browser;

beforeAll(async () => {
  [stage, browser] = await Promise.all([startStage(), launchBrowser()]);
}, 180_000);

afterAll(async () => {
  await browser?.close();
  await stage?.close();
});

const JOURNEY_MS = 120_000;

describe('the support desk', () => {
  it(
    'leads from a failing endpoint over the reason to a replay after which all is green',
    async () => {
      const watched = await openPage(browser);
      const { page } = watched;
      await signIn(watched, stage);

      // A failing endpoint, found by the business key that the customer named.
      await page.keyboard.press('/');
      await page.getByRole('textbox', { name: 'Search' }).fill('order/4711');
      await page.getByRole('option').first().click();
      await page.getByRole('region', { name: 'Why' }).getByText('answered 500').first().waitFor();
      await page.getByRole('region', { name: 'Why' }).getByRole('link', { name: 'its attempts' }).last().click();

      // Why: the receiver's own words.
      await page.getByText('Given up after').waitFor();
      await page.getByText('Response 500').first().waitFor();
      await page.getByText('"maintenance"').first().waitFor();

      // The endpoint is moved to where the receiver is well.
      const mended = await Receiver.start();
      await page.goto(`${stage.url}/console/tenants/${stage.tenant}/endpoints/${stage.brokenEndpoint}`);
      await page.getByRole('button', { name: 'Change', exact: true }).click();
      await page.getByRole('dialog').getByLabel('URL').fill(mended.url);
      await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
      await page.getByRole('heading', { level: 1 }).getByText(String(mended.port)).waitFor();

      // All that is dead is replayed in one go.
      await page.getByRole('link', { name: 'Dead letters' }).click();
      await page.getByRole('button', { name: 'Replay all' }).first().click();
      await page.getByRole('dialog').getByText('would be delivered again').waitFor();
      await page.getByRole('dialog').getByLabel('Reason').fill('The warehouse was moved');
      await page
        .getByRole('dialog')
        .getByRole('button', { name: /^Replay/ })
        .click();
      await page.getByText('finished').waitFor({ timeout: 60_000 });
      await waitFor(() => expect(mended.requests.length).toBeGreaterThanOrEqual(stage.orderCount));

      await page.getByRole('link', { name: 'Dead letters' }).click();
      await page.getByText('No open dead letters').waitFor();
      expect(watched.complaints).toEqual([]);
      await watched.context.close();
      await mended.close();
    },
    JOURNEY_MS,
  );
});

describe('the tenant portal', () => {
  it(
    'lets a tenant add an endpoint, test it, read the attempt and rotate its secret',
    async () => {
      const { body } = await stage.platform.api.post(`/v1/tenants/${stage.tenant}/portal-sessions`, {});
      const receiver = await Receiver.start();
      const watched = await openPage(browser);
      const { page } = watched;
      await page.goto(String(body['url']));

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
      expect(watched.complaints).toEqual([]);
      await watched.context.close();
      await receiver.close();
    },
    JOURNEY_MS,
  );
});
