const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

export type Colour = keyof typeof CODES;

/** Colours for a terminal that wants them; for any other, the text as it is. */
export class Paint {
  constructor(private readonly isOn: boolean) {}

  in(colour: Colour, text: string): string {
    return this.isOn ? `\u001b[${CODES[colour]}m${text}\u001b[0m` : text;
  }
}
