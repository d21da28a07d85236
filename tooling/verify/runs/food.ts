import { deflateSync } from "node:zlib";

/** The classes of the data set Food-11, which the model tells apart. */
export const FOOD_CLASSES: readonly string[] = [
  "Bread",
  "Dairy product",
  "Dessert",
  "Egg",
  "Fried food",
  "Meat",
  "Noodles/Pasta",
  "Rice",
  "Seafood",
  "Soup",
  "Vegetable/Fruit",
];

type Color = readonly [red: number, green: number, blue: number];

/** Side of the picture, in pixels. */
const SIDE = 320;

/** From the outside to the inside: the reach of each ring, as a part of half the side, and its colour. */
const PLATE: readonly (readonly [reach: number, color: Color])[] = [
  [Infinity, [122, 88, 62]],
  [0.92, [236, 234, 228]],
  [0.8, [214, 210, 202]],
  [0.68, [214, 92, 38]],
];

/** What swims in the soup: place and size as parts of half the side. */
const GARNISH: readonly (readonly [x: number, y: number, radius: number, color: Color])[] = [
  [-0.25, -0.2, 0.12, [250, 226, 150]],
  [0.3, -0.05, 0.15, [244, 214, 130]],
  [-0.05, 0.32, 0.1, [252, 232, 168]],
  [0.05, -0.4, 0.05, [70, 128, 52]],
  [-0.4, 0.15, 0.06, [84, 140, 60]],
  [0.22, 0.35, 0.05, [64, 118, 48]],
];

/** A plate of soup from above, as a PNG. The model has seen no real food, so it may well take it for something else. */
export function foodPicture(): Uint8Array<ArrayBuffer> {
  const rows: Buffer[] = [];
  for (let y = 0; y < SIDE; y += 1) {
    // Each row begins with its filter, 0 for none.
    const row = Buffer.alloc(1 + SIDE * 3);
    for (let x = 0; x < SIDE; x += 1) row.set(colorAt(x, y), 1 + x * 3);
    rows.push(row);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(SIDE, 0);
  header.writeUInt32BE(SIDE, 4);
  // Eight bits for each of three colours.
  header.set([8, 2, 0, 0, 0], 8);
  return new Uint8Array(
    Buffer.concat([
      Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
      chunk("IHDR", header),
      chunk("IDAT", deflateSync(Buffer.concat(rows))),
      chunk("IEND", Buffer.alloc(0)),
    ]),
  );
}

function colorAt(x: number, y: number): Color {
  const [dx, dy] = [(2 * x) / SIDE - 1, (2 * y) / SIDE - 1];
  const piece = GARNISH.find(([left, top, radius]) => Math.hypot(dx - left, dy - top) < radius);
  if (piece !== undefined) return piece[3];
  const distance = Math.hypot(dx, dy);
  const ring = PLATE.findLast(([reach]) => distance < reach);
  return ring?.[1] ?? [0, 0, 0];
}

/** A part of a PNG: length, type, data and a check sum over the last two. */
function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** Node has it in zlib only from version 22 on. */
function crc32(bytes: Buffer): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return (sum ^ 0xffffffff) >>> 0;
}
