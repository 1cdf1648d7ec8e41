import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, openPage, signIn, type WatchedPage } from '../support/browser.js';
import { startStage, type Stage } from '../support/console-stage.js';
import { waitFor } from '../support/wait-for.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Where pictures go, when somebody wants them: CONSOLE_PICTURES=docs/console npx vitest run … */
const PICTURES = process.env['CONSOLE_PICTURES'];

const SCHEMES = ['light', 'dark'] as const;

let stage: Stage;
let browser: Browser;

beforeAll(async () => {
  [stage, browser] = await Promise.all([startStage(), launchBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await stage?.close();
});

/** Each page, what it must have shown, and how it is come to. */
const PAGES: readonly { name: string; path: () => string; shows: string | RegExp }[] = [
  { name: 'overview', path: () => '/', shows: 'Endpoints in trouble' },
  { name: 'events', path: () => '/events', shows: 'order/4711' },
  { name: 'event', path: () => `/events/${stage.event}`, shows: 'As it was published' },
  { name: 'deliveries', path: () => '/deliveries', shows: 'Newest first' },
  { name: 'delivery', path: () => `/deliveries/${stage.failedDelivery}`, shows: 'Response' },
  { name: 'tenants', path: () => '/tenants', shows: 'Copper Kettle' },
  { name: 'tenant', path: () => `/tenants/${stage.tenant}`, shows: 'New endpoint' },
  { name: 'endpoint', path: () => `/tenants/${stage.tenant}/endpoints/${stage.brokenEndpoint}`, shows: 'Last failure' },
  {
    name: 'endpoint-subscriptions',
    path: () => `/tenants/${stage.tenant}/endpoints/${stage.brokenEndpoint}?tab=subscriptions`,
    shows: 'New subscription',
  },
  {
    name: 'endpoint-secrets',
    path: () => `/tenants/${stage.tenant}/endpoints/${stage.brokenEndpoint}?tab=secrets`,
    shows: 'Signs since',
  },
  { name: 'dead-letters', path: () => '/dead-letters', shows: 'Replay all' },
  { name: 'replays', path: () => '/replays', shows: 'New replay' },
  { name: 'event-types', path: () => '/event-types', shows: 'order.placed' },
  { name: 'event-type', path: () => '/event-types/order.placed', shows: 'Example' },
  { name: 'api-keys', path: () => '/api-keys', shows: 'Begins with' },
  { name: 'audit-log', path: () => '/audit-log', shows: 'Newest first' },
  { name: 'verify', path: () => '/verify', shows: 'In your receiver' },
];

describe.each(SCHEMES)('the console in %s', (scheme) => {
  let watched: WatchedPage;

  beforeAll(async () => {
    watched = await openPage(browser, { colorScheme: scheme });
    await signIn(watched, stage);
  });

  afterAll(() => watched.context.close());

  it.each(PAGES)('shows $name, for everybody, and without a complaint', async ({ name, path, shows }) => {
    const { page, complaints } = watched;
    await page.goto(`${stage.url}/console${path()}`);
    await page.getByText(shows).first().waitFor();
    await settled(watched);
    if (PICTURES) await takePictures(watched, `${name}-${scheme}`);
    expect(await violationsIn(watched)).toEqual([]);
    expect(complaints).toEqual([]);
  });
});

/** Everything that was asked for has come; the stream of changes goes on. */
async function settled({ page }: WatchedPage): Promise<void> {
  await waitFor(async () => expect(await page.getByRole('status', { name: 'Loading' }).count()).toBe(0));
}

/** What axe finds, in words. */
async function violationsIn({ page }: WatchedPage): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
  );
  return violations.flatMap(({ id, impact, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${impact}: ${id}: ${html.slice(0, 200)} ${failureSummary}`),
  );
}

interface AxeResults {
  violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[];
}

async function takePictures({ page }: WatchedPage, name: string): Promise<void> {
  const folder = PICTURES!;
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
  await page.setViewportSize({ width: 360, height: 740 });
  await page.waitForTimeout(200);
  await page.screenshot({ path: join(folder, `${name}-360.png`) });
  await page.setViewportSize({ width: 1280, height: 900 });
}
