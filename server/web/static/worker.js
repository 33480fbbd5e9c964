/**
 * Keeps the app's files, so that it starts without a network; it never touches what the app keeps.
 *
 * Each version of the files has its own cache. A new one waits until no page works with the old one, or
 * until the page asks for it between two pieces of work.
 */
const VERSION = "VERSION";
const FILES = [/* FILES */];
const NAME = `totebook-${VERSION}`;
const PREFIX = "/app/";

self.addEventListener("install", (event) => {
  const addresses = FILES.map((file) => new Request(PREFIX + (file === "index.html" ? "" : file), { cache: "reload" }));
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(addresses)));
});

self.addEventListener("activate", (event) => {
  const drop = async () => {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name !== NAME).map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(drop());
});

self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const { pathname } = new URL(event.request.url);
  if (event.request.method !== "GET" || !pathname.startsWith(PREFIX)) return;
  const file = pathname.slice(PREFIX.length);
  const kept = file === "" || FILES.includes(file);
  if (!kept) return;
  const found = async () => {
    const cache = await caches.open(NAME);
    return (await cache.match(pathname)) ?? fetch(event.request);
  };
  event.respondWith(found());
});
