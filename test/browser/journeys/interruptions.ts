import type { Route } from 'playwright-core';
import { expect, it } from 'vitest';
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

  it('makes one of what is sent again because no answer came', () =>
    visitConsole(
      house,
      async ({ page }) => {
        await page.getByRole('link', { name: 'Tenants' }).click();
        await page.getByRole('button', { name: 'New tenant' }).click();
        await page.getByRole('dialog').getByLabel('Name').fill('Made once');
        const loseTheAnswer = async (route: Route): Promise<void> => {
          await route.fetch();
          await route.abort();
        };
        await page.route('**/v1/tenants', loseTheAnswer, { times: 1 });
        await page.getByRole('button', { name: 'Make tenant' }).click();
        await page.getByRole('dialog').getByText('The API cannot be reached').waitFor();
        await page.getByRole('button', { name: 'Make tenant' }).click();
        await page.getByRole('heading', { level: 1, name: 'Made once' }).waitFor();
        const { body } = await house.stage.platform.api.get('/v1/tenants?limit=250');
        const names = (body['data'] as { name: string }[]).map(({ name }) => name);
        expect(names.filter((name) => name === 'Made once')).toHaveLength(1);
      },
      { expected: /ERR_FAILED/ },
    ));

  it('undoes nothing that somebody else has changed meanwhile, and keeps what was typed', () =>
    visitConsole(
      house,
      async ({ page }) => {
        const { api } = house.stage.platform;
        await api.put('/v1/event-types/cup.filled', { description: 'A cup', example: { lid: null } });
        await goTo({ page }, '/console/event-types/cup.filled');
        await page.getByRole('button', { name: 'Change' }).click();
        const dialog = page.getByRole('dialog');
        await dialog.getByLabel('Description').fill('A cup was filled');
        await api.patch('/v1/event-types/cup.filled', { redact: ['/card'] });

        await dialog.getByRole('button', { name: 'Save' }).click();
        await dialog.getByRole('alert').getByText('Somebody else has changed this').waitFor();
        // The page has what is new; the form does not take it for what was looked at.
        await page.getByText('/card', { exact: true }).waitFor();
        await dialog.getByRole('button', { name: 'Save' }).click();
        await dialog.getByRole('alert').getByText('Somebody else has changed this').waitFor();
        expect(await dialog.getByLabel('Description').inputValue()).toBe('A cup was filled');

        await dialog.getByRole('button', { name: 'Not now' }).click();
        await page.getByRole('button', { name: 'Change' }).click();
        await dialog.getByLabel('Description').fill('A cup was filled');
        await dialog.getByRole('button', { name: 'Save' }).click();
        await dialog.waitFor({ state: 'detached' });
        const { body } = await api.get('/v1/event-types/cup.filled');
        expect(body).toMatchObject({ description: 'A cup was filled', redact: ['/card'], example: { lid: null } });
      },
      { expected: /\b412\b/ },
    ));

  it('replaces no event type by a new one of its name', () =>
    visitConsole(house, async ({ page }) => {
      await goTo({ page }, '/console/event-types');
      await page.getByRole('button', { name: 'New event type' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Name').fill('order.placed');
      await dialog.getByLabel('Description').fill('Another');
      await dialog.getByRole('button', { name: 'Save' }).click();
      await dialog.getByText('is in the catalog already').waitFor();
      const { body } = await house.stage.platform.api.get('/v1/event-types/order.placed');
      expect(body['description']).not.toBe('Another');
    }));
}
