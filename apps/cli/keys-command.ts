import { Command, InvalidArgumentError } from 'commander';
import type { CreateOptions } from './create-key.js';

export function keysCommand(): Command {
  const command = new Command('keys').description('API keys, and the keys of encryption');
  command
    .command('create')
    .description('make an API key and print it, for the only time')
    .requiredOption('--role <role>', 'what it may do: admin, publisher, support or tenant')
    .requiredOption('--name <name>', 'what it is for')
    .option('--tenant <tenant>', 'whose it is, id or uid; for the role "tenant"')
    .option('--expires-in-days <days>', 'when it ends; never unless given', parseDays)
    .option('--requests-per-second <number>', 'how many it may make of one API process', parseRate)
    .action(async (options: CreateOptions) => (await import('./create-key.js')).createKey(options));
  command
    .command('reencrypt')
    .description('seal everything anew under the first of POSTHORN_ENCRYPTION_KEYS, so that the others can go')
    .action(async () => (await import('./reencrypt.js')).reencrypt());
  return command;
}

function parseRate(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new InvalidArgumentError('Give a whole number from 1 to 99999.');
  return Number(text);
}

function parseDays(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('Give a whole number of days.');
  return Number(text);
}
