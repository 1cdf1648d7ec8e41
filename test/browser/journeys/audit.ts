import { expect, it } from 'vitest';
import { goTo } from '../../support/browser.js';
import { type House, visitConsole } from '../house.js';

export function audit(house: House): void {
  it('shows who has changed what in the console, from what, to what', () =>
    visitConsole(house, async ({ page }) => {
      const { tenant, goodEndpoint } = house.stage;
      await goTo({ page }, `/console/tenants/${tenant}/endpoints/${goodEndpoint}`);
      await page.getByRole('button', { name: 'Change', exact: true }).click();
      const form = page.getByRole('dialog', { name: 'Change endpoint' });
      await form.getByLabel('Description').fill('The shop by the river');
      await form.getByRole('button', { name: 'Save' }).click();
      await page.getByText('The shop by the river').waitFor();

      await page.getByRole('link', { name: 'Audit log' }).click();
      await page.getByLabel('Object id').fill(goodEndpoint);
      const rows = page.getByRole('table', { name: 'Audit log' }).getByRole('row');
      const row = rows.filter({ hasText: 'endpoint.updated' }).first();
      await row.getByText('POSTHORN_ADMIN_KEY').waitFor();
      await row.getByRole('button', { name: 'Show' }).click();
      const entry = page.getByRole('dialog', { name: 'endpoint.updated' });
      await entry.getByRole('row', { name: 'description The shop The shop by the river' }).waitFor();
      // What was not changed is not there.
      expect(await entry.getByRole('rowheader', { name: 'url' }).count()).toBe(0);
    }));
}
