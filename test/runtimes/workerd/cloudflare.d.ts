// The parts of workerd's own modules that the tests here use; the full types would bring a second set of web globals.
declare module 'cloudflare:workers' {
  export class DurableObject {
    protected readonly ctx: unknown;
  }
}

declare module 'cloudflare:test' {
  export const env: unknown;
  export function runDurableObjectAlarm(stub: unknown): Promise<boolean>;
  export function runInDurableObject<T>(stub: unknown, run: (instance: unknown, state: { storage: unknown }) => Promise<T>): Promise<T>;
}
