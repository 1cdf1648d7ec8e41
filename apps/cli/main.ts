import { Command } from 'commander';
import { POSTHORN_VERSION, reasonOf } from '#kernel';
import { doctorCommand } from './doctor/doctor-command.js';
import { keysCommand } from './keys-command.js';
import { migrateCommand } from './migrate-command.js';
import { verifyCommand } from './verify-command.js';

// Each command loads what it needs when it is run: a question of usage is answered in a moment.
const program = new Command('posthorn')
  .description('Posthorn from the command line. Configured by the same environment as its processes.')
  .version(POSTHORN_VERSION)
  .addCommand(migrateCommand())
  .addCommand(keysCommand())
  .addCommand(verifyCommand())
  .addCommand(doctorCommand());

try {
  await program.parseAsync();
} catch (error) {
  console.error(reasonOf(error));
  process.exitCode = 1;
}
