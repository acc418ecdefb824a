// Serves the page from a cache, so that it works offline after the first load. The build fills in the version (a hash
// of all files) and the list of files; a new version gets a cache of its own and takes over when all tabs are closed.
/** @type {any} */
const scope = self;
const version = '__VERSION__';
/** @type {string[]} */
const files = /** @type {any} */ ('__FILES__');
const prefix = 'blazen-demo-';
const current = prefix + version;

scope.addEventListener('install', (/** @type {any} */ event) => {
  event.waitUntil(caches.open(current).then((cache) => cache.addAll(files.map((file) => new Request(file, { cache: 'reload' })))));
});

scope.addEventListener('activate', (/** @type {any} */ event) => {
  event.waitUntil(removeOld().then(() => scope.clients.claim()));
});

scope.addEventListener('fetch', (/** @type {any} */ event) => {
  const { request } = event;
  if (request.method !== 'GET' || new URL(request.url).origin !== scope.location.origin) return;
  event.respondWith(answer(request));
});

async function removeOld() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(prefix) && name !== current).map((name) => caches.delete(name)));
}

async function answer(/** @type {Request} */ request) {
  const cache = await caches.open(current);
  // Every file here is one version's, so no header of the request can ask for another one.
  const cached = await cache.match(request.mode === 'navigate' ? './' : request, { ignoreSearch: true, ignoreVary: true });
  if (cached !== undefined) return cached;
  const fetched = await fetch(request);
  // What computes models is kept once it was needed; the models themselves have a cache of their own.
  if (fetched.status === 200 && new URL(request.url).pathname.includes('/assets/')) await cache.put(request, fetched.clone());
  return fetched;
}
