import { expect, it } from 'vitest';
import { Webhook } from 'standardwebhooks';
import { goTo } from '../../support/browser.js';
import { Receiver } from '../../support/receiver.js';
import { waitFor } from '../../support/wait-for.js';
import { type House, visitConsole } from '../house.js';

const DAY_MS = 86_400_000;

export function receiverChecks(house: House): void {
  it('tells a receiver that verifies from one that takes everything', () =>
    visitConsole(house, async ({ page }) => {
      const { platform } = house.stage;
      const receiver = await Receiver.start();
      const { tenant, endpoint, secret } = await platform.aTenantAt(receiver);
      await goTo({ page }, `/console/tenants/${tenant}/endpoints/${endpoint}?tab=test`);
      const check = page.getByRole('region', { name: 'Go-live check' });
      await check.getByRole('button', { name: 'Check the receiver' }).click();
      await check.getByRole('listitem').filter({ hasText: 'wrong signature' }).getByText('failed', exact).waitFor();
      await check.getByRole('listitem').filter({ hasText: 'good request' }).getByText('passed', exact).waitFor();

      const webhook = new Webhook(secret);
      receiver.answer((_request, response) => {
        const { body, headers } = receiver.requests.at(-1)!;
        try {
          webhook.verify(body, headers as Record<string, string>);
          response.writeHead(204).end();
        } catch {
          response.writeHead(401).end();
        }
      });
      await check.getByRole('button', { name: 'Check the receiver' }).click();
      for (const name of ['wrong signature', 'stale timestamp', 'repeated request'])
        await check.getByRole('listitem').filter({ hasText: name }).getByText('passed', exact).waitFor();
      await receiver.close();
    }));

  it('finds what a receiver has not got, and sends it again', () =>
    visitConsole(
      house,
      async ({ page }) => {
        const { platform } = house.stage;
        const receiver = await Receiver.start();
        const { tenant, endpoint } = await platform.aTenantAt(receiver);
        const [first, lost, third] = [
          await platform.publish(tenant),
          await platform.publish(tenant),
          await platform.publish(tenant),
        ];
        await receiver.received(3);
        await waitFor(async () => {
          const { body } = await platform.api.get(`/v1/deliveries?endpoint=${endpoint}&status=succeeded`);
          expect(body['data']).toHaveLength(3);
        });
        await goTo({ page }, `/console/tenants/${tenant}/endpoints/${endpoint}?tab=test`);
        const form = page.getByRole('region', { name: 'Reconcile' });
        await form.getByLabel('Ids that the receiver has').fill(`${first}\n${third}, ${house.stage.event}`);
        await form.getByRole('button', { name: 'Compare' }).click();
        const from = form.getByLabel('From');
        await from.and(page.locator('[aria-invalid="true"]')).waitFor();

        await from.fill(new Date(Date.now() - DAY_MS).toISOString().slice(0, 16));
        await form.getByRole('button', { name: 'Compare' }).click();
        await form.getByText('1 missing.').waitFor();
        await form.getByText('1 of yours never were to go to this endpoint.').waitFor();
        expect(await form.getByRole('region', { name: 'what is missing' }).innerText()).toBe(lost);
        expect(await form.getByRole('region', { name: 'what is unknown' }).innerText()).toBe(house.stage.event);

        await form.getByRole('button', { name: 'Replay the gap' }).click();
        await form.getByRole('link', { name: 'The replay of the gap' }).click();
        await page.getByText('finished').waitFor();
        expect(receiver.requests).toHaveLength(4);
        expect(receiver.requests[3]?.headers['webhook-id']).toBe(lost);
        await receiver.close();
      },
      { expected: /\b422\b/ },
    ));
}

const exact = { exact: true };
