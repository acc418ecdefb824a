// The workerd every test and smoke check uses: no network for request metadata, one compatibility date.
export const compatibilityDate = '2026-04-01';

export const workerd = { compatibilityDate, cf: false, host: '127.0.0.1' };
