/** A single argument on Linux may have 128 KiB; a longer body goes through a pipe, from a builtin of the shell. */
const MAX_ARGUMENT_BYTES = 100_000;

/**
 * A command for a POSIX shell that makes a request. Every value stands in single quotes, where the shell reads nothing
 * but the quote itself; `--globoff` keeps curl from reading `[1-3]` in a URL, and `--data-raw` a leading `@` in a body. `files`: what TLS needs and
 * no answer holds, by curl's option.
 */
export function toCurlCommand(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  files: Partial<Record<'cacert' | 'cert' | 'key', string>> = {},
): string {
  const isLong = Buffer.byteLength(body) > MAX_ARGUMENT_BYTES;
  const lines = [
    `curl --globoff --http1.1 --request POST ${quote(url)}`,
    ...Object.entries(headers).map(([name, value]) => `--header ${quote(`${name}: ${value}`)}`),
    ...Object.entries(files).map(([option, file]) => `--${option} ${quote(file)}`),
    isLong ? '--data-binary @-' : `--data-raw ${quote(body)}`,
  ];
  const command = lines.join(' \\\n  ');
  return isLong ? `printf %s ${quote(body)} | ${command}` : command;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
