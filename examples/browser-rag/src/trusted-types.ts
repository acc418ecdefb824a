// What the page hands to places that could run script goes through this one policy: it lets pass its own two scripts and
// markup that the sanitiser has cleaned. Browsers without Trusted Types take the plain strings.

interface Policy {
  createScriptURL(url: string): unknown;
}

interface PolicyFactory {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): Policy;
}

const factory = (globalThis as { trustedTypes?: PolicyFactory }).trustedTypes;

const policy: Policy | undefined = factory?.createPolicy('blazen-demo', {
  createScriptURL(url) {
    if (new URL(url, location.href).origin !== location.origin) throw new TypeError(`Not a script of this page: ${url}`);
    return url;
  },
});

/** A script of this page. Typed as a string, because the platform's signatures know nothing else. */
export function scriptUrl(url: string): string {
  return (policy?.createScriptURL(url) ?? url) as string;
}
