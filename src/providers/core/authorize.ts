import { resolveApiKey } from '../../http/index.ts';
import type { ProviderAccess, ProviderOptions, WireRequest } from './wire-model.ts';

/** The headers that authorise a request; what must not show in errors goes to `secrets`. */
export async function authorize(
  access: ProviderAccess, options: ProviderOptions, wire: WireRequest, secrets: string[],
): Promise<Readonly<Record<string, string>>> {
  if (access.authorize) return access.authorize(wire, secrets);
  const key = await resolveApiKey(access.provider, access.keyVariable, options.apiKey, options.env, !access.keyOptional);
  if (key === undefined) return {};
  secrets.push(key);
  return access.keyHeader ? access.keyHeader(key) : { authorization: `Bearer ${key}` };
}

/** Header names in lower case, so that later ones replace earlier ones. */
export function lowerCase(headers: Readonly<Record<string, string>> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
}

/** A path behind a base URL; it goes before a query the base may have (Azure's api-version). */
export function joinUrl(base: string, path: string): string {
  const [address = '', query] = base.split('?');
  const [tail = '', more] = path.split('?');
  const search = [query, more].filter(Boolean).join('&');
  return address.replace(/\/+$/, '') + tail + (search ? `?${search}` : '');
}
