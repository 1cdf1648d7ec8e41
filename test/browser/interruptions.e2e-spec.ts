import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, openPage, signIn } from '../support/browser.js';
import { startPlatform, type TestPlatform } from '../support/platform.js';

let platform: TestPlatform;
let browser: Browser;

beforeAll(async () => {
  [platform, browser] = await Promise.all([startPlatform({ queue: 'postgres' }), launchBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await platform?.close();
});

const TEST_MS = 60_000;

describe('a console that is interrupted', () => {
  it(
    'asks for the key over a form when the session ends, and then saves what was typed',
    async () => {
      const { page, context, complaints } = await openPage(browser, { expected: /\b401\b/ });
      await signIn({ page }, platform);
      await page.getByRole('link', { name: 'Tenants' }).click();
      await page.getByRole('button', { name: 'New tenant' }).click();
      await page.getByRole('dialog').getByLabel('Name').fill('Typed before the end');
      await context.clearCookies();
      await page.getByRole('button', { name: 'Make tenant' }).click();

      const again = page.getByRole('dialog', { name: 'Your session has ended' });
      await again.getByLabel('API key').fill(platform.adminKey);
      await again.getByRole('button', { name: 'Sign in and go on' }).click();
      await page.getByRole('heading', { level: 1, name: 'Typed before the end' }).waitFor();
      expect(complaints).toEqual([]);
      await context.close();
    },
    TEST_MS,
  );

  it(
    'says that the API is away, and goes on by itself when it is back',
    async () => {
      const { page, context, complaints } = await openPage(browser, { expected: /ERR_INTERNET_DISCONNECTED/ });
      await signIn({ page }, platform);
      await page.getByRole('link', { name: 'Events', exact: true }).click();
      await page.getByText('No events yet').waitFor();
      await context.setOffline(true);
      await page.getByRole('link', { name: 'Tenants' }).click();
      const banner = page.getByText('The API cannot be reached. What you see');
      await banner.waitFor();
      await context.setOffline(false);
      await banner.waitFor({ state: 'detached', timeout: 20_000 });
      await page.getByRole('button', { name: 'New tenant' }).waitFor();
      await page.getByRole('table', { name: 'Tenants' }).or(page.getByText('No tenants yet')).waitFor();
      expect(complaints).toEqual([]);
      await context.close();
    },
    TEST_MS,
  );
});
