import { Command } from 'commander';

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('check configuration, database, queue, clock, partitions and egress; exit code 1 when something fails')
    .action(async () => (await import('./doctor.js')).runDoctor());
}
