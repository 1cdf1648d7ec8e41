/** What has to be ended when the demo is over, in whatever way that comes about. */
export class Ends {
  private readonly steps: (() => Promise<unknown>)[] = [];

  add(step: () => Promise<unknown>): void {
    this.steps.push(step);
  }

  /** Ends what was begun, the last first, each whether or not the others could. */
  async meet(complain: (error: unknown) => void): Promise<void> {
    for (const step of this.steps.splice(0).reverse()) await step().catch(complain);
  }
}
