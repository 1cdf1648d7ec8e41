/** The publisher's or receiver's end of the line to the main program. Its process ends with the line. */
export class ParentLink<Order, Report extends object> {
  private previous = Promise.resolve();

  constructor() {
    process.on('SIGINT', () => undefined); // Ctrl-C is the main program's business
    process.on('disconnect', () => process.exit(0));
  }

  send(report: Report): void {
    if (process.connected) process.send!(report);
  }

  /** Obeys orders in turn. One that fails ends this process, which the main program notices. */
  onOrder(obey: (order: Order) => Promise<void>): void {
    process.on('message', (order) => {
      this.previous = this.previous.then(() => obey(order as Order)).catch(fail);
    });
  }
}

export function fail(error: unknown): never {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
}
