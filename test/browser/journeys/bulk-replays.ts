import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { goTo } from '../../support/browser.js';
import { Receiver } from '../../support/receiver.js';
import { waitFor } from '../../support/wait-for.js';
import { type House, visitConsole } from '../house.js';

const DEAD = 6;
/** At the slowest rate there is, one in ten seconds, so many take longer than any machine needs to cancel them. */
const MANY = 60;

export function bulkReplays(house: House): void {
  it('counts first, goes at the rate that was asked for, and fills its bar', () =>
    visitConsole(house, async ({ page }) => {
      const { endpoint, receiver } = await deadLetters(house);
      receiver.answer(200);
      await choose(page, { what: 'What failed and was not replayed', endpoint });
      const dialog = replayDialog(page);
      await dialog.getByText(`${DEAD} would be delivered again`).waitFor();
      await dialog.getByLabel('A second at most').fill('3');
      await dialog.getByLabel('Reason').fill('They are back');
      await dialog.getByRole('button', { name: `Replay ${DEAD}` }).click();

      // The list, which stands there until then, has finished ones too.
      await page.getByRole('heading', { level: 1, name: /^Replay of/ }).waitFor();
      await page.getByText('finished', { exact: true }).waitFor();
      const words = `${DEAD} succeeded, 0 failed, 0 under way, 0 skipped, of ${DEAD}`;
      await page.getByRole('img', { name: words, exact: true }).waitFor();
      await page.getByText('They are back').waitFor();
      await page.getByText('3 a second').waitFor();
      const rows = page.getByRole('table', { name: 'Deliveries of this replay' }).getByRole('row');
      await waitFor(async () => expect(await rows.count()).toBe(DEAD + 1));
      expect(receiver.requests).toHaveLength(2 * DEAD);
      await receiver.close();
    }));

  it('stops when it is cancelled', () =>
    visitConsole(house, async ({ page }) => {
      const { endpoint, receiver } = await delivered(house, MANY);
      await choose(page, { what: 'All that has ended', endpoint });
      const dialog = replayDialog(page);
      await dialog.getByText(`${MANY} would be delivered again`).waitFor();
      await dialog.getByLabel('A second at most').fill('0.1');
      await dialog.getByRole('button', { name: `Replay ${MANY}` }).click();
      await page.getByRole('heading', { level: 1, name: /^Replay of/ }).waitFor();
      await page.getByText('running').waitFor();
      await page.getByRole('button', { name: 'Cancel', exact: true }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Cancel replay' }).click();
      await page.getByRole('main').getByText('cancelled', { exact: true }).waitFor();
      await page.getByRole('button', { name: 'Cancel', exact: true }).waitFor({ state: 'detached' });
      expect(receiver.requests.length).toBeLessThan(2 * MANY);
      await receiver.close();
    }));

  it('says so when there is nothing to replay, and asks nobody to', () =>
    visitConsole(house, async ({ page }) => {
      await choose(page, { what: 'What failed and was not replayed', endpoint: house.stage.goodEndpoint });
      await page.getByText('Nothing matches: there is nothing to replay.').waitFor();
      expect(await page.getByRole('button', { name: 'Replay 0' }).isDisabled()).toBe(true);
    }));

  it('discards a group of dead letters with a note, which stays on each', () =>
    visitConsole(house, async ({ page }) => {
      const { tenant, receiver } = await deadLetters(house);
      await goTo({ page }, `/console/dead-letters?tenant=${tenant}`);
      await page
        .getByRole('table', { name: 'Groups of dead letters' })
        .getByRole('button', { name: 'Discard' })
        .click();
      const dialog = page.getByRole('dialog', { name: `Discard ${DEAD} dead letters?` });
      await dialog.getByLabel('Note').fill('Orders of the test shop');
      await dialog.getByRole('button', { name: 'Discard all of them' }).click();
      await page.getByText('No open dead letters').waitFor();

      await goTo({ page }, `/console/dead-letters?tenant=${tenant}&resolved=true`);
      const notes = page.getByRole('table', { name: 'Dead letters', exact: true }).getByText('Orders of the test shop');
      await notes.first().waitFor();
      expect(await notes.count()).toBe(DEAD);
      await receiver.close();
    }));
}

/** The one that starts it: the one that counted, "New replay", may still be fading beside it. */
const replayDialog = (page: Page) => page.getByRole('dialog', { name: 'Replay', exact: true });

/** A tenant of its own whose receiver has refused all that it was sent. */
async function deadLetters({ stage: { platform } }: House) {
  const receiver = (await Receiver.start()).answer(400);
  const at = await platform.aTenantAt(receiver, { retrySchedule: [] });
  for (let order = 0; order < DEAD; order++) await platform.publish(at.tenant, { type: 'order.placed' });
  await waitFor(async () => {
    const { body } = await platform.api.get(`/v1/dead-letters?tenant=${at.tenant}`);
    expect(body['data']).toHaveLength(DEAD);
  });
  return { ...at, receiver };
}

/** A tenant of its own whose receiver has taken all that it was sent. */
async function delivered({ stage: { platform } }: House, count: number) {
  const receiver = await Receiver.start();
  const at = await platform.aTenantAt(receiver);
  for (let order = 0; order < count; order++) await platform.publish(at.tenant, { type: 'order.placed' });
  await waitFor(async () => {
    const { body } = await platform.api.get(`/v1/deliveries?tenant=${at.tenant}&status=succeeded&limit=${count}`);
    expect(body['data']).toHaveLength(count);
  });
  return { ...at, receiver };
}

/** Goes to the dialog that counts. */
async function choose(page: Page, { what, endpoint }: { what: string; endpoint: string }): Promise<void> {
  await page.getByRole('link', { name: 'Replays' }).click();
  await page.getByRole('button', { name: 'New replay' }).click();
  const dialog = page.getByRole('dialog', { name: 'New replay' });
  await dialog.getByRole('combobox', { name: 'What' }).click();
  await page.getByRole('option', { name: what }).click();
  await dialog.getByLabel('Endpoint').fill(endpoint);
  await dialog.getByRole('button', { name: 'Count' }).click();
}
