import { scalarsOf } from '#events';

/** Of more than this, in texts and numbers or in characters of JSON, nothing is looked for: every text counts as holding it. */
const MOST_VALUES = 1_000;
const MOST_CHARACTERS = 64 * 1024;

/** A text may be written in several ways at once, as JSON within JSON is. */
const MOST_LAYERS = 3;

/**
 * Finds values in texts that somebody else has written who has seen them: as they are, as JSON, URLs, forms and pages write
 * them, and with other punctuation, as `4111-1111` for `4111 1111`. True, false, null and names of members that are words
 * are not looked for: they tell nothing by themselves. What is encoded as a whole (base64), hashed or shown in part is not
 * found.
 */
export class EchoFinder {
  private readonly plain: readonly string[] = [];
  private readonly bare: readonly string[] = [];
  private readonly isTooMuch: boolean;

  /** `values`: JSON texts. */
  constructor(values: readonly string[]) {
    const characters = values.reduce((sum, { length }) => sum + length, 0);
    const scalars = characters > MOST_CHARACTERS ? [] : [...new Set(values.flatMap(scalarsOf).flatMap(spellings))];
    this.isTooMuch = characters > MOST_CHARACTERS || scalars.length > MOST_VALUES;
    if (this.isTooMuch) return;
    this.plain = scalars.filter((scalar) => scalar !== '' && toBare(scalar) === '');
    this.bare = scalars.map(toBare).filter((scalar) => scalar !== '');
  }

  isIn(text: string): boolean {
    if (this.isTooMuch) return text !== '';
    return layersOf(text).some((layer) => {
      if (LETTER_BY_NAME.test(layer)) return true;
      const bare = toBare(layer);
      return this.bare.some((value) => bare.includes(value)) || this.plain.some((value) => layer.includes(value));
    });
  }
}

/** A number is also looked for as JavaScript, and so most receivers, would write it. */
function spellings(scalar: string): string[] {
  return /^-?\d[\d.eE+-]*$/.test(scalar) ? [scalar, String(Number(scalar))] : [scalar];
}

/** Letters and digits alone, in lower case. */
function toBare(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}

/** The text, and what it reads as when escapes are resolved, again and again. */
function layersOf(text: string): string[] {
  const layers = [text];
  while (layers.length <= MOST_LAYERS) {
    const next = unescape(layers.at(-1)!);
    if (next === layers.at(-1)) break;
    layers.push(next);
  }
  return layers;
}

/** The references of HTML that stand for no letter, or for nothing that a value is recognised by. */
const MARKS = 'amp|lt|gt|quot|apos|nbsp|copy|reg|trade|middot|bull|hellip|[mn]dash|[lr]aquo|[lr][sd]quo|times';

/** Any other reference by name may be a letter (`&euml;`) of a value: the two thousand of HTML are not ours to know. */
const LETTER_BY_NAME = new RegExp(`&(?!(?:${MARKS});)[a-z][a-z\\d]{1,31};`, 'i');

const ESCAPES = new RegExp(
  String.raw`\\u([\da-f]{4})|\\x([\da-f]{2})|\\([nrtbf])|\\(.)|((?:%[\da-f]{2})+)|&#(\d{1,7});|&#x([\da-f]{1,6});|&(${MARKS});`,
  'gi',
);

/** Those that a value without letters and digits may consist of; and what other escapes begin with. */
const MARKS_IN_VALUES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Of JSON and its kin, of URLs and forms, of HTML. */
function unescape(text: string): string {
  return text.replace(
    ESCAPES,
    (
      all,
      unicode?: string,
      byte?: string,
      control?: string,
      itself?: string,
      percent?: string,
      dec?: string,
      hex?: string,
      mark?: string,
    ) => {
      if (mark !== undefined) return MARKS_IN_VALUES[mark.toLowerCase()] ?? ' ';
      if (percent !== undefined) return Buffer.from(percent.replaceAll('%', ''), 'hex').toString();
      if (control !== undefined) return ' ';
      if (itself !== undefined) return itself;
      const code = dec === undefined ? Number.parseInt((unicode ?? byte ?? hex)!, 16) : Number(dec);
      return code <= 0x10_ffff ? String.fromCodePoint(code) : all;
    },
  );
}
