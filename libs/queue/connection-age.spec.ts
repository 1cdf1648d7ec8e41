import { describe, expect, it } from 'vitest';
import { ConnectionAge } from './connection-age.js';

function setup(needed: number) {
  const time = { ms: 1_000 };
  return { time, age: new ConnectionAge(() => time.ms, needed) };
}

describe('ConnectionAge', () => {
  it('is null until every needed connection stands', () => {
    const { age } = setup(2);
    expect(age.connectedSince).toBeNull();
    age.made('main');
    expect(age.connectedSince).toBeNull();
    age.made('blocking');
    expect(age.connectedSince).toBe(1_000);
  });

  it('is as young as its youngest connection', () => {
    const { age, time } = setup(2);
    age.made('main');
    time.ms = 2_000;
    age.made('blocking');
    expect(age.connectedSince).toBe(2_000);
  });

  it('is null while one of them is lost, and starts again with the new one', () => {
    const { age, time } = setup(2);
    age.made('main');
    age.made('blocking');
    time.ms = 5_000;
    age.lost('main');
    expect(age.connectedSince).toBeNull();
    age.made('main');
    expect(age.connectedSince).toBe(5_000);
  });

  it('starts again when something changed behind a standing connection, and not behind a lost one', () => {
    const { age, time } = setup(1);
    age.shaken('main');
    expect(age.connectedSince).toBeNull();
    age.made('main');
    time.ms = 3_000;
    age.shaken('main');
    expect(age.connectedSince).toBe(3_000);
  });
});
