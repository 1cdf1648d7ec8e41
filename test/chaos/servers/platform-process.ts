import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Cleanup } from '../../rig/cleanup.js';
import { writePidFile } from '../../rig/temp-folder.js';
import { waitFor } from '../../support/wait-for.js';

export interface PlatformProcessOptions {
  app: 'api' | 'worker';
  /** "api 1": what it is called in the report; its log is `<name>.log`. */
  name: string;
  folder: string;
  env: Record<string, string>;
  /** Where `/health/ready` is. */
  healthPort: number;
}

const READY_WITHIN_MS = 90_000;
const STOP_WITHIN_MS = 40_000;
const ASKED_FOR_MS = 3_000;
const SHOWN_LOG_CHARACTERS = 4_000;

/** `dist/apps/<app>/main.js` as it would run in production, to be stopped, killed, frozen and started again. */
export class PlatformProcess {
  private child: ChildProcess | null = null;
  private isExpectedToEnd = false;
  private readonly log: string;

  constructor(
    private readonly options: PlatformProcessOptions,
    private readonly cleanup: Cleanup,
  ) {
    this.log = join(options.folder, `${options.name.replace(' ', '-')}.log`);
    mkdirSync(this.workFolder, { recursive: true });
    cleanup.atOnce(() => void this.child?.kill('SIGKILL'));
  }

  get name(): string {
    return this.options.name;
  }

  get url(): string {
    return `http://127.0.0.1:${this.options.healthPort}`;
  }

  get isApi(): boolean {
    return this.options.app === 'api';
  }

  /** Resolves when it is ready, queue included. `env` is for this start alone. */
  async start(env: Record<string, string> = {}): Promise<void> {
    const output = openSync(this.log, 'a');
    const child = spawn(process.execPath, [programOf(this.options.app)], {
      cwd: this.workFolder,
      env: { PATH: process.env.PATH ?? '', NODE_ENV: 'production', ...this.options.env, ...env },
      stdio: ['ignore', output, output],
      detached: true, // Ctrl-C in our terminal is for us: the platform is stopped in its turn
    });
    closeSync(output);
    this.child = child;
    this.isExpectedToEnd = false;
    writePidFile(this.options.folder, this.name, child.pid!);
    child.once('exit', (code, signal) => {
      if (this.child !== child || this.isExpectedToEnd || this.cleanup.isUnderWay) return;
      this.cleanup.fail(new Error(`${this.name} ended by itself (${signal ?? code}):\n${this.tail()}`));
    });
    await this.ready();
  }

  /** Rejects when it does not become ready in time. */
  async ready(): Promise<void> {
    await waitFor(
      async () => {
        if (this.cleanup.isUnderWay) return;
        const answer = await fetch(`${this.url}/health/ready`, { signal: AbortSignal.timeout(ASKED_FOR_MS) });
        const { degraded } = (await answer.json()) as { degraded?: string[] };
        if (!answer.ok || (degraded?.length ?? 0) > 0) throw new Error(`degraded: ${String(degraded)}`);
      },
      { timeoutMs: READY_WITHIN_MS, intervalMs: 50 },
    ).catch((cause: unknown) => {
      throw new Error(`${this.name} does not become ready:\n${this.tail()}`, { cause });
    });
  }

  /** SIGTERM; rejects when it does not end by itself and well. */
  async stop(): Promise<void> {
    const exited = this.exit('SIGTERM');
    const late = setTimeout(() => this.child?.kill('SIGKILL'), STOP_WITHIN_MS);
    const code = await exited;
    clearTimeout(late);
    if (code !== 0) throw new Error(`${this.name} ended with ${code} after SIGTERM:\n${this.tail()}`);
  }

  /** kill -9. */
  async kill(): Promise<void> {
    await this.exit('SIGKILL');
  }

  freeze(): void {
    this.child!.kill('SIGSTOP');
  }

  thaw(): void {
    this.child!.kill('SIGCONT');
  }

  /** Sends the signal and answers what it ended with. */
  private async exit(signal: NodeJS.Signals): Promise<number | string> {
    const child = this.child!;
    this.isExpectedToEnd = true;
    const exited = once(child, 'exit') as Promise<[number | null, string | null]>;
    child.kill(signal);
    const [code, endedBy] = await exited;
    return code ?? endedBy ?? '';
  }

  private get workFolder(): string {
    return join(this.options.folder, this.options.name.replace(' ', '-'));
  }

  private tail(): string {
    return readFileSync(this.log, 'utf8').slice(-SHOWN_LOG_CHARACTERS);
  }
}

function programOf(app: string): string {
  return fileURLToPath(new URL(`../../../apps/${app}/main.js`, import.meta.url));
}
