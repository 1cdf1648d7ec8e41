/** JSON as text: it is laid out and coloured without being parsed into numbers, which would lose digits. */

export type TokenKind = 'key' | 'string' | 'number' | 'word' | 'mark' | 'space';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[{}[\],:]/g;

/** The tokens of a JSON text, laid out over lines; null when it is no JSON. */
export function layOutJson(text: string): Token[] | null {
  if (!isJson(text)) return null;
  const tokens: Token[] = [];
  let depth = 0;
  const texts = text.match(TOKEN) ?? [];
  const breakLine = (): void => void tokens.push({ kind: 'space', text: `\n${'  '.repeat(depth)}` });
  texts.forEach((one, index) => {
    const next = texts[index + 1];
    if (one === '{' || one === '[') {
      tokens.push({ kind: 'mark', text: one });
      if (next === '}' || next === ']') return;
      depth++;
      breakLine();
    } else if (one === '}' || one === ']') {
      const before = texts[index - 1];
      if (before !== '{' && before !== '[') {
        depth--;
        breakLine();
      }
      tokens.push({ kind: 'mark', text: one });
    } else if (one === ',') {
      tokens.push({ kind: 'mark', text: one });
      breakLine();
    } else if (one === ':') tokens.push({ kind: 'mark', text: ': ' });
    else tokens.push({ kind: kindOf(one, next), text: one });
  });
  return tokens;
}

export function prettyJson(text: string): string {
  return (
    layOutJson(text)
      ?.map((token) => token.text)
      .join('') ?? text
  );
}

function kindOf(text: string, next: string | undefined): TokenKind {
  if (text.startsWith('"')) return next === ':' ? 'key' : 'string';
  return /^[-\d]/.test(text) ? 'number' : 'word';
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The text of a member of a JSON object as it stands there; null when there is none of that name. */
export function memberText(text: string, name: string): string | null {
  const scan = new RegExp(TOKEN.source, 'g');
  let depth = 0;
  let start: number | null = null;
  let isWanted = false;
  for (let found = scan.exec(text); found !== null; found = scan.exec(text)) {
    const [token] = found;
    if (depth === 1 && start === null && isWanted && token !== ':') start = found.index;
    if (
      depth === 1 &&
      start === null &&
      token.startsWith('"') &&
      /^\s*:/.test(text.slice(scan.lastIndex, scan.lastIndex + 40))
    )
      isWanted = JSON.parse(token) === name;
    const isEnd = depth === 1 && (token === ',' || token === '}');
    if (isEnd && start !== null) return text.slice(start, found.index).trim();
    if (token === '{' || token === '[') depth++;
    if (token === '}' || token === ']') depth--;
  }
  return null;
}
