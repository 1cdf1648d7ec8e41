/** Thrown inside a check that has cost what it may; caught where the check was begun. */
export class BudgetSpent extends Error {
  override readonly name = 'BudgetSpent';
}

/**
 * What one check may still cost, in steps: a subschema applied to a value is one. Counted rather than timed, so that an
 * event is refused for what it is and never for how busy the machine was.
 */
export class CheckBudget {
  left = 0;

  /** Throws {@link BudgetSpent} when that is more than is left. Called by generated code as well. */
  spend(steps: number): void {
    this.left -= steps;
    if (this.left < 0) throw new BudgetSpent();
  }
}
