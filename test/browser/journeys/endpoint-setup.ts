import { expect, it } from 'vitest';
import { goTo } from '../../support/browser.js';
import { type House, visitConsole } from '../house.js';

const REFUSED = /\b(409|422)\b/;

export function endpointSetup(house: House): void {
  it('says at the field what is wrong with it, keeps what was typed, and takes it once it is right', () =>
    visitConsole(
      house,
      async ({ page }) => {
        await goTo({ page }, `/console/tenants/${house.stage.held.tenant}`);
        await page.getByRole('button', { name: 'New endpoint' }).click();
        const dialog = page.getByRole('dialog', { name: 'New endpoint' });
        const url = dialog.getByLabel('URL');
        await url.fill('ftp://files.example.com');
        await dialog.getByLabel('Description').fill('The files');
        // The field that is wrong is folded away.
        await dialog.getByRole('button', { name: 'Your own id' }).click();
        await dialog.getByLabel('Uid').fill('no spaces here');
        await dialog.getByRole('button', { name: 'Your own id' }).click();
        await dialog.getByLabel('Uid').waitFor({ state: 'hidden' });
        await dialog.getByRole('button', { name: 'Make endpoint' }).click();

        await expectComplaintAt(dialog.getByLabel('Uid'), /./);
        await dialog.getByLabel('Uid').fill('files');
        await dialog.getByRole('button', { name: 'Make endpoint' }).click();
        await expectComplaintAt(url, /http/);
        expect(await dialog.getByLabel('Description').inputValue()).toBe('The files');
        await url.fill('https://files.example.com/hooks');
        await dialog.getByRole('button', { name: 'Make endpoint' }).click();
        await page.getByRole('heading', { level: 1, name: 'files.example.com/hooks' }).waitFor();
      },
      { expected: REFUSED },
    ));

  it('says it at the very setting of a tenant', () =>
    visitConsole(
      house,
      async ({ page }) => {
        await goTo({ page }, `/console/tenants/${house.stage.held.tenant}`);
        await page.getByRole('button', { name: 'Change' }).click();
        const dialog = page.getByRole('dialog');
        const days = dialog.getByLabel('Days that payloads are kept');
        await days.fill('99999');
        await dialog.getByRole('button', { name: 'Save' }).click();
        await expectComplaintAt(days, /./);
        expect(await dialog.getByLabel('Most endpoints').getAttribute('aria-invalid')).not.toBe('true');
      },
      { expected: REFUSED },
    ));

  it('keeps each version, shows what it changed, and goes back to one', () =>
    visitConsole(house, async ({ page }) => {
      const { api } = house.stage.platform;
      const { body: tenant } = await api.post('/v1/tenants', { name: 'Versions' });
      const { body: endpoint } = await api.post(`/v1/tenants/${tenant['id']}/endpoints`, {
        url: 'https://first.example.com/hooks',
        eventTypes: ['*'],
      });
      const path = `/v1/tenants/${tenant['id']}/endpoints/${endpoint['id']}`;
      await api.patch(path, { url: 'https://second.example.com/hooks', timeoutSeconds: 7 });
      await goTo({ page }, `/console/tenants/${tenant['id']}/endpoints/${endpoint['id']}?tab=history`);
      const rows = page.getByRole('table', { name: 'Versions' }).getByRole('row');
      await rows.nth(1).getByRole('button', { name: 'Diff' }).click();
      const diff = page.getByRole('region', { name: /^What version \d+ changed$/ });
      await diff.getByRole('row', { name: 'timeoutSeconds – 7' }).waitFor();
      await diff
        .getByRole('row', { name: 'url https://first.example.com/hooks https://second.example.com/hooks' })
        .waitFor();

      const before = await rows.count();
      await rows.last().getByRole('button', { name: 'Restore' }).click();
      const dialog = page.getByRole('dialog', { name: /^Back to version \d+\?$/ });
      await dialog
        .getByRole('row', { name: 'url https://second.example.com/hooks https://first.example.com/hooks' })
        .waitFor();
      await dialog.getByRole('button', { name: 'Restore' }).click();
      await page.getByRole('heading', { level: 1, name: 'first.example.com/hooks' }).waitFor();
      await rows.nth(before).waitFor();
      const { body: restored } = await api.get(path);
      expect(restored).toMatchObject({ url: 'https://first.example.com/hooks', timeoutSeconds: null });
    }));
}

type Field = ReturnType<import('playwright-core').Page['getByLabel']>;

/** A complaint that is seen, and that is read out with the field. */
async function expectComplaintAt(field: Field, words: RegExp): Promise<void> {
  await field.and(field.page().locator('[aria-invalid="true"]')).waitFor();
  const described = (await field.getAttribute('aria-describedby'))?.split(' ') ?? [];
  const texts = await Promise.all(described.map((id) => field.page().locator(`[id="${id}"]`).innerText()));
  expect(texts.join(' ')).toMatch(words);
}
