// Planted: a module that breaks the rule while it loads.
crypto.randomUUID();
export const planted = true;
