/** One variable that is missing or wrong, and the reason in words. Values are never repeated: they may be secrets. */
export interface ConfigProblem {
  variable: string;
  reason: string;
}

/** The environment is wrong: the process must not start. Names everything that is wrong at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly problems: readonly ConfigProblem[]) {
    super(
      `The configuration is wrong:\n${problems.map(({ variable, reason }) => `  ${variable}: ${reason}`).join('\n')}\n` +
        'See docs/configuration.md for every variable.',
    );
  }
}
