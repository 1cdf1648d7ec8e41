import type { Writable } from 'node:stream';
import type { Display } from './display.js';
import type { Paint } from './paint.js';
import { type Row, statusIn, typeIn } from './row.js';

/** For logs and pipes: a line for every attempt and every end. */
export class PlainLines implements Display {
  private stages: ReadonlyMap<string, string> = new Map();

  constructor(
    private readonly output: Writable,
    readonly paint: Paint,
  ) {}

  say(text: string): void {
    this.output.write(`${text}\n`);
  }

  show(rows: readonly Row[]): void {
    const before = this.stages;
    this.stages = new Map(rows.map((row) => [row.id, `${row.status} ${row.attempts}`]));
    for (const row of rows) {
      if (row.attempts > 0 && before.get(row.id) !== this.stages.get(row.id)) this.say(`  ${lineOf(row)}`);
    }
  }

  settle(): void {
    // What was written stands.
  }
}

function lineOf(row: Row): string {
  const attempts = row.attempts === 1 ? '1 attempt' : `${row.attempts} attempts`;
  const verified = row.isVerified === null ? '' : row.isVerified ? ', verified' : ', NOT VERIFIED';
  const answer = row.lastAnswer === '' ? '' : ` (${row.lastAnswer})`;
  return `${typeIn(row)} → ${row.endpoint}: ${statusIn(row)} after ${attempts}${answer}${verified}`;
}
