import { describe, expect, it } from 'vitest';
import { chooseFaults } from './faults/faults.js';
import { type ChaosOptions, readOptions } from './options.js';

function options(...args: string[]): ChaosOptions {
  return readOptions(args) as ChaosOptions;
}

describe('the options of a chaos run', () => {
  it('says what is wrong with one, and how it is meant', () => {
    expect(() => readOptions(['--queue', 'kafka'])).toThrow('--queue is redis or postgres; "kafka" is neither.');
    expect(() => readOptions(['--minutes', '0'])).toThrow('--minutes is a whole number');
    expect(() => chooseFaults(options('--only', 'flood'))).toThrow(
      /--only takes worker-killed.*"flood" is none of them/,
    );
    expect(() => chooseFaults(options('--queue', 'postgres', '--only', 'redis-away'))).toThrow('None of redis-away');
  });

  it('chooses a seed unless given one', () => {
    expect(options().seed).toBeGreaterThan(0);
    expect(options('--seed', '7').seed).toBe(7);
  });

  it('leaves out of the short form what outlasts a lease, and breaks Redis only where the queue is on it', () => {
    const short = chooseFaults(options('--short')).map(({ name }) => name);
    expect(short).not.toContain('worker-frozen');
    expect(short).toContain('redis-snapshot');
    const onPostgres = chooseFaults(options('--queue', 'postgres')).map(({ name }) => name);
    expect(onPostgres).toContain('worker-frozen');
    expect(onPostgres.filter((name) => name.startsWith('redis'))).toEqual([]);
  });
});
