import { Command, InvalidArgumentError } from 'commander';
import type { VerifyOptions } from './verify.js';

export function verifyCommand(): Command {
  return new Command('verify')
    .description('say which part of a received request does not match its signature')
    .requiredOption('--body <file>', 'the raw body as it was received; - reads it from the standard input')
    .option('-H, --header <header>', '"name: value", once for each header', collect, [])
    .option('--secret-file <file>', 'the secret, or the public key (whpk_…), as it is shown; no server is asked then')
    .option('--secret-encoding <encoding>', 'whsec, utf8, hex, base64 or whsk; unless given, as the secret begins')
    .option(
      '--scheme <scheme>',
      'its name, or an entry of `signing` as JSON; more than once if there are several',
      collect,
      [],
    )
    .option('--tolerance <seconds>', 'how far its time may be from now', parseSeconds, 300)
    .option('--api <url>', 'ask this API instead, which knows the secrets and what was sent')
    .option('--endpoint <endpoint>', 'with --api: which endpoint received it, id or uid')
    .option('--key-file <file>', 'with --api: the API key')
    .action(async (options: VerifyOptions) => (await import('./verify.js')).verify(options));
}

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

function parseSeconds(text: string): number {
  if (!/^[1-9]\d{0,7}$/.test(text)) throw new InvalidArgumentError('Give a whole number of seconds.');
  return Number(text);
}
