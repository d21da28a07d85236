import { gourmetgram } from "./program";
import { runCommandLine } from "./run";

void runCommandLine(gourmetgram(), process.argv.slice(2));
