// What the page hands to places that could run script goes through this one policy: it lets pass its own two scripts and
// markup that the sanitiser has cleaned. Browsers without Trusted Types take the plain strings.

interface Policy {
  createScriptURL(url: string): unknown;
}

interface PolicyFactory {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): Policy;
}

const factory = (globalThis as { trustedTypes?: PolicyFactory }).trustedTypes;

const rules = {
  createScriptURL(url: string): string {
    if (new URL(url, location.href).origin !== location.origin) throw new TypeError(`Not a script of this page: ${url}`);
    return url;
  },
};
const policy: Policy | undefined = factory?.createPolicy('blazen-demo', rules);

/** A script of this page. Typed as a string, because the platform's signatures know nothing else. */
export function scriptUrl(url: string): string {
  return (policy?.createScriptURL(url) ?? url) as string;
}

/** Lets a library in this worker start threads from the page's own scripts; it knows nothing of policies. */
export function allowOwnThreads(): void {
  factory?.createPolicy('default', rules);
}
