import { needlesOf, type Needle } from './needles.js';

/** Where a secret was found, and written in which way. */
export interface Find {
  readonly secret: string;
  readonly writing: string;
  readonly place: string;
  /** What stands around it, so that whoever reads the failure sees where to look. */
  readonly around: string;
}

const AROUND_BYTES = 120;

/** Knows secrets by name, and looks for them in whatever it is shown, in every way that they could be written. */
export class SecretHunt {
  readonly #needles = new Map<string, readonly Needle[]>();

  /** From now on looks for this secret too. Answers it, so that it can be handed on. */
  hide<Value extends string | Buffer>(name: string, secret: Value): Value {
    if (this.#needles.has(name)) throw new Error(`there is a secret "${name}" already`);
    this.#needles.set(name, needlesOf(secret));
    return secret;
  }

  get names(): string[] {
    return [...this.#needles.keys()];
  }

  /** Everything that is readable there; `except` may be there: it is shown to its owner. */
  look(place: string, content: string | Buffer, except: readonly string[] = []): Find[] {
    const hay = Buffer.from(content);
    return [...this.#needles].flatMap(([secret, needles]) => {
      const found = except.includes(secret) ? undefined : needles.find(({ bytes }) => hay.includes(bytes));
      if (!found) return [];
      const at = hay.indexOf(found.bytes);
      const around = hay.subarray(Math.max(0, at - AROUND_BYTES), at + found.bytes.length + AROUND_BYTES).toString();
      return [{ secret, writing: found.writing, place, around }];
    });
  }
}
