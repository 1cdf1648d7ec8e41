import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { launchBrowser, openPage, signIn, takeComplaints, type WatchedPage } from '../support/browser.js';
import { startStage, type Stage } from '../support/console-stage.js';

/** One stage and one browser for all tests of a file. */
export interface House {
  readonly stage: Stage;
  readonly browser: Browser;
}

/** Opens it before the first test of the file and closes it after the last; not to be looked into any earlier. */
export function openHouse(): House {
  let stage: Stage;
  let browser: Browser;
  beforeAll(async () => {
    [stage, browser] = await Promise.all([startStage(), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.close();
  });
  return {
    get stage() {
      return stage;
    },
    get browser() {
      return browser;
    },
  };
}

type VisitOptions = BrowserContextOptions & {
  /** Complaints that the visit means to cause. */
  readonly expected?: RegExp;
};

/** A visit by somebody whom the browser has never seen, in which nothing goes wrong that was not meant to. */
export async function visit(
  { browser }: House,
  play: (watched: WatchedPage) => Promise<void>,
  options: VisitOptions = {},
): Promise<void> {
  const watched = await openPage(browser, options);
  try {
    await play(watched);
    expect(takeComplaints(watched)).toEqual([]);
  } finally {
    await watched.context.close();
  }
}

/** A visit of the console, signed in: with the admin's key unless another is given. */
export async function visitConsole(
  house: House,
  play: (watched: WatchedPage) => Promise<void>,
  { key = house.stage.adminKey, ...options }: VisitOptions & { readonly key?: string } = {},
): Promise<void> {
  await visit(
    house,
    async (watched) => {
      await signIn(watched, { url: house.stage.url, adminKey: key });
      await play(watched);
    },
    options,
  );
}
