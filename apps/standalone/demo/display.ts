import type { Paint } from './paint.js';
import type { Row } from './row.js';

/** Where the demo says what happens. */
export interface Display {
  /** Colours, or none, as this display has them. */
  readonly paint: Paint;
  /** Text that stays, of one or several lines. */
  say(text: string): void;
  /** The deliveries as they are now, oldest first. */
  show(rows: readonly Row[]): void;
  /** The rows are final: what is said from now on comes below them. */
  settle(): void;
}
