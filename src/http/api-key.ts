import { readEnv, warnOfRawKey } from '#platform';
import { AuthError } from '../base/error-classes.ts';

/** A key, or a function that gives one when a request needs it (and may fetch or refresh it). */
export type ApiKey = string | (() => string | undefined | Promise<string | undefined>);

/** Variables by name; on Workers the `env` argument of the handler. */
export type Env = Readonly<Record<string, unknown>>;

/** A variable of the given environment, else of the runtime's; undefined when it is unset or empty. */
export function lookUpEnv(name: string, env?: Env): string | undefined {
  const given = env?.[name];
  return (typeof given === 'string' && given) || readEnv(name);
}

/**
 * Find the key for a provider: the explicit one, what the function gives, else the environment.
 *
 * @returns undefined when there is none and none is required.
 * @throws AuthError when there is none, or when it holds characters that no header can carry; never quoting it.
 */
export async function resolveApiKey(
  provider: string, variable: string, apiKey: ApiKey | undefined, env?: Env, required = true,
): Promise<string | undefined> {
  const given = typeof apiKey === 'function' ? await apiKey() : apiKey;
  const key = (given || lookUpEnv(variable, env))?.trim();
  if (!key) {
    if (!required) return undefined;
    throw new AuthError(`authentication failed: no API key for ${provider}. Pass it as the apiKey option or set ${variable}`, { provider });
  }
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new AuthError(`authentication failed: the API key for ${provider} holds characters that cannot be sent. Check how it was copied`, { provider });
  }
  warnOfRawKey(provider);
  return key;
}
