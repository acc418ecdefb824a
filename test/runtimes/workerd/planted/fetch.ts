// Planted: a module that breaks the rule while it loads.
void fetch('data:,x').catch(() => {});
export const planted = true;
