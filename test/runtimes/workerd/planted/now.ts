// Planted: a module that breaks the rule while it loads.
Date.now();
export const planted = true;
