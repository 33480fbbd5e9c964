/**
 * Codes from the phone's camera: read by the browser where it can, else by the server, frame by frame.
 */
const FORMATS = ["code_128", "ean_13", "ean_8", "upc_a", "upc_e", "itf", "qr_code", "data_matrix", "code_39"];
const FRAME_MS = 160;
const SERVER_FRAME_MS = 700;
const FRAME_PIXELS_MAX = 1_280;

/** Whether this page may use a camera at all. */
export const has_camera = () => Boolean(navigator.mediaDevices?.getUserMedia);

/**
 * Look for codes until stopped.
 * @param {HTMLVideoElement} video
 * @param {(codes: {text: string, symbology: string}[]) => void} found What a picture shows that was not seen yet.
 * @param {(frame: Blob) => Promise<{text: string, symbology: string}[]>} decode By the server.
 * @returns {Promise<() => void>} How to stop.
 */
export async function look(video, found, decode) {
  const wanted = { facingMode: "environment", width: { ideal: 1_280 } };
  const stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
  video.srcObject = stream;
  await video.play();
  const read = await reader(decode);
  let timer = 0;
  let is_open = true;
  const seen = new Map();
  const turn = async () => {
    try {
      const shown = await read.frame(video);
      // A code that stays in the picture is one scan; taken away and shown again it is another.
      const fresh = [...new Map(shown.map((each) => [each.text, each])).values()].filter(({ text }) => !seen.has(text));
      for (const { text } of shown) seen.set(text, performance.now());
      if (fresh.length && is_open) found(fresh);
    } catch {
      // A frame that nobody could read is followed by another.
    }
    for (const [text, at] of seen) if (performance.now() - at > 1_500) seen.delete(text);
    if (is_open) timer = setTimeout(turn, read.every_ms);
  };
  turn();
  return () => {
    is_open = false;
    clearTimeout(timer);
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  };
}

async function reader(decode) {
  if ("BarcodeDetector" in globalThis) {
    const known = await globalThis.BarcodeDetector.getSupportedFormats();
    const detector = new globalThis.BarcodeDetector({ formats: FORMATS.filter((each) => known.includes(each)) });
    const frame = async (video) =>
      (await detector.detect(video)).map(({ rawValue: text, format: symbology }) => ({ text, symbology }));
    return { frame, every_ms: FRAME_MS };
  }
  return { frame: async (video) => decode(await pictureOf(video)), every_ms: SERVER_FRAME_MS };
}

/** A frame as a small JPEG. */
export function pictureOf(source, pixels_max = FRAME_PIXELS_MAX, quality = 0.7) {
  const width = source.videoWidth || source.naturalWidth || source.width;
  const height = source.videoHeight || source.naturalHeight || source.height;
  const scale = Math.min(1, pixels_max / Math.max(width, height));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.round(width * scale), Math.round(height * scale)];
  canvas.getContext("2d").drawImage(source, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/jpeg", quality);
  });
}
