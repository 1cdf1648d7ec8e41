import { describe, expect, it } from 'vitest';
import { toOwnPorts } from './own-ports.js';

describe(toOwnPorts.name, () => {
  it.each<[string, number[]]>([
    ['postgres://user:p%40ss@db.internal:6543/posthorn?sslmode=require', [6543]],
    ['postgresql://db.internal/posthorn', [5432]],
    ['postgres://user:pass@[fd00::5]:5433/posthorn', [5433]],
    ['redis://127.0.0.1', [6379]],
    ['rediss://:secret@cache:6380/0', [6380]],
    ['redis://h1:7000,h2:7001,h3', [7000, 7001, 6379]],
    ['redis+sentinel://s1,s2:26380/master', [26_379, 26_380]],
    ['', []],
  ])('finds the ports of %s', (url, ports) => {
    expect(toOwnPorts([], [url]).servers).toEqual(ports);
  });

  it('names each port once, and none that is not known yet', () => {
    expect(toOwnPorts([4400, 0, null, 4400], ['postgres://a', 'postgres://b'])).toEqual({
      listening: [4400],
      servers: [5432],
    });
  });
});
