import { RE2JS } from 're2js';
import type { CheckBudget } from './check-budget.js';

/** Instructions of a compiled pattern; counted repetitions are unrolled, so `{1,1000}` alone is some 2,000. */
const MAX_INSTRUCTIONS = 4_000;

/** How many instructions of a pattern cost as much as a step, for each character. Most patterns need far less. */
const INSTRUCTIONS_PER_STEP = 16;

/** A pattern of a schema, as the compiler of schemas wants it. */
export interface LinearPattern {
  test(text: string): boolean;
  /** Its identity: patterns that read alike are kept once. */
  toString(): string;
}

/**
 * A pattern that is matched in time proportional to the text, whatever the pattern: an engine that does not backtrack
 * (RE2) takes the place of JavaScript's. So it has no look-around and no back-references. Throws an `Error` that says
 * what is wrong with a pattern.
 */
export function linearPattern(pattern: string, budget: CheckBudget): LinearPattern {
  assertEcmaScript(pattern);
  const matcher = translate(pattern);
  const instructions = matcher.programSize();
  if (instructions > MAX_INSTRUCTIONS) throw new Error(`pattern ${shown(pattern)} repeats too much to be unrolled`);
  const stepsPerCharacter = 1 + instructions / INSTRUCTIONS_PER_STEP;
  return {
    test: (text) => {
      budget.spend(text.length * stepsPerCharacter);
      return matcher.test(text);
    },
    toString: () => pattern,
  };
}

function assertEcmaScript(pattern: string): void {
  if (isEcmaScript(pattern, 'u') || isEcmaScript(pattern, '')) return;
  throw new Error(`pattern ${shown(pattern)} is not a regular expression`);
}

/** What JSON Schema calls a pattern (ECMA-262). It means the `u` flag; many are written without its strictness. */
function isEcmaScript(pattern: string, flags: string): boolean {
  try {
    return new RegExp(pattern, flags) instanceof RegExp;
  } catch {
    return false;
  }
}

function translate(pattern: string): RE2JS {
  try {
    return RE2JS.compile(RE2JS.translateRegExp(pattern));
  } catch (error) {
    const reason = (error as Error).message.replace(/^error parsing regexp: /, '');
    throw new Error(
      `pattern ${shown(pattern)} cannot be matched in linear time, without look-around and back-references (${reason})`,
      { cause: error },
    );
  }
}

function shown(pattern: string): string {
  return JSON.stringify(pattern.length <= 80 ? pattern : `${pattern.slice(0, 79)}…`);
}
