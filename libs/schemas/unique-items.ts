import type { CheckBudget } from './check-budget.js';

/** What a value within costs, in steps, and how many characters of a text cost another. */
const STEPS_PER_VALUE = 8;
const CHARACTERS_PER_STEP = 16;

/**
 * Whether no two elements are equal as JSON. By a form of each that equal ones share, so in time proportional to their
 * size, which is spent; comparing each with each, an array of a hundred thousand would take minutes.
 */
export function areAllDifferent(elements: readonly unknown[], budget: CheckBudget): boolean {
  const seen = new Set<string>();
  for (const element of elements) seen.add(canonical(element, budget));
  return seen.size === elements.length;
}

function canonical(value: unknown, budget: CheckBudget): string {
  budget.spend(STEPS_PER_VALUE + (typeof value === 'string' ? value.length / CHARACTERS_PER_STEP : 0));
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((element) => canonical(element, budget)).join()}]`;
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}:${canonical(member, budget)}`);
  return `{${members.sort().join()}}`;
}
