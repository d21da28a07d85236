// Shows a log as it comes in. argo-ui's own viewer is written for xterm 2, which no longer gets fixes.
import { useEffect, useRef, createElement } from "react";
import { Terminal } from "xterm";
import { FitAddon } from "xterm-addon-fit";
import "xterm/css/xterm.css";

/**
 * @param source `loadLogs()` is an Observable of texts; `shouldRepeat()` tells at its end whether to load them again;
 *   `key` names the log.
 */
export function LogsViewer({ source }) {
  const element = useRef(null);
  const terminal = useRef(null);

  useEffect(() => {
    const shown = new Terminal({
      convertEol: true,
      disableStdin: true,
      scrollback: 99_999,
      fontSize: 13,
      // Lines that are elements can be searched for in the page, read aloud and tested.
      rendererType: "dom",
      theme: { background: "#fff", foreground: "#495763", cursor: "#fff", selection: "#b4d5fe" },
    });
    const fit = new FitAddon();
    shown.loadAddon(fit);
    shown.open(element.current);
    const observer = new ResizeObserver(() => fit.fit());
    observer.observe(element.current);
    terminal.current = shown;
    return () => {
      observer.disconnect();
      shown.dispose();
    };
  }, []);

  useEffect(() => {
    let subscription;
    const load = () => {
      terminal.current.reset();
      const end = () => source.shouldRepeat() && load();
      subscription = source.loadLogs().subscribe({
        next: (text) => terminal.current.write(text),
        error: end,
        complete: end,
      });
    };
    load();
    return () => subscription.unsubscribe();
  }, [source.key]);

  return createElement("div", { ref: element, style: { height: "100%", overflow: "hidden" } });
}
