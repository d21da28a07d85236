import { lintCommand } from "./command";

void lintCommand();
