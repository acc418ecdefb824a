// Planted: a module that breaks the rule while it loads.
crypto.getRandomValues(new Uint8Array(1));
export const planted = true;
