/** Where a command writes to. */
export interface Output {
  /** The answer: standard output. */
  write(text: string): void;
  /** Everything else: standard error. */
  error(text: string): void;
}

/** The command line cannot be understood: no command of that name, a question or a file is missing, an unknown option. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
