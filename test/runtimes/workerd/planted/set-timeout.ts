// Planted: a module that breaks the rule while it loads.
setTimeout(() => {}, 0);
export const planted = true;
