import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { OWN_PROGRAMS } from './own-programs.js';

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** A real Chromium, without a sandbox (containers have none) and without a word to anyone but the page. */
export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });
}

function findChromium(): string {
  const told = process.env['CHROMIUM_PATH'];
  if (told) return told;
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin', '/usr/local/bin', OWN_PROGRAMS];
  const found = PROGRAMS.flatMap((program) => folders.map((folder) => join(folder, program))).find(existsSync);
  if (found === undefined) throw new Error('There is no Chromium: node scripts/setup.mjs --chromium');
  return found;
}

/** A page, and all that went wrong in it. */
export interface WatchedPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors in its console, exceptions that nobody caught, and what its content security policy refused. */
  readonly complaints: string[];
}

/** `expected`: complaints that a test means to cause. */
export async function openPage(
  browser: Browser,
  options: BrowserContextOptions & { expected?: RegExp } = {},
): Promise<WatchedPage> {
  const { expected, ...contextOptions } = options;
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...contextOptions });
  const page = await context.newPage();
  const complaints: string[] = [];
  const complain = (words: string): void => {
    if (!expected?.test(words)) complaints.push(words);
  };
  page.on('console', (message) => {
    if (message.type() === 'error') complain(`${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => complain(String(error)));
  page.setDefaultTimeout(60_000);
  return { page, context, complaints };
}

/** Goes to another page of the program as a link in it would, without loading it anew. */
export async function goTo({ page }: Pick<WatchedPage, 'page'>, path: string): Promise<void> {
  await page.evaluate(`history.pushState(null, '', ${JSON.stringify(path)})`);
}

/** What went wrong since it was last asked. */
export function takeComplaints({ complaints }: Pick<WatchedPage, 'complaints'>): string[] {
  return complaints.splice(0);
}

export async function signIn(
  { page }: Pick<WatchedPage, 'page'>,
  { url, adminKey }: { url: string; adminKey: string },
): Promise<void> {
  await page.goto(`${url}/console/`);
  await page.getByLabel('API key').fill(adminKey);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation', { name: 'Main' }).waitFor();
}
