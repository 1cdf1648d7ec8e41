import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { WatchedPage } from './browser.js';
import { waitFor } from './wait-for.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Where pictures go, when somebody wants them: CONSOLE_PICTURES=docs/console npx vitest run … */
const PICTURES = process.env['CONSOLE_PICTURES'];

const DESK = { width: 1280, height: 900 };
const PHONE = { width: 360, height: 740 };

interface Pass {
  readonly name: string;
  readonly size: typeof DESK;
  readonly scheme: 'light' | 'dark';
  /** Colours take axe the most time, and are the same on a phone; all else is the same in the dark. */
  readonly judges: 'all' | 'colours' | 'structure';
}

const PASSES: readonly Pass[] = [
  { name: 'light', size: DESK, scheme: 'light', judges: 'all' },
  { name: 'light-360', size: PHONE, scheme: 'light', judges: 'structure' },
  { name: 'dark', size: DESK, scheme: 'dark', judges: 'colours' },
];

const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];

/**
 * Looks at what the page shows now: on a desk and on a phone in light, and in dark. Answers in words what axe finds, and
 * whether the page has to be pushed sideways. `name` is for the pictures.
 */
export async function lookAt(watched: WatchedPage, name: string): Promise<string[]> {
  const found: string[] = [];
  for (const pass of PASSES) {
    await showAs(watched, pass);
    if (PICTURES !== undefined) await takePicture(watched, PICTURES, `${name}-${pass.name}`);
    const findings = [...(await sidewaysOf(watched)), ...(await JUDGES[pass.judges](watched))];
    found.push(...findings.map((finding) => `${pass.name}: ${finding}`));
  }
  await showAs(watched, PASSES[0]!);
  return found;
}

const ANIMATIONS_ENDED = `Promise.allSettled(
  document.getAnimations()
    .filter(({ effect }) => effect.getComputedTiming().iterations !== Infinity)
    .map(({ finished }) => finished),
).then(() => null)`;

const SIDEWAYS = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';

/** Everything that was asked for has come (the stream of changes goes on), and nothing moves any more. */
export async function settled({ page }: Pick<WatchedPage, 'page'>): Promise<void> {
  await waitFor(async () => expect(await page.getByRole('status', { name: 'Loading' }).count()).toBe(0));
  await page.evaluate(ANIMATIONS_ENDED);
}

async function showAs(watched: WatchedPage, { size, scheme }: Pass): Promise<void> {
  const { page } = watched;
  if (page.viewportSize()?.width !== size.width) await page.setViewportSize(size);
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
  // What is shown to whoever holds a link is a page without the program, and has its colours from the style sheet.
  await page.locator(`html[data-mantine-color-scheme="${scheme}"], html:not([data-mantine-color-scheme])`).waitFor();
  await settled(watched);
}

/** How far a page is wider than its screen; what scrolls in a frame of its own is none of it. */
async function sidewaysOf({ page }: WatchedPage): Promise<string[]> {
  const px = await page.evaluate<number>(SIDEWAYS);
  return px > 0 ? [`wider than the screen by ${px} px`] : [];
}

const JUDGES = {
  all: async (watched: WatchedPage): Promise<string[]> =>
    (await hasDialog(watched))
      ? [...(await JUDGES.structure(watched)), ...(await JUDGES.colours(watched))]
      : violationsIn(watched, {}),
  /** Behind a dialog all is dimmed. */
  colours: async (watched: WatchedPage): Promise<string[]> =>
    violationsIn(watched, {
      context: (await hasDialog(watched)) ? '[role="dialog"]' : 'html',
      runOnly: COLOUR_RULES,
    }),
  structure: (watched: WatchedPage): Promise<string[]> =>
    violationsIn(watched, { rules: Object.fromEntries(COLOUR_RULES.map((rule) => [rule, { enabled: false }])) }),
};

async function hasDialog({ page }: WatchedPage): Promise<boolean> {
  return (await page.getByRole('dialog').count()) > 0;
}

/** What axe finds, in words. */
async function violationsIn(
  { page }: WatchedPage,
  { context = 'html', ...options }: { context?: string; runOnly?: string[]; rules?: object },
): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(AXE);
  const { violations } = await page.evaluate(
    ([where, how]) =>
      (globalThis as unknown as { axe: Axe }).axe.run(where, { preload: false, resultTypes: ['violations'], ...how }),
    [context, options] as const,
  );
  return violations.flatMap(({ id, impact, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${impact}: ${id}: ${html.slice(0, 200)} ${failureSummary}`),
  );
}

interface Axe {
  run(context: string, options: object): Promise<AxeResults>;
}

interface AxeResults {
  violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[];
}

async function takePicture({ page }: WatchedPage, folder: string, name: string): Promise<void> {
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
