// Planted: a module that breaks the rule while it loads.
Math.random();
export const planted = true;
