import type { WriteStream } from 'node:tty';
import type { Display } from './display.js';
import type { Colour, Paint } from './paint.js';
import { type Row, statusIn, typeIn } from './row.js';

interface Cell {
  readonly text: string;
  readonly colour?: Colour;
}

const COLUMNS = [
  { title: 'TYPE', width: 26 },
  { title: 'ENDPOINT', width: 16 },
  { title: 'STATUS', width: 18 },
  { title: 'ATTEMPTS', width: 10 },
  { title: 'LAST ANSWER', width: 13 },
  { title: 'VERIFIED', width: 10 },
] as const;

const STATUS_COLOURS: Record<Row['status'], Colour> = {
  pending: 'yellow',
  held: 'yellow',
  succeeded: 'green',
  dead: 'red',
  cancelled: 'dim',
};

/** The head, a line for what does not fit, and some air for the shell's prompt. */
const LINES_AROUND_ROWS = 4;

const ERASE_LINE = '\u001b[2K';
const ERASE_BELOW = '\u001b[J';
const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const lineUp = (count: number) => (count > 0 ? `\u001b[${count}A` : '');

/** A table at the bottom of the terminal, redrawn in place; what is said scrolls up above it. */
export class LiveTable implements Display {
  private lines: string[] = [];

  constructor(
    private readonly terminal: WriteStream,
    readonly paint: Paint,
  ) {
    // However this process ends, the terminal gets its cursor back.
    process.once('exit', () => this.terminal.write(SHOW_CURSOR));
  }

  say(text: string): void {
    this.terminal.write(`${lineUp(this.lines.length)}${ERASE_BELOW}${text}\n`);
    this.draw(this.lines, 0);
  }

  show(rows: readonly Row[]): void {
    const room = Math.max(3, (this.terminal.rows || 24) - LINES_AROUND_ROWS);
    this.draw(tableOf(rows, room, this.terminal.columns || 80, this.paint), this.lines.length);
  }

  settle(): void {
    this.lines = [];
    this.terminal.write(SHOW_CURSOR);
  }

  /** In one write, and line by line over the old ones, so that nothing flickers. */
  private draw(lines: string[], drawnBefore: number): void {
    if (lines.length > 0 || drawnBefore > 0) {
      const text = lines.map((line) => `${ERASE_LINE}${line}\n`).join('');
      this.terminal.write(`${HIDE_CURSOR}${lineUp(drawnBefore)}${text}${ERASE_BELOW}`);
    }
    this.lines = lines;
  }
}

/** The newest rows that there is room for. */
function tableOf(rows: readonly Row[], room: number, columns: number, paint: Paint): string[] {
  const shown = rows.slice(-room);
  const hidden = rows.length - shown.length;
  const head = COLUMNS.map(({ title }): Cell => ({ text: title, colour: 'bold' }));
  return [
    lineOf(head, columns, paint),
    ...(hidden > 0 ? [lineOf([{ text: `… ${hidden} earlier`, colour: 'dim' }], columns, paint)] : []),
    ...shown.map((row) => lineOf(cellsOf(row), columns, paint)),
  ];
}

function cellsOf(row: Row): Cell[] {
  return [
    { text: typeIn(row), colour: 'cyan' },
    { text: row.endpoint },
    { text: statusIn(row), colour: STATUS_COLOURS[row.status] },
    { text: String(row.attempts), ...(row.attempts > 1 ? { colour: 'yellow' as const } : {}) },
    { text: row.lastAnswer },
    row.isVerified === null
      ? { text: '' }
      : row.isVerified
        ? { text: '✓', colour: 'green' }
        : { text: '✗', colour: 'red' },
  ];
}

/** Cut to the terminal's width: a line that wraps would put all cursor movements out. */
function lineOf(cells: readonly Cell[], columns: number, paint: Paint): string {
  let room = columns - 1;
  return cells
    .map(({ text, colour }, index) => {
      const whole = cells.length === 1 ? text : fit(text, COLUMNS[index]?.width ?? 0);
      const visible = whole.slice(0, Math.max(0, room));
      room -= visible.length;
      return colour === undefined ? visible : paint.in(colour, visible);
    })
    .join('');
}

function fit(text: string, width: number): string {
  return text.length < width ? text.padEnd(width) : `${text.slice(0, width - 2)}… `;
}
