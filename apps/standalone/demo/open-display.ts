import type { WriteStream } from 'node:tty';
import type { Environment } from '#config';
import type { Display } from './display.js';
import { LiveTable } from './live-table.js';
import { Paint } from './paint.js';
import { PlainLines } from './plain-lines.js';

/** A table that is redrawn in place, or, where there is no terminal, lines as things happen. */
export function openDisplay(output: WriteStream, env: Environment): Display {
  // https://no-color.org: any value but the empty one means no colours. A dumb terminal cannot move its cursor either.
  const isTerminal = output.isTTY && env['TERM'] !== 'dumb';
  const paint = new Paint(isTerminal && !env['NO_COLOR']);
  return isTerminal ? new LiveTable(output, paint) : new PlainLines(output, paint);
}
