// Planted: a module that breaks the rule while it loads.
clearInterval(setInterval(() => {}, 1_000));
export const planted = true;
