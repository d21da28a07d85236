#!/usr/bin/env node
import { lintCommand } from "./command";

void lintCommand();
