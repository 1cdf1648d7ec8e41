import { Command } from 'commander';

export function migrateCommand(): Command {
  const command = new Command('migrate').description('the database schema, ours and the queue’s');
  command
    .command('up')
    .description('bring the schema up to date')
    .action(async () => (await import('./migrate.js')).migrateUp());
  command
    .command('status')
    .description('tell whether it is; exit code 1 when not')
    .action(async () => (await import('./migrate.js')).migrateStatus());
  return command;
}
