/**
 * One page at a time is the device: several would write one stream.
 *
 * The lock is the browser's own, so a page that was killed holds nothing. Another page may ask for the
 * device; the one that has it hands it over between two inputs.
 */
const NAME = "totebook-device";

/**
 * Become the device.
 * @param {() => Promise<void>} handOver What to finish when another page asks for it.
 * @returns {Promise<boolean>} Whether this page is the device now.
 */
export function become(handOver) {
  return new Promise((resolve) => {
    navigator.locks.request(NAME, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock ? asked().then(handOver) : undefined;
    });
  });
}

/** Ask the page that is the device to hand over, and wait until it has. */
export function takeOver(handOver) {
  channel().postMessage("hand over");
  return new Promise((resolve) => {
    navigator.locks.request(NAME, () => {
      resolve(true);
      return asked().then(handOver);
    });
  });
}

const channel = () => new BroadcastChannel(NAME);

const asked = () =>
  new Promise((resolve) => {
    channel().addEventListener("message", resolve, { once: true });
  });
