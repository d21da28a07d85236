import { resolve } from "node:path";

/** The project's folder. */
export const checkout = resolve(__dirname, "..", "..");
