import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Cleanup } from './cleanup.js';

interface Message {
  kind: string;
}

/** The main program's end of the line to its publisher or receiver. */
export class ChildLink<Order extends object, Report extends Message> {
  private readonly listeners = new Set<(report: Report) => void>();
  private readonly child: ChildProcess;
  private fail: (error: Error) => void = () => undefined;
  /** Rejects when the process ends before its time. */
  private readonly died = new Promise<never>((_, reject) => (this.fail = reject));

  constructor(
    private readonly name: string,
    module: URL,
    cleanup: Cleanup,
  ) {
    this.died.catch(() => undefined);
    this.child = fork(fileURLToPath(module), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    cleanup.atOnce(() => void this.child.kill('SIGKILL'));
    this.child.on('message', (report) => {
      for (const listener of this.listeners) listener(report as Report);
    });
    this.child.once('exit', (code, signal) => {
      const error = new Error(`The ${this.name} ended (${signal ?? code})`);
      this.fail(error);
      if (!cleanup.isUnderWay) cleanup.fail(error);
    });
  }

  get pid(): number {
    return this.child.pid!;
  }

  send(order: Order): void {
    if (this.child.connected) this.child.send(order);
  }

  on<Kind extends Report['kind']>(kind: Kind, listener: (report: Extract<Report, { kind: Kind }>) => void): void {
    this.listeners.add((report) => {
      if (report.kind === kind) listener(report as Extract<Report, { kind: Kind }>);
    });
  }

  /** The next report of this kind that `accepts` takes. */
  next<Kind extends Report['kind']>(
    kind: Kind,
    accepts: (report: Extract<Report, { kind: Kind }>) => boolean = () => true,
  ): Promise<Extract<Report, { kind: Kind }>> {
    const reported = new Promise<Extract<Report, { kind: Kind }>>((resolve) => {
      const listener = (report: Report): void => {
        if (report.kind !== kind || !accepts(report as Extract<Report, { kind: Kind }>)) return;
        this.listeners.delete(listener);
        resolve(report as Extract<Report, { kind: Kind }>);
      };
      this.listeners.add(listener);
    });
    return Promise.race([reported, this.died]);
  }

  /** Sends an order and answers the report that it brings. */
  async ask<Kind extends Report['kind']>(order: Order, kind: Kind): Promise<Extract<Report, { kind: Kind }>> {
    const answer = this.next(kind);
    this.send(order);
    return answer;
  }
}
