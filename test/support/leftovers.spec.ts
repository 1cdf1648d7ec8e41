import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { clearLeftovers, isAlive } from './leftovers.js';

/** Larger than any pid can be: https://man7.org/linux/man-pages/man5/proc_sys_kernel.5.html, pid_max. */
const NOBODY = 4_194_305;

describe.runIf(process.platform === 'linux')(clearLeftovers, () => {
  const prefix = `posthorn-leftovers-${process.pid}-`;
  const folders: string[] = [];
  const make = (pid: number): string => {
    const folder = mkdtempSync(join(tmpdir(), `${prefix}${pid}-`));
    folders.push(folder);
    return folder;
  };
  const remove = (folder: string): void => rmSync(folder, { recursive: true });

  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });

  it('knows who is alive', () => {
    expect([isAlive(process.pid), isAlive(NOBODY)]).toEqual([true, false]);
  });

  it('clears what a run has left that is gone, and nothing of one that goes on', () => {
    const [left, inUse] = [make(NOBODY), make(process.pid)];

    clearLeftovers(prefix, remove);

    expect([left, inUse].map((folder) => existsSync(folder))).toEqual([false, true]);
  });

  it("leaves another user's alone", () => {
    make(NOBODY);
    const refuse = (): never => {
      throw Object.assign(new Error('permission denied'), { code: 'EACCES' });
    };

    expect(() => clearLeftovers(prefix, refuse)).not.toThrow();
  });

  it('says what else goes wrong', () => {
    make(NOBODY);
    const fail = (): never => {
      throw new Error('the disk is broken');
    };

    expect(() => clearLeftovers(prefix, fail)).toThrow('the disk is broken');
  });
});
