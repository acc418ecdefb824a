/** The version of this package, as in its package.json. */
export function version(): string {
  return '0.1.0';
}
