import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { goTo, launchBrowser, openPage, signIn, takeComplaints, type WatchedPage } from '../support/browser.js';
import { startStage, type Stage } from '../support/console-stage.js';
import { lookAt, settled } from '../support/look.js';
import { DIALOGS } from './dialogs.js';
import { CONSOLE_PAGES, PORTAL_PAGES } from './pages.js';

let stage: Stage;
let browser: Browser;

beforeAll(async () => {
  [stage, browser] = await Promise.all([startStage(), launchBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await stage?.close();
});

describe('the console', () => {
  let desk: WatchedPage;

  beforeAll(async () => {
    desk = await openPage(browser);
    await signIn(desk, stage);
  });

  afterAll(() => desk?.context.close());

  afterEach(() => closeDialogs(desk));

  it.each(CONSOLE_PAGES)('shows $name, for everybody, and without a complaint', async ({ name, path, shows }) => {
    await goTo(desk, `/console${path(stage)}`);
    await desk.page.getByText(shows).first().waitFor();
    await settled(desk);
    expect(await lookAt(desk, name)).toEqual([]);
    expect(takeComplaints(desk)).toEqual([]);
  });

  it.each(DIALOGS)('asks $title, for everybody, and without a complaint', async ({ title, path, open }) => {
    await goTo(desk, `/console${path(stage)}`);
    await open(desk.page);
    await desk.page.getByRole('dialog', { name: title }).waitFor();
    expect(
      await lookAt(
        desk,
        `dialog-${String(title)
          .toLowerCase()
          .replaceAll(/[^a-z]+/g, '-')}`,
      ),
    ).toEqual([]);
    expect(takeComplaints(desk)).toEqual([]);
  });
});

describe('the portal', () => {
  let portal: WatchedPage;

  beforeAll(async () => {
    const { body } = await stage.platform.api.post(`/v1/tenants/${stage.tenant}/portal-sessions`, {});
    portal = await openPage(browser);
    await portal.page.goto(String(body['url']));
    await portal.page.getByRole('navigation', { name: 'Main' }).waitFor();
  });

  afterAll(() => portal?.context.close());

  it.each(PORTAL_PAGES)('shows $name, for everybody, and without a complaint', async ({ name, path, shows }) => {
    await goTo(portal, `/portal${path(stage)}`);
    await portal.page.getByText(shows).first().waitFor();
    await settled(portal);
    expect(await lookAt(portal, `portal-${name}`)).toEqual([]);
    expect(takeComplaints(portal)).toEqual([]);
  });
});

describe('a browser that nobody has signed in', () => {
  it.each([
    { name: 'sign-in', path: () => '/console/', shows: 'Support desk' },
    { name: 'portal-ended', path: () => '/portal/', shows: 'This link has ended' },
  ])('shows $name, for everybody, and without a complaint', async ({ name, path, shows }) => {
    const watched = await openPage(browser);
    await watched.page.goto(`${stage.url}${path()}`);
    await watched.page.getByText(shows).waitFor();
    expect(await lookAt(watched, name)).toEqual([]);
    expect(takeComplaints(watched)).toEqual([]);
    await watched.context.close();
  });
});

/** One behind which another stands leads back to that. */
async function closeDialogs({ page }: WatchedPage): Promise<void> {
  const dialog = page.getByRole('dialog');
  while ((await dialog.count()) > 0) {
    const title = await dialog.first().getAttribute('aria-labelledby');
    await dialog.first().getByRole('button', { name: 'Close' }).click();
    await page.locator(`[role="dialog"][aria-labelledby="${title}"]`).waitFor({ state: 'detached' });
  }
}
