import { it } from 'vitest';
import { goTo } from '../../support/browser.js';
import { type House, visitConsole } from '../house.js';

export function interruptions(house: House): void {
  it('asks for the key over a form when the session ends, and then saves what was typed', () =>
    visitConsole(
      house,
      async ({ page, context }) => {
        await page.getByRole('link', { name: 'Tenants' }).click();
        await page.getByRole('button', { name: 'New tenant' }).click();
        await page.getByRole('dialog').getByLabel('Name').fill('Typed before the end');
        await context.clearCookies();
        await page.getByRole('button', { name: 'Make tenant' }).click();

        const again = page.getByRole('dialog', { name: 'Your session has ended' });
        await again.getByLabel('API key').fill(house.stage.adminKey);
        await again.getByRole('button', { name: 'Sign in and go on' }).click();
        await page.getByRole('heading', { level: 1, name: 'Typed before the end' }).waitFor();
      },
      { expected: /\b401\b/ },
    ));

  it('says that the API is away, and goes on by itself when it is back', () =>
    visitConsole(
      house,
      async ({ page, context }) => {
        await goTo({ page }, '/console/events');
        await page.getByRole('table', { name: 'Events' }).waitFor();
        await context.setOffline(true);
        await page.getByRole('link', { name: 'Tenants' }).click();
        const banner = page.getByText('The API cannot be reached. What you see');
        await banner.waitFor();
        await context.setOffline(false);
        await banner.waitFor({ state: 'detached' });
        await page.getByRole('table', { name: 'Tenants' }).waitFor();
      },
      { expected: /ERR_INTERNET_DISCONNECTED/ },
    ));
}
