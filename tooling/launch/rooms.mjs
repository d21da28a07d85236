// Has the commands import from the files that a room's index.ts names. esbuild splits code by files: who reaches an
// index.ts runs everything that any command needs of it, and a command that wants a label would load Pulumi's SDKs.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";

/** As prettier formats it. */
const IMPORT = /^(import|export) \{([^{}]*)\} from "(\.[^"]+)";$/gm;
const EXPORT = /^export (?:type )?\{([^{}]*)\} from "(\.[^"]+)";$/gm;

/** @returns a plugin, and the paths of the index.ts that it has read, of which esbuild knows nothing */
export function roomsOpened() {
  const rooms = new Map();
  const roomAt = (index) => {
    if (!rooms.has(index) && existsSync(index)) rooms.set(index, roomOf(index));
    return rooms.get(index);
  };
  const plugin = {
    name: "rooms opened",
    setup(build) {
      build.onLoad({ filter: /\.ts$/, namespace: "file" }, ({ path }) => ({
        contents: readFileSync(path, "utf8").replace(IMPORT, (...found) => direct(path, roomAt, ...found)),
        loader: "ts",
      }));
    },
  };
  return { plugin, read: () => [...rooms.keys()] };
}

/** The same import from the files themselves, on as many lines. */
function direct(path, roomAt, statement, keyword, names, from) {
  const folder = dirname(path);
  const room = roomAt(join(folder, from.replace(/\/index$/, ""), "index.ts"));
  const values = listed(names).filter(({ name }) => !name.startsWith("type "));
  if (room === undefined || values.some(({ name }) => !room.has(name))) return statement;
  const statements = values.map(({ name, as }) => {
    const { name: there, file } = room.get(name);
    const path = `./${relative(folder, file).split(sep).join("/")}`;
    return `${keyword} { ${there} as ${as} } from ${JSON.stringify(path)};`;
  });
  return statements.join(" ") + "\n".repeat(statement.split("\n").length - 1);
}

/** @returns where each name comes from; undefined if the file does more than export from others */
function roomOf(index) {
  const room = new Map();
  const rest = readFileSync(index, "utf8")
    .replace(/\/\*.*?\*\//gs, "")
    .replace(EXPORT, (_, names, from) => {
      for (const { name, as } of listed(names.replaceAll("type ", "")))
        room.set(as, { name, file: join(dirname(index), from) });
      return "";
    });
  return rest.trim() === "" ? room : undefined;
}

const listed = (names) =>
  names
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "")
    .map((each) => {
      const [name, as = name] = each.split(" as ");
      return { name, as };
    });
