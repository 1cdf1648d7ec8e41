import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { goTo } from '../../support/browser.js';
import { lookAt } from '../../support/look.js';
import { Receiver } from '../../support/receiver.js';
import { waitFor } from '../../support/wait-for.js';
import { type House, visit, visitConsole } from '../house.js';

export function supportDesk(house: House): void {
  it('leads from a failing endpoint over the reason to a replay after which all is green', () =>
    visitConsole(house, async ({ page }) => {
      const { stage } = house;
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
      await goTo({ page }, `/console/tenants/${stage.tenant}/endpoints/${stage.brokenEndpoint}`);
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
      await page.getByText('finished').waitFor();
      await waitFor(() => expect(mended.requests.length).toBeGreaterThanOrEqual(stage.orderCount));

      await page.getByRole('link', { name: 'Dead letters' }).click();
      await page.getByText('No open dead letters').waitFor();
      await mended.close();
    }));

  it('is worked by the keyboard alone, from the search to the replay', () =>
    visitConsole(house, async ({ page }) => {
      const { platform } = house.stage;
      const receiver = await Receiver.start();
      const { tenant } = await platform.aTenantAt(receiver);
      const [delivery] = await platform.deliveriesOf(await platform.publish(tenant));
      await receiver.received(1);

      await page.keyboard.press('Tab');
      expect(await focused(page)).toBe('Skip to the page');
      await tabTo(page, 'Search');
      await page.keyboard.type(delivery!.id);
      await page.getByRole('option', { name: /delivery/ }).waitFor();
      await page.keyboard.press('Enter');
      await page.getByText('Delivered after one attempt').waitFor();

      await tabTo(page, 'Replay');
      await page.keyboard.press('Enter');
      await page.getByRole('dialog', { name: 'Deliver this event again?' }).waitFor();
      await page.keyboard.type('They have lost it');
      await tabTo(page, 'Replay');
      await page.keyboard.press('Enter');
      await page.getByText('Replay of', { exact: true }).waitFor();
      await receiver.received(2);
      await receiver.close();
    }));

  it('shows what happens as it happens, without being reloaded', () =>
    visit(house, async ({ page }) => {
      const { platform, url, adminKey } = house.stage;
      const receiver = await Receiver.start();
      const { tenant } = await platform.aTenantAt(receiver);
      const stream = page.waitForResponse((answer) => answer.url().endsWith('/v1/live'));
      await page.goto(`${url}/console/deliveries?tenant=${tenant}`);
      await page.getByLabel('API key').fill(adminKey);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByText('No delivery is like this').waitFor();
      await stream;
      await page.evaluate('globalThis.isFirstDocument = true');

      await platform.publish(tenant, { type: 'ship.sighted' });
      const row = page.getByRole('row', { name: /ship\.sighted/ });
      await row.getByText('succeeded').waitFor();
      expect(await page.evaluate('globalThis.isFirstDocument')).toBe(true);
      await receiver.close();
    }));

  it('hands the customer a link that says why, to whoever has it, and nothing else', async () => {
    const { platform } = house.stage;
    const receiver = (await Receiver.start()).answer({ status: 400, body: 'maintenance' });
    const { tenant, endpoint } = await platform.aTenantAt(receiver, { retrySchedule: [] });
    const event = await platform.publish(tenant, { data: { sku: 'KETTLE-2L' } });
    await waitFor(async () => expect((await platform.deliveriesOf(event))[0]?.status).toBe('dead'));
    let link = '';
    await visitConsole(house, async ({ page }) => {
      await goTo({ page }, `/console/events/${event}`);
      await page.getByRole('button', { name: 'Share' }).click();
      link = await page.getByRole('dialog').getByLabel('The link').inputValue();
    });

    await visit(house, async (watched) => {
      const { page, context } = watched;
      await page.goto(link);
      await page.getByRole('heading', { name: 'What became of your event' }).waitFor();
      await page
        .getByText(/answered 400/)
        .first()
        .waitFor();
      const text = await page.content();
      for (const hidden of [tenant, endpoint, 'KETTLE-2L', '/hooks', 'maintenance']) expect(text).not.toContain(hidden);
      expect(await context.cookies()).toEqual([]);
      expect(await lookAt(watched, 'shared-explanation')).toEqual([]);
    });

    await visit(
      house,
      async (watched) => {
        await watched.page.goto(`${link.slice(0, -4)}AAAA`);
        await watched.page.getByRole('heading', { name: 'There is nothing to see here' }).waitFor();
        expect(await lookAt(watched, 'shared-explanation-refused')).toEqual([]);
      },
      { expected: /\b404\b/ },
    );
    await receiver.close();
  });
}

/** The name of what has the focus, as it is read out. */
async function focused(page: Page): Promise<string> {
  return page.evaluate<string>(
    `(({ ariaLabel, innerText }) => (ariaLabel ?? innerText).trim())(document.activeElement)`,
  );
}

const MOST_STEPS = 60;

/** Goes on with the Tab key until the named thing has the focus, and can be seen to have it. */
async function tabTo(page: Page, name: string): Promise<void> {
  const passed: string[] = [];
  while (passed.length < MOST_STEPS) {
    await page.keyboard.press('Tab');
    const here = await focused(page);
    if (here === name) {
      expect(await page.evaluate(HAS_FOCUS_RING)).toBe(true);
      return;
    }
    passed.push(here);
  }
  throw new Error(`“${name}” is not come to by the Tab key. On the way: ${passed.join(' | ')}`);
}

/** Buttons have a ring; fields change the colour of their border. */
const HAS_FOCUS_RING = `(() => {
  const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
  return document.activeElement.matches('input, textarea') || (outlineStyle !== 'none' && outlineWidth !== '0px');
})()`;
