// Where a usable Chromium is: CHROMIUM_PATH, Playwright's own download, then the names distributions use.
import { accessSync, constants } from 'node:fs';
import { chromium } from 'playwright';

/** @returns {string | undefined} */
export function findChromium() {
  return [
    process.env.CHROMIUM_PATH, chromium.executablePath(),
    '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome',
  ].find(executable);
}

/** Launch options for Playwright and Vitest. The sandbox is given up only for root, where Chromium refuses to start. */
export function chromiumLaunch() {
  const executablePath = findChromium();
  return {
    ...(executablePath ? { executablePath } : {}),
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-dev-shm-usage'],
  };
}

function executable(/** @type {string | undefined} */ path) {
  try {
    accessSync(path ?? '', constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
